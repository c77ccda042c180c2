//! A conversation in which tools are called: the brief, what was called, what came of it.
//!
//! A model that has tools on its wire gets them as tools. Another is told of them in its system
//! message and answers with the same call as JSON, held to the tools' schemas.

use crate::memory::{Line, Memory};
use serde_json::{Value, json};
use trace::{Ask, Brief, Message, Observation, Role, Tool};

/// How calls stand in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// As the wire's own tool calls.
    Native,
    /// As JSON in the assistant's words, answered by the user.
    Written,
}

/// The conversation that one question of a tool's user continues.
pub fn talk(brief: &Brief, memory: &Memory, view: &Observation, ask: &Ask, calls: Calls) -> Vec<Message> {
    let message = |role, text: String| Message { role, text };
    let (call, answer) = match calls {
        Calls::Native => (Role::Call, Role::Tool),
        Calls::Written => (Role::Assistant, Role::User),
    };
    let mut messages = Vec::new();
    let mut system = vec![brief.text(Role::System, "\n")];
    if calls == Calls::Written {
        system.push(told(&ask.tools));
    }
    system.retain(|part| !part.is_empty());
    if !system.is_empty() {
        messages.push(message(Role::System, system.join("\n\n")));
    }
    messages.push(message(Role::User, opening(brief, memory, view, ask)));
    for line in memory.exchanges() {
        messages.push(match line {
            Line::Said(text) => message(call, text.clone()),
            Line::Heard(text) => message(answer, text.clone()),
            Line::Beside(text) => message(Role::Assistant, text.clone()),
        });
    }
    // What was heard before anything was said answers no call.
    let answers = if memory.exchanges().next().is_some() { answer } else { Role::User };
    if !view.news.is_empty() {
        messages.push(message(answers, view.news.join("\n")));
    }
    if let Some(rule) = &view.refused {
        messages.push(message(
            Role::User,
            format!("Your last answer was not carried out: {rule}. Answer again."),
        ));
    }
    messages
}

fn opening(brief: &Brief, memory: &Memory, view: &Observation, ask: &Ask) -> String {
    let mut parts = vec![brief.text(Role::User, "\n\n")];
    parts.extend(view.told.iter().map(|told| told.iter().map(|s| s.text.as_str()).collect()));
    parts.push(ask.text.clone());
    if memory.forgotten() > 0 {
        parts.push(format!("(Your first {} steps are no longer shown.)", memory.forgotten()));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The tools in words, for a model whose wire has none.
fn told(tools: &[Tool]) -> String {
    let mut text = "You act by calling tools, one in each answer. An answer is one JSON object and nothing \
                    else: {\"tool\": …, \"arguments\": {…}}. The tools:"
        .to_owned();
    for tool in tools {
        let arguments = tool.arguments["properties"].as_object();
        let names: Vec<&str> = arguments.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        text.push_str(&format!("\n- {}({}): {}", tool.name, names.join(", "), tool.about));
    }
    text
}

/// What a written call must fit.
pub fn schema(tools: &[Tool]) -> Value {
    json!({ "anyOf": tools.iter().map(Tool::call_schema).collect::<Vec<_>>() })
}
