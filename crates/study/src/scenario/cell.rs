//! A cell: one level of each factor, or a capability.

use super::fault::{Fault, accepting};
use super::load::Scenario;
use std::collections::BTreeMap;
use std::fmt;

/// The levels that differ from the baseline, by factor; or the name of a capability.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub levels: BTreeMap<String, String>,
    pub capability: Option<String>,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.capability {
            return write!(f, "capability={name}");
        }
        if self.levels.is_empty() {
            return f.write_str("baseline");
        }
        let parts: Vec<String> =
            self.levels.iter().map(|(factor, level)| format!("{factor}={level}")).collect();
        f.write_str(&parts.join("/"))
    }
}

impl Cell {
    /// The level of a factor in this cell.
    pub fn level<'a>(&'a self, scenario: &'a Scenario, factor: &str) -> &'a str {
        match self.levels.get(factor) {
            Some(level) => level,
            None => scenario.file.factor.iter().find(|f| f.name == factor).map_or("", |f| &f.level[0].name),
        }
    }

    /// The same cell with a factor at a level.
    pub fn with(&self, scenario: &Scenario, factor: &str, level: &str) -> Self {
        let mut cell = self.clone();
        let baseline = scenario.file.factor.iter().any(|f| f.name == factor && f.level[0].name == level);
        if baseline {
            cell.levels.remove(factor);
        } else {
            cell.levels.insert(factor.into(), level.into());
        }
        cell
    }

    /// Reads a cell's name.
    pub fn parse(scenario: &Scenario, name: &str) -> Result<Self, Fault> {
        let mut cell = Self::default();
        if name == "baseline" {
            return Ok(cell);
        }
        for part in name.split('/') {
            let (factor, level) = part.split_once('=').unwrap_or((part, ""));
            if factor == "capability" {
                let known: Vec<&str> = scenario.file.capability.iter().map(|c| c.name.as_str()).collect();
                if !known.contains(&level) {
                    let message = format!("there is no capability `{level}`");
                    return Err(accepting(scenario.source.about(name, "", "cell", message), known));
                }
                cell.capability = Some(level.into());
                continue;
            }
            check_level(scenario, factor, level, name, "cell")?;
            cell = cell.with(scenario, factor, level);
        }
        Ok(cell)
    }
}

/// That a factor exists and has the level. `place` is what to look for in the file.
pub fn check_level(
    scenario: &Scenario,
    factor: &str,
    level: &str,
    place: &str,
    field: &str,
) -> Result<(), Fault> {
    let Some(found) = scenario.file.factor.iter().find(|f| f.name == factor) else {
        let known: Vec<&str> = scenario.file.factor.iter().map(|f| f.name.as_str()).collect();
        let message = format!("there is no factor `{factor}`");
        return Err(accepting(scenario.source.about(place, "", field, message), known));
    };
    if !found.level.iter().any(|l| l.name == level) {
        let known: Vec<&str> = found.level.iter().map(|l| l.name.as_str()).collect();
        let message = format!("factor `{factor}` has no level `{level}`");
        return Err(accepting(scenario.source.about(place, "", field, message), known));
    }
    Ok(())
}

/// Every combination of levels, made one by one: there may be millions. The last factor turns fastest.
pub fn all(scenario: &Scenario) -> impl ExactSizeIterator<Item = Cell> {
    let levels = scenario.file.factor.iter().map(|factor| factor.level.len());
    (0..levels.fold(1, usize::saturating_mul)).map(|number| nth(scenario, number))
}

/// A cell by its number: one digit for each factor, in the base of its levels.
fn nth(scenario: &Scenario, mut number: usize) -> Cell {
    let mut cell = Cell::default();
    for factor in scenario.file.factor.iter().rev() {
        let count = factor.level.len();
        if !number.is_multiple_of(count) {
            cell.levels.insert(factor.name.clone(), factor.level[number % count].name.clone());
        }
        number /= count;
    }
    cell
}
