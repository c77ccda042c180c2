//! The ways in which numbers can be unfit for a method.

use std::fmt;

/// `Result` with [`StatsError`].
pub type Result<T> = std::result::Result<T, StatsError>;

/// Why no number came out. Every message says what would help.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StatsError {
    /// Nothing to compute from.
    Empty {
        /// The input that is empty.
        what: &'static str,
    },
    /// An input, or a sum of inputs, is NaN or infinite.
    NotFinite {
        /// The quantity.
        what: &'static str,
    },
    /// A parameter lies outside the range in which the method means something.
    OutOfRange {
        /// The parameter.
        what: &'static str,
        /// The value that was given.
        value: f64,
        /// The range, in words.
        range: &'static str,
    },
    /// More successes than trials.
    MoreThanTrials {
        /// Successes.
        k: u64,
        /// Trials.
        n: u64,
    },
    /// Two inputs that run in parallel have different lengths.
    Lengths {
        /// The first input.
        left: usize,
        /// The second input.
        right: usize,
    },
    /// So few clusters that the method cannot reach the level asked for.
    TooFewClusters {
        /// Clusters in the data.
        clusters: usize,
        /// Clusters that would do.
        needed: usize,
    },
    /// So few random draws that the level asked for cannot be reached.
    TooFewDraws {
        /// Draws allowed.
        draws: usize,
        /// Draws that would do.
        needed: usize,
    },
    /// A count, a number of draws or a sample size beyond what the method handles.
    TooMany {
        /// The quantity.
        what: &'static str,
        /// The largest value handled.
        limit: u64,
    },
    /// A stratum in which one arm has no value.
    OneArmedStratum {
        /// The label of the stratum.
        stratum: usize,
    },
    /// The quantity does not exist for these data.
    Undefined {
        /// What is undefined, and when.
        what: &'static str,
    },
}

impl fmt::Display for StatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "{what}: nothing to compute from"),
            Self::NotFinite { what } => {
                write!(f, "{what}: NaN, infinite or too large to sum; leave such values out or recode them")
            }
            Self::OutOfRange { what, value, range } => {
                write!(f, "{what} is {value}; it must be {range}")
            }
            Self::MoreThanTrials { k, n } => write!(f, "{k} successes in only {n} trials"),
            Self::Lengths { left, right } => {
                write!(f, "inputs of {left} and {right} entries; each value needs exactly one partner")
            }
            Self::TooFewClusters { clusters, needed } => {
                write!(f, "{clusters} clusters; this level needs at least {needed}")
            }
            Self::TooFewDraws { draws, needed } => {
                write!(f, "{draws} draws; this level needs at least {needed}")
            }
            Self::TooMany { what, limit } => write!(f, "{what}: more than {limit}"),
            Self::OneArmedStratum { stratum } => write!(
                f,
                "stratum {stratum} has values in one arm only; merge it or leave it out, and say so"
            ),
            Self::Undefined { what } => write!(f, "undefined: {what}"),
        }
    }
}

impl std::error::Error for StatsError {}
