//! The difference of two paired proportions.

use crate::check;
use crate::proportion::score_limits;
use crate::special::z_two_sided;
use crate::{Interval, Result, StatsError};

/// The difference of two rates measured on the same units, (a + b)/n − (a + c)/n, with
/// Newcombe's score interval for paired data (Newcombe 1998, Improved confidence intervals for
/// the difference between binomial proportions based on paired data, method 10): the two Wilson
/// intervals, combined with the continuity-corrected correlation φ.
///
/// `a`: pairs with success in both; `b`: in the first only; `c`: in the second only; `d`: in
/// neither.
///
/// # Errors
/// No pairs, more than 2^64 of them, or `level` not strictly between 0 and 1.
pub fn newcombe_paired(a: u64, b: u64, c: u64, d: u64, level: f64) -> Result<Interval> {
    let too_many = StatsError::TooMany { what: "pairs", limit: u64::MAX };
    let sum = [b, c, d].iter().try_fold(a, |sum, x| sum.checked_add(*x));
    let n = sum.ok_or(too_many)?;
    check::counts(0, n)?;
    let z = z_two_sided(check::inside_unit("level", level)?);
    let (p1, low1, high1) = score_limits(a + b, n, z);
    let (p2, low2, high2) = score_limits(a + c, n, z);
    let phi = phi_corrected(a as f64, b as f64, c as f64, d as f64);
    let difference = (b as f64 - c as f64) / n as f64;
    let below = correlated(p1 - low1, high2 - p2, phi);
    let above = correlated(high1 - p1, p2 - low2, phi);
    let interval = Interval::around(difference, difference - below, difference + above, level)?;
    Ok(interval.within(-1.0, 1.0))
}

/// √(x² − 2φxy + y²): the length of a difference of two correlated deviations.
fn correlated(x: f64, y: f64, phi: f64) -> f64 {
    (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt()
}

/// The correlation of the two outcomes. A positive ad − bc is shrunk by n/2, not below zero;
/// an empty margin gives 0.
fn phi_corrected(a: f64, b: f64, c: f64, d: f64) -> f64 {
    let margins = ((a + b).sqrt() * (c + d).sqrt()) * ((a + c).sqrt() * (b + d).sqrt());
    if margins == 0.0 {
        return 0.0;
    }
    let association = a * d - b * c;
    let corrected =
        if association > 0.0 { (association - 0.5 * (a + b + c + d)).max(0.0) } else { association };
    (corrected / margins).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcombe_paired_is_as_published() {
        // Newcombe 1998 (paired data), method 10; and the airway example of Fagerland, Lydersen
        // & Laake 2014.
        let show = |a, b, c, d| format!("{:.3}", newcombe_paired(a, b, c, d, 0.95).unwrap());
        assert_eq!(show(36, 12, 2, 0), "0.200 [0.057, 0.340]");
        assert_eq!(show(1, 1, 7, 12), "-0.286 [-0.507, -0.026]");
        assert_eq!(show(0, 0, 0, 50), "0.000 [-0.071, 0.071]");
    }
}
