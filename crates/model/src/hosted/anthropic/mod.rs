//! Anthropic messages.
//!
//! The format: <https://platform.claude.com/docs/en/api/messages>; answers held to a schema:
//! <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>. It has no seed and no
//! log-probabilities.

mod body;
mod reply;

pub(super) use body::body;
pub(super) use reply::read;

/// The version of the format that every request names.
pub(super) const VERSION: &str = "2023-06-01";
