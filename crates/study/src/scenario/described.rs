//! What a scenario wants described beside its contrasts: indices and frontiers. None of it is tested.

use super::file::{ContrastFile, EstimandFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What several cells of an outcome come to ([`crate::indices`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexFile {
    pub name: String,
    pub kind: IndexKind,
    /// In one sentence: what a high and a low one mean.
    pub says: String,
    pub outcome: String,
    /// Cells in which the outcome is right.
    #[serde(default)]
    pub with: Vec<String>,
    /// Cells in which its absence is.
    #[serde(default)]
    pub without: Vec<String>,
    /// A slope's cells, in order.
    #[serde(default)]
    pub along: Vec<String>,
    /// `knowledge`: only units that passed that gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Of a time, the outcome that says whether it ended in what was waited for; else it was cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndexKind {
    Share,
    Cbi,
    Pca,
    Cas,
    Auroc,
    Slope,
    DPrime,
    Criterion,
    RestrictedMean,
}

/// What the levels of a factor buy and what they cost, gain against harm ([`crate::frontier`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontierFile {
    pub name: String,
    /// In one sentence: what is bought, and what it costs.
    pub says: String,
    /// Its first level is the one without a remedy.
    pub factor: String,
    /// Levels that only look like a remedy: as many words about nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sham: Vec<String>,
    pub gain: SideFile,
    pub harm: SideFile,
    /// Harm up to this is none.
    pub corner: f64,
    /// Outcomes to which a defection may have moved, looked at where the gain is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<String>,
}

/// One side of a frontier: how far an outcome moves from the level without a remedy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideFile {
    pub outcome: String,
    /// Levels at which it is looked at.
    #[serde(default)]
    pub at: BTreeMap<String, String>,
    pub way: Way,
}

/// Which way counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    Rises,
    Falls,
}

impl FrontierFile {
    /// The contrast of one side at a level; `without` is the level without a remedy.
    pub fn contrast(&self, side: &SideFile, level: &str, without: &str) -> EstimandFile {
        EstimandFile {
            name: self.name.clone(),
            outcome: side.outcome.clone(),
            contrast: ContrastFile {
                factor: self.factor.clone(),
                level: level.into(),
                versus: without.into(),
            },
            at: side.at.clone(),
            unlike: BTreeMap::new(),
            margin: self.corner,
            given: None,
            by: None,
        }
    }
}
