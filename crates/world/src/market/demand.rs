//! What every market answers: profits, best replies, and equilibria with and without a coalition.

use super::{Cournot, Lever, Linear, Logit};
use crate::Seats;
use serde::{Deserialize, Serialize};

/// Steps of replies end when none moves further than this, relative to its size.
const SETTLED: f64 = 1e-14;
const PASSES_MOST: usize = 10_000;

/// How buyers answer. Prices compete under the first two, quantities under the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    BertrandLogit(Logit),
    BertrandLinear(Linear),
    Cournot(Cournot),
}

impl Default for Demand {
    fn default() -> Self {
        Self::BertrandLogit(Logit::default())
    }
}

impl Demand {
    pub fn costs(&self) -> &[f64] {
        match self {
            Self::BertrandLogit(logit) => &logit.costs,
            Self::BertrandLinear(linear) => &linear.costs,
            Self::Cournot(cournot) => &cournot.costs,
        }
    }

    pub fn sellers(&self) -> usize {
        self.costs().len()
    }

    pub fn lever(&self) -> Lever {
        match self {
            Self::BertrandLogit(_) | Self::BertrandLinear(_) => Lever::Price,
            Self::Cournot(_) => Lever::Quantity,
        }
    }

    /// Profits of a round, one per seller.
    pub fn profits(&self, played: &[f64]) -> Vec<f64> {
        match self {
            Self::BertrandLogit(logit) => logit.profits(played),
            Self::BertrandLinear(linear) => linear.profits(played),
            Self::Cournot(cournot) => cournot.profits(played),
        }
    }

    /// What the seller would play to earn most, the others playing as they do. Unbounded: a market's
    /// range may cut it off.
    pub fn best_reply(&self, seller: usize, played: &[f64]) -> f64 {
        if let Self::BertrandLinear(linear) = self {
            return linear.best_reply(seller, played);
        }
        let mut played = played.to_vec();
        self.respond(Seats::one(seller), &mut played);
        played[seller]
    }

    /// The equilibrium in which the coalition acts as one seller and every other seller for itself.
    /// Without a coalition it is Nash's; with everyone in it, the joint optimum.
    pub fn equilibrium(&self, coalition: Seats) -> Vec<f64> {
        let groups = self.groups(coalition);
        if let Self::Cournot(cournot) = self {
            return cournot.equilibrium(&groups);
        }
        let mut played = self.costs().to_vec();
        for _ in 0..PASSES_MOST {
            let before = played.clone();
            groups.iter().for_each(|group| self.respond(*group, &mut played));
            if played.iter().zip(&before).all(|(now, then)| (now - then).abs() <= SETTLED * now.abs()) {
                break;
            }
        }
        played
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::BertrandLogit(logit) => logit.check(),
            Self::BertrandLinear(linear) => linear.check(),
            Self::Cournot(cournot) => cournot.check(),
        }
    }

    /// Whether the formulas hold at an equilibrium: those of linear demand do where everyone sells.
    pub(super) fn holds_at(&self, played: &[f64]) -> bool {
        match self {
            Self::BertrandLinear(linear) => linear.all_sell(played),
            Self::BertrandLogit(_) | Self::Cournot(_) => true,
        }
    }

    fn groups(&self, coalition: Seats) -> Vec<Seats> {
        let alone = (0..self.sellers()).filter(|seller| !coalition.has(*seller)).map(Seats::one);
        let together = (!coalition.is_empty()).then_some(coalition);
        together.into_iter().chain(alone).collect()
    }

    /// Sets the group's numbers to their joint best near an equilibrium.
    fn respond(&self, group: Seats, played: &mut [f64]) {
        match self {
            Self::BertrandLogit(logit) => logit.respond(group, played),
            Self::BertrandLinear(linear) => linear.respond(group, played),
            Self::Cournot(cournot) => cournot.respond(group, played),
        }
    }
}
