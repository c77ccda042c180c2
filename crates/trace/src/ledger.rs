//! What was bought, when, and at what price: outside the replayed bytes.

use crate::{Completion, Episode, Event, Name, Request};
use serde::{Deserialize, Serialize};

/// One attempt at a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// HTTP status; 0 where there was none.
    pub status: u16,
    /// What went wrong, one line; empty for the attempt that succeeded.
    pub error: String,
    /// Milliseconds from sending to the last byte.
    pub wall_ms: u64,
}

/// A completion that cost money or time, with the exact bytes that came over the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    pub v: u32,
    /// The request's key: hash of model and request.
    pub key: Name,
    pub model: String,
    pub request: Request,
    pub completion: Completion,
    /// The response body as it came. Bytes that are no UTF-8 are written as `\xNN` and `raw_escaped`
    /// says so.
    pub raw: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_escaped: bool,
    pub attempts: Vec<Attempt>,
    /// Seconds since 1970 when it was recorded.
    pub at_s: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

/// One line of a record file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Record<E = Vec<Event>> {
    Episode(Box<Episode<E>>),
    Purchase(Box<Purchase>),
}
