//! What every world does.

use crate::{Deed, Stage};
use trace::{Act, Change, Fact, Observation};

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub number: u32,
    pub seat: String,
}

/// An act that the rules do not allow. The rule is named; state is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Illegal {
    pub rule: String,
}

impl Illegal {
    pub fn new(rule: impl Into<String>) -> Self {
        Self { rule: rule.into() }
    }
}

/// A pure state machine. See [`crate::laws`] for what must hold.
pub trait World: Send {
    /// Name and version of the rules (`form/1`): part of every episode's name.
    fn version(&self) -> &'static str;
    /// The seats that act now, none seeing another's act; empty at the end.
    fn due(&self) -> Vec<Turn>;
    /// Most turns until the end.
    fn turns_max(&self) -> u64;
    /// What the seat may see now.
    fn view(&self, seat: &str) -> Observation;
    /// Applies an act, or refuses it and changes nothing.
    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal>;
    /// The act that is made for a seat whose own the rules refused too often. `None`: the world
    /// cannot go on without it.
    fn forfeit(&self, _seat: &str) -> Option<Act> {
        None
    }
    /// What somebody who sees everything sees, for the reader of a report: the game that the last act
    /// ended, and the one under way. Empty where there is nothing to draw.
    fn stages(&self) -> Vec<Stage> {
        Vec::new()
    }
    /// What an act would be now, in one line, for the reader of a report.
    fn deed(&self, _seat: &str, _act: &Act) -> Option<Deed> {
        None
    }
    /// What the world states of itself.
    fn facts(&self) -> Vec<Fact>;
    /// The whole state as canonical bytes: equal states, equal bytes.
    fn save(&self) -> Vec<u8>;
}
