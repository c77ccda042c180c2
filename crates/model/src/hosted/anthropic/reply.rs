//! What Anthropic's wire gives back, as far as it is read. The rest stays in the raw bytes.

use crate::hosted::calls::call_line;
use crate::hosted::parse::{count_of, items, parse, text_of};
use crate::hosted::said::Said;
use crate::hosted::wire::{Held, Reply};
use serde_json::Value;
use trace::{Finish, Usage};

/// Reads a body of status 200.
pub(in crate::hosted) fn read(body: &[u8]) -> Held {
    let body: Value = match parse(body) {
        Ok(body) => body,
        Err(why) => return Held::Nothing(format!("the answer is no JSON of a message ({why})")),
    };
    if !body["error"].is_null() {
        return Held::Error(Said::of_error(&body["error"]));
    }
    match body["content"].is_array() {
        true => Held::Reply(reply(&body)),
        false => Held::Nothing("the answer holds no content".to_owned()),
    }
}

fn reply(body: &Value) -> Reply {
    let mut reply =
        Reply { finish: finish(&body["stop_reason"]), usage: usage(&body["usage"]), ..Reply::default() };
    for block in items(&body["content"]) {
        match text_of(&block["type"]) {
            "text" => reply.words.push_str(text_of(&block["text"])),
            "tool_use" => reply.calls.push(call_line(text_of(&block["name"]), &block["input"])),
            "thinking" => reply.reason(text_of(&block["thinking"])),
            // Thoughts that are sealed, and blocks that nobody asked for, carry no words of the model.
            _ => {}
        }
    }
    reply
}

fn finish(stop_reason: &Value) -> Finish {
    match text_of(stop_reason) {
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Refused,
        _ => Finish::Stop,
    }
}

/// `input_tokens` leaves out what a cache served or took in.
fn usage(usage: &Value) -> Usage {
    let input = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    Usage {
        prompt_tokens: input.iter().fold(0, |sum: u64, field| sum.saturating_add(count_of(&usage[*field]))),
        completion_tokens: count_of(&usage["output_tokens"]),
    }
}
