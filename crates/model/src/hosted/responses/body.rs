//! A request as the responses wire wants it.

use crate::hosted::TOP_LOGPROBS;
use crate::hosted::turns::{Turn, turns};
use crate::hosted::wire::Asked;
use serde::Serialize;
use serde_json::{Value, json};
use trace::Tool;

/// The least limit that the wire takes. Whoever wants fewer tokens gets an answer that is cut later.
const TOKENS_MIN: u32 = 16;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: Vec<Value>,
    max_output_tokens: u32,
    /// Nothing is kept there: the whole conversation goes along each time.
    store: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
}

/// The body of a request. Log-probabilities are asked for only where the request has options.
pub(in crate::hosted) fn body(asked: &Asked<'_>) -> Vec<u8> {
    let (request, along) = (asked.request, asked.along);
    let sampling = &request.sampling;
    let body = Body {
        model: asked.model,
        input: turns(request).iter().flat_map(items).collect(),
        max_output_tokens: sampling.tokens_max.max(TOKENS_MIN),
        store: false,
        temperature: along.temperature.then_some(sampling.temperature),
        top_p: along.top_p.then_some(sampling.top_p),
        include: along.logprobs.then_some(["message.output_text.logprobs"]),
        top_logprobs: along.logprobs.then_some(TOP_LOGPROBS),
        text: request.schema.as_ref().filter(|_| along.schema).map(format),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: along.tools.then_some("auto"),
        parallel_tool_calls: along.one_call.then_some(false),
    };
    // Fails only for maps with keys that are no strings: the body has none.
    serde_json::to_vec(&body).unwrap_or_default()
}

fn items(turn: &Turn<'_>) -> Vec<Value> {
    let said = |role: &str, text: &str| json!({"role": role, "content": text});
    match turn {
        // Not `instructions`: there is room for one, and a conversation may have several.
        Turn::System(text) => vec![said("system", text)],
        Turn::User(text) => vec![said("user", text)],
        Turn::Assistant(text) => vec![said("assistant", text)],
        Turn::Call { said: words, id, call } => {
            let arguments = call.arguments.to_string();
            let call =
                json!({"type": "function_call", "call_id": id, "name": call.tool, "arguments": arguments});
            let words = (!words.is_empty()).then(|| said("assistant", words));
            words.into_iter().chain([call]).collect()
        }
        Turn::Result { id, text } => {
            vec![json!({"type": "function_call_output", "call_id": id, "output": text})]
        }
    }
}

fn format(schema: &Value) -> Value {
    json!({"format": {"type": "json_schema", "name": "move", "strict": true, "schema": schema}})
}

/// Strict tools want every argument required; unless told, this wire takes tools as strict.
fn tool(tool: &Tool) -> Value {
    let (name, about) = (&tool.name, &tool.about);
    json!({"type": "function", "name": name, "description": about, "parameters": tool.arguments, "strict": false})
}
