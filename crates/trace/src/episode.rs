//! One play of a world from its first observation to its end.

use crate::{Brief, Event, Name, SeatCard, name_of};
use serde::{Deserialize, Serialize};

/// The version of [`Episode`] that this code writes. It reads every version up to this one.
/// 2 has [`crate::Finish::Refused`]; 3 has tools and what is called with them.
pub const VERSION: u32 = 3;

/// All that makes an episode what it is. Its hash is the episode's name: time, path and
/// concurrency are not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpisodeKey {
    pub scenario: String,
    /// Hash of the parsed scenario.
    pub scenario_hash: String,
    /// World name and version (`form/1`).
    pub world: String,
    /// Hash of what the world was made from (documents, items, questions as rendered).
    pub world_hash: String,
    /// The cell (`consequence=shutdown/target=human`, or `baseline`).
    pub cell: String,
    pub wording: u32,
    pub state: u32,
    pub epoch: u32,
    pub seed: u64,
    /// Hash of the guard's charter; empty where nothing was guarded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub guard: String,
    pub seats: Vec<SeatCard>,
    pub briefs: Vec<Brief>,
}

impl EpisodeKey {
    /// The name of the episode.
    pub fn name(&self) -> Name {
        name_of(self)
    }
}

/// How an episode ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "kebab-case")]
pub enum End {
    /// The world came to its end.
    Done,
    /// Something outside broke (a provider, a budget). A later run plays it again.
    Incomplete { why: String },
}

/// A sealed episode: the key, what happened, and how it ended. While it is played its events may be
/// held as the JSON that will stand in the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Episode<E = Vec<Event>> {
    pub v: u32,
    pub name: Name,
    pub key: EpisodeKey,
    pub events: E,
    pub end: End,
}
