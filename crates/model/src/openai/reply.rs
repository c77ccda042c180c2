//! The JSON that comes back, as far as it is read. What is not read here stays in the raw bytes.

use super::mend::mend;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use trace::{Finish, Usage};

/// A body that held a completion or an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Reply {
    #[serde(default, deserialize_with = "lenient")]
    pub choices: Vec<Choice>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage: WireUsage,
    /// Some servers answer 200 with an error inside.
    #[serde(default)]
    pub error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    pub message: WireMessage,
    #[serde(default, deserialize_with = "lenient")]
    pub finish_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub logprobs: Option<WireLogprobs>,
    /// OpenRouter's place for an upstream that broke.
    #[serde(default)]
    pub error: Option<Value>,
}

/// Reasoning (`reasoning_content`, `reasoning`) is not read: it stays in the raw bytes.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireMessage {
    #[serde(default)]
    pub content: Content,
    #[serde(default, deserialize_with = "lenient")]
    pub refusal: Option<String>,
}

/// A text, a list of parts, or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
    #[default]
    None,
    /// What no server should send: kept in the raw bytes only.
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Part {
    Bare(String),
    Text { text: String },
    Refusal { refusal: String },
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_tokens: u64,
    /// Dollars, where the provider says (OpenRouter).
    #[serde(default, deserialize_with = "lenient")]
    pub cost: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct WireLogprobs {
    #[serde(default, deserialize_with = "lenient")]
    pub content: Vec<TokenLogprob>,
}

/// One token that was written, with its alternatives.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct TokenLogprob {
    pub token: String,
    /// Natural logarithm.
    #[serde(default, deserialize_with = "lenient")]
    pub logprob: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub top_logprobs: Vec<TokenLogprob>,
}

/// A field of the wrong type counts as absent: a server's slip beside the text costs no completion.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(d: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(d)?).unwrap_or_default())
}

impl Reply {
    /// Reads a body. Bytes that are no UTF-8 become U+FFFD; strings with bare control characters or
    /// lone surrogates are mended.
    ///
    /// # Errors
    /// One line for a body that is no JSON object, among them one that was cut off.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(body);
        let read = serde_json::from_str(&text);
        read.or_else(|first| serde_json::from_str(&mend(&text)).map_err(|_| first.to_string()))
    }

    /// What a provider's filter leaves of an answer.
    pub fn filtered() -> Self {
        let finish_reason = Some("content_filter".to_owned());
        Self { choices: vec![Choice { finish_reason, ..Choice::default() }], ..Self::default() }
    }

    /// The tokens, as the provider counts them; 0 where it does not say.
    pub fn usage(&self) -> Usage {
        Usage { prompt_tokens: self.usage.prompt_tokens, completion_tokens: self.usage.completion_tokens }
    }
}

impl Choice {
    /// Why the answer ended. What is unknown counts as [`Finish::Stop`].
    pub fn finish(&self) -> Finish {
        match self.finish_reason.as_deref() {
            Some("length" | "max_tokens" | "model_length") => Finish::Length,
            Some("content_filter") => Finish::Filtered,
            _ if self.message.declines() => Finish::Refused,
            _ => Finish::Stop,
        }
    }
}

impl WireMessage {
    /// Whether the answer stands where the wire puts refusals.
    fn declines(&self) -> bool {
        let part = |p: &Part| matches!(p, Part::Refusal { refusal } if !refusal.is_empty());
        let parts = matches!(&self.content, Content::Parts(parts) if parts.iter().any(part));
        parts || self.refusal.as_ref().is_some_and(|r| !r.is_empty())
    }

    /// The text that the model wrote: its refusal where the wire sets one apart, else its content.
    pub fn into_text(self) -> String {
        match (self.refusal, self.content) {
            (Some(refusal), _) if !refusal.is_empty() => refusal,
            (_, Content::Text(text)) => text,
            (_, Content::Parts(parts)) => parts.into_iter().map(Part::into_text).collect(),
            (_, Content::None | Content::Other(_)) => String::new(),
        }
    }
}

impl Part {
    fn into_text(self) -> String {
        match self {
            Self::Bare(text) | Self::Text { text } | Self::Refusal { refusal: text } => text,
            Self::Other(_) => String::new(),
        }
    }
}
