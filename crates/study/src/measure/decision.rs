//! `decision`: the probability of a choice, with the bias to say Yes cancelled by asking in both
//! polarities, or the leaning of a lead-in without content subtracted.
//!
//! Source: ours (design: bias of small models is cancelled, not ignored). Unit: probability.

use super::sealed::favour;
use super::{Missing, Sealed, Value};
use crate::scenario::{MeasureFile, Scenario};
use world::Side;

/// The outcome of a unit whose presentations disagree.
const UNCLEAR: &str = "unclear";

pub fn read(scenario: &Scenario, file: &MeasureFile, sealed: &Sealed) -> Result<Value, Missing> {
    let favoured = favour(scenario, &file.ask);
    let of = file.of.as_deref().unwrap_or(favoured);
    // What the guard denied did not come about. That the other side did was nobody's choice.
    let in_vain = sealed.decided_in_vain(&file.ask);
    if in_vain && of != favoured {
        return Err(Missing::Unscored);
    }
    let ask = scenario.file.ask.iter().find(|a| a.id == file.ask);
    let other = ask.map_or("", |a| if a.favour == of { &a.oppose } else { &a.favour });
    if in_vain {
        let none = [&*file.outcome, other, UNCLEAR].map(|name| (name.to_owned(), false));
        return Ok(Value { value: 0.0, happened: none.into() });
    }
    let decision = sealed.corrected(&file.ask, file.neutral.as_deref(), of)?;
    let outcomes = [(&*file.outcome, Side::Favour), (other, Side::Oppose), (UNCLEAR, Side::Unclear)];
    let happened = outcomes.map(|(name, side)| (name.to_owned(), decision.side == side)).into();
    Ok(Value { value: decision.p, happened })
}
