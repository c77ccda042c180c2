//! The JSON that is sent.

use serde::Serialize;
use serde_json::Value;
use trace::{Message, Request, Role};

/// Which of a wire's dialects a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Where the token limit stands: `max_tokens`, or the newer `max_completion_tokens`.
    pub limit: LimitField,
    /// Whether log-probabilities may be asked for.
    pub logprobs: Logprobs,
    /// Whether a schema may be sent along.
    pub schemas: Schemas,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitField {
    MaxTokens,
    MaxCompletionTokens,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logprobs {
    Ask,
    Leave,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schemas {
    Send,
    Leave,
}

/// What a server's complaint asks to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    NoLogprobs,
    NoSchemas,
    MaxCompletionTokens,
}

/// Most alternatives per token that OpenAI, vLLM and Ollama list.
const TOP_LOGPROBS: u8 = 20;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    temperature: f64,
    top_p: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    seed: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "json_schema", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonSchema { name: &'static str, strict: bool, schema: &'a Value },
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> From<&'a Message> for WireMessage<'a> {
    fn from(message: &'a Message) -> Self {
        let role = match message.role {
            Role::System => "system",
            Role::User | Role::Tool => "user",
            Role::Assistant | Role::Call => "assistant",
        };
        Self { role, content: &message.text }
    }
}

/// The body of a request in a server's dialect. Log-probabilities are asked for only where the
/// request has options.
pub(super) fn body(model: &str, request: &Request, dialect: Dialect) -> Vec<u8> {
    let sampling = &request.sampling;
    let limit = |field| (dialect.limit == field).then_some(sampling.tokens_max);
    let asks = asks_logprobs(request, dialect);
    let body = Body {
        model,
        messages: request.messages.iter().map(WireMessage::from).collect(),
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        max_tokens: limit(LimitField::MaxTokens),
        max_completion_tokens: limit(LimitField::MaxCompletionTokens),
        seed: wire_seed(request),
        stop: &sampling.stop,
        logprobs: asks.then_some(true),
        top_logprobs: asks.then_some(TOP_LOGPROBS),
        response_format: sent_schema(request, dialect).map(response_format),
    };
    // Fails only for maps with keys that are no strings: the body has none.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Whether this request asks for log-probabilities.
pub(super) fn asks_logprobs(request: &Request, dialect: Dialect) -> bool {
    !request.options.is_empty() && dialect.logprobs == Logprobs::Ask
}

/// The schema that goes along with this request.
pub(super) fn sent_schema(request: &Request, dialect: Dialect) -> Option<&Value> {
    request.schema.as_ref().filter(|_| dialect.schemas == Schemas::Send)
}

fn response_format(schema: &Value) -> ResponseFormat<'_> {
    ResponseFormat::JsonSchema { name: "move", strict: true, schema }
}

/// The seed on the wire: 31 bits of a hash of seed and sample index. Servers differ in how wide a
/// seed may be, none refuses 31 bits; two samples of one request get two seeds.
pub(super) fn wire_seed(request: &Request) -> u64 {
    let parts = [request.seed.to_string(), request.sample.to_string()];
    trace::seed_of("wire", &[&parts[0], &parts[1]]) & 0x7fff_ffff
}
