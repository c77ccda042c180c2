//! What a seat knows, in words and as a schema.

use super::{Choice, Outcome, Payoffs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Turns that a prompt repeats; the view holds all of them.
const TURNS_SHOWN: usize = 10;

/// What a seat may know. The other's choice of this turn is not among it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Whether this seat chooses now.
    pub due: bool,
    /// From 0.
    pub turn: u32,
    pub turns: u32,
    pub payoffs: Payoffs,
    pub noise: f64,
    pub continuation: f64,
    /// Every turn so far as it counted, the own choice first.
    pub history: Vec<Outcome>,
    /// Own points, the other's points.
    pub points: [f64; 2],
}

impl View {
    pub(super) fn words(&self) -> String {
        [self.now(), self.payoffs(), self.chance(), self.past()].concat()
    }

    pub(super) fn schema(&self) -> Value {
        if !self.due {
            return Value::Bool(false);
        }
        json!({
            "type": "object",
            "properties": { "choice": { "enum": Choice::BOTH } },
            "required": ["choice"],
            "additionalProperties": false,
        })
    }

    fn now(&self) -> String {
        match self.due {
            true => format!(
                "Turn {} of at most {}. You and one other player each choose to cooperate or to defect. \
                 Neither sees the other's choice first.\n",
                self.turn + 1,
                self.turns
            ),
            false => "There is nothing for you to choose now.\n".into(),
        }
    }

    fn payoffs(&self) -> String {
        let Payoffs { temptation, reward, punishment, sucker } = self.payoffs;
        format!(
            "If both cooperate, each gets {reward}. If both defect, each gets {punishment}. If only one \
             defects, that one gets {temptation} and the other gets {sucker}.\n"
        )
    }

    fn chance(&self) -> String {
        let noise = format!("With probability {} a choice turns into the other one.\n", self.noise);
        let end = format!("After each turn the game goes on with probability {}.\n", self.continuation);
        let told = |line: String, applies: bool| if applies { line } else { String::new() };
        told(noise, self.noise > 0.0) + &told(end, self.continuation < 1.0)
    }

    fn past(&self) -> String {
        let shown = &self.history[self.history.len().saturating_sub(TURNS_SHOWN)..];
        if shown.is_empty() {
            return String::new();
        }
        let line = |outcome: &Outcome| match outcome {
            Outcome::Cc => "both cooperated",
            Outcome::Cd => "you cooperated, the other defected",
            Outcome::Dc => "you defected, the other cooperated",
            Outcome::Dd => "both defected",
        };
        let lines: Vec<_> = shown.iter().map(line).collect();
        let which = match self.history.len() {
            all if all == shown.len() => "Turns so far".into(),
            all => format!("The last {} of {all} turns", shown.len()),
        };
        let [own, other] = self.points.map(|points| (points * 1e6).round() / 1e6);
        format!("{which}: {}.\nPoints so far: you {own}, the other {other}.\n", lines.join("; "))
    }
}
