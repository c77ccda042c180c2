//! `run.toml`: the study as resolved, with versions and hashes, so that a run can be read again.

use crate::scenario::OtherItems;
use crate::study::{Changes, Demonstration, Part, Study};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::{ModelCard, Sampling};

/// A run as it stands in `run.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunFile {
    pub v: u32,
    pub run: String,
    pub study: String,
    pub ephor: String,
    /// What the user named.
    pub arguments: Vec<String>,
    pub models: Vec<String>,
    pub replicates: u32,
    pub calibrated: bool,
    pub sampling: Sampling,
    /// Half-width at which contrasts were stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<f64>,
    pub part: Vec<PartRecord>,
    pub card: Vec<ModelCard>,
    /// Parameters of the models on this machine. They are no part of a card, since a card is part of the
    /// names of runs and episodes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sizes: BTreeMap<String, u64>,
}

/// One scenario of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartRecord {
    pub path: String,
    pub scenario: String,
    pub version: u32,
    pub hash: String,
    pub cells: Vec<String>,
    pub wordings: u32,
    pub states: u32,
    pub epochs: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pilot: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Demonstration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<Demonstration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
    pub controls: Vec<String>,
    /// The data set that was read instead of the scenario's own items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<OtherItems>,
}

/// How a scenario is found from any folder: a shipped one by name, a user's by its whole path. An error
/// where that path is no text: TOML could hold only another one.
fn findable(path: &str) -> Result<String, String> {
    let shipped = crate::scenario::shipped().contains(&path);
    let Some(whole) = std::fs::canonicalize(path).ok().filter(|_| !shipped) else {
        return Ok(path.to_owned());
    };
    whole.into_os_string().into_string().map_err(|whole| {
        format!(
            "the whole path of `{path}` is not UTF-8: {}\nhint: rename or move the folder; run.toml holds the \
             path as text",
            whole.to_string_lossy()
        )
    })
}

/// A data set with its whole path, to be found from any folder.
fn items(other: Option<&OtherItems>) -> Result<Option<OtherItems>, String> {
    let whole = |other: &OtherItems| Ok(OtherItems { file: findable(&other.file)?, ..other.clone() });
    other.map(whole).transpose()
}

impl RunFile {
    pub fn of(study: &Study, run: &str, cards: &[ModelCard], calibrated: bool) -> Result<Self, String> {
        let part = |p: &Part| -> Result<PartRecord, String> {
            Ok(PartRecord {
                path: findable(&p.path)?,
                scenario: p.scenario.file.name.clone(),
                version: p.scenario.file.version,
                hash: p.scenario.hash.clone(),
                cells: p.cells.names(),
                wordings: p.size.wordings,
                states: p.size.states,
                epochs: p.size.epochs,
                limit: p.size.limit,
                pilot: p.size.first == crate::plan::PILOT,
                models: p.models.clone(),
                local: p.local.clone(),
                replicates: p.replicates,
                controls: p.controls.clone(),
                items: items(p.items.as_ref())?,
            })
        };
        Ok(Self {
            v: 1,
            run: run.into(),
            study: study.name.clone(),
            ephor: env!("CARGO_PKG_VERSION").into(),
            arguments: study.arguments.clone(),
            models: study.models.clone(),
            replicates: study.replicates,
            calibrated,
            sampling: study.sampling.clone(),
            until: study.until,
            part: study.parts.iter().map(part).collect::<Result<_, _>>()?,
            card: cards.to_vec(),
            sizes: BTreeMap::new(),
        })
    }

    /// The study again, from the scenarios as they are now. An error where one has changed since:
    /// its episodes could not be told apart from those of the new text.
    pub fn study(&self) -> Result<Study, String> {
        let mut study: Option<Study> = None;
        for part in &self.part {
            let changes = Changes {
                models: self.models.clone(),
                recorded: Some(part.cells.clone()),
                cells: Vec::new(),
                seeds: Some(part.states),
                wordings: Some(part.wordings),
                epochs: Some(part.epochs),
                limit: part.limit,
                replicates: Some(self.replicates),
                quick: false,
                pilot: part.pilot,
                until: self.until,
                items: part.items.clone(),
                temperature: Some(self.sampling.temperature),
            };
            let mut one =
                Study::resolve(std::slice::from_ref(&part.path), &changes).map_err(|f| f.to_string())?;
            let hash = one.parts.first().map(|p| p.scenario.hash.clone());
            if hash.as_ref() != Some(&part.hash) {
                return Err(format!(
                    "scenario `{}` has changed since the run was played ({} then)\nhint: run it again, or restore the file",
                    part.scenario,
                    &part.hash[..part.hash.len().min(12)]
                ));
            }
            for p in &mut one.parts {
                p.controls.clone_from(&part.controls);
                (p.models, p.local) = (part.models.clone(), part.local.clone());
                p.replicates = part.replicates;
            }
            match &mut study {
                None => study = Some(one),
                Some(study) => study.parts.extend(one.parts),
            }
        }
        let mut study = study.ok_or("run.toml names no scenario")?;
        study.name = self.study.clone();
        study.sampling = self.sampling.clone();
        study.arguments = self.arguments.clone();
        Ok(study)
    }
}
