//! Append, seal, read and export episodes; the ledger of purchases; leases between processes.
//!
//! ```text
//! episodes ─▶ Shard (zstd frames of JSON lines, one writer, locked) ─▶ read_all ─▶ episodes by name
//! purchases ─▶ Ledger (one frame each, on disk before use) ─▶ Responses (by request)
//! Index (rebuildable): what is done, what another process plays
//! ```
//!
//! The `.zst` files are the truth; `index.db` can be deleted at any time. A kill at any instant
//! leaves at most one torn frame at a file's end, which the next writer cuts off. The store refuses
//! to know what episodes mean.

mod error;
mod frames;
mod index;
mod responses;
mod run;

pub use error::StoreError;
pub use frames::{Frames, read_frames};
pub use responses::Responses;
pub use run::{RunFolder, Writer, write_atomically};
