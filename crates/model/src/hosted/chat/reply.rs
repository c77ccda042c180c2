//! What chat-completions give back, as far as it is read. The rest stays in the raw bytes.

use crate::hosted::calls::call_line;
use crate::hosted::parse::{Token, lenient, parse, text_of};
use crate::hosted::said::Said;
use crate::hosted::wire::{Held, Reply};
use serde::Deserialize;
use serde_json::Value;
use trace::{Finish, Usage};

/// A body that held a completion or an error.
#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default, deserialize_with = "lenient")]
    choices: Vec<Choice>,
    #[serde(default, deserialize_with = "lenient")]
    usage: WireUsage,
    /// Some servers answer 200 with an error inside.
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    message: WireMessage,
    #[serde(default, deserialize_with = "lenient")]
    finish_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    logprobs: Option<WireLogprobs>,
    /// OpenRouter's place for an upstream that broke.
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct WireMessage {
    #[serde(default)]
    content: Content,
    #[serde(default, deserialize_with = "lenient")]
    refusal: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tool_calls: Vec<Value>,
    /// As vLLM, SGLang, llama.cpp and DeepSeek name it.
    #[serde(default, deserialize_with = "lenient")]
    reasoning_content: String,
    /// As OpenRouter, Ollama and newer vLLM name it.
    #[serde(default, deserialize_with = "lenient")]
    reasoning: String,
}

/// A text, a list of parts, or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
    #[default]
    None,
    /// What no server should send: kept in the raw bytes only.
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Part {
    Bare(String),
    Text { text: String },
    Refusal { refusal: String },
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Default, Deserialize)]
struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: u64,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: u64,
    /// Dollars, where the provider says (OpenRouter).
    #[serde(default, deserialize_with = "lenient")]
    cost: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct WireLogprobs {
    #[serde(default, deserialize_with = "lenient")]
    content: Vec<Token>,
}

/// Reads a body of status 200.
pub(in crate::hosted) fn read(body: &[u8]) -> Held {
    let body: Body = match parse(body) {
        Ok(body) => body,
        Err(why) => return Held::Nothing(format!("the answer is no JSON of a chat completion ({why})")),
    };
    if let Some(error) = &body.error {
        return Held::Error(Said::of_error(error));
    }
    let Some(choice) = body.choices.into_iter().next() else {
        return Held::Nothing("the answer holds no choice".to_owned());
    };
    match &choice.error {
        Some(error) => Held::Error(Said::of_error(error)),
        None if choice.finish_reason.as_deref() == Some("error") => {
            Held::Nothing("the answer ends with finish_reason `error`".to_owned())
        }
        None => Held::Reply(reply(choice, body.usage)),
    }
}

fn reply(choice: Choice, usage: WireUsage) -> Reply {
    let finish = choice.finish();
    let WireUsage { prompt_tokens, completion_tokens, cost } = usage;
    Reply {
        finish,
        // The tokens, as the provider counts them; 0 where it does not say.
        usage: Usage { prompt_tokens, completion_tokens },
        usd: cost.filter(|usd| usd.is_finite()),
        first: choice.logprobs.and_then(|l| l.content.into_iter().next()),
        calls: choice.message.tool_calls.iter().map(call).collect(),
        reasoning: choice.message.reasoning(),
        words: choice.message.into_text(),
    }
}

fn call(call: &Value) -> String {
    let function = &call["function"];
    call_line(text_of(&function["name"]), &function["arguments"])
}

impl Choice {
    /// Why the answer ended. What is unknown counts as [`Finish::Stop`].
    fn finish(&self) -> Finish {
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

    /// Under either name: a server that uses both says the same twice.
    fn reasoning(&self) -> String {
        let names = [&self.reasoning_content, &self.reasoning];
        names.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
    }

    /// The text that the model wrote: its refusal where the wire sets one apart, else its content.
    fn into_text(self) -> String {
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
