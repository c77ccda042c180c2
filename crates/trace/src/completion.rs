//! What a model is asked and what it answers.

use crate::{Message, Sampling, Tool};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One call to a model. Two equal requests to one model are the same purchase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub messages: Vec<Message>,
    /// The texts of the options, as the model would write them; empty for a free answer. A model
    /// that can, scores them; another answers in text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// JSON Schema that the answer must fit; a model that can is held to it token by token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
    /// Tools of which the answer calls one. Only for a model whose card says that it has `tools`.
    #[serde(default, skip_serializing_if = "<[Tool]>::is_empty")]
    pub tools: Arc<[Tool]>,
    pub sampling: Sampling,
    pub seed: u64,
    /// Which of several independent answers to the same request this is.
    #[serde(default)]
    pub sample: u32,
}

/// Why a completion ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// The model said that it was done.
    #[default]
    Stop,
    /// The token limit.
    Length,
    /// Options were scored; nothing was generated.
    Scored,
    /// The provider's own filter.
    Filtered,
    /// The model declined, and the wire sets that apart from an answer.
    Refused,
}

/// Tokens as the provider counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens, those served from a prefix cache included.
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// An answer of a model.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Completion {
    /// The text; of a native call, the [`crate::Call`] as JSON, and of several, each on a line. Bytes
    /// that were no UTF-8 stand as U+FFFD here and unchanged in the ledger.
    pub text: String,
    /// What was said beside a native call.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub beside: String,
    /// What the wire shows of the model's reasoning.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    pub finish: Finish,
    pub usage: Usage,
    /// ln p(option | context) per option of the request; empty where the model did not score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_logp: Vec<f64>,
}
