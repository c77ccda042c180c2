//! What a guard must not forget when it stops: epoch and policy, counts, approvals, and what each room keeps.
//!
//! The caller writes it down before the effect of a decision begins, and hands it back at the next start. A
//! guard that starts without its memory would give every budget anew and revive whom somebody stopped.

use crate::{Charter, Fault, Monitor, Tally, strict};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most bytes of a memory: some hundred thousand principals, or objects.
const MEMORY_BYTES_MAX: usize = 256 << 20;

/// The whole state of a [`Monitor`] beside its charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Hash of the charter without its policy: what one guard remembers says nothing to another.
    pub(crate) charter: String,
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

    /// Whether a guard of this charter remembers it.
    pub(crate) fn check(&self, charter: &Charter) -> Result<(), Fault> {
        match self.charter == charter.bare_hash() {
            true => Ok(()),
            false => Err(Fault::new("memory", "it is the memory of another charter")),
        }
    }

    /// # Errors
    /// In words: not a memory, a key twice, an unknown field.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|why| why.to_string())?;
        serde_json::from_value(strict::read_within(text, MEMORY_BYTES_MAX)?).map_err(|why| why.to_string())
    }
}

impl Monitor {
    /// Goes on where a guard of this charter stopped.
    ///
    /// # Errors
    /// A [`Fault`]: of the charter, of the policy, or at `memory` where it is that of another charter or a room
    /// cannot read its own.
    pub fn resume(charter: Charter, memory: &Memory) -> Result<Self, Fault> {
        memory.check(&charter)?;
        let mut monitor = Self::new(Charter { policy: memory.policy.clone(), ..charter })?;
        monitor.remember(memory).map_err(|why| Fault::new("memory", why))?;
        Ok(monitor)
    }
}
