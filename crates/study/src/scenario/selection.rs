//! Which cells are played: the same in every unit, or a star around each unit's background.

use super::cell::{Cell, all};
use super::fault::{Fault, accepting};
use super::load::Scenario;
use super::star::{backgrounds, star};
use std::collections::BTreeSet;

/// The name that selects a star in every unit.
pub const STARS: &str = "stars";

/// The cells of a study's part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Played in every unit.
    pub cells: Vec<Cell>,
    /// Whether each unit plays a star as well.
    pub stars: bool,
}

impl Selection {
    /// The cells that a selection names: named lists of the scenario, `all`, `stars`, names of cells,
    /// or patterns `factor=level` that match every cell of `all` containing them.
    pub fn of(scenario: &Scenario, selection: &[String]) -> Result<Self, Fault> {
        let mut chosen = Self::default();
        let mut seen = BTreeSet::new();
        for name in selection {
            let more = match scenario.file.cells.get(name) {
                Some(list) => list.iter().map(|n| Cell::parse(scenario, n)).collect::<Result<_, _>>()?,
                None if name == "all" => all(scenario).collect(),
                None if name == STARS => {
                    chosen.stars = true;
                    continue;
                }
                None => matching(scenario, name)?,
            };
            chosen.cells.extend(more.into_iter().filter(|cell| seen.insert(cell.clone())));
        }
        Ok(chosen)
    }

    /// A selection as a record names it: none of the names is a pattern.
    pub fn recorded(scenario: &Scenario, names: &[String]) -> Result<Self, Fault> {
        let cells = names.iter().filter(|n| *n != STARS).map(|n| Cell::parse(scenario, n));
        Ok(Self { cells: cells.collect::<Result<_, _>>()?, stars: names.iter().any(|n| n == STARS) })
    }

    /// What a record calls it.
    pub fn names(&self) -> Vec<String> {
        let stars = self.stars.then(|| STARS.to_owned());
        stars.into_iter().chain(self.cells.iter().map(Cell::to_string)).collect()
    }

    /// The background of each unit; none without stars.
    pub fn backgrounds(&self, scenario: &Scenario, units: usize) -> Vec<Cell> {
        if self.stars { backgrounds(scenario, units) } else { Vec::new() }
    }

    /// The cells of a unit with this background.
    pub fn around(&self, scenario: &Scenario, background: Option<&Cell>) -> Vec<Cell> {
        let mut cells = background.map_or_else(Vec::new, |b| star(scenario, b));
        let more = self.cells.iter().filter(|cell| !cells.contains(cell)).cloned().collect::<Vec<_>>();
        cells.extend(more);
        cells
    }
}

fn matching(scenario: &Scenario, name: &str) -> Result<Vec<Cell>, Fault> {
    let lists = scenario.file.cells.keys().cloned();
    let accepted = lists
        .chain(["all".into(), STARS.into(), "baseline".into()])
        .chain(patterns(scenario))
        .collect::<Vec<_>>();
    let wanted = Cell::parse(scenario, name).map_err(|mut fault| {
        fault.file = "--cells".into();
        (fault.line, fault.column, fault.field) = (0, 0, String::new());
        fault.message = format!("`{name}`: {}", fault.message);
        accepting(fault, accepted)
    })?;
    if wanted.levels.is_empty() || wanted.capability.is_some() {
        return Ok(vec![wanted]);
    }
    let contains =
        |cell: &Cell| wanted.levels.iter().all(|(factor, level)| cell.levels.get(factor) == Some(level));
    Ok(all(scenario).filter(contains).collect())
}

fn patterns(scenario: &Scenario) -> impl Iterator<Item = String> + '_ {
    scenario
        .file
        .factor
        .iter()
        .flat_map(|f| f.level.iter().skip(1).map(move |l| format!("{}={}", f.name, l.name)))
}
