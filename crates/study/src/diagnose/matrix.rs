//! The hand-written rule: what each disposition expects of each contrast, and how well that fits what was seen.

use super::vector::{Reading, Vector};
use crate::scenario::{EstimandFile, Scenario};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("matrix.toml");

/// Spread of a contrast that is expected to be nothing, in log-odds: no two texts are quite alike.
const NOTHING: f64 = 0.5;
/// An effect that is expected, in log-odds: evenly between these. Below, it is no disposition; above, nobody
/// could tell it from certainty.
const EFFECT: [f64; 2] = [0.7, 8.0];
/// Half of a blend's units may show it: any effect from here on.
const WEAK: f64 = 0.3;
/// What says nothing spreads evenly over both sides.
const ANYTHING: f64 = 8.0;
/// Prior of everything that is no single disposition: a blend of two, and none of them.
const BLENDS: f64 = 0.1;
const NONE: f64 = 0.05;

/// The matrix as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    #[serde(rename = "disposition")]
    pub dispositions: Vec<Disposition>,
    #[serde(rename = "contrast")]
    pub contrasts: Vec<Contrast>,
    pub gate: Gate,
}

/// One of the seven.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    pub name: String,
    /// In one sentence.
    pub says: String,
}

/// A row: a registered contrast of a scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    pub id: String,
    /// What is changed.
    pub says: String,
    pub scenario: String,
    /// As [`crate::scenario::EstimandFile::id`] has it.
    pub estimand: String,
    #[serde(default)]
    expects: BTreeMap<String, Expected>,
}

impl Contrast {
    /// Its registered contrast, where this is its scenario.
    pub fn estimand<'s>(&self, scenario: &'s Scenario) -> Option<&'s EstimandFile> {
        let mine = scenario.file.name == self.scenario;
        scenario.file.estimand.iter().find(|e| mine && e.id() == self.estimand)
    }
}

/// The row of the gates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub id: String,
    pub says: String,
    expects: BTreeMap<String, Expected>,
}

/// What a disposition expects of a contrast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Expected {
    #[serde(rename = "+")]
    Positive,
    #[serde(rename = "-")]
    Negative,
    #[serde(rename = "0")]
    Nothing,
    #[serde(rename = "?")]
    Anything,
    /// Positive or nothing much: of a blend.
    #[serde(skip)]
    Rather(bool),
}

impl Expected {
    /// The sign as tables show it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Positive => "+",
            Self::Negative => "−",
            Self::Nothing => "0",
            Self::Anything => "?",
            Self::Rather(true) => "(+)",
            Self::Rather(false) => "(−)",
        }
    }

    /// What two dispositions expect that share the units.
    fn blended(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Positive, Self::Nothing) | (Self::Nothing, Self::Positive) => Self::Rather(true),
            (Self::Negative, Self::Nothing) | (Self::Nothing, Self::Negative) => Self::Rather(false),
            _ => Self::Anything,
        }
    }

    /// Log density of what was seen.
    pub fn log_density(self, seen: &Reading) -> f64 {
        let error = seen.error.max(1e-3);
        let between = |low: f64, high: f64| {
            let reach = |x: f64| stats::normal_cdf((x - seen.estimate) / error);
            ((reach(high) - reach(low)).max(1e-12) / (high - low)).ln()
        };
        match self {
            Self::Positive => between(EFFECT[0], EFFECT[1]),
            Self::Negative => between(-EFFECT[1], -EFFECT[0]),
            Self::Rather(true) => between(WEAK, EFFECT[1]),
            Self::Rather(false) => between(-EFFECT[1], -WEAK),
            Self::Anything => between(-ANYTHING, ANYTHING),
            Self::Nothing => {
                let spread = error.hypot(NOTHING);
                let z = seen.estimate / spread;
                -0.5 * z * z - spread.ln() - 0.5 * std::f64::consts::TAU.ln()
            }
        }
    }
}

/// The matrix that ships.
pub static MATRIX: LazyLock<Matrix> = LazyLock::new(|| super::shipped("matrix.toml", TEXT));

impl Matrix {
    /// Ids of all rows, the gate's last.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.contrasts.iter().map(|row| row.id.as_str()).chain([self.gate.id.as_str()])
    }

    /// A contrast by its id; the gate is none.
    pub fn contrast(&self, id: &str) -> Option<&Contrast> {
        self.contrasts.iter().find(|row| row.id == id)
    }

    /// What is changed in a row.
    pub fn says(&self, id: &str) -> &str {
        self.contrast(id).map_or(&self.gate.says, |row| &row.says)
    }

    /// What a disposition expects of a row.
    pub fn expected(&self, id: &str, disposition: &str) -> Expected {
        let expects = self.contrast(id).map_or(&self.gate.expects, |row| &row.expects);
        expects.get(disposition).copied().unwrap_or(Expected::Nothing)
    }
}

/// What may explain a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// One disposition, by its place in the matrix.
    Pure(usize),
    /// Two, which share the units.
    Blend(usize, usize),
    /// None that the matrix knows.
    Neither,
}

impl Explanation {
    fn all() -> Vec<Self> {
        let n = MATRIX.dispositions.len();
        let blends = (0..n).flat_map(|a| (a + 1..n).map(move |b| Self::Blend(a, b)));
        (0..n).map(Self::Pure).chain(blends).chain([Self::Neither]).collect()
    }

    fn expects(&self, id: &str) -> Expected {
        let of = |at: &usize| MATRIX.expected(id, &MATRIX.dispositions[*at].name);
        match self {
            Self::Pure(at) => of(at),
            Self::Blend(a, b) => of(a).blended(of(b)),
            Self::Neither => Expected::Anything,
        }
    }

    fn prior(&self) -> f64 {
        let n = MATRIX.dispositions.len() as f64;
        match self {
            Self::Pure(_) => (1.0 - BLENDS - NONE) / n,
            Self::Blend(..) => BLENDS / (n * (n - 1.0) / 2.0),
            Self::Neither => NONE,
        }
    }
}

/// The posterior by the hand-written rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// By disposition: its own, and half of each blend in which it takes part.
    pub shares: Vec<f64>,
    /// That two dispositions share the units, and the likeliest two.
    pub blend: f64,
    pub blended: (usize, usize),
    /// That it is none of them.
    pub neither: f64,
}

/// Bayes' rule over all explanations; what was not measured counts for nothing.
pub fn posterior(vector: &Vector) -> Posterior {
    let fit = |e: &Explanation| {
        let seen = vector.iter().filter_map(|(id, reading)| Some((id, reading.as_ref().ok()?)));
        e.prior().ln() + seen.map(|(id, reading)| e.expects(id).log_density(reading)).sum::<f64>()
    };
    let explanations = Explanation::all();
    let fits: Vec<f64> = explanations.iter().map(fit).collect();
    let top = fits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = fits.iter().map(|f| (f - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mut told =
        Posterior { shares: vec![0.0; MATRIX.dispositions.len()], blend: 0.0, blended: (0, 1), neither: 0.0 };
    let mut likeliest = 0.0;
    for (explanation, weight) in explanations.iter().zip(&weights) {
        let p = weight / total;
        match explanation {
            Explanation::Pure(at) => told.shares[*at] += p,
            Explanation::Blend(a, b) => {
                told.shares[*a] += p / 2.0;
                told.shares[*b] += p / 2.0;
                told.blend += p;
                if p > likeliest {
                    (likeliest, told.blended) = (p, (*a, *b));
                }
            }
            Explanation::Neither => told.neither += p,
        }
    }
    told
}
