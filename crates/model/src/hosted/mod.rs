//! Hosted models over three wires: OpenAI chat-completions (OpenAI, OpenRouter, vLLM, SGLang,
//! llama.cpp's server, Ollama, and whatever else speaks it), OpenAI responses and Anthropic messages.
//!
//! ```text
//! Request ─▶ wire: body ─▶ limits ─▶ transport ─▶ judge ─▶ wire: reply ─▶ options ─▶ Answered
//!            (chat,          ▲                      │ fault
//!             responses,     └─────── retry ◀───────┘ within a budget, never endless
//!             anthropic)
//! ```
//!
//! Our own typed layer: the exact bytes of an answer go to the ledger, log-probabilities, calls,
//! reasoning and refusals are read, every attempt is typed. A model's bad output (nonsense, 10 MB, bytes
//! that are no UTF-8, an empty answer, a filter) is a completion; only what the provider breaks is an
//! error.
//!
//! A wire is a folder that knows two things: what a request looks like, and what a reply looks like.
//! This folder refuses to know files and environment variables: [`Endpoint::resolve`] is handed a
//! look-up.

mod anthropic;
mod calls;
mod chat;
mod client;
mod dialect;
mod endpoint;
#[cfg(feature = "fake")]
pub mod fake;
mod fault;
mod judge;
mod limits;
mod mend;
mod options;
mod pace;
mod parse;
mod raw;
mod responses;
mod retry;
mod said;
mod shelf;
mod transport;
mod turns;
mod wait;
mod wire;

#[cfg(test)]
mod tests;

pub use client::Hosted;
pub use endpoint::Endpoint;
pub use limits::Limits;
pub use options::COVERED_MIN;
pub use retry::RetryPolicy;
pub use shelf::PROVIDERS;
pub use transport::RESPONSE_BYTES_MAX;

/// Most alternatives per token that OpenAI, vLLM and Ollama list.
const TOP_LOGPROBS: u8 = 20;
