//! An estimate with its limits, and a count with its denominator.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::check;

/// A point estimate with a two-sided confidence interval.
///
/// All four numbers are finite and `low <= estimate <= high`, whichever method made them.
/// `low`, `estimate` and `high` have the unit of the quantity; `level` is the nominal coverage
/// (0.95, not 95).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The point estimate.
    pub estimate: f64,
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// The nominal coverage, strictly between 0 and 1.
    pub level: f64,
}

impl Interval {
    /// Limits are widened to contain the estimate, so rounding can never push it outside.
    pub(crate) fn around(estimate: f64, low: f64, high: f64, level: f64) -> Result<Self> {
        Ok(Self {
            estimate: check::finite("estimate", estimate)?,
            low: check::finite("lower limit", low)?.min(estimate),
            high: check::finite("upper limit", high)?.max(estimate),
            level,
        })
    }

    /// The same interval with its limits cut to what the quantity can be.
    pub(crate) fn within(mut self, floor: f64, ceiling: f64) -> Self {
        self.low = self.low.max(floor);
        self.high = self.high.min(ceiling);
        self
    }

    /// The distance between the limits.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether `x` lies between the limits, limits included.
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }
}

/// `0.075 [0.026, 0.199]`; a precision (`{:.1}`) replaces the three decimals.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        let Self { estimate, low, high, .. } = self;
        write!(f, "{estimate:.digits$} [{low:.digits$}, {high:.digits$}]")
    }
}

/// `k` successes in `n` trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    /// Successes.
    pub k: u64,
    /// Trials.
    pub n: u64,
}

impl Proportion {
    /// Counts the successes among `outcomes`.
    pub fn of(outcomes: impl IntoIterator<Item = bool>) -> Self {
        let mut counted = Self { k: 0, n: 0 };
        for success in outcomes {
            counted.n += 1;
            counted.k += u64::from(success);
        }
        counted
    }

    /// The share of successes.
    ///
    /// # Errors
    /// No trials, or more successes than trials.
    pub fn rate(&self) -> Result<f64> {
        check::counts(self.k, self.n)?;
        Ok(self.k as f64 / self.n as f64)
    }

    /// The Wilson interval: [`crate::wilson`].
    ///
    /// # Errors
    /// As [`crate::wilson`].
    pub fn wilson(&self, level: f64) -> Result<Interval> {
        crate::wilson(self.k, self.n, level)
    }

    /// This rate minus the other, with Newcombe's interval: [`crate::newcombe`].
    ///
    /// # Errors
    /// As [`crate::newcombe`].
    pub fn minus(&self, other: Self, level: f64) -> Result<Interval> {
        crate::newcombe(self.k, self.n, other.k, other.n, level)
    }
}

/// `3/40`
impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}
