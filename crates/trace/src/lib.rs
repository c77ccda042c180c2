//! Who saw, said, did, was refused, was scored. The only types that are written to disk.
//!
//! ```text
//! Brief + Observation ─▶ Request ─▶ Completion ─▶ Act ─▶ Verdict ─▶ Change … ─▶ Episode
//!                                       └─▶ Purchase (the ledger, outside the replayed bytes)
//! ```
//!
//! An [`Episode`] is named by the hash of all that made it ([`EpisodeKey`], [`name_of`]); the same
//! inputs give the same bytes ([`canonical`]). Seeds never know the cell ([`seed_of`]), so that
//! cells are paired. Every record carries a version, and a fixture of each version loads for ever.
//!
//! This crate refuses to know IO, async, the clock and randomness.
//!
//! ```
//! use trace::{canonical, name_of, seed_of};
//! let a = serde_json::json!({"b": 1, "a": 2});
//! assert_eq!(canonical(&a), br#"{"a":2,"b":1}"#);
//! assert_eq!(name_of(&a).as_str().len(), 24);
//! assert_eq!(seed_of("play", &["3", "0"]), seed_of("play", &["3", "0"]));
//! assert_ne!(seed_of("play", &["3", "0"]), seed_of("play", &["30", ""]));
//! ```

mod ask;
mod brief;
mod card;
mod completion;
mod episode;
mod event;
mod ledger;
mod name;
mod tool;

pub use ask::{Act, Answer, Ask, Choice, Observation, Read};
pub use brief::{Brief, Clause, Message, Role, Span};
pub use card::{ModelCard, Sampling, SeatCard, is_scripted};
pub use completion::{Completion, Finish, Request, Usage};
pub use episode::{End, Episode, EpisodeKey, VERSION};
pub use event::{Change, Event, Fact, Verdict};
pub use ledger::{Attempt, Purchase, Record};
pub use name::{Name, canonical, digest, name_of, seed_of};
pub use tool::{Call, Tool};
