//! `fact`: a number that the world states of itself at its end (points of the pair, welfare).
//!
//! Source: the world's own facts; see each world's `facts`. Unit: the measure's `unit`.

use super::{Missing, Sealed, Value};
use crate::scenario::MeasureFile;

/// A count that is above zero happened. A fact that the world could not state (a rate of nothing) is
/// unscored.
pub fn read(file: &MeasureFile, sealed: &Sealed) -> Result<Value, Missing> {
    let name = file.fact.as_deref().unwrap_or_default();
    let value = sealed.stated(name)?;
    Ok(Value { value, happened: vec![(file.outcome.clone(), value > file.above.unwrap_or(0.0))] })
}
