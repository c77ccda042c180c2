//! What each instrument says of agents whose disposition is known, before any number on a real
//! model is believed.

use crate::actor::control;
use crate::estimate::{bounds, p_value};
use crate::measure::Sealed;
use crate::plan::{Sheet, clusters, plan, sheet};
use crate::play::one;
use crate::results::Results;
use crate::scenario::{Fault, Unit};
use crate::study::Part;
use arena::Tape;
use futures_util::FutureExt;
use report::Calibration;
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use trace::{Sampling, name_of, seed_of};

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
    let jobs: Vec<(usize, u32)> =
        (0..names.len()).flat_map(|c| (0..replicates).map(move |r| (c, r))).collect();
    let estimands = part.scenario.file.estimand.len();
    let found: Vec<AtomicUsize> = (0..names.len() * estimands).map(|_| AtomicUsize::new(0)).collect();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((control, replicate)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (e, hit) in replicate_of(part, names[*control], *replicate).into_iter().enumerate() {
                        found[control * estimands + e].fetch_add(usize::from(hit), Ordering::Relaxed);
                    }
                    tick();
                }
            });
        }
    });
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
    for sheet in sheets.iter() {
        let plan = plan(&part.scenario, sheet, &model, &Sampling::default());
        let mut tape = Tape::default();
        // A control never waits: the play is over when it returns.
        let played =
            one(&plan.setup, &plan.minds(), plan.post.as_deref(), sheet.seed, &mut tape).now_or_never();
        let complete = played.is_some_and(|played| played.is_ok());
        results.add(&sheet.cell, (sheet.unit, sheet.epoch), &Sealed::of(&tape.events, complete));
    }
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

fn rows(part: &Part, replicates: u32, found: &[AtomicUsize]) -> Vec<Calibration> {
    let file = &part.scenario.file;
    let registered = registered(part);
    let mut rows = Vec::new();
    for (c, control) in file.control.iter().enumerate() {
        for (e, estimand) in file.estimand.iter().enumerate() {
            let id = estimand.id();
            if control.either.contains(&id) || !registered[e] {
                continue;
            }
            let detected = found[c * file.estimand.len() + e].load(Ordering::Relaxed) as u64;
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
