//! The difference of two independent proportions.

use crate::check;
use crate::proportion::score_limits;
use crate::special::z_two_sided;
use crate::{Interval, Result};

/// k1/n1 − k2/n2 with Newcombe's hybrid score interval for independent samples (Newcombe 1998,
/// Interval estimation for the difference between independent proportions, method 10): the two
/// Wilson intervals are squared and added. Without continuity correction.
///
/// # Errors
/// A sample without trials or with `k > n`; `level` not strictly between 0 and 1.
pub fn newcombe(k1: u64, n1: u64, k2: u64, n2: u64, level: f64) -> Result<Interval> {
    check::counts(k1, n1)?;
    check::counts(k2, n2)?;
    let z = z_two_sided(check::inside_unit("level", level)?);
    let (p1, low1, high1) = score_limits(k1, n1, z);
    let (p2, low2, high2) = score_limits(k2, n2, z);
    let difference = p1 - p2;
    let below = (p1 - low1).hypot(high2 - p2);
    let above = (high1 - p1).hypot(p2 - low2);
    let interval = Interval::around(difference, difference - below, difference + above, level)?;
    Ok(interval.within(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcombe_is_as_published() {
        // Newcombe 1998, table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10.
        let show = |k1, n1, k2, n2| format!("{:.4}", newcombe(k1, n1, k2, n2, 0.95).unwrap());
        assert_eq!(show(56, 70, 48, 80), "0.2000 [0.0524, 0.3339]");
        assert_eq!(show(9, 10, 3, 10), "0.6000 [0.1705, 0.8090]");
        assert_eq!(show(10, 10, 0, 10), "1.0000 [0.6075, 1.0000]");
    }
}
