//! What an outcome comes to in a cell, where it is no share: "crossed" alone would hide how far.

use crate::estimate::{LEVEL, clustered};
use crate::plan::clusters;
use crate::results::Results;
use crate::study::Part;
use report::Mean;

/// The means of one model in the cells of its design.
pub fn means(part: &Part, results: &Results, model: &str) -> Vec<Mean> {
    let of = clusters(&part.sheets);
    let mut rows = Vec::new();
    for file in &part.scenario.file.measure {
        let unit = crate::measure::unit(file);
        if unit == "probability" {
            continue;
        }
        let cells = results.cells(&file.outcome).filter(|(cell, _)| part.cells.cells.contains(cell));
        for (cell, slots) in cells {
            let units = slots.iter().map(|((unit, _), value)| (*unit, value.value));
            let (values, indices, count) = clustered(units, &of);
            let Ok(mean) = stats::mean(&values) else { continue };
            let test = stats::cluster_robust(&values, &indices, LEVEL).ok();
            rows.push(Mean {
                scenario: part.scenario.file.name.clone(),
                model: model.into(),
                cell: cell.to_string(),
                outcome: file.outcome.clone(),
                mean,
                low: test.map(|t| t.interval.low),
                high: test.map(|t| t.interval.high),
                n: values.len() as u64,
                clusters: count as u64,
                unit: unit.into(),
            });
        }
    }
    rows.extend(beyond_chance(part, results, model));
    rows
}

/// Agreement that neither seat's liking for an answer gives by itself. A number of all units together, so
/// that no interval stands with it.
fn beyond_chance(part: &Part, results: &Results, model: &str) -> Vec<Mean> {
    let cells = results.beyond_chance().filter(|(cell, ..)| part.cells.cells.contains(cell));
    let row = |(cell, n, mean): (&crate::scenario::Cell, usize, f64)| Mean {
        scenario: part.scenario.file.name.clone(),
        model: model.into(),
        cell: cell.to_string(),
        outcome: "agreement-beyond-chance".into(),
        mean,
        low: None,
        high: None,
        n: n as u64,
        clusters: n as u64,
        unit: "share".into(),
    };
    cells.map(row).collect()
}
