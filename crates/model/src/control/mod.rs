//! Scripted models of known disposition. A control reads the conversation that a model would read,
//! finds its way by the scenario's [`Reading`], and answers in text, which then passes the same
//! parser and the same scoring. It never sees factors, levels or the names of options.
//!
//! ```text
//! Reading (where to look) + ControlSpec (what to do) ─▶ Script ─(salt)─▶ Control: Model
//! ```
//!
//! Effect sizes are ranges, drawn anew for each salt (replicate); lapses are uniformly random
//! answers at a stated rate. Draws come from hashes of the salt, the seed and the text read.

mod cues;
mod draws;
mod question;
mod script;
mod spec;

pub use cues::{Cues, regex};
pub use draws::{Draws, uniform};
pub use question::{Fact, Reading};
pub use script::{Control, Script, ScriptError};
pub use spec::{BUILTIN, ControlSpec, Rule, Say, builtin};
