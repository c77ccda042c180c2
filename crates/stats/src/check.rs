//! The guards at the door: each function checks its input here, once.

use crate::{Result, StatsError};

/// The largest count for which the exact binomial methods are computed.
pub(crate) const COUNT_MAX: u64 = 1_000_000_000;
/// The largest number of random draws, resamples or enumerated sign vectors.
pub(crate) const DRAWS_MAX: usize = 1 << 22;

/// `x` strictly between 0 and 1: a level, an alpha, a power, a rate.
pub(crate) fn inside_unit(what: &'static str, x: f64) -> Result<f64> {
    if x > 0.0 && x < 1.0 {
        return Ok(x);
    }
    Err(StatsError::OutOfRange { what, value: x, range: "strictly between 0 and 1" })
}

/// `x` finite and above 0.
pub(crate) fn positive(what: &'static str, x: f64) -> Result<f64> {
    if x > 0.0 && x.is_finite() {
        return Ok(x);
    }
    Err(StatsError::OutOfRange { what, value: x, range: "positive and finite" })
}

/// A result (or an input) that has to be a number.
pub(crate) fn finite(what: &'static str, x: f64) -> Result<f64> {
    if x.is_finite() {
        return Ok(x);
    }
    Err(StatsError::NotFinite { what })
}

/// At least one value, and all of them finite.
pub(crate) fn values(xs: &[f64]) -> Result<()> {
    if xs.is_empty() {
        return Err(StatsError::Empty { what: "values" });
    }
    if xs.iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(StatsError::NotFinite { what: "values" })
}

/// Two inputs that run in parallel.
pub(crate) fn same_length(left: usize, right: usize) -> Result<()> {
    if left == right {
        return Ok(());
    }
    Err(StatsError::Lengths { left, right })
}

/// `k` successes in `n > 0` trials.
pub(crate) fn counts(k: u64, n: u64) -> Result<()> {
    if n == 0 {
        return Err(StatsError::Empty { what: "trials" });
    }
    if k > n {
        return Err(StatsError::MoreThanTrials { k, n });
    }
    Ok(())
}

/// A number of draws between 1 and [`DRAWS_MAX`].
pub(crate) fn draws(draws: usize) -> Result<()> {
    if draws == 0 {
        return Err(StatsError::TooFewDraws { draws, needed: 1 });
    }
    if draws > DRAWS_MAX {
        return Err(StatsError::TooMany { what: "draws", limit: DRAWS_MAX as u64 });
    }
    Ok(())
}
