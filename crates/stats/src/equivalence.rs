//! "No effect" as a finding: two one-sided tests against a margin.

use serde::{Deserialize, Serialize};

use crate::check;
use crate::special::t_upper_tail;
use crate::{Result, StatsError};

/// The verdict of two one-sided tests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Equivalence {
    /// p of the test against "the effect is −margin or less".
    pub p_lower: f64,
    /// p of the test against "the effect is +margin or more".
    pub p_upper: f64,
    /// The larger of the two.
    pub p: f64,
    /// Whether `p <= alpha`: the effect lies within the margin.
    pub equivalent: bool,
}

/// Two one-sided t tests (Schuirmann 1987): does an effect with this estimate and standard
/// error lie strictly within ±`margin`? All three in the same unit; `df` may be infinite for a
/// normal estimate. Equivalent at `alpha` exactly when the 1 − 2·alpha interval lies within the
/// margin. State the margin before seeing the data.
///
/// # Errors
/// `estimate` not finite; `se` or `margin` not positive and finite (a standard error of 0 is
/// too little variation to judge by, not perfect precision); `df` not positive; `alpha` not
/// strictly between 0 and 1.
pub fn equivalence(estimate: f64, se: f64, df: f64, margin: f64, alpha: f64) -> Result<Equivalence> {
    check::finite("estimate", estimate)?;
    check::positive("standard error", se)?;
    check::positive("margin", margin)?;
    check::inside_unit("alpha", alpha)?;
    if df.is_nan() || df <= 0.0 {
        return Err(StatsError::OutOfRange { what: "degrees of freedom", value: df, range: "positive" });
    }
    let p_lower = t_upper_tail((estimate + margin) / se, df);
    let p_upper = t_upper_tail((margin - estimate) / se, df);
    let p = p_lower.max(p_upper);
    Ok(Equivalence { p_lower, p_upper, p, equivalent: p <= alpha })
}

/// Whether an interval lies strictly within ±`margin`. For a claim at level alpha the interval
/// must have level 1 − 2·alpha (0.90 for 0.05).
///
/// # Errors
/// Limits that are NaN or in the wrong order; `margin` not positive and finite.
pub fn equivalence_by_interval(low: f64, high: f64, margin: f64) -> Result<bool> {
    check::positive("margin", margin)?;
    if low.is_nan() || high.is_nan() || low > high {
        return Err(StatsError::OutOfRange {
            what: "lower limit",
            value: low,
            range: "a number not above the upper limit",
        });
    }
    Ok(-margin < low && high < margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_decides() {
        let near = equivalence(0.01, 0.02, f64::INFINITY, 0.10, 0.05).unwrap();
        assert!(near.equivalent && near.p == near.p_upper);
        let edge = equivalence(0.10, 0.02, 20.0, 0.10, 0.05).unwrap();
        assert!(!edge.equivalent && (edge.p - 0.5).abs() < 1e-15);
        assert!(equivalence(0.0, 0.0, 9.0, 0.1, 0.05).is_err());
    }

    #[test]
    fn by_interval() {
        assert_eq!(equivalence_by_interval(-0.05, 0.09, 0.1), Ok(true));
        assert_eq!(equivalence_by_interval(-0.05, 0.10, 0.1), Ok(false));
        assert!(equivalence_by_interval(0.2, 0.1, 0.1).is_err());
    }
}
