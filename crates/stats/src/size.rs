//! Sample sizes: how many runs, pairs or clusters before a study starts.
//!
//! All tests are two-sided at `alpha`. A size is rounded up, so the power is at least the one
//! asked for. Sizes count independent units: multiply by [`design_effect`] where several values
//! share a cluster.

use crate::check;
use crate::special::{bisect, normal_cdf, t_critical, z_critical, z_quantile, z_two_sided};
use crate::{Result, StatsError};

const SIZE_MAX: f64 = 1e15;

/// Units per arm to detect `p1` against `p2`: (z₁₋α⸝₂ + z_power)² (p1 q1 + p2 q2) / (p1 − p2)²,
/// the normal approximation with unpooled variance and no continuity correction (Fleiss, Levin
/// & Paik 2003, §4). The pooled variant asks for a few more (141 rather than 138 for .05
/// against .15); Fisher's exact test for more again.
///
/// # Errors
/// `p1` or `p2` outside [0, 1] or equal; both 0 or 1, so that nothing varies; `alpha` or
/// `power` not strictly between 0 and 1; a size beyond 10^15.
pub fn two_proportions(p1: f64, p2: f64, alpha: f64, power: f64) -> Result<u64> {
    let p1 = rate("p1", p1)?;
    let p2 = rate("p2", p2)?;
    let variance = p1 * (1.0 - p1) + p2 * (1.0 - p2);
    size_for(variance, p1 - p2, detection(alpha, power)?)
}

/// Units per arm to show that two equal rates `p` differ by less than `margin`, by two
/// one-sided tests at `alpha` each: 2 p q (z₁₋α + z₁₋β⸝₂)² / margin² (Chow, Shao & Wang 2008,
/// §4.2).
///
/// # Errors
/// `p`, `margin`, `alpha` or `power` not strictly between 0 and 1; a size beyond 10^15.
pub fn equivalence_proportions(p: f64, margin: f64, alpha: f64, power: f64) -> Result<u64> {
    check::inside_unit("p", p)?;
    check::inside_unit("margin", margin)?;
    check::inside_unit("alpha", alpha)?;
    check::inside_unit("power", power)?;
    let z = z_critical(2.0 * alpha.min(0.5)) + z_two_sided(power);
    size_for(2.0 * p * (1.0 - p), margin, z)
}

/// Pairs to detect a difference of `delta` between two rates measured on the same units, when a
/// share `discordant` of pairs changes: (z₁₋α⸝₂ + z_power)² (discordant − delta²) / delta²
/// (normal approximation with unconditional variance under the alternative; Connor 1987 uses
/// the null variance too and asks for up to 6 % more).
///
/// # Errors
/// `discordant` outside (0, 1]; `delta` 0 or larger in size than `discordant`; `alpha` or
/// `power` not strictly between 0 and 1; a size beyond 10^15.
pub fn paired_binary(delta: f64, discordant: f64, alpha: f64, power: f64) -> Result<u64> {
    rate("discordant share", discordant)?;
    let possible = delta.abs() <= discordant;
    if !possible {
        return Err(StatsError::OutOfRange {
            what: "delta",
            value: delta,
            range: "no larger than the discordant share",
        });
    }
    size_for(discordant - delta * delta, delta, detection(alpha, power)?)
}

/// Units per arm (say, training seeds) to detect a difference of `d` standard deviations between
/// two means by the two-sample t test: the smallest n whose power, from the noncentral t
/// distribution, is at least `power` (Cohen 1988, §2.4).
///
/// # Errors
/// `d` 0 or not finite, `alpha` or `power` not strictly between 0 and 1, a size beyond 10^15.
pub fn mean_two_arms(d: f64, alpha: f64, power: f64) -> Result<u64> {
    let normal = size_for(2.0, d, detection(alpha, power)?)?;
    // A power beyond 1 − 10^-12 is beyond the quadrature and counts as that.
    let wanted = power.min(1.0 - 1e-12);
    let enough = |n: u64| power_two_arms(d, n as f64, alpha) >= wanted;
    // Student's t asks for somewhat more than the normal approximation; a weak test, whose far
    // tail also rejects, for somewhat less.
    let (mut too_few, mut n) = (1, normal.max(2));
    while !enough(n) {
        (too_few, n) = (n, 2 * n);
    }
    while n - too_few > 1 {
        let middle = too_few + (n - too_few) / 2;
        if enough(middle) {
            n = middle;
        } else {
            too_few = middle;
        }
    }
    Ok(n)
}

/// The smallest difference between two means, in standard deviations, that a two-sample t test
/// with `n` units per arm detects with this power: the inverse of [`mean_two_arms`].
///
/// # Errors
/// `n` below 2 or beyond 10^15, `alpha` or `power` not strictly between 0 and 1, `power` not
/// above `alpha`.
pub fn mean_two_arms_detects(n: u64, alpha: f64, power: f64) -> Result<f64> {
    check::inside_unit("alpha", alpha)?;
    check::inside_unit("power", power)?;
    let n = n as f64;
    if !(2.0..=SIZE_MAX).contains(&n) {
        return Err(StatsError::OutOfRange { what: "units per arm", value: n, range: "between 2 and 10^15" });
    }
    if power <= alpha {
        return Err(StatsError::OutOfRange { what: "power", value: power, range: "above alpha" });
    }
    let mut high = 1.0 / n.sqrt();
    while power_two_arms(high, n, alpha) < power && high < 1e100 {
        high *= 2.0;
    }
    Ok(bisect(0.0, high, |d| power_two_arms(d, n, alpha) >= power))
}

/// Trials that make the Wilson interval at an observed rate `p` no wider than
/// ±`halfwidth` (half its width; the interval is not symmetric around `p`).
///
/// # Errors
/// `p` outside [0, 1]; `halfwidth` or `level` not strictly between 0 and 1; a size beyond 10^15.
pub fn halfwidth_proportion(p: f64, halfwidth: f64, level: f64) -> Result<u64> {
    let p = rate("p", p)?;
    check::inside_unit("half-width", halfwidth)?;
    let z2 = z_two_sided(check::inside_unit("level", level)?).powi(2);
    // half² (n + z²)² = z² p q n + z⁴ / 4, solved for n + z².
    let half2 = halfwidth * halfwidth;
    let spread = p * (1.0 - p);
    let root = (spread * spread + 4.0 * half2 * (0.25 - spread)).sqrt();
    round_up(z2 * (spread + root) / (2.0 * half2) - z2)
}

/// Trials in each arm that give a sum or difference of independent observed `rates` a normal interval of
/// ±`halfwidth`: z² Σ p(1 − p) / halfwidth² (Fleiss, Levin & Paik 2003). Two rates are the plain comparison of
/// two arms, four a difference of differences. At least 1, which is what rates of 0 and 1 give.
///
/// # Errors
/// No rates, a rate outside [0, 1]; `halfwidth` or `level` not strictly between 0 and 1; a size beyond 10^15.
pub fn halfwidth_rates(rates: &[f64], halfwidth: f64, level: f64) -> Result<u64> {
    check::values(rates)?;
    rates.iter().try_for_each(|p| rate("rate", *p).map(drop))?;
    check::inside_unit("half-width", halfwidth)?;
    let z = z_two_sided(check::inside_unit("level", level)?);
    let variance: f64 = rates.iter().map(|p| p * (1.0 - p)).sum();
    round_up(variance * (z / halfwidth).powi(2))
}

/// 1 + (m − 1)ρ: by how much clusters of `cluster_size` values with intra-class correlation
/// `rho` inflate the variance (Kish 1965). n values are worth n / design effect.
///
/// # Errors
/// `cluster_size` below 1 or not finite; `rho` outside [0, 1].
pub fn design_effect(cluster_size: f64, rho: f64) -> Result<f64> {
    rate("intra-class correlation", rho)?;
    if !(cluster_size >= 1.0 && cluster_size.is_finite()) {
        return Err(StatsError::OutOfRange {
            what: "cluster size",
            value: cluster_size,
            range: "at least 1",
        });
    }
    Ok(1.0 + (cluster_size - 1.0) * rho)
}

fn rate(what: &'static str, p: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&p) {
        return Ok(p);
    }
    Err(StatsError::OutOfRange { what, value: p, range: "between 0 and 1" })
}

/// z₁₋α⸝₂ + z_power; at least 0.
fn detection(alpha: f64, power: f64) -> Result<f64> {
    check::inside_unit("alpha", alpha)?;
    check::inside_unit("power", power)?;
    Ok((z_critical(alpha) + z_quantile(power)).max(0.0))
}

fn size_for(variance: f64, effect: f64, z: f64) -> Result<u64> {
    if effect == 0.0 || !effect.is_finite() {
        return Err(StatsError::OutOfRange {
            what: "effect",
            value: effect,
            range: "finite and other than 0",
        });
    }
    if variance <= 0.0 {
        return Err(StatsError::Undefined {
            what: "a sample size where nothing varies: one unit would show it",
        });
    }
    round_up(variance * (z / effect).powi(2))
}

/// Up to the next whole unit, at least 1; what is whole up to rounding error stays.
fn round_up(n: f64) -> Result<u64> {
    if n.is_nan() || n > SIZE_MAX {
        return Err(StatsError::TooMany { what: "sample size", limit: SIZE_MAX as u64 });
    }
    Ok((n * (1.0 - 1e-12)).ceil().max(1.0) as u64)
}

/// Power of the two-sided two-sample t test with `n` per arm at a difference of `d` standard
/// deviations. Given s, the ratio of estimated to true standard deviation, the rejection chance
/// is normal; it is averaged over s by Simpson's rule.
fn power_two_arms(d: f64, n: f64, alpha: f64) -> f64 {
    const STEPS: u32 = 2_000;
    let df = 2.0 * n - 2.0;
    let critical = t_critical(alpha, df);
    let shift = d.abs() * (0.5 * n).sqrt();
    let reach = 12.0 / (2.0 * df).sqrt();
    let (from, to) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let (mut power, mut mass) = (0.0, 0.0);
    for step in 0..=STEPS {
        let s = from + (to - from) * f64::from(step) / f64::from(STEPS);
        let simpson = match step {
            0 | STEPS => 1.0,
            odd if odd % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let weight = simpson * chi_density(s, df);
        let rejects = normal_cdf(shift - critical * s) + normal_cdf(-shift - critical * s);
        mass += weight;
        power += weight * rejects;
    }
    power / mass
}

/// The density of √(χ²/df) at `s`, up to a constant.
fn chi_density(s: f64, df: f64) -> f64 {
    if s <= 0.0 {
        return 0.0;
    }
    // (df − 1) ln s − df (s² − 1) / 2, written so that large df do not cancel.
    let e = s - 1.0;
    let log = if e.abs() < 0.5 { e.ln_1p() } else { s.ln() };
    ((df - 1.0) * log - 0.5 * df * e * (s + 1.0)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_the_science_table() {
        let table = [
            (0.05, 0.15, 138, 205),
            (0.85, 0.95, 138, 205),
            // 200.003, printed as 200.
            (0.02, 0.10, 135, 201),
            (0.80, 0.95, 73, 108),
            (0.10, 0.30, 59, 88),
            (0.50, 0.70, 91, 135),
            // The table prints 2 315 and 3 445: rounded to the nearest (2 315.4, 3 445.3).
            (0.01, 0.02, 2_316, 3_446),
        ];
        for (p1, p2, n, n_family) in table {
            assert_eq!(two_proportions(p1, p2, 0.05, 0.8), Ok(n), "{p1} vs {p2}");
            assert_eq!(two_proportions(p1, p2, 0.01, 0.8), Ok(n_family));
        }
    }

    #[test]
    fn equivalence_and_paired_sizes_of_the_science_table() {
        assert_eq!(equivalence_proportions(0.1, 0.1, 0.05, 0.9), Ok(195));
        // 541.1, printed as 541.
        assert_eq!(equivalence_proportions(0.5, 0.1, 0.05, 0.9), Ok(542));
        // 89.05, 306.1 and 1 248.0, printed as 89, 306 and 1 248.
        assert_eq!(paired_binary(0.18, 0.4, 0.05, 0.8), Ok(90));
        assert_eq!(paired_binary(0.10, 0.4, 0.05, 0.8), Ok(307));
        assert_eq!(paired_binary(-0.05, 0.4, 0.05, 0.8), Ok(1_248));
    }

    #[test]
    fn means_of_seeds_of_the_science_table() {
        for (n, printed) in [(10, 1.3), (20, 0.9), (60, 0.5)] {
            let d = mean_two_arms_detects(n, 0.05, 0.8).unwrap();
            assert!((d - printed).abs() < 0.05, "n = {n} detects {d}");
            assert_eq!(mean_two_arms(d * (1.0 + 1e-9), 0.05, 0.8), Ok(n));
        }
    }

    #[test]
    fn design_effect_of_the_science_table() {
        let worth = |m: f64| 150.0 / design_effect(m, 0.05).unwrap();
        assert_eq!((worth(25.0).round(), worth(5.0).round()), (68.0, 125.0));
    }

    #[test]
    fn the_wilson_interval_keeps_the_promised_width() {
        let n = halfwidth_proportion(0.5, 0.05, 0.95).unwrap();
        let width = |n| crate::wilson(n / 2, n, 0.95).unwrap().width();
        assert_eq!(n, 381);
        assert!(width(382) <= 0.1 && width(378) > 0.1);
    }

    #[test]
    fn two_arms_of_a_coin() {
        // 1.96² · ½ / 0.05² = 768.3.
        assert_eq!(halfwidth_rates(&[0.5, 0.5], 0.05, 0.95), Ok(769));
        assert_eq!(halfwidth_rates(&[0.0, 1.0], 0.05, 0.95), Ok(1));
        assert!(halfwidth_rates(&[0.5, 1.5], 0.05, 0.95).is_err());
    }

    #[test]
    fn impossible_designs_are_refused() {
        assert!(two_proportions(0.2, 0.2, 0.05, 0.8).is_err());
        assert!(two_proportions(0.0, 1.0, 0.05, 0.8).is_err());
        assert!(paired_binary(0.5, 0.4, 0.05, 0.8).is_err());
        assert!(mean_two_arms(1e-12, 0.05, 0.8).is_err());
        assert!(mean_two_arms(f64::NAN, 0.05, 0.8).is_err());
    }
}
