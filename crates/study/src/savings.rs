//! What a stopped run spent, and what the design that it replaces would have spent.

use crate::estimate::LEVEL;
use crate::results::Results;
use crate::scenario::{Cell, EstimandFile, Scenario};
use crate::until::Deck;
use std::collections::BTreeMap;
use trace::{Episode, Event};

/// The tokens of one model's episodes in one scenario.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Of the cells that are compared: prompt tokens as the provider counts them, and tokens written.
    pub read: u64,
    pub written: u64,
    /// Both, of the capability cells.
    pub gates: u64,
    pub episodes: u64,
    /// Cell → ask → tokens of all its presentations, and how many they were.
    asks: BTreeMap<Cell, BTreeMap<String, (u64, u64)>>,
    /// Cell → tokens of its episodes, and how many they were.
    whole: BTreeMap<Cell, (u64, u64)>,
}

impl Tokens {
    pub fn hear(&mut self, cell: &Cell, episode: &Episode) {
        self.episodes += 1;
        let whole = self.whole.entry(cell.clone()).or_default();
        whole.1 += 1;
        for event in &episode.events {
            let Event::Completed { ask, completion, .. } = event else { continue };
            let (read, written) = (completion.usage.prompt_tokens, completion.usage.completion_tokens);
            if cell.capability.is_some() {
                self.gates += read + written;
            } else {
                self.read += read;
                self.written += written;
            }
            whole.0 += read + written;
            let base = ask.split_once(['/', '.']).map_or(ask.as_str(), |(base, _)| base);
            let asks = self.asks.entry(cell.clone()).or_default();
            let sum = asks.entry(base.to_owned()).or_default();
            // What was scored and not written would be written in a sampled design: one token at least.
            sum.0 += read + written.max(1);
            sum.1 += 1;
        }
    }

    /// Tokens of one answer to a measure's ask in a cell; of a whole episode where no one ask is measured.
    fn one(&self, cell: &Cell, ask: &str) -> f64 {
        let asked = self.asks.get(cell).and_then(|asks| asks.get(ask));
        let (sum, n) = asked.or_else(|| self.whole.get(cell)).copied().unwrap_or_default();
        sum as f64 / n.max(1) as f64
    }
}

/// Tokens that these contrasts need at a half-width from two arms of independent, sampled answers: one answer
/// per episode, no shared prefixes, no gates. Where contrasts share a cell, it is played once, as often as the
/// most demanding of them needs. `None` without a contrast or a value.
pub fn fixed_design(
    scenario: &Scenario,
    deck: &Deck,
    results: &Results,
    tokens: &Tokens,
    contrasts: &[&EstimandFile],
    half_width: f64,
) -> Option<u64> {
    let mut cells: BTreeMap<(Cell, &str), f64> = BTreeMap::new();
    for e in contrasts {
        let ask =
            scenario.file.measure.iter().find(|m| m.outcome == e.outcome).map_or("", |m| m.ask.as_str());
        let arms = deck.arms(e);
        let rate = |arm: &std::collections::BTreeSet<Cell>| {
            let values = arm.iter().filter_map(|cell| results.cell(&e.outcome, cell));
            let values: Vec<f64> = values.flat_map(|v| v.values()).map(|v| v.value.clamp(0.0, 1.0)).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let rates: Vec<f64> = arms.iter().map(rate).collect::<Option<_>>()?;
        let n = stats::halfwidth_rates(&rates, half_width, LEVEL).ok()?;
        for arm in &arms {
            for cell in arm {
                let share = n as f64 / arm.len() as f64;
                let known = cells.entry((cell.clone(), ask)).or_default();
                *known = known.max(share);
            }
        }
    }
    let each = cells.iter().map(|((cell, ask), n)| n * tokens.one(cell, ask));
    let sum: f64 = each.sum();
    (sum > 0.0).then_some(sum.round() as u64)
}
