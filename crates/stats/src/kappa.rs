//! Agreement of two raters beyond chance.

use serde::{Deserialize, Serialize};

use crate::check;
use crate::special::z_two_sided;
use crate::{Interval, Result, StatsError};

/// Cohen's κ with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Kappa {
    /// κ with a normal interval, cut at ±1. Of zero width at perfect agreement: report the
    /// number of items beside it.
    pub interval: Interval,
    /// The standard error.
    pub se: f64,
    /// The share of items on which the raters agree.
    pub agreement: f64,
    /// Number of items.
    pub n: u64,
}

/// Cohen's κ of a square table: `confusion[i][j]` items that the first rater puts into
/// category i and the second into j (Cohen 1960; large-sample standard error of Fleiss, Cohen &
/// Everitt 1969).
///
/// # Errors
/// A table that is not square, no items, `level` not strictly between 0 and 1;
/// [`StatsError::Undefined`] when both raters use one and the same category only.
pub fn kappa<Row: AsRef<[u64]>>(confusion: &[Row], level: f64) -> Result<Kappa> {
    let z = z_two_sided(check::inside_unit("level", level)?);
    let categories = confusion.len();
    for row in confusion {
        check::same_length(categories, row.as_ref().len())?;
    }
    let cells = confusion.iter().flat_map(|row| row.as_ref());
    let counted = cells.copied().try_fold(0, u64::checked_add);
    let n = counted.ok_or(StatsError::TooMany {
        what: "items",
        limit: u64::MAX,
    })?;
    check::counts(0, n)?;
    let share = |i: usize, j: usize| confusion[i].as_ref()[j] as f64 / n as f64;
    let range = 0..categories;
    let rows: Vec<f64> = range
        .clone()
        .map(|i| range.clone().map(|j| share(i, j)).sum())
        .collect();
    let columns: Vec<f64> = range
        .clone()
        .map(|j| range.clone().map(|i| share(i, j)).sum())
        .collect();
    let agreement: f64 = range.clone().map(|i| share(i, i)).sum();
    let chance: f64 = range.clone().map(|i| rows[i] * columns[i]).sum();
    if 1.0 - chance < 1e-12 {
        return Err(StatsError::Undefined {
            what: "kappa when both raters use a single category",
        });
    }
    let kappa = (agreement - chance) / (1.0 - chance);
    let mut spread = -(kappa - chance * (1.0 - kappa)).powi(2);
    for i in range.clone() {
        for j in range.clone() {
            let weight = (columns[i] + rows[j]) * (1.0 - kappa);
            let own = if i == j { 1.0 } else { 0.0 };
            spread += share(i, j) * (own - weight).powi(2);
        }
    }
    let se = (spread.max(0.0) / n as f64).sqrt() / (1.0 - chance);
    let interval = Interval::around(kappa, kappa - z * se, kappa + z * se, level)?;
    Ok(Kappa {
        interval: interval.within(-1.0, 1.0),
        se,
        agreement,
        n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_by_hand() {
        // 20 + 15 of 50 agree; chance .5; kappa .4.
        let found = kappa(&[[20, 5], [10, 15]], 0.95).unwrap();
        assert!((found.interval.estimate - 0.4).abs() < 1e-15);
        assert_eq!((found.agreement, found.n), (0.7, 50));
        assert!(kappa(&[[9, 0], [0, 0]], 0.95).is_err());
        assert!(kappa::<[u64; 2]>(&[], 0.95).is_err());
        assert!(kappa(&[vec![1, 2], vec![3]], 0.95).is_err());
    }
}
