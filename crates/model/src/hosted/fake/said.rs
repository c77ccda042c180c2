//! What a model says, as each of the wires writes it.

use serde_json::{Value, json};

/// An answer, before any wire.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub text: String,
    /// Tools with their arguments.
    pub calls: Vec<(String, Value)>,
    pub reasoning: String,
    /// Alternatives to the first token; none means that the server gives no log-probabilities.
    pub alternatives: Vec<(String, f64)>,
}

impl Said {
    /// The body of an answer to a request at this path.
    pub(super) fn on(&self, path: &str) -> Value {
        match path.rsplit('/').next() {
            Some("responses") => self.response(),
            Some("messages") => self.message(),
            _ => self.chat(),
        }
    }

    /// A chat completion.
    fn chat(&self) -> Value {
        let calls = self.calls.iter().enumerate().map(|(n, (name, arguments))| {
            let function = json!({"name": name, "arguments": arguments.to_string()});
            json!({"id": format!("call_{n}"), "type": "function", "function": function})
        });
        let mut message = json!({"role": "assistant", "content": self.text});
        if !self.calls.is_empty() {
            message["tool_calls"] = calls.collect();
        }
        if !self.reasoning.is_empty() {
            message["reasoning_content"] = json!(self.reasoning);
        }
        let finish = if self.calls.is_empty() { "stop" } else { "tool_calls" };
        let mut choice = json!({"message": message, "finish_reason": finish});
        if let Some(token) = self.token() {
            choice["logprobs"] = json!({"content": [token]});
        }
        completion(&choice)
    }

    /// A response.
    fn response(&self) -> Value {
        let mut output = Vec::new();
        if !self.reasoning.is_empty() {
            let summary = json!([{"type": "summary_text", "text": self.reasoning}]);
            output.push(json!({"type": "reasoning", "id": "rs_fake", "summary": summary}));
        }
        if !self.text.is_empty() || self.calls.is_empty() {
            let logprobs: Vec<Value> = self.token().into_iter().collect();
            let part =
                json!({"type": "output_text", "text": self.text, "annotations": [], "logprobs": logprobs});
            output.push(json!({"type": "message", "role": "assistant", "content": [part]}));
        }
        output.extend(self.calls.iter().enumerate().map(|(n, (name, arguments))| {
            let arguments = arguments.to_string();
            json!({"type": "function_call", "call_id": format!("call_{n}"), "name": name, "arguments": arguments})
        }));
        json!({
            "id": "resp_fake",
            "object": "response",
            "status": "completed",
            "error": null,
            "incomplete_details": null,
            "model": "fake",
            "output": output,
            "usage": {"input_tokens": 11, "output_tokens": 3, "total_tokens": 14},
        })
    }

    /// Anthropic's message.
    fn message(&self) -> Value {
        let mut content = Vec::new();
        if !self.reasoning.is_empty() {
            content.push(json!({"type": "thinking", "thinking": self.reasoning, "signature": "fake"}));
        }
        if !self.text.is_empty() {
            content.push(json!({"type": "text", "text": self.text}));
        }
        content.extend(self.calls.iter().enumerate().map(|(n, (name, input))| {
            json!({"type": "tool_use", "id": format!("toolu_{n}"), "name": name, "input": input})
        }));
        json!({
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": "fake",
            "content": content,
            "stop_reason": if self.calls.is_empty() { "end_turn" } else { "tool_use" },
            "stop_sequence": null,
            "usage": {"input_tokens": 11, "output_tokens": 3},
        })
    }

    /// The first token with its alternatives.
    fn token(&self) -> Option<Value> {
        let (written, logprob) = self.alternatives.first()?;
        let top: Vec<Value> =
            self.alternatives.iter().map(|(t, l)| json!({"token": t, "logprob": l})).collect();
        Some(json!({"token": written, "logprob": logprob, "top_logprobs": top}))
    }
}

/// A chat completion with this choice.
pub(super) fn completion(choice: &Value) -> Value {
    json!({
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "model": "fake",
        "choices": [choice],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    })
}
