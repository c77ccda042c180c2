//! Rates at each level of a design of stars: every unit counts once at every level, whatever its
//! background. A cell of such a design is played by few units; its own rate says nothing.

use crate::measure::Value;
use crate::results::Results;
use crate::scenario::{Cell, STARS};
use crate::study::Part;

/// The values of an outcome by level, in the order of the file.
pub fn margins<'a>(part: &Part, results: &'a Results, outcome: &str) -> Vec<(String, Vec<&'a Value>)> {
    let factors = part.scenario.file.factor.iter();
    let levels = factors.flat_map(|f| f.level.iter().map(move |l| (&f.name, &l.name)));
    let row = |(factor, level): (&String, &String)| {
        let at = |background: &Cell| background.with(&part.scenario, factor, level);
        let of_unit = part.backgrounds.iter().flat_map(|(unit, background)| {
            let values = results.cell(outcome, &at(background)).into_iter().flatten();
            values.filter(|(slot, _)| slot.0 == *unit).map(|(_, value)| value)
        });
        (format!("{STARS}/{factor}={level}"), of_unit.collect::<Vec<_>>())
    };
    levels.map(row).filter(|(_, values)| !values.is_empty()).collect()
}

/// The row that a sheet's transcript stands for: its cell, or the level in which it left its background.
pub fn row_of(part: &Part, cell: &Cell, background: Option<&Cell>) -> String {
    let Some(background) = background.filter(|_| cell.capability.is_none()) else { return cell.to_string() };
    let scenario = &part.scenario;
    let moved = scenario
        .file
        .factor
        .iter()
        .find(|f| cell.level(scenario, &f.name) != background.level(scenario, &f.name));
    moved.map_or(STARS.into(), |f| format!("{STARS}/{}={}", f.name, cell.level(scenario, &f.name)))
}
