//! What a series is made from.

use crate::Presented;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Ask, Span};

/// A paragraph of a turn, with the factors that wrote it.
pub type Paragraph = Vec<Span>;

/// Several games in a row between the same seats, and the tool that two of them may get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSpec<R> {
    pub rules: R,
    pub games: u32,
    /// Seed of the first game; each further game has its own.
    pub seed: u64,
    /// How a move is asked for.
    pub asks_move: Question,
    #[serde(default)]
    pub tool: Option<ToolSpec>,
    /// Truths that no seat is shown.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
}

/// A private line between two seats. It carries words and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The seat that is offered the tool, and its partner.
    pub pair: [usize; 2],
    /// Games before which the tool is offered, if the pair does not hold it; empty: never.
    #[serde(default)]
    pub offered_in: Vec<u32>,
    /// Whether the pair holds it from the first game, without an offer.
    #[serde(default)]
    pub given: bool,
    /// Whether the partner is asked too.
    pub consent: bool,
    /// False: the tool exists in name alone. Words are asked for and reach nobody; nothing else that
    /// comes with it (orders, the published artefacts) takes effect.
    pub works: bool,
    /// Whether all seats read what is written.
    #[serde(default)]
    pub public: bool,
    /// As published: what is written never reaches the prompt of a move.
    #[serde(default)]
    pub unwired: bool,
    /// As published: the engine itself favours the pair ([`crate::Game::allied`]).
    #[serde(default)]
    pub mechanic: bool,
    /// As published: the pair's moves are taken from loose words ([`crate::Game::overheard`]), asked
    /// for like this.
    #[serde(default)]
    pub asks_words: Option<Question>,
    /// Moves of the pair between two exchanges; 1: before each.
    pub every: u32,
    /// Most words of a message, and of its answer.
    pub words: [usize; 2],
    /// Points for a seat that declines an offer.
    #[serde(default)]
    pub bonus: f64,
    pub offer: Script,
    #[serde(default)]
    pub consents: Script,
    /// How a message and its answer are asked for.
    pub asks_message: Question,
    pub asks_answer: Question,
    /// Told to both while they hold the tool, at every move (as published: orders).
    #[serde(default)]
    pub holding: Vec<Paragraph>,
}

/// A question for a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub text: String,
    /// Most tokens of the answer; as sampled unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_max: Option<u32>,
}

impl Question {
    pub(super) fn ask(&self, id: String, schema: Option<Value>) -> Ask {
        Ask { id, text: self.text.clone(), schema, tokens_max: self.tokens_max, ..Ask::default() }
    }
}

/// A question with what is told before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub told: Vec<Paragraph>,
    /// Reasons asked for before the choice; empty: not asked.
    #[serde(default)]
    pub reasons_before: Option<Question>,
    #[serde(default)]
    pub reasons_after: Option<Question>,
    /// The presentations of one decision.
    pub asks: Vec<Ask>,
    /// The name of the choice that accepts.
    pub favour: String,
}

impl Script {
    /// A presentation of the decision with its answer.
    pub(super) fn presented<'a>(&'a self, at: usize, answer: &'a trace::Answer) -> Option<Presented<'a>> {
        let index = self.asks.get(at)?.menu.iter().position(|choice| choice.name == self.favour)?;
        Some(Presented { answer, favour: &self.favour, index })
    }
}
