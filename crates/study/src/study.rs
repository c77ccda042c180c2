//! A study: which scenarios, cells and sizes, on which models. Read from a file, shipped or the
//! user's, or made from scenarios alone; resolved it becomes `run.toml`.

use crate::plan::{PILOT, Sheet, Size, backgrounds, cells, sheets};
use crate::scenario::{
    Cell, FOLDER, Fault, OtherItems, Scenario, Selection, Source, Unit, accepting, distinct_wordings, parse,
    read_bounded, shipped,
};
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trace::{ModelCard, Name, Sampling, name_of};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../studies");

/// Most cells that a calibration plays.
const CALIBRATED_MAX: usize = 64;

/// A study file as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StudyFile {
    pub name: String,
    #[serde(default)]
    pub question: String,
    #[serde(default)]
    pub models: Vec<String>,
    #[serde(default = "replicates")]
    pub replicates: u32,
    #[serde(default)]
    pub sampling: Option<Sampling>,
    pub scenario: Vec<PartFile>,
}

fn replicates() -> u32 {
    300
}

/// One scenario of a study as written. What is left out is taken from the scenario's `[design]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartFile {
    /// A shipped scenario, or a path.
    pub name: String,
    #[serde(default)]
    pub cells: Vec<String>,
    #[serde(default)]
    pub wordings: Option<u32>,
    #[serde(default)]
    pub states: Option<u32>,
    #[serde(default)]
    pub epochs: Option<u32>,
    #[serde(default)]
    pub limit: Option<u32>,
    /// What models play of it. Controls play all.
    #[serde(default)]
    pub models: Option<Demonstration>,
    /// What models on this machine play of it, where a game costs them minutes.
    #[serde(default)]
    pub local: Option<Demonstration>,
    /// Of this scenario's calibration; the study's unless given.
    #[serde(default)]
    pub replicates: Option<u32>,
    /// Controls that stand beside the models in the findings.
    #[serde(default)]
    pub controls: Vec<String>,
    #[serde(default)]
    pub quick: Option<Quick>,
    /// The user's study in which this stands.
    #[serde(skip)]
    pub source: Option<Source>,
}

/// The small version of a part.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Quick {
    #[serde(default)]
    pub wordings: Option<u32>,
    #[serde(default)]
    pub states: Option<u32>,
    #[serde(default)]
    pub limit: Option<u32>,
    #[serde(default)]
    pub models: Option<Demonstration>,
}

/// The part of a design that is played for the eye: too little for an estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Demonstration {
    /// The first so many units; 0: nothing.
    pub units: u32,
    /// And of these, the cells of these names alone; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<String>,
}

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub models: Vec<String>,
    pub cells: Vec<String>,
    /// Exactly these cells, as a record names them: none is a pattern.
    pub recorded: Option<Vec<String>>,
    pub quick: bool,
    pub seeds: Option<u32>,
    pub wordings: Option<u32>,
    pub epochs: Option<u32>,
    pub limit: Option<u32>,
    pub replicates: Option<u32>,
    pub temperature: Option<f64>,
    /// The baseline alone, on states that no study plays.
    pub pilot: bool,
    /// Stop each contrast when its interval is this narrow.
    pub until: Option<f64>,
    /// A data set that is read instead of the items of the one scenario that is named.
    pub items: Option<OtherItems>,
}

/// A study ready to be played.
#[derive(Clone, Debug)]
pub struct Study {
    pub name: String,
    pub question: String,
    pub models: Vec<String>,
    pub replicates: u32,
    pub sampling: Sampling,
    pub parts: Vec<Part>,
    /// What the user named, to be named again in `run.toml`.
    pub arguments: Vec<String>,
    /// Half-width at which a contrast stops; all is played without one. No part of a run's name.
    pub until: Option<f64>,
}

/// One scenario of a study with its cells, size and texts.
#[derive(Clone, Debug)]
pub struct Part {
    pub scenario: Scenario,
    /// How the scenario is found again.
    pub path: String,
    pub cells: Selection,
    /// Of each unit, where stars are played.
    pub backgrounds: BTreeMap<Unit, Cell>,
    pub size: Size,
    pub controls: Vec<String>,
    /// What models play of it, and models on this machine; all unless given. Controls play all.
    pub models: Option<Demonstration>,
    pub local: Option<Demonstration>,
    /// Replicates of its calibration, where they are not the study's.
    pub replicates: Option<u32>,
    pub sheets: Vec<Sheet>,
    /// The data set that stands in the place of its own items.
    pub items: Option<OtherItems>,
}

/// Names of the studies that ship with the program.
pub fn shipped_studies() -> Vec<String> {
    let stem = |f: &include_dir::File| Some(f.path().file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = SHIPPED.files().filter_map(stem).collect();
    names.sort();
    names
}

impl Study {
    /// Resolves what the user named (nothing: `first-look`): studies, scenarios, paths.
    pub fn resolve(arguments: &[String], changes: &Changes) -> Result<Self, Fault> {
        let default = ["first-look".to_owned()];
        let named = if arguments.is_empty() { &default[..] } else { arguments };
        let mut files = Vec::new();
        for name in named {
            files.push(Self::file(name)?);
        }
        let mut joined = files.remove(0);
        for more in files {
            joined.name = format!("{}+{}", joined.name, more.name);
            joined.scenario.extend(more.scenario);
        }
        Self::from_file(joined, named, changes)
    }

    fn file(name: &str) -> Result<StudyFile, Fault> {
        if let Some(file) = SHIPPED.get_file(format!("{name}.toml")) {
            let text = file.contents_utf8().unwrap_or_default().to_owned();
            return parse(&Source { file: format!("studies/{name}.toml"), text });
        }
        let path = Path::new(name);
        let is_study = path.extension().is_some_and(|e| e == "toml")
            && path.file_name() != Some("scenario.toml".as_ref());
        if is_study {
            let nothing = Source { file: name.into(), text: String::new() };
            let text = read_bounded(path).map_err(|why| nothing.whole("", why))?;
            return own(Source { file: name.into(), text });
        }
        let scenario = Scenario::load(name).map_err(|fault| {
            let nowhere = fault.line == 0 && !fault.accepted.is_empty();
            if !nowhere {
                return fault;
            }
            let names = shipped().into_iter().chain([FOLDER]).map(str::to_owned);
            let accepted: Vec<String> = shipped_studies().into_iter().chain(names).collect();
            let message = format!("there is no study, scenario or path `{name}`");
            accepting(Source::default().whole("", message), accepted)
        })?;
        let part = PartFile {
            name: name.into(),
            cells: Vec::new(),
            wordings: None,
            states: None,
            epochs: None,
            limit: None,
            models: None,
            local: None,
            replicates: None,
            controls: Vec::new(),
            quick: None,
            source: None,
        };
        let question = scenario.file.question.clone();
        let name = scenario.file.name.clone();
        Ok(StudyFile {
            name,
            question,
            models: Vec::new(),
            replicates: replicates(),
            sampling: None,
            scenario: vec![part],
        })
    }

    fn from_file(file: StudyFile, arguments: &[String], changes: &Changes) -> Result<Self, Fault> {
        let mut models = if changes.models.is_empty() { file.models } else { changes.models.clone() };
        if models.is_empty() {
            models.push("local/smollm2".into());
        }
        if changes.items.is_some() && file.scenario.len() != 1 {
            let message = format!("one scenario is wanted, not {}", file.scenario.len());
            return Err(Source { file: "--items".into(), text: String::new() }.whole("", message));
        }
        let mut parts = Vec::new();
        for part in &file.scenario {
            parts.push(Part::resolve(part, changes)?);
        }
        Ok(Self {
            name: if changes.pilot { format!("{}-pilot", file.name) } else { file.name },
            question: file.question,
            models,
            replicates: changes.replicates.unwrap_or(file.replicates),
            sampling: sampling(file.sampling, changes)?,
            parts,
            arguments: arguments.to_vec(),
            until: changes.until,
        })
    }

    /// The name of a run: the study without its counts, so that more seeds extend a run.
    pub fn run_name(&self, cards: &[ModelCard]) -> Name {
        let parts: Vec<_> =
            self.parts.iter().map(|p| (&p.scenario.hash, p.cells.names(), &p.controls)).collect();
        name_of(&(&self.name, cards, parts, &self.sampling))
    }
}

/// A user's study: its parts remember where they stand.
fn own(source: Source) -> Result<StudyFile, Fault> {
    let mut study: StudyFile = parse(&source)?;
    if study.scenario.is_empty() {
        return Err(source.about("scenario", "", "scenario", "a study names at least one scenario".into()));
    }
    study.scenario.iter_mut().for_each(|part| part.source = Some(source.clone()));
    Ok(study)
}

/// How models are sampled. Independent samples need a temperature: at 0 they would be one sample
/// many times.
fn sampling(file: Option<Sampling>, changes: &Changes) -> Result<Sampling, Fault> {
    let several = changes.epochs.is_some_and(|e| e > 1);
    let mut sampling =
        file.unwrap_or(Sampling { temperature: if several { 1.0 } else { 0.0 }, ..Sampling::default() });
    sampling.temperature = changes.temperature.unwrap_or(sampling.temperature);
    if !(0.0..=2.0).contains(&sampling.temperature) {
        let source = Source { file: "--temperature".into(), text: String::new() };
        return Err(accepting(
            source.whole("", format!("`{}` is no temperature", sampling.temperature)),
            ["0 to 2"],
        ));
    }
    Ok(sampling)
}

impl PartFile {
    /// Where the scenario lies: a shipped one by name; else beside the study's file, or else in the
    /// current folder.
    fn place(&self) -> Result<String, Fault> {
        let Some(source) = self.source.as_ref().filter(|_| !shipped().contains(&self.name.as_str())) else {
            return Ok(self.name.clone());
        };
        let here = PathBuf::from(&self.name);
        let beside = Path::new(&source.file).parent().unwrap_or(Path::new("")).join(&here);
        if let Some(found) = [&beside, &here].into_iter().find(|p| p.exists()) {
            return Ok(found.to_string_lossy().into_owned());
        }
        let tried = if beside == here {
            format!("`{}`", self.name)
        } else {
            format!("`{}`, neither as `{}` nor as `{}`", self.name, beside.display(), here.display())
        };
        let message = format!("there is no scenario or folder {tried}");
        let fault = source.about(&self.name, "", "scenario.name", message);
        Err(accepting(fault, shipped().into_iter().chain([FOLDER])))
    }

    /// A mistake about a name that the user's study gives: told with its place there.
    fn stands(&self, fault: Fault, name: &str, field: &str) -> Fault {
        match &self.source {
            Some(source) if fault.line == 0 => {
                let fresh = source.about(name, &self.name, &format!("scenario.{field}"), fault.message);
                accepting(fresh, fault.accepted)
            }
            _ => fault,
        }
    }
}

impl Part {
    /// The sheets that a model or a control plays, each with its place: controls play all, models those
    /// of a demonstration where the part is one for them.
    pub fn played_by(&self, model: &str) -> impl Iterator<Item = (usize, &Sheet)> {
        let demonstration = self.demonstration(model);
        let units = demonstration.map_or(usize::MAX, |d| d.units as usize);
        let mut seen = Vec::new();
        // Sheets stand unit by unit.
        let first = self.sheets.iter().enumerate().take_while(move |(_, sheet)| {
            let slot = (sheet.unit, sheet.epoch);
            if !seen.contains(&slot) {
                seen.push(slot);
            }
            seen.len() <= units
        });
        let cells = demonstration.map_or(&[][..], |d| &d.cells);
        first.filter(move |(_, sheet)| cells.is_empty() || cells.contains(&sheet.cell.to_string()))
    }

    fn demonstration(&self, model: &str) -> Option<&Demonstration> {
        if trace::is_scripted(model) {
            return None;
        }
        self.models.as_ref().or_else(|| self.local.as_ref().filter(|_| model.starts_with("local/")))
    }

    /// Whether it plays so many cells that its calibration plays those of the scenario's design alone:
    /// every control in all of them, over and over, would take hours.
    pub fn is_vast(&self) -> bool {
        self.cells.cells.len() > CALIBRATED_MAX
    }

    /// The part that calibrates this one's instrument: itself, unless it is vast.
    pub fn calibrated(&self) -> Result<Cow<'_, Self>, Fault> {
        if !self.is_vast() {
            return Ok(Cow::Borrowed(self));
        }
        let cells = cells(&self.scenario, &[])?;
        let backgrounds = backgrounds(&self.scenario, &cells, &self.size);
        let sheets = sheets(&self.scenario, &cells, &backgrounds, &self.size)?;
        Ok(Cow::Owned(Self { cells, backgrounds, sheets, ..self.clone() }))
    }

    fn resolve(file: &PartFile, changes: &Changes) -> Result<Self, Fault> {
        let path = file.place()?;
        let scenario = Scenario::load_with(&path, changes.items.as_ref()).map_err(|fault| {
            match fault.accepted.is_empty() {
                true => fault,
                false => file.stands(fault, &file.name, "name"),
            }
        })?;
        let quick = file.quick.clone().filter(|_| changes.quick).unwrap_or_default();
        let design = &scenario.file.design;
        let size = Size {
            wordings: changes.wordings.or(quick.wordings).or(file.wordings).unwrap_or(design.wordings).max(1),
            states: changes.seeds.or(quick.states).or(file.states).unwrap_or(design.states).max(1),
            epochs: changes.epochs.or(file.epochs).unwrap_or(1).max(1),
            limit: changes.limit.or(quick.limit).or(file.limit),
            first: if changes.pilot { PILOT } else { 0 },
        };
        let distinct = distinct_wordings(&scenario);
        if size.wordings > distinct {
            let message = format!(
                "scenario `{}` has {distinct} distinct wordings, not {}",
                scenario.file.name, size.wordings
            );
            let fault = Source { file: "wordings".into(), text: String::new() }.whole("", message);
            return Err(accepting(fault, [format!("1 to {distinct}; more units come from --seeds")]));
        }
        if changes.pilot && !scenario.items.is_empty() {
            let message =
                format!("`{}` has its items as states: none is left for a pilot", scenario.file.name);
            return Err(Source { file: "--pilot".into(), text: String::new() }.whole("", message));
        }
        let baseline = ["baseline".to_owned()];
        let selection = match changes.cells.is_empty() {
            true if changes.pilot => &baseline[..],
            true => &file.cells,
            false => &changes.cells,
        };
        let recorded = changes.recorded.as_ref().map(|names| Selection::recorded(&scenario, names));
        let cells = recorded.unwrap_or_else(|| cells(&scenario, selection)).map_err(|fault| {
            match fault.file.as_str() {
                "--cells" if changes.cells.is_empty() => file.stands(fault, "cells", "cells"),
                _ => fault,
            }
        })?;
        for control in &file.controls {
            let unknown = |message: String| {
                let fault = Source { file: "study".into(), text: String::new() }.whole("", message);
                accepting(file.stands(fault, control, "controls"), scenario.control_names())
            };
            crate::actor::control(&scenario, control, 0).map_err(unknown)?;
        }
        let backgrounds = backgrounds(&scenario, &cells, &size);
        let sheets = sheets(&scenario, &cells, &backgrounds, &size)?;
        let (controls, models, local) =
            (file.controls.clone(), quick.models.or(file.models.clone()), &file.local);
        // A pilot is short: whoever plays it plays all of it.
        let (models, local) = if changes.pilot { (None, &None) } else { (models, local) };
        for name in models.iter().chain(local).flat_map(|d| &d.cells) {
            Cell::parse(&scenario, name).map_err(|fault| file.stands(fault, name, "cells"))?;
        }
        let replicates = file.replicates.filter(|_| changes.replicates.is_none());
        let local = local.clone();
        let items = changes.items.clone();
        Ok(Self {
            scenario,
            path,
            cells,
            backgrounds,
            size,
            controls,
            models,
            local,
            replicates,
            sheets,
            items,
        })
    }
}
