//! One proportion: Wilson, Clopper–Pearson, and the bound for zero events.

use crate::check::{self, COUNT_MAX};
use crate::special::{beta_quantile, z_two_sided};
use crate::{Interval, Result, StatsError};

/// Wilson's score interval for `k` successes in `n` trials (Wilson 1927; without continuity
/// correction). Coverage averages near the level over p; at single p it may fall below.
///
/// # Errors
/// `n = 0`, `k > n`, or `level` not strictly between 0 and 1.
pub fn wilson(k: u64, n: u64, level: f64) -> Result<Interval> {
    check::counts(k, n)?;
    let z = z_two_sided(check::inside_unit("level", level)?);
    let (p, low, high) = score_limits(k, n, z);
    Interval::around(p, low, high, level)
}

/// The estimate and the two score limits; exactly 0 at `k = 0` and exactly 1 at `k = n`.
pub(crate) fn score_limits(k: u64, n: u64, z: f64) -> (f64, f64, f64) {
    let trials = n as f64;
    let p = k as f64 / trials;
    let missing = (n - k) as f64 / trials;
    let total = trials + z * z;
    let centre = (k as f64 + 0.5 * z * z) / total;
    let half = z * (trials * p * missing + 0.25 * z * z).sqrt() / total;
    let low = if k == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if k == n { 1.0 } else { (centre + half).min(1.0) };
    (p, low.min(p), high.max(p))
}

/// The Clopper–Pearson interval for `k` successes in `n` trials (Clopper & Pearson 1934):
/// each tail holds at most (1 − level) / 2, so the coverage never falls below the level.
///
/// # Errors
/// `n = 0`, `k > n`, `n` above 10^9, or `level` not strictly between 0 and 1.
pub fn clopper_pearson(k: u64, n: u64, level: f64) -> Result<Interval> {
    check::counts(k, n)?;
    check::inside_unit("level", level)?;
    if n > COUNT_MAX {
        return Err(StatsError::TooMany { what: "trials", limit: COUNT_MAX });
    }
    let tail = 0.5 * (1.0 - level);
    let (hits, misses) = (k as f64, (n - k) as f64);
    let low = match k {
        0 => 0.0,
        _ => beta_quantile(tail, hits, misses + 1.0),
    };
    let high = match n - k {
        0 => 1.0,
        _ => 1.0 - beta_quantile(tail, misses, hits + 1.0),
    };
    Interval::around(hits / n as f64, low, high, level)
}

/// The exact one-sided upper bound on a rate after 0 events in `n` trials: 1 − alpha^(1/n).
/// With `alpha` = 0.05 it is close to 3/n (the "rule of three").
///
/// # Errors
/// `n = 0`, or `alpha` not strictly between 0 and 1.
pub fn zero_events_upper(n: u64, alpha: f64) -> Result<f64> {
    check::counts(0, n)?;
    check::inside_unit("alpha", alpha)?;
    Ok(-(alpha.ln() / n as f64).exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_after_zero_events_are_those_of_the_science_table() {
        let percent = |n| 100.0 * zero_events_upper(n, 0.05).unwrap();
        for (n, published) in [(100, 2.95), (300, 0.99), (1_000, 0.30), (3_000, 0.10)] {
            assert!((percent(n) - published).abs() < 0.005, "n = {n}");
        }
    }

    #[test]
    fn wilson_for_81_of_263_is_as_published() {
        // Newcombe 1998 (single proportion), table I, method 3.
        let interval = wilson(81, 263, 0.95).unwrap();
        assert_eq!(format!("{interval:.4}"), "0.3080 [0.2553, 0.3662]");
        let none = wilson(0, 20, 0.95).unwrap();
        assert_eq!(format!("{none:.4}"), "0.0000 [0.0000, 0.1611]");
    }

    #[test]
    fn clopper_pearson_ends_where_the_zero_event_bound_does() {
        let exact = clopper_pearson(0, 50, 0.9).unwrap();
        let bound = zero_events_upper(50, 0.05).unwrap();
        assert!((exact.high - bound).abs() < 1e-14);
        assert!(clopper_pearson(1, u64::MAX, 0.95).is_err());
    }
}
