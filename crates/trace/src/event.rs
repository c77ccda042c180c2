//! The arrows of an episode.

use crate::{Act, Completion, Message, Observation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the guard said. The agent reads nothing of the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    Allow,
    Deny { reason: String },
}

/// One change of the world's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where in the state (`answers/offer/for`).
    pub path: String,
    pub to: Value,
}

/// Something true of the world that no seat needs to see (the truth of an item, a pay-off).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub name: String,
    pub value: Value,
}

/// One thing that happened. Order is the episode's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// What the seat was shown, after the guard.
    Observed { seat: String, view: Observation },
    /// The very text that the model read for one ask.
    Prompted { seat: String, ask: String, messages: Vec<Message>, seed: u64 },
    /// What the model answered.
    Completed { seat: String, ask: String, completion: Completion },
    /// What the seat did.
    Acted { seat: String, act: Act },
    /// What the guard said to the act.
    Judged { seat: String, turn: u32, verdict: Verdict },
    /// The world refused the act (an illegal move): data, not a failure. State is unchanged.
    Illegal { seat: String, turn: u32, rule: String },
    /// The seat made no act that the world allowed: the world's own was made for it.
    Forfeited { seat: String, turn: u32 },
    /// What the act changed.
    Changed { turn: u32, changes: Vec<Change> },
    /// What the world states of itself at its end.
    Stated { facts: Vec<Fact> },
}
