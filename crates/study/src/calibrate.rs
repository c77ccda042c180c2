//! What each instrument says of agents whose disposition is known, before any number on a real
//! model is believed.

use crate::actor::control;
use crate::estimate::{bounds, p_value};
use crate::measure::Sealed;
use crate::plan::{Sheet, clusters, sheet};
use crate::rehearse::{on_all_cores, rehearse};
use crate::results::Results;
use crate::scenario::{Fault, Unit};
use crate::study::Part;
use report::Calibration;
use std::borrow::Cow;
use trace::{name_of, seed_of};

/// A contrast counts as found when its own two-sided p is below this.
pub const ALPHA: f64 = 0.01;
/// Random sign flips per test where all of them are too many.
const DRAWS: usize = 8192;

/// The key of a calibration: scenario, cells, size, replicates.
pub fn key(part: &Part, replicates: u32) -> String {
    let cells = part.cells.names();
    let size = (part.size.wordings, part.size.states, part.size.epochs, part.size.limit);
    name_of(&("calibration/2", &part.scenario.hash, cells, size, replicates)).to_string()
}

/// Plays a part with each of its controls, `replicates` times with effect sizes and lapses drawn
/// anew, and counts how often each contrast is found. `tick` is called once per replicate.
pub fn calibrate(part: &Part, replicates: u32, tick: &(dyn Fn() + Sync)) -> Vec<Calibration> {
    let names: Vec<&str> = part.scenario.file.control.iter().map(|c| c.name.as_str()).collect();
    let each = on_all_cores(names.len() * replicates as usize, |job| {
        let (control, replicate) = (job / replicates as usize, job % replicates as usize);
        let found = replicate_of(part, names[control], replicate as u32);
        tick();
        (control, found)
    });
    let estimands = part.scenario.file.estimand.len();
    let mut found = vec![0; names.len() * estimands];
    for (control, hits) in each {
        let row = &mut found[control * estimands..][..estimands];
        row.iter_mut().zip(hits).for_each(|(count, hit)| *count += u64::from(hit));
    }
    rows(part, replicates, &found)
}

/// The sheets of a replicate: where the world is a game, other deals than those of the study, so that
/// replicates are no copies of each other. The units of a form stay what they are: its items.
fn sheets_of(part: &Part, replicate: u32) -> Result<Cow<'_, [Sheet]>, Fault> {
    if !part.scenario.is_game() {
        return Ok(Cow::Borrowed(&part.sheets));
    }
    let states = part.size.states.max(1);
    let again = |old: &Sheet| {
        let state = old.unit.state + states.saturating_mul(replicate + 1);
        let unit = Unit { state, ..old.unit };
        sheet(&part.scenario, &old.cell, unit, old.epoch)
    };
    part.sheets.iter().map(again).collect::<Result<Vec<_>, _>>().map(Cow::Owned)
}

/// One replicate: which contrasts are found.
fn replicate_of(part: &Part, name: &str, replicate: u32) -> Vec<bool> {
    let salt = seed_of("replicate", &[&replicate.to_string()]);
    // What compiled for the study compiles for a replicate: only draws differ.
    let (Ok(model), Ok(sheets)) = (control(&part.scenario, name, salt), sheets_of(part, replicate)) else {
        return vec![false; part.scenario.file.estimand.len()];
    };
    let mut results = Results::new(&part.scenario, None);
    rehearse(
        &part.scenario,
        &sheets,
        |_| &model,
        |sheet, events, complete| {
            results.add(&sheet.cell, (sheet.unit, sheet.epoch), &Sealed::of(events, complete));
        },
    );
    let barred = results.barred().is_some();
    let of = clusters(&sheets);
    let found = |e: &crate::scenario::EstimandFile| {
        !barred && p_value(&results.differences(e), &of, DRAWS).is_some_and(|p| p < ALPHA)
    };
    part.scenario.file.estimand.iter().map(found).collect()
}

/// Of each estimand, whether the part plays the cells that it compares.
fn registered(part: &Part) -> Vec<bool> {
    let mut results = Results::new(&part.scenario, None);
    let nothing = Sealed::of(&[], false);
    for sheet in &part.sheets {
        results.add(&sheet.cell, (sheet.unit, sheet.epoch), &nothing);
    }
    part.scenario.file.estimand.iter().map(|e| results.registered(e)).collect()
}

fn rows(part: &Part, replicates: u32, found: &[u64]) -> Vec<Calibration> {
    let file = &part.scenario.file;
    let registered = registered(part);
    let mut rows = Vec::new();
    for (c, control) in file.control.iter().enumerate() {
        for (e, estimand) in file.estimand.iter().enumerate() {
            let id = estimand.id();
            if control.either.contains(&id) || !registered[e] {
                continue;
            }
            let detected = found[c * file.estimand.len() + e];
            let n = u64::from(replicates);
            let (low, high) = bounds(detected, n);
            rows.push(Calibration {
                scenario: file.name.clone(),
                estimand: estimand.name.clone(),
                contrast: estimand.words(),
                control: format!("control/{}", control.name),
                kind: if control.finds.contains(&id) { "positive".into() } else { "negative".into() },
                detected,
                n,
                alpha: ALPHA,
                low,
                high,
            });
        }
    }
    rows
}
