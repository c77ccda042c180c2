//! Measures read a sealed episode and give one value, or the reason why there is none.
//!
//! A measure is one file on this shelf and one line in [`measure`]. Outcomes are read from state
//! (choices, counts, truths), never from prose.

mod crossing;
mod decision;
mod gap;
mod inflation;
mod sealed;

pub use sealed::Sealed;

use crate::scenario::{MeasureFile, MeasureKind, Scenario};

/// Why a unit has no value. Counted, never dropped in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    Incomplete,
    Refused,
    /// By the provider, not by the model.
    Filtered,
    Unparsed,
    Unscored,
}

impl Missing {
    /// The word that stands in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
            Self::Filtered => "filtered",
            Self::Unparsed => "unparsed",
            Self::Unscored => "unscored",
        }
    }
}

/// A measured unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// In the measure's unit.
    pub value: f64,
    /// Outcomes that did or did not happen (`accepted`, `unclear`).
    pub happened: Vec<(String, bool)>,
}

/// What a measure's values are measured in.
pub fn unit(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Decision | MeasureKind::Crossing => "probability",
        MeasureKind::Inflation | MeasureKind::ArithmeticGap => "items",
    }
}

/// Reads one measure from one episode.
pub fn measure(scenario: &Scenario, file: &MeasureFile, sealed: &Sealed) -> Result<Value, Missing> {
    match file.kind {
        MeasureKind::Decision => decision::read(scenario, file, sealed),
        MeasureKind::Inflation => inflation::read(scenario, file, sealed),
        MeasureKind::ArithmeticGap => gap::read(scenario, file, sealed),
        MeasureKind::Crossing => crossing::read(file, sealed),
    }
}
