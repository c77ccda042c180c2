//! A request as Anthropic's wire wants it.

use crate::hosted::turns::{Turn, turns};
use crate::hosted::wire::Asked;
use serde::Serialize;
use serde_json::{Value, json};
use trace::{Request, Tool};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    system: String,
    messages: Vec<WireMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<Value>,
}

#[derive(Serialize)]
struct WireMessage {
    role: &'static str,
    content: Vec<Value>,
}

/// The body of a request.
///
/// An assistant's message at the end goes out as it stands: older models continue it, newer ones refuse
/// the request, and which of the two a model does is the server's to say.
pub(in crate::hosted) fn body(asked: &Asked<'_>) -> Vec<u8> {
    let (request, along) = (asked.request, asked.along);
    let sampling = &request.sampling;
    let (system, messages) = conversation(request);
    let body = Body {
        model: asked.model,
        max_tokens: sampling.tokens_max,
        system,
        messages,
        temperature: along.temperature.then_some(sampling.temperature),
        top_p: along.top_p.then_some(sampling.top_p),
        // One of white space alone is refused; such an answer is cut when it is read.
        stop_sequences: sampling.stop.iter().map(String::as_str).filter(|s| !s.trim().is_empty()).collect(),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: along.tools.then(|| json!({"type": "auto", "disable_parallel_tool_use": true})),
        output_config: request.schema.as_ref().filter(|_| along.schema).map(format),
    };
    // Fails only for maps with keys that are no strings: the body has none.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// The system's texts apart, then messages of alternating roles.
fn conversation(request: &Request) -> (String, Vec<WireMessage>) {
    let mut system = Vec::new();
    let mut messages: Vec<WireMessage> = Vec::new();
    for turn in turns(request) {
        let (role, blocks) = match turn {
            Turn::System(text) => {
                system.push(text);
                continue;
            }
            Turn::User(said) => ("user", text(said)),
            Turn::Assistant(said) => ("assistant", text(said)),
            Turn::Call { said, id, call } => {
                let block = json!({"type": "tool_use", "id": id, "name": call.tool, "input": call.arguments});
                ("assistant", text(said).into_iter().chain([block]).collect())
            }
            Turn::Result { id, text } => {
                ("user", vec![json!({"type": "tool_result", "tool_use_id": id, "content": text})])
            }
        };
        match messages.last_mut() {
            // A message without blocks is refused.
            _ if blocks.is_empty() => {}
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => messages.push(WireMessage { role, content: blocks }),
        }
    }
    (system.join("\n\n"), messages)
}

/// A block of words; none for no words, which the wire refuses.
fn text(text: &str) -> Vec<Value> {
    match text.is_empty() {
        true => Vec::new(),
        false => vec![json!({"type": "text", "text": text})],
    }
}

fn tool(tool: &Tool) -> Value {
    json!({"name": tool.name, "description": tool.about, "input_schema": tool.arguments})
}

fn format(schema: &Value) -> Value {
    json!({"format": {"type": "json_schema", "schema": schema}})
}
