//! Mean, logit and its inverse.

use crate::check;
use crate::{Result, StatsError};

/// The arithmetic mean, in the unit of the values.
///
/// # Errors
/// No values, a value that is not finite, or a sum beyond the range of `f64`.
pub fn mean(values: &[f64]) -> Result<f64> {
    check::values(values)?;
    let sum: f64 = values.iter().sum();
    check::finite("sum of the values", sum / values.len() as f64)
}

/// ln(p / (1 − p)), in natural-log units.
///
/// # Errors
/// `p` not strictly between 0 and 1. For 0/n or n/n smooth the counts first, and say how.
pub fn logit(p: f64) -> Result<f64> {
    check::inside_unit("p", p)?;
    Ok(p.ln() - (-p).ln_1p())
}

/// 1 / (1 + e^−x), without overflow; 0 and 1 at minus and plus infinity.
///
/// # Errors
/// `x` is NaN.
pub fn sigmoid(x: f64) -> Result<f64> {
    if x.is_nan() {
        return Err(StatsError::NotFinite { what: "x" });
    }
    let small = (-x.abs()).exp();
    let upper = 1.0 / (1.0 + small);
    Ok(if x >= 0.0 { upper } else { small * upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_inverts_logit() {
        for p in [1e-12, 0.1, 0.5, 0.999] {
            let back = logit(p).and_then(sigmoid).unwrap();
            assert!((back - p).abs() < 1e-15, "{p} came back as {back}");
        }
        assert_eq!(sigmoid(f64::NEG_INFINITY), Ok(0.0));
        assert_eq!(sigmoid(800.0), Ok(1.0));
    }

    #[test]
    fn an_overflowing_mean_is_an_error() {
        assert!(mean(&[f64::MAX, f64::MAX]).is_err());
        assert!(mean(&[]).is_err());
        assert_eq!(mean(&[1.0, 2.0]), Ok(1.5));
    }
}
