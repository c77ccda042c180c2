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
        let text = format!("Your last answer was not carried out: {rule}. Answer again.");
        // Some chat templates take no two messages of the user in a row.
        match messages.last_mut().filter(|last| last.role == Role::User) {
            Some(last) => last.text.extend(["\n\n", &text]),
            None => messages.push(message(Role::User, text)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Budget, Learnt};
    use expect_test::{Expect, expect};
    use trace::{Clause, Span};

    fn brief() -> Brief {
        let clause = |role, text: &str| Clause {
            slot: "s".into(),
            role,
            spans: vec![Span { text: text.into(), factor: None }],
        };
        Brief { clauses: vec![clause(Role::System, "You review."), clause(Role::User, "Do the review.")] }
    }

    fn ask() -> Ask {
        let arguments = json!({"type": "object", "properties": {"name": {"type": "string"}}});
        let tool = Tool { name: "read".into(), about: "Shows a document.".into(), arguments };
        Ask { id: "call-2".into(), tools: [tool].into(), ..Ask::default() }
    }

    fn memory(lines: Vec<Line>, bytes_max: usize) -> Memory {
        let mut memory = Memory::default();
        memory.keep(Learnt { lines, budget: Budget { bytes_max, bytes_kept: bytes_max / 2 } });
        memory
    }

    fn said(name: &str) -> Line {
        Line::Said(format!(r#"{{"tool":"read","arguments":{{"name":"{name}"}}}}"#))
    }

    fn check(memory: &Memory, view: &Observation, calls: Calls, expected: Expect) {
        let messages = talk(&brief(), memory, view, &ask(), calls);
        let lines = messages.iter().map(|m| format!("[{:?}] {}\n", m.role, m.text));
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn a_wire_with_tools_gets_calls_and_results() {
        let remembered = memory(
            vec![
                Line::Beside("First the rules.".into()),
                said("rules"),
                Line::Heard("Be fair.".into()),
                said("sheet"),
            ],
            1000,
        );
        let view = Observation { news: vec!["Item 1.".into(), "New mail.".into()], ..Observation::default() };
        check(
            &remembered,
            &view,
            Calls::Native,
            expect![[r#"
            [System] You review.
            [User] Do the review.
            [Assistant] First the rules.
            [Call] {"tool":"read","arguments":{"name":"rules"}}
            [Tool] Be fair.
            [Call] {"tool":"read","arguments":{"name":"sheet"}}
            [Tool] Item 1.
            New mail.
        "#]],
        );
    }

    #[test]
    fn a_model_without_tools_is_told_of_them_and_answers_in_words() {
        let remembered = memory(vec![said("rules")], 1000);
        let refused = Some("there is no such tool".into());
        let view = Observation { news: vec!["Be fair.".into()], refused, ..Observation::default() };
        check(
            &remembered,
            &view,
            Calls::Written,
            expect![[r#"
            [System] You review.

            You act by calling tools, one in each answer. An answer is one JSON object and nothing else: {"tool": …, "arguments": {…}}. The tools:
            - read(name): Shows a document.
            [User] Do the review.
            [Assistant] {"tool":"read","arguments":{"name":"rules"}}
            [User] Be fair.

            Your last answer was not carried out: there is no such tool. Answer again.
        "#]],
        );
    }

    /// No result stands without its call, and what is gone is told.
    #[test]
    fn what_is_forgotten_is_told() {
        let lines = vec![
            said("rules"),
            Line::Heard("Be fair.".into()),
            said("sheet"),
            Line::Heard("Item 1.".into()),
            said("more"),
        ];
        check(
            &memory(lines, 130),
            &Observation::default(),
            Calls::Native,
            expect![[r#"
            [System] You review.
            [User] Do the review.

            (Your first 2 steps are no longer shown.)
            [Call] {"tool":"read","arguments":{"name":"more"}}
        "#]],
        );
    }

    #[test]
    fn a_call_fits_one_of_the_tools() {
        let all = schema(&ask().tools);
        assert_eq!(all["anyOf"][0]["properties"]["tool"], json!({"const": "read"}));
        assert_eq!(all["anyOf"][0]["additionalProperties"], false);
    }
}
