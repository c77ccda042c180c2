//! OpenAI responses, without anything kept on the server.
//!
//! The format: <https://platform.openai.com/docs/api-reference/responses>. It has no seed and no stop
//! sequences, and no token limit below 16.

mod body;
mod reply;

pub(super) use body::body;
pub(super) use reply::read;
