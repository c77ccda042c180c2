//! What a panel is made from.

use crate::series::Question;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::{Choice, Span};

/// Most turns: beyond, a transcript no longer fits a small model.
const TURNS_MOST: u32 = 40;
/// Most answers to choose from.
const ANSWERS_MOST: usize = 10;

/// A task, its answers, and how it is talked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelSpec {
    /// Two to five, in the order of speaking; the first is the one that is measured.
    pub seats: Vec<String>,
    pub answers: Vec<Choice>,
    /// The place of the right one.
    pub right: usize,
    /// The order in which the answers are shown.
    pub order: Vec<usize>,
    /// How "not sure yet" is said; empty: an answer must be given.
    pub unsure: String,
    pub stop: Stop,
    /// Most turns.
    pub turns: u32,
    /// Most words of a message; 0: answers alone.
    pub words: u32,
    pub asks_answer: Question,
    pub asks_message: Question,
    /// The first seat's first answer, where the scenario lays it down. A sealed round has none.
    #[serde(default)]
    pub opening: Option<usize>,
    /// What the others say, turn by turn, where they are no agents.
    #[serde(default)]
    pub script: Option<Script>,
    /// Truths that no seat is shown.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
}

/// When a conversation ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// As published: as soon as all seats gave the same answer one after another, or after all turns.
    OnAgreement,
    /// After all turns, agreed or not.
    #[default]
    Fixed,
    /// One round, in which nobody sees another's answer.
    Sealed,
}

/// A scripted partner: the same answer in each of its turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The place of the answer that it holds.
    pub holds: usize,
    /// Its words, with the factors that wrote them.
    pub says: Vec<Span>,
    /// Whether it is there and says nothing: the twin without a message.
    pub is_silent: bool,
}

impl Script {
    pub(super) fn text(&self) -> String {
        self.says.iter().map(|span| span.text.as_str()).collect()
    }
}

impl PanelSpec {
    /// What is wrong with it, and what would be accepted.
    pub(super) fn check(&self) -> Result<(), String> {
        let wrong = |ok: bool, why: String| if ok { Ok(()) } else { Err(why) };
        let seats = self.seats.iter().collect::<BTreeSet<_>>().len();
        wrong(
            (2..=5).contains(&seats) && seats == self.seats.len(),
            format!("partners: {seats} different seats; accepted: 2 to 5, the first of them included"),
        )?;
        let answers = self.answers.len();
        let texts = self.answers.iter().map(|choice| choice.text.as_str()).chain([&*self.unsure]);
        wrong(
            (2..=ANSWERS_MOST).contains(&answers)
                && texts.collect::<BTreeSet<_>>().len() == answers + 1
                && self.answers.iter().all(|choice| !choice.text.trim().is_empty()),
            format!("answers: {answers}; accepted: 2 to {ANSWERS_MOST}, no two alike and none empty"),
        )?;
        let mut order = self.order.clone();
        order.sort_unstable();
        let known = order.iter().copied().eq(0..answers);
        wrong(known && self.right < answers, "order: every answer stands in it once".into())?;
        let named = self.opening.iter().chain(self.script.iter().map(|script| &script.holds));
        wrong(
            named.into_iter().all(|at| *at < answers),
            "opening, script: one of the answers is held".into(),
        )?;
        wrong(
            (1..=TURNS_MOST).contains(&self.turns),
            format!("turns: 1 to {TURNS_MOST} is accepted, not {}", self.turns),
        )
    }
}
