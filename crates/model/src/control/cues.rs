//! What a control looks for in a text.

use super::script::ScriptError;
use regex::{Regex, RegexBuilder};

/// Cues of one rule, compiled: regular expressions without regard to case.
#[derive(Debug)]
pub struct Cues {
    reads: Option<Regex>,
    also: Option<Regex>,
    unless: Option<Regex>,
}

impl Cues {
    /// Compiles cues.
    pub fn new(reads: Option<&str>, also: Option<&str>, unless: Option<&str>) -> Result<Self, ScriptError> {
        let optional = |pattern: Option<&str>| pattern.map(regex).transpose();
        Ok(Self { reads: optional(reads)?, also: optional(also)?, unless: optional(unless)? })
    }

    /// Whether they are found in a text.
    pub fn found_in(&self, text: &str) -> bool {
        self.found(&[text])
    }

    /// Whether they are found in any of several texts.
    pub fn found(&self, texts: &[&str]) -> bool {
        let read = |r: &Regex| texts.iter().any(|text| r.is_match(text));
        self.reads.as_ref().is_none_or(read)
            && self.also.as_ref().is_none_or(read)
            && !self.unless.as_ref().is_some_and(read)
    }
}

/// A pattern without regard to case.
pub fn regex(pattern: &str) -> Result<Regex, ScriptError> {
    let built = RegexBuilder::new(pattern).case_insensitive(true).build();
    built.map_err(|e| ScriptError { pattern: pattern.into(), why: e.to_string() })
}
