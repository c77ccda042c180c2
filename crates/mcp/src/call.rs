//! From a call to an act, and from what the world then shows to a result. Pure.

use serde::Serialize;
use serde_json::Value;
use trace::{Act, Answer, Call, Observation, Read};

/// Most bytes of a foreign name that an error repeats.
const NAME_BYTES_MAX: usize = 80;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    /// Well-formed, and could not be done. It costs a step.
    Failed,
    /// Against a rule: nothing has changed.
    Refused,
}

/// What the caller reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub text: String,
    /// Refused or failed.
    pub is_error: bool,
}

impl Reply {
    pub fn new(outcome: Outcome, text: String) -> Self {
        Self { text, is_error: outcome != Outcome::Done }
    }
}

/// The act that a call makes of the turn that is due. Where none is due, the world refuses it.
pub fn act(view: &Observation, call: &Call) -> Act {
    let ask = view.asks.first().map(|ask| ask.id.clone()).unwrap_or_default();
    let answer = Answer { ask, choice: Some(call.text()), read: Read::Parsed, logp: Vec::new() };
    Act { turn: view.turn, answers: vec![answer] }
}

/// What a call did, as a text: the news of the next view.
pub fn told(view: &Observation) -> String {
    view.news.join("\n")
}

/// The task as one text: what the seat was told, and what waits for it.
pub fn task(told: &str, view: &Observation) -> String {
    let parts = [told].into_iter().chain(view.news.iter().map(String::as_str));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A call with arguments no longer than the world reads: a record does not grow by what it refuses.
pub fn kept(call: Call) -> Call {
    let bytes = call.text().len();
    if bytes <= world::company::ARGUMENT_BYTES_MAX {
        return call;
    }
    Call { tool: short(&call.tool), arguments: Value::String(format!("{bytes} bytes, left out")) }
}

/// A foreign name as an error repeats it.
pub fn short(name: &str) -> String {
    name[..name.floor_char_boundary(NAME_BYTES_MAX)].to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod tests {
    use super::*;
    use serde_json::json;
    use trace::Ask;

    fn view(ask: Option<&str>, news: &[&str]) -> Observation {
        let asks = ask.map(|id| Ask { id: id.into(), ..Ask::default() }).into_iter().collect();
        let news = news.iter().map(|n| (*n).to_owned()).collect();
        Observation { turn: 3, news, asks, ..Observation::default() }
    }

    fn check(view: &Observation, tool: &str, arguments: Value, expected: &str) {
        let act = act(view, &Call { tool: tool.into(), arguments });
        assert_eq!(serde_json::to_string(&act).unwrap(), expected);
    }

    #[test]
    fn a_call_becomes_one_answer_to_the_turn_that_is_due() {
        check(
            &view(Some("call-3"), &[]),
            "read_document",
            json!({ "name": "a.md" }),
            r#"{"turn":3,"answers":[{"ask":"call-3","choice":"{\"tool\":\"read_document\",\"arguments\":{\"name\":\"a.md\"}}","read":"parsed"}]}"#,
        );
        check(
            &view(None, &[]),
            "wait",
            json!({}),
            r#"{"turn":3,"answers":[{"ask":"","choice":"{\"tool\":\"wait\",\"arguments\":{}}","read":"parsed"}]}"#,
        );
    }

    #[test]
    fn news_are_the_result_and_the_end_of_the_task() {
        let view = view(None, &["One.", "Two."]);
        assert_eq!(told(&view), "One.\nTwo.");
        assert_eq!(task("Do it.", &view), "Do it.\n\nOne.\n\nTwo.");
        assert_eq!(task("", &view), "One.\n\nTwo.");
    }

    #[test]
    fn what_is_too_long_is_kept_as_its_length() {
        let small = Call { tool: "wait".into(), arguments: json!({}) };
        assert_eq!(kept(small.clone()), small);
        let long = Call { tool: "é".repeat(100), arguments: json!("x".repeat(1 << 20)) };
        let kept = kept(long);
        assert_eq!(kept.tool, "é".repeat(40));
        assert_eq!(kept.arguments, json!("1048802 bytes, left out"));
    }
}
