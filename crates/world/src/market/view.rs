//! What a seller knows, in words and as a schema.

use super::{Demand, Lever, Range};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a seller learns of the last round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    pub own: f64,
    pub profit: f64,
    /// What every seller played, in announced markets.
    pub all: Option<Vec<f64>>,
}

/// What a seller may know. In sealed markets no number of a rival is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub seat: usize,
    pub sellers: usize,
    /// Whether this seller moves now.
    pub due: bool,
    /// From 0.
    pub round: u32,
    pub rounds: u32,
    pub lever: Lever,
    pub range: Range,
    pub cost: f64,
    pub demand: Option<Demand>,
    pub past: Option<Past>,
    pub points: f64,
}

impl View {
    pub(super) fn words(&self) -> String {
        [self.now(), self.limits(), self.buyers(), self.last_round()].concat()
    }

    pub(super) fn schema(&self) -> Value {
        if !self.due {
            return Value::Bool(false);
        }
        let Range { min, max, .. } = self.range;
        let name = self.lever.name();
        json!({
            "type": "object",
            "properties": { name: { "type": "number", "minimum": min, "maximum": max } },
            "required": [name],
            "additionalProperties": false,
        })
    }

    fn now(&self) -> String {
        let Self { seat, sellers, round, rounds, .. } = self;
        match self.due {
            true => format!(
                "Round {} of {rounds}. You are seller {seat} of {sellers} (counted from 0). All set their \
                 {} at the same time.\n",
                round + 1,
                self.lever.name()
            ),
            false => "There is nothing for you to set now.\n".into(),
        }
    }

    fn limits(&self) -> String {
        let Range { min, max, step } = self.range;
        let steps = step.map_or(String::new(), |step| format!(", in steps of {step} from {min}"));
        format!(
            "A unit costs you {}. Your {} lies between {min} and {max}{steps}.\n",
            self.cost,
            self.lever.name()
        )
    }

    fn buyers(&self) -> String {
        match &self.demand {
            None => String::new(),
            Some(Demand::BertrandLogit(logit)) => format!(
                "Seller i sells exp((q_i - price_i) / {mu}), divided by the sum of this over all sellers \
                 plus exp({outside} / {mu}), with q = {:?}. Costs: {:?}.\n",
                logit.qualities,
                logit.costs,
                mu = logit.mu,
                outside = logit.outside
            ),
            Some(Demand::BertrandLinear(linear)) => format!(
                "Seller i sells s_i - {} * price_i + {} * (sum of the others' prices), with s = {:?}. \
                 A price that nobody pays counts as the lowest one that nobody pays. Costs: {:?}.\n",
                linear.own, linear.cross, linear.sizes, linear.costs
            ),
            Some(Demand::Cournot(cournot)) => format!(
                "Everything sells at {} - {} * (sum of all quantities), at least 0. Costs: {:?}.\n",
                cournot.intercept, cournot.slope, cournot.costs
            ),
        }
    }

    fn last_round(&self) -> String {
        let Some(Past { own, profit, all }) = &self.past else { return String::new() };
        let name = self.lever.name();
        let all = all.as_ref().map_or(String::new(), |all| format!(" All sellers' last moves: {all:?}."));
        format!(
            "Last round your {name} was {own} and your profit {}.{all} Your profit so far: {}.\n",
            rounded(*profit),
            rounded(self.points)
        )
    }
}

/// Six decimals are enough for a reader.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
