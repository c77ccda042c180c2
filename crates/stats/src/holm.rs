//! Holm's correction for a family of tests.

use crate::{Result, StatsError};

/// Adjusted p values for a family of tests, in the order given (Holm 1979, step-down): the
/// i-th smallest is multiplied by m − i + 1, made monotone and capped at 1. Rejecting those
/// at most alpha keeps the chance of any false rejection at alpha, whatever the dependence.
/// An empty family gives an empty answer.
///
/// # Errors
/// An entry that is not between 0 and 1.
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    if let Some(wrong) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatsError::OutOfRange { what: "p", value: *wrong, range: "between 0 and 1" });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut floor = 0.0_f64;
    for (rank, place) in order.into_iter().enumerate() {
        floor = floor.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = floor;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.5]), Ok(vec![0.04, 0.09, 0.09, 0.5]));
        assert_eq!(holm(&[]), Ok(vec![]));
        assert!(holm(&[0.1, f64::NAN]).is_err());
    }
}
