//! What the levels of a factor buy and what they cost: gain against harm, wording beside structure, each
//! remedy beside its sham.
//!
//! ```text
//! remedy − none, in the outcome that is to change   ─▶ gain
//! remedy − none, in the outcome that must not       ─▶ harm
//! remedy − none, in the outcomes named beside them  ─▶ displacement
//! ```
//!
//! The frontier is that of `constraint-not-used-2026`, with one change: there harm is the change of CBI, which
//! counts every gain as harm, since CBI falls and rises with both sides. Here harm is what is lost on the other
//! side alone. Intervals are those of contrasts (sign flip over clusters); they describe, none is tested.

use crate::estimate::{bounds, raw};
use crate::plan::{Sheet, clusters};
use crate::results::{DENIED, Results};
use crate::scenario::{Cell, FrontierFile, LevelFile, Scenario, SideFile, Unit, Way};
use crate::structure::Regime;
use crate::study::Part;
use guard::Guard;
use guard::bench::nearest_rank;
use report::{Displaced, Frontier, Latency, Remedied, Remedy, Share, Shift, Side};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use trace::{Episode, Event};

/// The frontiers of one model whose cells were played.
pub fn frontiers(part: &Part, results: &Results, model: &str, paces: &Paces) -> Vec<Frontier> {
    let of = clusters(&part.sheets);
    let barred = results.barred();
    let row = |file: &FrontierFile| {
        let levels = part.scenario.file.factor.iter().find(|f| f.name == file.factor)?;
        let (first, others) = levels.level.split_first()?;
        let looked = Looked { file, results, of: &of, without: &first.name, paces };
        // A guard that only looks on does nothing, and is drawn as what it is.
        let kind = |level: &LevelFile| match (&level.guard, file.sham.contains(&level.name)) {
            (Some(Regime::Shadow), _) | (_, true) => Remedy::Sham,
            (Some(_), false) => Remedy::Structure,
            (None, false) => Remedy::Wording,
        };
        let remedies =
            others.iter().filter_map(|level| looked.at(&level.name, kind(level))).collect::<Vec<_>>();
        (!remedies.is_empty()).then(|| Frontier {
            scenario: part.scenario.file.name.clone(),
            model: model.into(),
            frontier: file.name.clone(),
            says: file.says.clone(),
            factor: file.factor.clone(),
            gain: side(&file.gain),
            harm: side(&file.harm),
            corner: file.corner,
            remedies,
            because: barred.clone(),
        })
    };
    part.scenario.file.frontier.iter().filter_map(row).collect()
}

fn side(side: &SideFile) -> Side {
    Side { outcome: side.outcome.clone(), rises: side.way == Way::Rises, at: side.at.clone() }
}

/// A frontier being looked at.
struct Looked<'a> {
    file: &'a FrontierFile,
    results: &'a Results<'a>,
    of: &'a BTreeMap<Unit, String>,
    /// The level without a remedy.
    without: &'a str,
    paces: &'a Paces,
}

impl Looked<'_> {
    /// What one level does; nothing where it was not played beside the level without a remedy.
    fn at(&self, level: &str, remedy: Remedy) -> Option<Remedied> {
        let (gain, harm) = (&self.file.gain, &self.file.harm);
        let beside =
            |outcome: &String| SideFile { outcome: outcome.clone(), way: Way::Rises, ..gain.clone() };
        let displaced = |outcome: &String| {
            Some(Displaced { outcome: outcome.clone(), shift: self.shift(&beside(outcome), level)? })
        };
        let (gained, harmed) = (self.shift(gain, level)?, self.shift(harm, level)?);
        Some(Remedied {
            level: level.into(),
            remedy,
            gain: gained,
            harm: harmed,
            residual: self.share(gain, level).filter(|_| gain.way == Way::Falls),
            harmed: self.share(harm, level).filter(|_| harm.way == Way::Rises),
            denied: self.share(&beside(&DENIED.to_owned()), level),
            displaced: self.file.displaced.iter().filter_map(displaced).collect(),
            latency: self.paces.latency(self.results.scenario, &self.file.factor, level),
        })
    }

    /// How far an outcome moves, in its unit, as its side counts it.
    fn shift(&self, side: &SideFile, level: &str) -> Option<Shift> {
        let differences = self.results.differences(&self.file.contrast(side, level, self.without));
        let n = differences.len() as u64;
        let (estimate, low, high) = match raw(&differences, self.of, self.file.corner) {
            Ok(raw) => (raw.estimate, Some(raw.low), Some(raw.high)),
            Err(_) => (stats::mean(&differences.into_values().collect::<Vec<_>>()).ok()?, None, None),
        };
        Some(match side.way {
            Way::Rises => Shift { estimate, low, high, n },
            Way::Falls => Shift { estimate: -estimate, low: high.map(|x| -x), high: low.map(|x| -x), n },
        })
    }

    /// In how many of the units at a level an outcome happened.
    fn share(&self, side: &SideFile, level: &str) -> Option<Share> {
        let scenario = self.results.scenario;
        let there = self.file.contrast(side, self.without, level);
        let cells = self.results.cells(&side.outcome).filter(|(cell, _)| there.is_base(scenario, cell));
        let named = |value: &crate::measure::Value| {
            value.happened.iter().find(|(name, _)| *name == side.outcome).map(|(_, happened)| *happened)
        };
        let happened: Vec<bool> = cells.flat_map(|(_, slots)| slots.values().filter_map(named)).collect();
        let (k, n) = (happened.iter().filter(|h| **h).count() as u64, happened.len() as u64);
        let (low, high) = bounds(k, n);
        (n > 0).then_some(Share { k, n, low, high })
    }
}

/// How long the guard of each cell takes for the acts on record.
#[derive(Default)]
pub struct Paces {
    of: BTreeMap<Cell, Vec<Duration>>,
}

/// So many acts of a cell are timed.
const TIMED_MAX: usize = 1_000;

impl Paces {
    /// Puts the acts of a guarded episode to its guard once more.
    pub fn take(&mut self, sheet: &Sheet, episode: &Episode) {
        let Some(post) = &sheet.post else { return };
        let paces = self.of.entry(sheet.cell.clone()).or_default();
        if paces.len() >= TIMED_MAX {
            return;
        }
        let warden = post.warden();
        let mut shown = Duration::ZERO;
        for event in &episode.events {
            match event {
                Event::Observed { seat, view } => {
                    let (view, start) = (view.clone(), Instant::now());
                    std::hint::black_box(warden.show(seat, view));
                    shown = start.elapsed();
                }
                Event::Acted { seat, act } => {
                    let (act, start) = (act.clone(), Instant::now());
                    let act = warden.amend(seat, act);
                    std::hint::black_box(warden.admit(seat, &act));
                    paces.push(shown + start.elapsed());
                }
                _ => {}
            }
        }
    }

    fn latency(&self, scenario: &Scenario, factor: &str, level: &str) -> Option<Latency> {
        let at = |cell: &&Cell| cell.level(scenario, factor) == level;
        let there = self.of.iter().filter(|(cell, _)| at(cell)).flat_map(|(_, paces)| paces);
        let mut ms: Vec<f64> = there.map(|pace| pace.as_secs_f64() * 1e3).collect();
        ms.sort_by(f64::total_cmp);
        let at = |q| nearest_rank(&ms, q);
        Some(Latency { p50_ms: at(0.5)?, p99_ms: at(0.99)?, n: ms.len() as u64 })
    }
}
