//! McNemar's test on the discordant pairs.

use crate::check::COUNT_MAX;
use crate::special::coin_cdf;
use crate::{Result, StatsError};

/// Exact two-sided p of McNemar's test: `b` and `c` pairs changed in either direction; under
/// the null each change is a fair coin. 1 when there are none. Conservative.
///
/// # Errors
/// `b + c` above 10^9.
pub fn mcnemar_exact(b: u64, c: u64) -> Result<f64> {
    let n = discordant(b, c)?;
    Ok((2.0 * coin_cdf(Some(b.min(c)), n)).min(1.0))
}

/// Mid-p of McNemar's test (Fagerland, Lydersen & Laake 2013): twice
/// P(X < m) + ½ P(X = m), m the smaller count; 1 when `b = c`. Close to the nominal size where
/// the exact test wastes some; may exceed it slightly.
///
/// # Errors
/// `b + c` above 10^9.
pub fn mcnemar_midp(b: u64, c: u64) -> Result<f64> {
    let n = discordant(b, c)?;
    let m = b.min(c);
    Ok((coin_cdf(Some(m), n) + coin_cdf(m.checked_sub(1), n)).min(1.0))
}

fn discordant(b: u64, c: u64) -> Result<u64> {
    b.checked_add(c)
        .filter(|n| *n <= COUNT_MAX)
        .ok_or(StatsError::TooMany { what: "discordant pairs", limit: COUNT_MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_by_hand() {
        assert_eq!(mcnemar_exact(0, 0), Ok(1.0));
        assert_eq!(mcnemar_midp(0, 0), Ok(1.0));
        // Five of five one way: 2 / 32, and half of it.
        assert!((mcnemar_exact(5, 0).unwrap() - 0.0625).abs() < 1e-15);
        assert!((mcnemar_midp(0, 5).unwrap() - 0.03125).abs() < 1e-15);
        assert!((mcnemar_midp(4, 4).unwrap() - 1.0).abs() < 1e-14);
    }
}
