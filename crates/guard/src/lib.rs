//! A reference monitor: [`Guard::show`] decides what a seat sees, [`Guard::admit`] what it may do.
//!
//! ```text
//!              ┌───────────────────────── Monitor ─────────────────────────┐
//! text ─▶ read ─▶ amend ─▶ register · grant · reckoner · switch · weigh ─▶ strictest ─▶ Decision
//!  (strict)        (rooms)        (rooms, in any order)                                     │
//!                                                                                  Door ◀───┤
//! Ratchet: policies, epoch by epoch                     Book: append, then effect ◀─────────┘
//! ```
//!
//! Pure, total and fail-closed: whatever no policy allows is denied, and so is whatever errs. What a
//! decision is stands in [`spec`]; what must hold stands in [`laws`]. [`Open`] and [`Closed`] are the two
//! guards without a [`Charter`]; [`Warden`] puts a [`Monitor`] at the seats of an arena,
//! [`Shared`] at the disposal of many threads.
//!
//! This crate refuses to know models, worlds, files, the clock and chance: bytes come in, bytes go out,
//! and ticks are handed in, so that the guard of the laboratory is the guard of production.
//!
//! ```
//! use guard::{Charter, Kind, Monitor, Offer, Offered, Principal, Verdict};
//! use serde_json::json;
//! use std::{collections::BTreeMap, sync::Arc};
//!
//! let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
//! let tool = trace::Tool { name: "read_file".into(), about: "Shows a file.".into(), arguments: schema };
//! let charter = Charter {
//!     policy: r#"permit(principal in Role::"clerk", action == Action::"read_file", resource)
//!                when { context.args.name != "keys" };"#.into(),
//!     roles: BTreeMap::from([("clerk".into(), vec![tool.clone()])]),
//!     principals: BTreeMap::from([("ann".into(), Principal { role: "clerk".into(), kind: Kind::Agent })]),
//!     ..Charter::default()
//! };
//! let mut monitor = Monitor::new(charter)?;
//! let offer = Arc::new(Offer::Call(Arc::new(Offered::new(Arc::new([tool])))));
//! let mut says = |text: &str| monitor.decide("ann", &offer, Some(text), 0).verdict;
//! assert_eq!(says(r#"{"tool":"read_file","arguments":{"name":"plan"}}"#), Verdict::Allow);
//! assert_eq!(says(r#"{"tool":"read_file","arguments":{"name":"keys"}}"#), Verdict::Deny);
//! assert_eq!(says(r#"{"tool":"read_file","arguments":{"name":"keys","name":"plan"}}"#), Verdict::Deny);
//! # Ok::<(), guard::Fault>(())
//! ```

pub mod bench;
pub mod book;
mod bounds;
mod charter;
mod decision;
pub mod door;
mod errors;
mod facts;
mod keys;
pub mod laws;
mod memory;
mod monitor;
#[cfg(any(test, feature = "mutants"))]
pub mod mutant;
#[cfg(not(any(test, feature = "mutants")))]
mod mutant;
#[cfg(test)]
mod mutant_runner;
pub mod payload;
mod policies;
mod port;
mod probes;
mod ratchet;
mod request;
pub mod rooms;
mod said;
mod schema;
mod sense;
mod shape;
mod shared;
mod slices;
#[rustfmt::skip] // Forty lines, each a thought.
pub mod spec;
mod strict;
mod verdict;
pub mod verify;
mod warden;

pub use bounds::POLICY_BYTES_MAX;
pub use charter::{CHARTER_BYTES_MAX, Charter, Fault, Kind, Pattern, Principal, RESERVED};
pub use decision::{Considered, Decision};
pub use facts::{Case, Facts, Tally};
pub use keys::{KeyPair, Operators, key_pair, sign};
pub use memory::Memory;
pub use monitor::{Monitor, Standing};
pub use payload::Payload;
pub use policies::{Policies, Rules};
pub use port::{Closed, Guard, Open};
pub use probes::{Compared, Flip};
pub use ratchet::{Adopted, Proposal, Ratchet, Turn};
pub use request::{Credential, Offer, Offered, Request, hash_of, question_of};
pub use rooms::{Order, Room};
pub use shared::{Lock, Shared};
pub use strict::REQUEST_BYTES_MAX;
pub use verdict::{Mode, Opinion, REFUSAL, Ruling, Verdict, strictest};
pub use warden::Warden;
