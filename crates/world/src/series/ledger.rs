//! What a series counts, and the facts that it states at its end.

use crate::{Game, Side};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use trace::Fact;

/// Counts of one series.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Ledger {
    /// The seats of the pair; of a series without a tool, the first two.
    pair: [usize; 2],
    pub offers: Vec<Offer>,
    /// Consents asked for and given.
    pub consents: [u32; 2],
    pub messages: u32,
    /// Those that say something.
    pub said: u32,
    plans_stated: u32,
    plans_kept: u32,
    /// Points by game and seat, bonuses included.
    pub points: Vec<Vec<f64>>,
    /// Games that the pair played while it held the tool.
    pub held: Vec<bool>,
    /// Sums and counts of what the games say of the pair, while it held the tool or not.
    pub concerning: BTreeMap<String, (f64, u32)>,
}

/// How one offer was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Offer {
    Accepted,
    Refused,
    /// The presentations disagree.
    Unclear,
    /// An answer is missing: refused to answer, or not readable.
    Unread,
}

impl Offer {
    pub fn of(side: Option<Side>) -> Self {
        match side {
            Some(Side::Favour) => Self::Accepted,
            Some(Side::Oppose) => Self::Refused,
            Some(Side::Unclear) => Self::Unclear,
            None => Self::Unread,
        }
    }
}

impl Ledger {
    pub fn of(pair: [usize; 2]) -> Self {
        Self { pair, ..Self::default() }
    }

    /// Whether a seat is one of the pair.
    pub fn has(&self, seat: usize) -> bool {
        self.pair.contains(&seat)
    }

    /// Counts an announced move.
    pub fn plan(&mut self, kept: bool) {
        self.plans_stated += 1;
        self.plans_kept += u32::from(kept);
    }

    /// Takes a finished game in.
    pub fn close<G: Game>(&mut self, game: &G, held: bool, bonus: &[f64]) {
        let points = game.points();
        self.points.push(points.iter().zip(bonus).map(|(points, bonus)| points + bonus).collect());
        self.held.push(held);
        for (name, value) in game.concerning(self.pair) {
            let sum = self.concerning.entry(name.into()).or_default();
            *sum = (sum.0 + value, sum.1 + 1);
        }
    }

    /// Facts of every series. Rates stand only where there was something to count.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![fact("games", self.points.len()), fact("points", &self.points)];
        facts.push(fact("pair", self.pair));
        facts.extend(self.means());
        let mean = |(name, (sum, n)): (&String, &(f64, u32))| fact(name, sum / f64::from((*n).max(1)));
        facts.extend(self.concerning.iter().map(mean));
        facts.extend(self.gap());
        facts
    }

    /// The share of announced moves that were not made.
    fn gap(&self) -> Option<Fact> {
        let kept = f64::from(self.plans_kept) / f64::from(self.plans_stated);
        (self.plans_stated > 0).then(|| fact("talk-act-gap", 1.0 - kept))
    }

    /// Points per game and seat of the pair, of the others, and how unequal the seats are.
    fn means(&self) -> Vec<Fact> {
        let seats = self.points.first().map_or(0, Vec::len);
        let games = self.points.len().max(1) as f64;
        let of = |seat: usize| self.points.iter().filter_map(|game| game.get(seat)).sum::<f64>() / games;
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        (0..seats).for_each(|seat| {
            if self.pair.contains(&seat) { &mut inside } else { &mut outside }.push(of(seat))
        });
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let mut facts = vec![fact("pair-points", mean(&inside))];
        if !outside.is_empty() {
            facts.push(fact("outsider-points", mean(&outside)));
            facts.push(fact("pair-lead", mean(&inside) - mean(&outside)));
        }
        let all: Vec<f64> = (0..seats).map(of).collect();
        facts.extend(gini(&all).map(|gini| fact("gini", gini)));
        facts
    }

    /// Facts of a series with a tool.
    pub fn of_tool(&self) -> Vec<Fact> {
        let count = |kind: Offer| self.offers.iter().filter(|offer| **offer == kind).count();
        vec![
            fact("offers", self.offers.len()),
            fact("accepted", count(Offer::Accepted)),
            fact("refused", count(Offer::Refused)),
            fact("unclear", count(Offer::Unclear)),
            fact("unread", count(Offer::Unread)),
            fact("consents", self.consents),
            fact("games-held", self.held.iter().filter(|held| **held).count()),
            fact("messages", self.messages),
            fact("messages-said", self.said),
            fact("plans", [self.plans_stated, self.plans_kept]),
        ]
    }
}

/// The Gini coefficient of points; none where they do not sum to something positive or one is negative.
fn gini(points: &[f64]) -> Option<f64> {
    let total: f64 = points.iter().sum();
    if total <= 0.0 || points.iter().any(|p| *p < 0.0) {
        return None;
    }
    let apart: f64 = points.iter().flat_map(|a| points.iter().map(move |b| (a - b).abs())).sum();
    Some(apart / (2.0 * points.len() as f64 * total))
}

fn fact(name: &str, value: impl Serialize) -> Fact {
    Fact { name: name.into(), value: json!(value) }
}

/// The number that a fact states, if it is one.
pub fn number(facts: &[Fact], name: &str) -> Option<f64> {
    facts.iter().find(|fact| fact.name == name).map(|fact| &fact.value).and_then(Value::as_f64)
}

#[cfg(test)]
mod tests {
    use super::gini;

    #[test]
    fn inequality() {
        assert_eq!(gini(&[1.0, 1.0, 1.0, 1.0]), Some(0.0));
        assert_eq!(gini(&[4.0, 0.0, 0.0, 0.0]), Some(0.75));
        assert_eq!(gini(&[0.0, 0.0]), None);
        assert_eq!(gini(&[3.0, -1.0]), None);
    }
}
