//! A mind becomes a player: a brief and a model.
//!
//! ```text
//! Brief + Observation ─▶ conversations ─▶ Model ─▶ completions ─▶ read ─▶ Act
//! ```
//!
//! An agent refuses to know worlds and scenarios: what it was not told or shown, it cannot use; a
//! leak would be a compile error. Misbehaviour (a refusal, an unreadable answer) is part of the act.
//!
//! ```
//! use agent::read_choice;
//! use trace::Read;
//! let options = ["Yes".to_string(), "No".to_string()];
//! assert_eq!(read_choice("Yes.", &options), (Some(0), Read::Parsed));
//! assert_eq!(read_choice("I do not accept", &options), (None, Read::Unparsed));
//! ```

mod json;
mod memory;
mod mind;
mod read;
mod talk;

pub use json::read_json;
pub use memory::{Budget, Learnt, Line, Memory};
pub use mind::{Exchange, Mind};
pub use model::ModelError;
pub use read::read_choice;
