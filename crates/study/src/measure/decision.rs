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
    let decision = sealed.decision(&file.ask, of)?;
    let (mut p, mut side) = (decision.p, decision.side);
    if let Some(neutral) = &file.neutral
        && sealed.is_scored(&file.ask)
    {
        let leaning = sealed.decision(neutral, of)?.log_odds;
        let corrected = decision.log_odds - leaning;
        p = 1.0 / (1.0 + (-corrected).exp());
        side = if corrected > 0.0 { Side::Favour } else { Side::Oppose };
    }
    let happened = vec![(file.outcome.clone(), side == Side::Favour), ("unclear".into(), side == Side::Unclear)];
    Ok(Value { value: p, happened })
}
