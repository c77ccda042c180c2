//! Distribution functions and quantiles: normal, Student t, binomial, beta.
//!
//! The incomplete beta function is our own: the one in `statrs` stops its continued fraction
//! after 140 steps, which is too few for counts beyond some ten thousand.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::{erf_inv, erfc, erfc_inv};
use statrs::function::gamma::ln_gamma;

/// P(Z <= x) for a standard normal Z.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// The z with P(|Z| <= z) = `level`: 1.96 for 0.95.
pub(crate) fn z_two_sided(level: f64) -> f64 {
    SQRT_2 * erf_inv(level)
}

/// The z with P(|Z| >= z) = `alpha`: 1.96 for 0.05.
pub(crate) fn z_critical(alpha: f64) -> f64 {
    SQRT_2 * erfc_inv(alpha)
}

/// The z with P(Z <= z) = `p`.
pub fn z_quantile(p: f64) -> f64 {
    SQRT_2 * erf_inv(2.0 * p - 1.0)
}

/// P(|T| >= |t|) for Student's t; `df` may be infinite (normal).
pub(crate) fn t_two_sided_p(t: f64, df: f64) -> f64 {
    let t2 = t * t;
    if df.is_infinite() || t2.is_infinite() {
        return if t2.is_infinite() { 0.0 } else { erfc(t.abs() / SQRT_2) };
    }
    let sum = df + t2;
    inc_beta(0.5 * df, 0.5, df / sum, t2 / sum)
}

/// P(T >= t) for Student's t; `df` may be infinite (normal).
pub(crate) fn t_upper_tail(t: f64, df: f64) -> f64 {
    let tail = 0.5 * t_two_sided_p(t, df);
    if t >= 0.0 { tail } else { 1.0 - tail }
}

/// The t with P(|T| >= t) = `alpha`, for `df >= 1`.
pub(crate) fn t_critical(alpha: f64, df: f64) -> f64 {
    let mut high = 1.0;
    while t_two_sided_p(high, df) > alpha && high < 1e300 {
        high *= 2.0;
    }
    bisect(0.0, high, |t| t_two_sided_p(t, df) <= alpha)
}

/// P(X <= k) for X binomial with `n` trials and chance 1/2. `k < 0` is written `None`.
pub(crate) fn coin_cdf(k: Option<u64>, n: u64) -> f64 {
    match k {
        None => 0.0,
        Some(k) if k >= n => 1.0,
        Some(k) => inc_beta((n - k) as f64, k as f64 + 1.0, 0.5, 0.5),
    }
}

/// The `p` quantile of the beta distribution.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| inc_beta(a, b, x, 1.0 - x) >= p)
}

/// The smallest x in `[low, high]` at which a monotone condition holds, to the last bits.
pub(crate) fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), for `y = 1 - x` given apart so that
/// neither end loses digits. Result within [0, 1].
pub(crate) fn inc_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let front = beta_front(a, b, x, y);
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, y) / b
    };
    value.clamp(0.0, 1.0)
}

/// x^a y^b / B(a, b), by the saddle point: no difference of large log-gammas (Loader 2000).
fn beta_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let deviance = a * log_ratio(x, y, a / n, b / n) + b * log_ratio(y, x, b / n, a / n);
    let remainder = stirling_remainder(n) - stirling_remainder(a) - stirling_remainder(b);
    (a * (b / n) / (2.0 * PI)).sqrt() * (deviance + remainder).exp()
}

/// ln(x / x0), exact near x = x0 and near x = 1.
fn log_ratio(x: f64, y: f64, x0: f64, y0: f64) -> f64 {
    let gap = if x > 0.5 { y0 - y } else { x - x0 };
    let relative = gap / x0;
    if relative.abs() < 0.5 { relative.ln_1p() } else { (x / x0).ln() }
}

/// ln Γ(a) minus Stirling's (a − ½) ln a − a + ½ ln 2π.
fn stirling_remainder(a: f64) -> f64 {
    if a < 16.0 {
        return ln_gamma(a) - (a - 0.5) * a.ln() + a - 0.5 * (2.0 * PI).ln();
    }
    let r = 1.0 / (a * a);
    let series = 1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0));
    (1.0 / 12.0 - r * series) / a
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for step in 1..200_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            h *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}
