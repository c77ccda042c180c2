//! What a world shows a seat, and what the seat does.

use crate::{Span, Tool};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// One option of a menu. The name is what the world records; the text is what a model reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub name: String,
    pub text: String,
}

/// A question put to a seat. Without menu and schema any text is an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Unique within the episode (`offer/for`, `item-3/against`, `total`).
    pub id: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub menu: Vec<Choice>,
    /// JSON Schema of the answer (a move): the reply is one JSON value and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// What may be called: the answer is one [`crate::Call`] of one of these. What was called and what
    /// came of it stands before the question as a conversation.
    #[serde(default, skip_serializing_if = "<[Tool]>::is_empty")]
    pub tools: Arc<[Tool]>,
    /// Most tokens of the answer, where another number is wanted than the seat's sampling has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_max: Option<u32>,
    /// Whether this question stands alone, without the brief (knowledge, neutral lead-ins).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
}

/// What a seat sees in one turn. The asks are answered apart from each other: none sees another's
/// answer. What follows from an answer is a later turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub turn: u32,
    /// What happened since this seat's last turn, oldest first. It is told once: a mind remembers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<String>,
    /// What is told in this turn alone (a state, an offer, a message), by paragraph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Vec<Span>>,
    /// The state as data, with everything hidden that this seat may not see.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub seen: Value,
    /// The rule that this seat's last try in this turn broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    pub asks: Vec<Ask>,
}

/// How an answer was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// Exact option log-probabilities; the choice is the likeliest option.
    Scored,
    /// A text that names exactly one option.
    Parsed,
    /// A text in which the model declines to answer at all.
    Refused,
    /// A text that names no option, or several.
    Unparsed,
    /// The provider's filter withheld the answer: the model may have given one.
    Filtered,
}

/// One answer of a seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The [`Ask::id`] that it answers.
    pub ask: String,
    /// The [`Choice::name`]; compact JSON where there was a schema; else the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    pub read: Read,
    /// ln p of each option, in the menu's order, normalised over the menu; empty unless scored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logp: Vec<f64>,
}

/// What a seat does in one turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub turn: u32,
    pub answers: Vec<Answer>,
}
