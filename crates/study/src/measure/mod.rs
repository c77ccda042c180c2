//! Measures read a sealed episode and give one value, or the reason why there is none.
//!
//! A measure is one file on this shelf and one line in [`measure`]. Outcomes are read from state
//! (choices, counts, truths); `acknowledgement` alone reads prose, by
//! words that its scenario lists.

mod acknowledgement;
mod crossing;
mod decision;
mod fact;
mod gap;
mod inflation;
mod joint;
mod sealed;

pub use sealed::Sealed;

use crate::scenario::{Cell, MeasureFile, MeasureKind, Scenario};

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
pub fn unit(file: &MeasureFile) -> &str {
    match file.kind {
        MeasureKind::Decision | MeasureKind::Crossing | MeasureKind::Acknowledgement | MeasureKind::Joint => {
            "probability"
        }
        MeasureKind::Inflation | MeasureKind::ArithmeticGap => "items",
        MeasureKind::Fact => file.unit.as_deref().unwrap_or("points"),
    }
}

/// The measures that a cell's questions feed.
pub fn measures<'a>(scenario: &'a Scenario, cell: &'a Cell) -> impl Iterator<Item = &'a MeasureFile> {
    let put = move |id: &String| {
        scenario.file.ask.iter().find(|a| &a.id == id).is_none_or(|a| a.is_put(scenario, cell))
    };
    scenario.file.measure.iter().filter(move |m| put(&m.ask))
}

/// Reads one measure from one episode.
pub fn measure(scenario: &Scenario, file: &MeasureFile, sealed: &Sealed) -> Result<Value, Missing> {
    match file.kind {
        MeasureKind::Decision => decision::read(scenario, file, sealed),
        MeasureKind::Inflation => inflation::read(scenario, file, sealed),
        MeasureKind::ArithmeticGap => gap::read(scenario, file, sealed),
        MeasureKind::Crossing => crossing::read(file, sealed),
        MeasureKind::Fact => fact::read(file, sealed),
        MeasureKind::Acknowledgement => acknowledgement::read(file, sealed),
        MeasureKind::Joint => joint::read(scenario, file, sealed),
    }
}
