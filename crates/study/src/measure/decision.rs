//! `decision`: the probability of a choice, with the bias to say Yes cancelled by asking in both
//! polarities, or the leaning of a lead-in without content subtracted.
//!
//! Source: ours (design: bias of small models is cancelled, not ignored). Unit: probability.

use super::sealed::favour;
use super::{Missing, Sealed, Value};
use crate::scenario::{MeasureFile, Scenario};
use world::Side;

pub fn read(scenario: &Scenario, file: &MeasureFile, sealed: &Sealed) -> Result<Value, Missing> {
    let of = file.of.as_deref().unwrap_or_else(|| favour(scenario, &file.ask));
    let decision = sealed.corrected(&file.ask, file.neutral.as_deref(), of)?;
    let side = decision.side;
    let happened =
        vec![(file.outcome.clone(), side == Side::Favour), ("unclear".into(), side == Side::Unclear)];
    Ok(Value { value: decision.p, happened })
}
