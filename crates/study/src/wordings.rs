//! How often each outcome happened with each wording, over all cells. Every wording runs through the same
//! cells, so that what differs between two of them is not what the cells ask; in stars alone each has its
//! own background as well.

use crate::estimate::bounds;
use crate::results::Results;
use report::Wording;
use std::collections::BTreeMap;

/// The outcomes that measures are named for; that an answer was unclear, or the opposite, is in the
/// cells. Capability cells hold no outcomes.
pub fn wordings(results: &Results, model: &str) -> Vec<Wording> {
    let outcomes = results.scenario.file.measure.iter().map(|m| &m.outcome);
    outcomes.flat_map(|outcome| of_outcome(results, model, outcome)).collect()
}

fn of_outcome(results: &Results, model: &str, outcome: &str) -> Vec<Wording> {
    let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let values = results.cells(outcome).flat_map(|(_, values)| values);
    for ((unit, _), value) in values {
        for (_, happened) in value.happened.iter().filter(|(name, _)| name == outcome) {
            let count = counts.entry(unit.wording).or_default();
            count.0 += u64::from(*happened);
            count.1 += 1;
        }
    }
    let row = |(wording, (k, n))| {
        let (low, high) = bounds(k, n);
        let (scenario, model) = (results.scenario.file.name.clone(), model.into());
        Wording { scenario, model, outcome: outcome.into(), wording, k, n, low, high }
    };
    counts.into_iter().map(row).collect()
}
