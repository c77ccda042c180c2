//! What somebody with tools did, step by step: data for the page.

use serde::{Deserialize, Serialize};

/// The steps of one episode.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub steps: Vec<Step>,
    /// Steps that are not shown.
    pub left_out: usize,
}

/// What a step was, by what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The state stayed as it was.
    Read,
    /// The state changed.
    Change,
    /// The work ended.
    End,
    /// No call was legal.
    Nothing,
}

/// One call. All its texts are a model's: hostile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub number: usize,
    pub seat: String,
    pub kind: Kind,
    pub tool: String,
    pub arguments: String,
    /// What the caller read of it.
    pub result: String,
    pub moved: Vec<Moved>,
    /// What was said beside the call.
    pub said: String,
    /// Rules that tries at this step broke.
    pub refused: Vec<String>,
}

/// One object that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    pub path: String,
    pub to: String,
    /// Carried out by the company, not by the caller.
    pub by_scheduler: bool,
}
