//! Who sits in a seat: the model's identity and its sampling settings.

use serde::{Deserialize, Serialize};

/// The identity of a model: what makes its answers what they are, never its speed or its place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// `provider/model`, for example `local/smollm2`.
    pub name: String,
    /// The hash of weights, of a control's text, or the endpoint that answered.
    pub identity: String,
    /// Whether it scores options exactly, without sampling.
    pub scores: bool,
    /// Whether a completion costs money: then it is on disk before it is used.
    pub paid: bool,
    /// Whether it takes tools and calls them on the wire; another is told of them in its prompt and
    /// answers in JSON.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tools: bool,
}

/// Whether a model's name is that of a script: a control that reads text, or a player that reads none.
pub fn is_scripted(model: &str) -> bool {
    model.starts_with("control/") || model.starts_with("player/")
}

/// Sampling settings. `temperature` 0 is greedy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    pub temperature: f64,
    pub top_p: f64,
    /// Most completion tokens of one answer.
    pub tokens_max: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.0, top_p: 1.0, tokens_max: 24, stop: Vec::new() }
    }
}

/// One seat of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatCard {
    /// The seat's name in the scenario (`player`, `reviewer`).
    pub seat: String,
    pub model: ModelCard,
    pub sampling: Sampling,
}
