//! What the responses wire gives back, as far as it is read. The rest stays in the raw bytes.

use crate::hosted::calls::call_line;
use crate::hosted::parse::{Token, count_of, items, parse, text_of};
use crate::hosted::said::Said;
use crate::hosted::wire::{Held, Reply};
use serde::Deserialize;
use serde_json::Value;
use trace::{Finish, Usage};

/// Reads a body of status 200.
pub(in crate::hosted) fn read(body: &[u8]) -> Held {
    let body: Value = match parse(body) {
        Ok(body) => body,
        Err(why) => return Held::Nothing(format!("the answer is no JSON of a response ({why})")),
    };
    if !body["error"].is_null() {
        return Held::Error(Said::of_error(&body["error"]));
    }
    let status = text_of(&body["status"]);
    match (status, body["output"].is_array()) {
        ("failed" | "cancelled", _) => Held::Nothing(format!("the answer ends with status `{status}`")),
        // Nothing asks for answers in the background; whoever gives one has not answered yet.
        ("queued" | "in_progress", _) => Held::Nothing(format!("the answer is not there yet ({status})")),
        (_, false) => Held::Nothing("the answer holds no output".to_owned()),
        (_, true) => Held::Reply(reply(&body)),
    }
}

fn reply(body: &Value) -> Reply {
    let mut reply = Reply { usage: usage(&body["usage"]), ..Reply::default() };
    let mut declined = false;
    for item in items(&body["output"]) {
        match text_of(&item["type"]) {
            "message" => items(&item["content"]).for_each(|part| declined |= part_into(&mut reply, part)),
            "function_call" => reply.calls.push(call_line(text_of(&item["name"]), &item["arguments"])),
            // The summary, as OpenAI shows it; the words themselves, as open servers do.
            "reasoning" => {
                let parts = items(&item["summary"]).chain(items(&item["content"]));
                parts.for_each(|part| reply.reason(text_of(&part["text"])));
            }
            // Items that nobody asked for (searches, images) carry no words of the model.
            _ => {}
        }
    }
    reply.finish = finish(body, declined);
    reply
}

/// Adds what a part of a message says; whether it declines.
fn part_into(reply: &mut Reply, part: &Value) -> bool {
    let refusal = text_of(&part["refusal"]);
    if reply.words.is_empty() {
        reply.first = items(&part["logprobs"]).next().and_then(|token| Token::deserialize(token).ok());
    }
    reply.words.push_str(text_of(&part["text"]));
    reply.words.push_str(refusal);
    !refusal.is_empty()
}

fn finish(body: &Value, declined: bool) -> Finish {
    let why = text_of(&body["incomplete_details"]["reason"]);
    match (text_of(&body["status"]), why) {
        ("incomplete", "content_filter") => Finish::Filtered,
        ("incomplete", _) => Finish::Length,
        _ if declined => Finish::Refused,
        _ => Finish::Stop,
    }
}

fn usage(usage: &Value) -> Usage {
    Usage {
        prompt_tokens: count_of(&usage["input_tokens"]),
        completion_tokens: count_of(&usage["output_tokens"]),
    }
}
