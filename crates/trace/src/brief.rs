//! What a seat is told before it plays, and the messages that a model reads.

use serde::{Deserialize, Serialize};

/// Who speaks in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    System,
    User,
    Assistant,
    /// The assistant calls a tool: the text is a [`crate::Call`] as JSON.
    Call,
    /// What a tool answered to the call before it.
    Tool,
}

/// One message of a conversation, as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

/// A piece of a clause: what a factor's level wrote, or what every cell shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub text: String,
    /// The factor (`consequence`) that put this text here; `None` where every cell reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
}

/// One clause of a brief: a sentence or a document, with the slot that it fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// The slot's name in the scenario file (`rules`, `label`, `policy` …).
    pub slot: String,
    pub role: Role,
    /// The text in order; joined without separators it is what the model reads.
    pub spans: Vec<Span>,
}

impl Clause {
    /// The clause as the model reads it.
    pub fn text(&self) -> String {
        self.spans.iter().map(|s| s.text.as_str()).collect()
    }
}

/// Prose compiled from a scenario, cell, wording and state for one seat. An agent knows no scenario:
/// this is all that it gets, beside what the world shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub clauses: Vec<Clause>,
}

impl Brief {
    /// The text of all clauses of a role, joined by `separator`, empty clauses left out.
    pub fn text(&self, role: Role, separator: &str) -> String {
        let mut out = String::new();
        for clause in self.clauses.iter().filter(|c| c.role == role) {
            let text = clause.text();
            if text.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push_str(separator);
            }
            out.push_str(&text);
        }
        out
    }
}
