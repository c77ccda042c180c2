//! The fitted rule and the baselines beside it: multinomial regressions with shrinkage, on controls alone.

use super::bench::{Seen, Trial};
use super::matrix::MATRIX;
use stats::Multinomial;
use std::collections::BTreeSet;

/// Precision of the prior on standardised weights, in examples.
const RIDGE: f64 = 1.0;
/// Log-odds beyond which a contrast says no more.
const CLIP: f64 = 6.0;

/// What a diagnoser reads of an agent.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// These rows of the matrix.
    Contrasts(Vec<String>),
    /// How often it used each of these words.
    Words(Vec<String>),
    /// What it did in the baseline of these `scenario/outcome`s.
    Behaviour(Vec<String>),
}

impl Input {
    /// All rows of the matrix.
    pub fn every_contrast() -> Self {
        Self::Contrasts(MATRIX.ids().map(str::to_owned).collect())
    }

    /// All words that the trials used.
    pub fn words(trials: &[&Trial]) -> Self {
        let all: BTreeSet<&String> = trials.iter().flat_map(|t| t.seen.words.keys()).collect();
        Self::Words(all.into_iter().cloned().collect())
    }

    /// The final behaviour in one context: the first one of the matrix that was played.
    pub fn one_context(seen: &Seen) -> Option<Self> {
        let keys = MATRIX.contrasts.iter().flat_map(|row| {
            seen.plain.keys().filter(move |key| key.split('/').next() == Some(&row.scenario))
        });
        keys.take(1).next().map(|key| Self::Behaviour(vec![key.clone()]))
    }

    /// The final behaviour in every instrument, each in its baseline.
    pub fn every_context(seen: &Seen) -> Self {
        Self::Behaviour(seen.plain.keys().cloned().collect())
    }

    fn features(&self, seen: &Seen) -> Vec<f64> {
        match self {
            Self::Contrasts(rows) => rows.iter().flat_map(|id| contrast(seen, id)).collect(),
            Self::Words(words) => {
                let total = seen.words.values().sum::<u32>().max(1);
                let share =
                    |word: &String| f64::from(seen.words.get(word).copied().unwrap_or(0)) / f64::from(total);
                words.iter().map(share).collect()
            }
            Self::Behaviour(keys) => {
                let odds = |key: &String| seen.plain.get(key).and_then(|p| stats::logit(*p).ok());
                keys.iter().map(|key| odds(key).unwrap_or(0.0)).collect()
            }
        }
    }
}

/// A contrast and whether it is missing. What is uncertain counts for less.
fn contrast(seen: &Seen, id: &str) -> [f64; 2] {
    match seen.vector.get(id) {
        Some(Ok(read)) => [read.estimate.clamp(-CLIP, CLIP) / (1.0 + read.error * read.error / 4.0), 0.0],
        _ => [0.0, 1.0],
    }
}

/// A fitted diagnoser.
pub struct Fitted {
    input: Input,
    model: Multinomial,
}

impl Fitted {
    /// Fits to agents of known disposition; nothing where there is nothing to read.
    pub fn new(input: Input, trials: &[&Trial]) -> Option<Self> {
        let features: Vec<Vec<f64>> = trials.iter().map(|t| input.features(&t.seen)).collect();
        let labels: Vec<Vec<f64>> = trials.iter().map(|t| t.label.clone()).collect();
        let model = Multinomial::fit(&features, &labels, RIDGE).ok()?;
        Some(Self { input, model })
    }

    /// The probability of each disposition, in the matrix's order.
    pub fn posterior(&self, seen: &Seen) -> Vec<f64> {
        self.model.predict(&self.input.features(seen)).unwrap_or_default()
    }
}
