//! OpenAI chat-completions, the wire that nearly every server speaks.
//!
//! The format: <https://platform.openai.com/docs/api-reference/chat>. Servers differ in habits (names of
//! fields, what they refuse), which [`super::dialect`] learns.

mod body;
mod reply;

pub(super) use body::body;
pub(super) use reply::read;
