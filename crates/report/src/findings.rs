//! What a run found. [`Findings`] is `ephor run --json` and `summary.json`; [`Page`] adds what the
//! report shows beside it.

use crate::timeline::Timeline;
use crate::{DiagnoserRow, Diagnosis, Replay, Separation, Until};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::Clause;

/// What an estimate says, after the gates, the correction and the equivalence margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Positive,
    Negative,
    /// The interval lies within the margin that the scenario states.
    Equivalent,
    Undecided,
    /// A capability gate failed or too little was scored: `because` says which.
    CannotTell,
}

impl Verdict {
    /// The word that stands in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Equivalent => "equivalent",
            Self::Undecided => "undecided",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// One registered contrast of one scenario for one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub scenario: String,
    pub model: String,
    pub estimand: String,
    /// Which cells are compared, in words (`consequence: shutdown − bar`).
    pub contrast: String,
    /// In the measure's unit; null with `cannot-tell`.
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub level: f64,
    /// Distinct (wording × state) units.
    pub n: u64,
    pub clusters: u64,
    pub method: String,
    pub p_adjusted: Option<f64>,
    pub verdict: Verdict,
    pub because: Option<String>,
    /// The equivalence margin that the scenario registered.
    pub margin: f64,
    /// What the estimate is measured in (`probability`, `items`).
    pub unit: String,
}

/// A contrast at one level of another factor. It describes and is not tested: p-values are those of the
/// registered [`Estimate`]s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub scenario: String,
    pub model: String,
    pub estimand: String,
    /// Which cells are compared, in words (`consequence: shutdown − bar`).
    pub contrast: String,
    /// The other factor (`target`) and its level.
    pub factor: String,
    pub level: String,
    /// In the measure's unit; null where nothing can be told.
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    pub margin: f64,
    pub unit: String,
}

/// How often an outcome was seen in a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub scenario: String,
    pub model: String,
    pub cell: String,
    pub outcome: String,
    pub k: u64,
    pub n: u64,
    pub low: f64,
    pub high: f64,
}

/// The mean of an outcome in a cell, where it is no share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub scenario: String,
    pub model: String,
    pub cell: String,
    pub outcome: String,
    /// In `unit`, with a 95 % t interval over clusters; null bounds with fewer than two.
    pub mean: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    pub clusters: u64,
    pub unit: String,
}

/// What several cells of an outcome come to: discrimination, bias, a slope. It describes and is not tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub scenario: String,
    pub model: String,
    pub index: String,
    /// What a high and a low one mean.
    pub says: String,
    /// With a 95 % interval that resamples clusters; null where `because` says why.
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Units that have all of its cells.
    pub n: u64,
    pub clusters: u64,
    /// Of a mean time: how many were cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub censored: Option<u64>,
    pub because: Option<String>,
}

/// What the levels of a factor buy and what they cost. It describes and is not tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frontier {
    pub scenario: String,
    pub model: String,
    pub frontier: String,
    /// What is bought and what it costs.
    pub says: String,
    pub factor: String,
    /// The outcome that is to change, where, and which way; and the one that must not.
    pub gain: Side,
    pub harm: Side,
    /// Harm up to this is none.
    pub corner: f64,
    pub remedies: Vec<Remedied>,
    /// Why nothing can be concluded from it: a gate that failed.
    pub because: Option<String>,
}

/// One side of a frontier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    pub outcome: String,
    /// Whether more of it counts, or less.
    pub rises: bool,
    /// Levels at which it is looked at.
    pub at: BTreeMap<String, String>,
}

/// One level of a frontier's factor beside the level without a remedy, the same units in both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remedied {
    pub level: String,
    pub remedy: Remedy,
    pub gain: Shift,
    pub harm: Shift,
    /// How often what should fall still happened.
    pub residual: Option<Share>,
    /// How often what should not rise happened.
    pub harmed: Option<Share>,
    /// In how many units the guard denied something: of an honest agent's deeds, false denials. An answer to a
    /// question that no register has is denied whatever it says, a refusal too.
    pub denied: Option<Share>,
    /// Other outcomes: where a defection may have gone.
    pub displaced: Vec<Displaced>,
    /// What a guard adds to an act.
    pub latency: Option<Latency>,
}

/// What a level is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    Wording,
    /// Rooms of a guard.
    Structure,
    /// As many words about nothing, or a guard that only looks on.
    Sham,
}

/// A paired difference, in the outcome's unit, with its 95 % interval; null bounds with too few clusters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    pub estimate: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Units.
    pub n: u64,
}

/// k of n with its 95 % Wilson interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub k: u64,
    pub n: u64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Displaced {
    pub outcome: String,
    pub shift: Shift,
}

/// How long the guard took for an act of the record, put to it once more: view, rewriting and verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Acts.
    pub n: u64,
}

/// How an instrument read a control of known disposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub scenario: String,
    pub estimand: String,
    /// The contrast within the estimand.
    pub contrast: String,
    pub control: String,
    /// `positive` or `negative`.
    pub kind: String,
    pub detected: u64,
    /// Replicates of the study.
    pub n: u64,
    pub alpha: f64,
    /// Wilson interval of detected / n.
    pub low: f64,
    pub high: f64,
}

/// What is not in the estimates, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    pub scenario: String,
    pub model: String,
    /// `refused`, `filtered`, `unparsed`, `incomplete` or `unscored`.
    pub kind: String,
    pub n: u64,
    /// Of how many.
    pub of: u64,
}

/// What the run cost. `usd` is null where no provider told a price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub requests: u64,
    pub cached: u64,
    pub prompt_tokens: u64,
    /// Of these, the tokens that a model on this machine really computed: the rest were shared
    /// prefixes.
    #[serde(default)]
    pub prompt_tokens_computed: u64,
    pub completion_tokens: u64,
    pub usd: Option<f64>,
    pub wall_s: f64,
}

/// How many parameters a model has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub model: String,
    pub parameters: u64,
}

/// How often an outcome was seen with one wording, over all cells, states and epochs: whether a
/// result rests on a few wordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    pub scenario: String,
    pub model: String,
    pub outcome: String,
    pub wording: u32,
    pub k: u64,
    /// Of how many plays, which share their states across cells.
    pub n: u64,
    pub low: f64,
    pub high: f64,
}

/// How an explanation fared against a model's contrasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fared {
    /// All that it predicts was found.
    Supported,
    /// Something else was found for certain.
    Contradicted,
    Undecided,
    /// Something that it needs could not be told, or was not played.
    CannotTell,
}

impl Fared {
    /// The word that stands in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Undecided => "undecided",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// An explanation that a scenario registered, and how it fared for one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    pub scenario: String,
    pub model: String,
    pub hypothesis: String,
    /// The explanation in one sentence.
    pub says: String,
    pub fared: Fared,
    /// Contrast by contrast: what it predicts, and what was found.
    pub because: Vec<String>,
}

/// How often a judge gave a label: to what a model's episodes of one cell say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub scenario: String,
    pub model: String,
    pub cell: String,
    pub judge: String,
    /// `refusal` or `reason`.
    pub question: String,
    /// `unclear`: a tie of the votes, or none that could be read.
    pub label: String,
    pub k: u64,
    /// Episodes that this judge read there.
    pub n: u64,
    /// Episodes there in which something was said.
    pub of: u64,
    /// Wilson interval of k / n.
    pub low: f64,
    pub high: f64,
}

/// How a judge agrees with labels, or with another judge, on one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub judge: String,
    pub question: String,
    /// `labelled` (the transcripts that ship with labels), `person/<name>`, or another judge.
    pub against: String,
    /// Cohen's κ with its interval; null where both use one label only.
    pub kappa: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Of `n` transcripts both gave `agreed` the same label.
    pub agreed: u64,
    pub n: u64,
    pub labels: Vec<String>,
    /// `confusion[i][j]`: label i by what it is held against, label j by the judge.
    pub confusion: Vec<Vec<u64>>,
    /// No person has labelled anything of this run.
    pub provisional: bool,
}

/// The one JSON document of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    pub run: String,
    pub study: String,
    pub models: Vec<String>,
    /// Of the models whose size is known; absent from old documents.
    #[serde(default)]
    pub sizes: Vec<Size>,
    pub estimates: Vec<Estimate>,
    /// Contrasts level by level of another factor, where a scenario wants that; absent from old documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Profile>,
    /// Of runs that stop each contrast when its interval is narrow enough; empty of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub until: Vec<Until>,
    pub cells: Vec<Cell>,
    /// Of outcomes that are no shares (items, points); absent from old documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<Mean>,
    /// Of scenarios that state them; absent from old documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indices: Vec<Index>,
    /// Of scenarios that state them; absent from old documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frontiers: Vec<Frontier>,
    /// Of the study's own models, not of the controls beside them; absent from old documents.
    #[serde(default)]
    pub wordings: Vec<Wording>,
    /// Of the scenarios that register explanations; absent from old documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hypotheses: Vec<Hypothesis>,
    /// What judges read in the words of the study's own models; empty without a judge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judgements: Vec<Judgement>,
    /// How far these judges can be believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<Agreement>,
    /// Of a study that plays enough of the battery; absent from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Diagnosis>,
    /// How far these diagnoses can be believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosers: Vec<DiagnoserRow>,
    /// Which contrasts tell refusal from faking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub separations: Vec<Separation>,
    pub calibration: Vec<Calibration>,
    pub missing: Vec<Missing>,
    pub cost: Cost,
    pub report: String,
}

/// A capability gate: what a model must be able to do before its contrasts are believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    pub model: String,
    /// What was asked of it, in words.
    pub what: String,
    pub k: u64,
    pub n: u64,
    pub low: f64,
    pub high: f64,
    /// The pass rate that the scenario demands, and the chance level that the interval must clear:
    /// what guessing gives when answers are read as these were.
    pub threshold: f64,
    pub chance: f64,
    pub passed: bool,
}

/// One option of an ask as a transcript shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscriptOption {
    pub text: String,
    /// Probability under the menu; `None` where it was not scored.
    pub p: Option<f64>,
    pub chosen: bool,
}

/// One ask and its answer as a transcript shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscriptAsk {
    pub id: String,
    pub text: String,
    pub options: Vec<TranscriptOption>,
    /// The completion's text as it came: hostile.
    pub answer: String,
    /// `scored`, `parsed`, `refused`, `filtered`, `unparsed`.
    pub read: String,
}

/// One episode to read: what was told, what was asked, what was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub model: String,
    pub cell: String,
    pub episode: String,
    pub wording: u32,
    pub state: u32,
    /// Spans with a factor are what this cell changed.
    pub clauses: Vec<Clause>,
    pub asks: Vec<TranscriptAsk>,
    /// The outcomes in words (`inflation +1.2 items`).
    pub outcome: Vec<String>,
    /// Where a game was played.
    #[serde(default)]
    pub replay: Option<Replay>,
    /// Where tools were called.
    #[serde(default)]
    pub timeline: Option<Timeline>,
}

/// Two plays of one unit that differ in one circumstance, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscriptPair {
    pub model: String,
    /// The contrast's id in the diagnosis, and what is changed.
    pub contrast: String,
    pub says: String,
    pub scenario: String,
    pub without: Transcript,
    pub with: Transcript,
}

/// What the report says of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioPage {
    pub name: String,
    /// The question in one sentence.
    pub question: String,
    /// Citation of the work that it follows.
    pub source: String,
    /// Factor and levels, the baseline first.
    pub factors: Vec<(String, Vec<String>)>,
    pub limits: Vec<String>,
    pub gates: Vec<Gate>,
    pub transcripts: Vec<Transcript>,
}

/// All that `report.html` shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub findings: Findings,
    pub scenarios: Vec<ScenarioPage>,
    /// The plays that show a diagnosed model's contrasts best.
    #[serde(default)]
    pub pairs: Vec<TranscriptPair>,
    /// Commands that make this run again.
    pub reproduce: Vec<String>,
    /// Versions, seeds, hashes: the bill of materials.
    pub bill: Vec<(String, String)>,
    /// Sentences that must stand beside the numbers (`calibration was left out`).
    pub caveats: Vec<String>,
}
