//! What a provider or a machine can break. A model's bad output is no error.

use trace::Attempt;

/// What broke: decides whether another call makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key is missing or refused. No call to this model will succeed.
    Auth,
    /// The server does not know the model. No call to this model will succeed.
    NoSuchModel,
    /// The server refuses this request (too long, a bad field). Others may succeed.
    BadRequest,
    /// Rate limits outlasted the retry budget.
    RateLimited,
    /// Server errors, broken connections, time-outs or unreadable bodies outlasted the retry budget.
    Unavailable,
    /// The record or the cache could not be written: what was bought would be lost.
    Storage,
    /// A replay has no such answer.
    NotRecorded,
}

/// A call that gave no completion.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{model}: {message}")]
pub struct ModelError {
    pub kind: Kind,
    pub model: String,
    /// One line: what happened and, where known, what to do next.
    pub message: String,
    pub attempts: Vec<Attempt>,
}

impl ModelError {
    /// Whether no further call to this model can succeed: the run stops and says so.
    pub fn is_final(&self) -> bool {
        matches!(self.kind, Kind::Auth | Kind::NoSuchModel | Kind::Storage)
    }
}
