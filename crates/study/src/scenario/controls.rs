//! A scenario's controls, and what its estimands are called.

use super::cell::Cell;
use super::file::EstimandFile;
use super::load::Scenario;
use model::control::{ControlSpec, Script, builtin};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The controls that were compiled, by name; shared by all copies of a scenario.
#[derive(Clone, Default)]
pub(super) struct Scripts(Arc<Mutex<BTreeMap<String, Arc<Script>>>>);

impl Scripts {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Script>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}

impl EstimandFile {
    /// `name/factor=level`, and `-level` of what a difference in differences subtracts.
    pub fn id(&self) -> String {
        let unlike: String = self.unlike.values().map(|level| format!("-{level}")).collect();
        format!("{}/{}={}{unlike}", self.name, self.contrast.factor, self.contrast.level)
    }

    /// Whether its contrast can begin at a cell: at the reference level, with the pins, and with nothing else of
    /// what is subtracted.
    pub fn is_base(&self, scenario: &Scenario, cell: &Cell) -> bool {
        cell.level(scenario, &self.contrast.factor) == self.contrast.versus
            && self.at.iter().all(|(factor, level)| cell.level(scenario, factor) == level)
            && self.unlike.keys().all(|f| self.at.contains_key(f) || !cell.levels.contains_key(f))
    }

    /// The cell that is compared with such a one.
    pub fn treated(&self, scenario: &Scenario, base: &Cell) -> Cell {
        base.with(scenario, &self.contrast.factor, &self.contrast.level)
    }

    /// Where the contrast begins that is subtracted.
    pub fn moved(&self, scenario: &Scenario, base: &Cell) -> Cell {
        self.unlike.iter().fold(base.clone(), |cell, (factor, level)| cell.with(scenario, factor, level))
    }

    /// The contrast in words.
    pub fn words(&self) -> String {
        let c = &self.contrast;
        let plain = format!("{}: {} − {}", c.factor, c.level, c.versus);
        let pairs = self.unlike.iter().map(|(factor, level)| {
            let here = self.at.get(factor).map_or("baseline", String::as_str);
            format!("{here} − {level}")
        });
        let unlike: Vec<String> = pairs.collect();
        if unlike.is_empty() { plain } else { format!("({plain}), {}", unlike.join(", ")) }
    }
}

impl Scenario {
    /// A control of this scenario, or a built-in one, compiled for its text: once.
    pub fn script(&self, name: &str) -> Result<Arc<Script>, String> {
        if let Some(known) = self.scripts.lock().get(name) {
            return Ok(known.clone());
        }
        let fresh = self.compiled(name)?;
        self.scripts.lock().insert(name.to_owned(), fresh.clone());
        Ok(fresh)
    }

    fn compiled(&self, name: &str) -> Result<Arc<Script>, String> {
        let own = self.file.control.iter().find(|c| c.name == name && !c.rules.is_empty());
        let spec = match own {
            Some(c) => ControlSpec {
                name: c.name.clone(),
                summary: c.summary.clone(),
                lapse: c.lapse,
                rules: c.rules.clone(),
            },
            None => builtin(name)
                .ok_or_else(|| format!("there is no control `{name}` in scenario `{}`", self.file.name))?,
        };
        Script::new(spec, &self.reading()).map(Arc::new).map_err(|e| e.to_string())
    }

    /// The names of the controls that answer here.
    pub fn control_names(&self) -> Vec<String> {
        let own = self.file.control.iter().map(|c| c.name.clone());
        let mut names: Vec<String> = own.chain(model::control::BUILTIN.map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        names
    }
}
