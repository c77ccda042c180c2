//! Append, seal, read and export episodes; the ledger of purchases; leases between processes.
//!
//! ```text
//! episodes ─▶ Shard (zstd frames of JSON lines, one writer, locked) ─▶ read_all ─▶ episodes by name
//! purchases ─▶ Ledger (those that wait share a frame, on disk before use) ─▶ Responses (by request)
//! Index (rebuildable): what is done, what another process plays
//! ```
//!
//! The `.zst` files are the truth; `index.db` is rebuilt from them whenever a run is opened for playing.
//! A kill or a power loss at any instant leaves at most one torn frame at a file's end, which the next
//! writer cuts off. The store refuses to know what episodes mean.

mod durable;
mod error;
mod finished;
mod frames;
mod index;
mod known;
mod responses;
mod run;
mod tail;
mod till;

pub use durable::write_atomically;
pub use error::StoreError;
pub use frames::{Frames, read_frames};
pub use responses::Responses;
pub use run::{RunFolder, Writer};
