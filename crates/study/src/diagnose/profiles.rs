//! Agents of known disposition that play every instrument: one control of each scenario, one voice.

use super::voice::{Style, Voice, Words};
use crate::actor::control;
use crate::scenario::Scenario;
use model::{Answered, Model, ModelError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use trace::{Completion, ModelCard, Request, seed_of};

const TEXT: &str = include_str!("profiles.toml");

/// The profiles as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// Disposition → scenario → control.
    plays: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(rename = "profile")]
    pub profiles: Vec<Profile>,
}

/// One agent of known disposition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub disposition: String,
    #[serde(default)]
    style: Style,
    /// The disposition whose cue words it uses, where that is not its own.
    #[serde(default)]
    talks: Option<String>,
    /// It talks like somebody else, and is in no fit.
    #[serde(default)]
    pub hard: bool,
    /// Scenario → control, where it is not what its disposition plays.
    #[serde(default)]
    plays: BTreeMap<String, String>,
}

/// Those that ship.
pub static PROFILES: LazyLock<Profiles> = LazyLock::new(|| super::shipped("profiles.toml", TEXT));

impl Profile {
    /// What it plays in a scenario; nothing where no disposition says.
    fn control(&self, scenario: &str) -> Option<&String> {
        self.plays.get(scenario).or_else(|| PROFILES.plays.get(&self.disposition)?.get(scenario))
    }

    /// Whether profiles play this scenario at all.
    pub fn play(scenario: &str) -> bool {
        PROFILES.plays.values().all(|plays| plays.contains_key(scenario))
    }

    /// This profile in a scenario; `salt` draws its effect sizes and lapses.
    ///
    /// # Errors
    ///
    /// Where the scenario has no such control.
    pub fn seat(&self, scenario: &Scenario, words: Words, salt: u64) -> Result<Arc<dyn Model>, String> {
        let name = self.control(&scenario.file.name);
        let name = name.ok_or_else(|| format!("`{}` does not play `{}`", self.name, scenario.file.name))?;
        let inner = control(scenario, name, salt)?;
        let cues = self.talks.clone().unwrap_or_else(|| self.disposition.clone());
        let voice = Voice { style: self.style, words, cues };
        Ok(Arc::new(Speaker {
            card: inner.card().clone(),
            inner,
            voice,
            objections: objections(scenario),
            salt,
        }))
    }
}

/// The words that a scenario counts as an objection.
fn objections(scenario: &Scenario) -> Vec<String> {
    scenario.file.measure.iter().flat_map(|m| m.words.iter().cloned()).collect()
}

/// A control that says what it says in a voice.
struct Speaker {
    inner: Arc<dyn Model>,
    card: ModelCard,
    voice: Voice,
    objections: Vec<String>,
    salt: u64,
}

#[async_trait::async_trait]
impl Model for Speaker {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let answered = self.inner.answer(request).await?;
        if !request.options.is_empty() || request.schema.is_some() || self.objections.is_empty() {
            return Ok(answered);
        }
        let said = answered.completion.text.to_lowercase();
        let mut words = said.split(|c: char| !c.is_alphanumeric());
        let objects = words.any(|word| self.objections.iter().any(|o| o == word));
        let seed = seed_of("line", &[&self.salt.to_string(), &request.seed.to_string()]);
        let text = self.voice.line(objects, seed);
        Ok(Answered::free(Completion { text, ..Completion::default() }))
    }
}
