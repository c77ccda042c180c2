//! Seats agents in a world under a guard: the one loop.
//!
//! ```text
//! world.view ─▶ guard.show ─▶ agent ─▶ guard.admit ─▶ Sink::append ─(receipt)─▶ world.apply
//! ```
//!
//! Every arrow is an event appended to a [`Sink`]; without the receipt of the verdict nothing is
//! applied (no record, no effect). The arena refuses to know the store and the measures.

mod play;
mod sink;

pub use play::{Halt, play};
pub use sink::{Receipt, Scroll, Sink, Tape};
