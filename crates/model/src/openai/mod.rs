//! Hosted models over the OpenAI chat-completions wire: OpenAI, OpenRouter, vLLM, SGLang,
//! llama.cpp's server, Ollama, and whatever else speaks it.
//!
//! ```text
//! Request ─▶ body ─▶ limits ─▶ transport ─▶ judge ─▶ reply ─▶ options ─▶ Answered
//!                      ▲                      │ fault
//!                      └────── retry ◀────────┘ within a budget, never endless
//! ```
//!
//! Our own typed layer: the exact bytes of an answer go to the ledger, log-probabilities and
//! refusals are read, every attempt is typed. A model's bad output (nonsense, 10 MB, bytes that are
//! no UTF-8, an empty answer, a filter) is a completion; only what the provider breaks is an error.
//!
//! This folder refuses to know files and environment variables: [`Endpoint::resolve`] is handed a
//! look-up.

mod body;
mod endpoint;
#[cfg(feature = "fake")]
pub mod fake;
mod fault;
mod hosted;
mod judge;
mod limits;
mod mend;
mod options;
mod raw;
mod reply;
mod retry;
mod said;
mod transport;
mod wait;

#[cfg(test)]
mod tests;

pub use endpoint::{Endpoint, PROVIDERS};
pub use hosted::Hosted;
pub use limits::Limits;
pub use options::COVERED_MIN;
pub use retry::RetryPolicy;
pub use transport::RESPONSE_BYTES_MAX;
