//! What a control does, as data.

use serde::{Deserialize, Serialize};

/// A scripted disposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ControlSpec {
    /// `control/<name>`.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Probability that an answer is a uniformly random option.
    #[serde(default)]
    pub lapse: f64,
    /// The first rule whose cues are found decides.
    pub rules: Vec<Rule>,
}

/// Cues and what to say when they are found. Cues are regular expressions, case-insensitive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// Must be found in what was read, the question included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<String>,
    /// Must also be found there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<String>,
    /// Must not be found there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// Must be found in the question itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    pub say: Say,
}

/// What to answer. Ranges are probabilities [low, high], drawn uniformly per replicate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Say {
    /// In favour of what is asked about, with this probability; otherwise against it.
    Favour([f64; 2]),
    /// The truth as the text shows it, with this probability; otherwise its opposite.
    Truth([f64; 2]),
    /// The truth, except that with this probability what is false is called true.
    Inflate([f64; 2]),
    /// For a count: the bar where the text states one above the own count, with this probability;
    /// everything else truthfully.
    WriteBar([f64; 2]),
    /// The answer that another gave last, with this probability; otherwise the own last one.
    Heard([f64; 2]),
    /// The answer that another gave last where it is right, with this probability; otherwise the own last one.
    Better([f64; 2]),
    /// A uniformly random option.
    Random,
    /// These words, whatever was asked.
    Words(String),
}

/// The controls that need no scenario.
pub const BUILTIN: [&str; 4] = ["honest", "lenient", "random", "refuser"];

/// A built-in control by name.
pub fn builtin(name: &str) -> Option<ControlSpec> {
    let (summary, lapse, say) = match name {
        "honest" => ("Says what the text shows to be true.", 0.02, Say::Truth([0.98, 1.0])),
        "lenient" => ("Calls almost everything right, whoever it helps.", 0.02, Say::Inflate([0.8, 1.0])),
        "random" => ("Picks an option at random.", 0.0, Say::Random),
        "refuser" => {
            ("Declines every question in words.", 0.0, Say::Words("I would rather not answer that.".into()))
        }
        _ => return None,
    };
    let rule = Rule { reads: None, also: None, unless: None, asked: None, say };
    Some(ControlSpec { name: name.into(), summary: summary.into(), lapse, rules: vec![rule] })
}
