//! A request as chat-completions want it.

use crate::hosted::TOP_LOGPROBS;
use crate::hosted::dialect::wire_seed;
use crate::hosted::turns::{Turn, turns};
use crate::hosted::wire::Asked;
use serde::Serialize;
use serde_json::{Value, json};
use trace::{Call, Tool};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
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
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "json_schema", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonSchema { name: &'static str, strict: bool, schema: &'a Value },
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tool_calls: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<String>,
}

impl<'a> From<Turn<'a>> for WireMessage<'a> {
    fn from(turn: Turn<'a>) -> Self {
        let of = |role, text| Self { role, content: Some(text), tool_calls: Vec::new(), tool_call_id: None };
        match turn {
            Turn::System(text) => of("system", text),
            Turn::User(text) => of("user", text),
            Turn::Assistant(text) => of("assistant", text),
            Turn::Call { said, id, call } => Self {
                // Null where nothing was said: some templates print an empty text.
                content: Some(said).filter(|said| !said.is_empty()),
                tool_calls: vec![tool_call(&id, &call)],
                ..of("assistant", "")
            },
            Turn::Result { id, text } => Self { tool_call_id: Some(id), ..of("tool", text) },
        }
    }
}

fn tool_call(id: &str, call: &Call) -> Value {
    let function = json!({"name": call.tool, "arguments": call.arguments.to_string()});
    json!({"id": id, "type": "function", "function": function})
}

fn tool(tool: &Tool) -> Value {
    let function = json!({"name": tool.name, "description": tool.about, "parameters": tool.arguments});
    json!({"type": "function", "function": function})
}

/// The body of a request. Log-probabilities are asked for only where the request has options.
pub(in crate::hosted) fn body(asked: &Asked<'_>) -> Vec<u8> {
    let (request, along) = (asked.request, asked.along);
    let sampling = &request.sampling;
    let body = Body {
        model: asked.model,
        messages: turns(request).into_iter().map(WireMessage::from).collect(),
        temperature: along.temperature.then_some(sampling.temperature),
        top_p: along.top_p.then_some(sampling.top_p),
        max_tokens: along.older_limit.then_some(sampling.tokens_max),
        max_completion_tokens: (!along.older_limit).then_some(sampling.tokens_max),
        seed: wire_seed(request),
        stop: &sampling.stop,
        logprobs: along.logprobs.then_some(true),
        top_logprobs: along.logprobs.then_some(TOP_LOGPROBS),
        response_format: request.schema.as_ref().filter(|_| along.schema).map(response_format),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: along.tools.then_some("auto"),
        parallel_tool_calls: along.one_call.then_some(false),
    };
    // Fails only for maps with keys that are no strings: the body has none.
    serde_json::to_vec(&body).unwrap_or_default()
}

fn response_format(schema: &Value) -> ResponseFormat<'_> {
    ResponseFormat::JsonSchema { name: "move", strict: true, schema }
}
