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
    let n = counted.ok_or(StatsError::TooMany { what: "items", limit: u64::MAX })?;
    check::counts(0, n)?;
    let shares = Shares::of(confusion, n as f64);
    // Sums of disagreement: 1 minus a sum of agreement would lose digits.
    let disagreement: f64 = shares.off_diagonal(|i, j| shares.cells[i][j]);
    let expected = shares.off_diagonal(|i, j| shares.rows[i] * shares.columns[j]);
    if expected <= 0.0 {
        return Err(StatsError::Undefined { what: "kappa when both raters use a single category" });
    }
    let kappa = (1.0 - disagreement / expected).max(-1.0);
    let se = (shares.spread(kappa, 1.0 - expected) / n as f64).sqrt() / expected;
    let interval = Interval::around(kappa, kappa - z * se, kappa + z * se, level)?;
    Ok(Kappa { interval: interval.within(-1.0, 1.0), se, agreement: 1.0 - disagreement.min(1.0), n })
}

/// The table as shares of all items, with its margins.
struct Shares {
    cells: Vec<Vec<f64>>,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Shares {
    fn of<Row: AsRef<[u64]>>(confusion: &[Row], n: f64) -> Self {
        let row = |row: &Row| row.as_ref().iter().map(|k| *k as f64 / n).collect();
        let cells: Vec<Vec<f64>> = confusion.iter().map(row).collect();
        let column = |j: usize| cells.iter().map(|row| row[j]).sum();
        Self {
            rows: cells.iter().map(|row| row.iter().sum()).collect(),
            columns: (0..cells.len()).map(column).collect(),
            cells,
        }
    }

    fn off_diagonal(&self, term: impl Fn(usize, usize) -> f64) -> f64 {
        let places = 0..self.rows.len();
        let pairs = places.clone().flat_map(|i| places.clone().map(move |j| (i, j)));
        pairs.filter(|(i, j)| i != j).map(|(i, j)| term(i, j)).sum()
    }

    /// n (1 − chance)² times the variance of κ.
    fn spread(&self, kappa: f64, chance: f64) -> f64 {
        let weight = |i: usize, j: usize| (self.columns[i] + self.rows[j]) * (1.0 - kappa);
        let agreed = |i: usize| self.cells[i][i] * (1.0 - weight(i, i)).powi(2);
        let hits: f64 = (0..self.rows.len()).map(agreed).sum();
        let misses = self.off_diagonal(|i, j| self.cells[i][j] * weight(i, j).powi(2));
        (hits + misses - (kappa - chance * (1.0 - kappa)).powi(2)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_by_hand() {
        // 20 + 15 of 50 agree; chance .5; kappa .4.
        let found = kappa(&[[20, 5], [10, 15]], 0.95).unwrap();
        assert!((found.interval.estimate - 0.4).abs() < 1e-15);
        assert!((found.agreement - 0.7).abs() < 1e-15 && found.n == 50);
        assert!(kappa(&[[9, 0], [0, 0]], 0.95).is_err());
        assert!(kappa::<[u64; 2]>(&[], 0.95).is_err());
        assert!(kappa(&[vec![1, 2], vec![3]], 0.95).is_err());
    }

    #[test]
    fn a_lopsided_table_keeps_its_digits() {
        let found = kappa(&[[500, 0], [0, 6_638_903_526_791_921_152]], 0.95).unwrap();
        assert_eq!((found.interval.estimate, found.interval.high), (1.0, 1.0));
        assert!(found.interval.low <= 1.0);
    }
}
