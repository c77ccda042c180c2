//! What a guard must not forget when it stops: epoch and policy, counts, approvals, and what each room keeps.
//!
//! The caller writes it down before the effect of a decision begins, and hands it back at the next start. A
//! guard that starts without its memory would give every budget anew and revive whom somebody stopped.

use crate::{Charter, Fault, Monitor, Tally};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The whole state of a [`Monitor`] beside its charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    pub epoch: u64,
    /// The policy of that epoch.
    pub policy: String,
    pub(crate) tally: Tally,
    /// By room; a room that remembers nothing is not here.
    pub(crate) rooms: BTreeMap<String, Value>,
}

impl Memory {
    /// Its canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        trace::canonical(self)
    }

    /// # Errors
    /// In words: not a memory, a key twice, an unknown field.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|why| why.to_string())?;
        serde_json::from_str(text).map_err(|why| why.to_string())
    }
}

impl Monitor {
    /// Goes on where a guard of this charter stopped.
    ///
    /// # Errors
    /// A [`Fault`]: of the charter, of the policy, or at `memory` where a room cannot read its own.
    pub fn resume(charter: Charter, memory: &Memory) -> Result<Self, Fault> {
        let mut monitor = Self::new(Charter { policy: memory.policy.clone(), ..charter })?;
        monitor.remember(memory).map_err(|why| Fault::new("memory", why))?;
        Ok(monitor)
    }
}
