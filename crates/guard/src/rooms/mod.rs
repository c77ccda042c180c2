//! The shelf of rooms. A room is one file and one line here.
//!
//! ```text
//! amend  what a room would set in the arguments, before anything is judged
//! judge  what it says of the request as it would be sent: pure, so that no order matters
//! note   what it remembers of a request that was sent: a refused one leaves no trace
//! obey   what an operator tells it
//! adopt  the policies of the next epoch
//! stands whether what it allowed may still begin
//! ```
//!
//! No room reads another's state. One that is switched off is never asked, so "one room off" is a clean
//! comparison. To add one: a file that implements [`Room`], a line in the shelf, a field of
//! [`Charter`] if it has settings, a law in `laws`.
//!
//! Rooms that are not built, and where each would go in:
//!
//! ```text
//! flow.rs       judge, note   labels of what somebody has seen meet the clearance of a sink
//! letters.rs    judge, note   bits between seats for each window, silence counted
//! canon.rs      amend         one encoding of each meaning; the clock is the caller's
//! partition.rs  show, amend   nothing of one seat reaches another without an edge; handles are aliased
//! face.rs       show          watched and unwatched views are the same bytes
//! bench.rs      show          who judges sees no author, no history, no consequence
//! lot.rs        judge         who judges whom is drawn, and can be drawn again
//! envelope.rs   show, note    moves of a round are closed until all are in
//! assay.rs      show, note    gold items, from the path of live ones
//! keys.rs       judge         approvals from outside a conflict of interests (the quorum is a fact already)
//! ```

pub mod grant;
pub mod reckoner;
pub mod register;
pub mod switch;
pub mod weigh;

use crate::{Case, Charter, Credential, Decision, Fault, Opinion, Policies};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::Observation;

/// What operators tell the rooms. Those that it does not concern ignore it.
#[derive(Clone, Debug)]
pub enum Order {
    /// Rights are lent.
    Delegate(grant::Delegation),
    /// Rights lent to somebody end, and so do all that were lent on.
    Revoke(String),
    /// Somebody is stopped for good.
    Stop(String),
    /// The operators are there: leases of those who are not stopped begin anew.
    Beat,
    /// Bounded marks of one panelist on one sheet.
    Marks(reckoner::Marks),
}

/// A room of the guard.
pub trait Room: Send + Sync {
    fn name(&self) -> &'static str;

    /// Arguments that the guard sets, whatever the agent wrote.
    ///
    /// # Errors
    /// In words, where that cannot be said: the request is then denied.
    fn amend(&self, _case: Case<'_>) -> Result<BTreeMap<String, Value>, String> {
        Ok(BTreeMap::new())
    }

    /// What it says of a request.
    fn judge(&self, case: Case<'_>) -> Opinion;

    /// Remembers a request that is sent.
    fn note(&mut self, _case: Case<'_>) {}

    /// Does what operators say at a tick.
    ///
    /// # Errors
    /// In words, where it cannot: nothing has changed then.
    fn obey(&mut self, _order: &Order, _now: u64) -> Result<(), String> {
        Ok(())
    }

    /// Takes the policies of the next epoch. No order can: [`crate::Monitor::adopt`] alone tells them.
    fn adopt(&mut self, _policies: &Arc<Policies>) {}

    /// On whose behalf somebody acts, the nearest delegator first; whether those links still hold is
    /// another question ([`Room::stands`]).
    fn behind(&self, _who: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether what was decided may still begin.
    ///
    /// # Errors
    /// In words, where it may not.
    fn stands(&self, _who: &Credential, _decision: &Decision, _now: u64) -> Result<(), String> {
        Ok(())
    }

    /// What it has to remember beyond a restart; nothing where it remembers nothing.
    fn memory(&self) -> Value {
        Value::Null
    }

    /// Takes up what it remembered.
    ///
    /// # Errors
    /// In words, where that is not its memory.
    fn remember(&mut self, memory: &Value) -> Result<(), String> {
        if memory.is_null() { Ok(()) } else { Err("there is nothing that it remembers".into()) }
    }

    /// What is left of a view. May take away, never adds.
    fn show(&self, _to: &Credential, view: Observation) -> Observation {
        view
    }

    fn boxed(&self) -> Box<dyn Room>;
}

/// What a room remembered, read.
fn recalled<T: serde::de::DeserializeOwned>(memory: &Value) -> Result<T, String> {
    T::deserialize(memory).map_err(|why| why.to_string())
}

type Build = fn(&Charter) -> Result<Box<dyn Room>, Fault>;

/// One line for each room: its name, what it keeps, how it is opened.
const SHELF: [(&str, &str, Build); 5] = [
    ("register", "Tools are those that were registered, the same for the same role.", |charter| {
        Ok(Box::new(register::Register::new(charter)))
    }),
    ("grant", "Policies over who asks, which tool, which arguments; delegation only narrows.", |charter| {
        Ok(Box::new(grant::Grant::new(charter)?))
    }),
    ("reckoner", "The pen: totals and consequences are computed from bounded marks.", |charter| {
        Ok(Box::new(reckoner::Reckoner::new(charter)?))
    }),
    ("switch", "The switch: nobody who is governed reaches what governs; leases run out.", |charter| {
        Ok(Box::new(switch::Switch::new(charter)?))
    }),
    ("weigh", "The file: bytes are weighed for life, and weights exist once.", |charter| {
        Ok(Box::new(weigh::Weigh::new(charter)?))
    }),
];

/// The names of the rooms, in the shelf's order.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHELF.iter().map(|(name, ..)| *name)
}

/// The rooms with what they keep.
pub fn abouts() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHELF.iter().map(|(name, about, _)| (*name, *about))
}

/// Every room of a charter.
///
/// # Errors
/// The first [`Fault`].
pub fn open(charter: &Charter) -> Result<Vec<Box<dyn Room>>, Fault> {
    SHELF.iter().map(|(.., build)| build(charter)).collect()
}
