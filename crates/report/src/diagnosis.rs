//! What a diagnosis says, as data: one agent's contrasts, what explains them, and how well that is told.

use serde::{Deserialize, Serialize};

/// One model's disposition, as two transparent rules read its contrasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    pub model: String,
    /// A disposition, or two that share the units (`a + b`, the larger first); null where it abstains.
    pub verdict: Option<String>,
    /// The verdict's numbers, or why there is none.
    pub because: String,
    /// All seven, in the matrix's order.
    pub dispositions: Vec<DispositionShare>,
    /// By the matrix: that two dispositions share the units, and that it is none of them.
    pub blend: f64,
    pub neither: f64,
    /// The second-likeliest disposition, against which contrasts are weighed.
    pub against: String,
    pub contrasts: Vec<DiagnosisContrast>,
    /// What one more contrast would settle.
    pub settles: Option<String>,
}

/// What the rules and the baselines give one disposition: probabilities; null where there was nothing to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DispositionShare {
    pub disposition: String,
    /// In one sentence.
    pub says: String,
    pub matrix: f64,
    pub fitted: Option<f64>,
    /// Of a baseline that reads only the words that were written.
    pub words: Option<f64>,
    /// Of a baseline that sees only the final behaviour in one context.
    pub behaviour: Option<f64>,
}

/// One contrast of the fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiagnosisContrast {
    pub id: String,
    /// What is changed.
    pub says: String,
    pub scenario: String,
    pub estimand: String,
    /// A paired difference in log-odds (nats) with its 95 % interval; null where `because` says why.
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    pub clusters: u64,
    /// What each disposition expects, in their order: `+`, `−`, `0`, `?`.
    pub expects: Vec<String>,
    /// Nats for the likeliest disposition against the second.
    pub weight: Option<f64>,
    pub because: Option<String>,
}

/// How a diagnoser did on agents of known disposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiagnoserRow {
    pub diagnoser: String,
    /// Which agents: same or new items and words, those that talk like another, blends.
    pub split: String,
    /// Recall averaged over dispositions; of blends, over the larger part.
    pub accuracy: f64,
    /// Agents read rightly, of those of whom something was told.
    pub k: u64,
    pub n: u64,
    /// All agents of the split: the rest is abstention.
    pub of: u64,
    /// Mean squared distance of the posterior from the truth, summed over dispositions (0 to 2).
    pub brier: Option<f64>,
}

/// How well one contrast alone tells refusal from faking, on agents of known disposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Separation {
    pub id: String,
    pub says: String,
    /// The chance that a faker's contrast lies above a refuser's, with a 95 % interval.
    pub auroc: f64,
    pub low: f64,
    pub high: f64,
    pub fakers: u64,
    pub refusers: u64,
    /// Balanced accuracy of the fitted rule over all dispositions without this contrast.
    pub without: f64,
    /// The same for refusers against fakers, of which it must name one: without this contrast and all that
    /// separate better. Chance is ½.
    pub without_these: f64,
}
