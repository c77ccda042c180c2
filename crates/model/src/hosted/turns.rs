//! A conversation as the wires tell it: every call beside its answer, under one id.

use trace::{Call, Message, Request, Role};

/// One turn of a conversation.
#[derive(Debug, PartialEq)]
pub(super) enum Turn<'a> {
    System(&'a str),
    User(&'a str),
    Assistant(&'a str),
    /// A call, and what was said with it (perhaps nothing).
    Call {
        said: &'a str,
        id: String,
        call: Call,
    },
    /// What came of the call before it.
    Result {
        id: String,
        text: &'a str,
    },
}

/// The turns of a request.
///
/// Every vendor refuses a call without an answer, an answer without a call, and either without tools.
/// Such a message keeps its text and goes out as words: nothing is made up to fill the gap.
pub(super) fn turns(request: &Request) -> Vec<Turn<'_>> {
    let mut turns = Vec::with_capacity(request.messages.len());
    let mut messages = request.messages.iter().peekable();
    let mut calls = 0;
    while let Some(message) = messages.next() {
        let answer = messages.peek().filter(|next| next.role == Role::Tool);
        match (answered_call(request, message), answer) {
            (Some(call), Some(answer)) => {
                let id = call_id(calls);
                let said = take_words(&mut turns);
                turns.push(Turn::Call { said, id: id.clone(), call });
                turns.push(Turn::Result { id, text: &answer.text });
                calls += 1;
                messages.next();
            }
            _ => turns.push(words(message)),
        }
    }
    turns
}

/// The call that a message holds, where the request has tools to call.
fn answered_call(request: &Request, message: &Message) -> Option<Call> {
    if message.role != Role::Call || request.tools.is_empty() {
        return None;
    }
    // Anthropic takes nothing but objects as arguments.
    serde_json::from_str(&message.text).ok().filter(|call: &Call| call.arguments.is_object())
}

/// What the assistant said last, to stand beside its call.
fn take_words<'a>(turns: &mut Vec<Turn<'a>>) -> &'a str {
    match turns.last() {
        Some(&Turn::Assistant(said)) => {
            turns.pop();
            said
        }
        _ => "",
    }
}

fn words(message: &Message) -> Turn<'_> {
    match message.role {
        Role::System => Turn::System(&message.text),
        Role::User | Role::Tool => Turn::User(&message.text),
        Role::Assistant | Role::Call => Turn::Assistant(&message.text),
    }
}

/// Nine letters and digits: what Mistral's templates want, and nobody refuses.
fn call_id(nth: usize) -> String {
    format!("call{nth:05}")
}
