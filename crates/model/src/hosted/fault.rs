//! What went wrong in one attempt, and whether another makes sense.

use super::dialect::Change;
use crate::Kind;
use std::time::Duration;

/// Why one attempt gave no reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub kind: Kind,
    /// One line, with what to do next where that is known.
    pub message: String,
    pub next: Next,
    /// The server has more to do than it can: fewer requests at once may help.
    pub crowded: bool,
}

/// What makes sense after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another attempt after a back-off, and no sooner than the server asks.
    Retry { wait: Option<Duration> },
    /// One more attempt at most, after a back-off.
    RetryOnce,
    /// At once, in the dialect that the server asked for.
    Adapted(Change),
    /// Nothing.
    Stop,
}

impl Fault {
    pub fn stop(kind: Kind, message: String) -> Self {
        Self { kind, message, next: Next::Stop, crowded: false }
    }

    pub fn retry(kind: Kind, message: String, wait: Option<Duration>) -> Self {
        Self { kind, message, next: Next::Retry { wait }, crowded: false }
    }
}
