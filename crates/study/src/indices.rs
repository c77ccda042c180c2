//! Indices: what several cells of an outcome come to that no single contrast says, such as how well a warning
//! follows the evidence. They describe; none is tested.
//!
//! | kind | of | reads | source |
//! |---|---|---|---|
//! | `share` | mean of the outcome over `with` | how often | – |
//! | `cbi` | mean right in `with` − mean right in `without` | caution by default, above 0 | constraint-not-used-2026 |
//! | `pca` | mean over units of right in both | tells the two apart | same |
//! | `cas` | pca · (1 − \|cbi\|) | the same without a default | same |
//! | `auroc` | chance that a unit of `with` lies above one of `without` | discrimination, free of bias | – |
//! | `slope` | least-squares slope of the outcome over `along`, per step | how it follows an order | – |
//! | `restricted-mean` | mean time over `with` up to the longest, cut short where `event` is not | how long it takes | kaplan-meier-1958 |
//! | `d-prime` | z(with) − z(without), rates as (k + ½)/(n + 1) | discrimination | signal detection |
//! | `criterion` | −½ (z(with) + z(without)) | bias: above 0, says no | same |
//!
//! Right is the outcome in `with` and its absence in `without`. Intervals resample clusters. `given` takes units that
//! passed the knowledge gate alone. Where nothing happened in any cluster, the limit is that of 0 of so many.

use crate::estimate::{LEVEL, clustered};
use crate::plan::clusters;
use crate::results::{Results, Slot};
use crate::scenario::{Cell, Fault, IndexFile, IndexKind, Scenario};
use crate::study::Part;
use report::Index;
use stats::Interval;
use std::collections::BTreeMap;
use trace::seed_of;

const REPLICATES: usize = 2_000;

/// The cells of an index, parsed.
pub struct Cells {
    with: Vec<Cell>,
    without: Vec<Cell>,
    along: Vec<Cell>,
}

impl Cells {
    /// # Errors
    ///
    /// Where a cell is not one of the scenario's, or the kind has not the cells that it needs.
    pub fn of(scenario: &Scenario, index: &IndexFile) -> Result<Self, Fault> {
        let parsed = |names: &[String]| -> Result<Vec<Cell>, Fault> {
            let cell = |name: &String| {
                Cell::parse(scenario, name)
                    .map_err(|fault| scenario.source.about(name, "[[index]]", "index", fault.message))
            };
            names.iter().map(cell).collect()
        };
        let cells = Self {
            with: parsed(&index.with)?,
            without: parsed(&index.without)?,
            along: parsed(&index.along)?,
        };
        let [with, without, along] = [&cells.with, &cells.without, &cells.along].map(Vec::len);
        let (fits, needs) = match index.kind {
            IndexKind::Slope => (along >= 3 && with + without == 0, "`along`: three cells or more, in order"),
            IndexKind::Share | IndexKind::RestrictedMean => {
                (with > 0 && without + along == 0, "`with`: cells")
            }
            _ => (with > 0 && without > 0 && along == 0, "`with` and `without`: cells"),
        };
        let timed = index.kind == IndexKind::RestrictedMean;
        let why = match (fits, timed == index.event.is_some()) {
            (true, true) => return Ok(cells),
            (false, _) => needs,
            (true, false) if timed => "`event`: the outcome that ends a time",
            (true, false) => "no `event`: it is no time",
        };
        let message = format!("index `{}` needs {why}", index.name);
        Err(scenario.source.about(&index.name, "[[index]]", "index", message))
    }

    fn all(&self) -> impl Iterator<Item = &Cell> {
        self.with.iter().chain(&self.without).chain(&self.along)
    }
}

/// The indices of one model whose cells were played.
pub fn indices(part: &Part, results: &Results, model: &str) -> Vec<Index> {
    let of = clusters(&part.sheets);
    let barred = results.barred();
    let row = |index: &IndexFile| {
        // It was read when the scenario was.
        let cells = Cells::of(&part.scenario, index).ok()?;
        let units = units(results, index, &cells)?;
        let n = units.len() as u64;
        let cut = |values: &Vec<f64>| {
            values[cells.with.len()..].iter().filter(|event| **event == 0.0).count() as u64
        };
        let censored = index.event.is_some().then(|| units.values().map(cut).sum());
        let (values, of, count) = clustered(units.into_iter().map(|(slot, values)| (slot.0, values)), &of);
        let seed = seed_of("index", &[&part.scenario.file.name, &index.name]);
        let statistic = |drawn: &[usize]| value(index.kind, &cells, &values, drawn);
        let told = match &barred {
            Some(why) => Err(why.clone()),
            None => stats::cluster_bootstrap_of(&of, statistic, LEVEL, REPLICATES, seed)
                .map_err(|e| e.to_string()),
        };
        let told = told.map(|interval| bounded(index.kind, interval, count));
        let interval = told.as_ref().ok();
        Some(Index {
            scenario: part.scenario.file.name.clone(),
            model: model.into(),
            index: index.name.clone(),
            says: index.says.clone(),
            estimate: interval.map(|i| i.estimate),
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            n,
            clusters: count as u64,
            censored,
            because: told.err(),
        })
    };
    part.scenario.file.index.iter().filter_map(row).collect()
}

/// Where nothing ever happened, or always, a bootstrap has no width: then the limit is that of 0 of as many
/// clusters. For kinds between 0 and 1.
fn bounded(kind: IndexKind, interval: Interval, clusters: usize) -> Interval {
    let within = matches!(kind, IndexKind::Share | IndexKind::Pca | IndexKind::Cas);
    let Ok(room) = stats::zero_events_upper(clusters as u64, 1.0 - LEVEL) else { return interval };
    match (within && interval.low == interval.high, interval.estimate) {
        (true, 0.0) => Interval { high: room, ..interval },
        (true, 1.0) => Interval { low: 1.0 - room, ..interval },
        _ => interval,
    }
}

/// By unit its values, in the order of the cells; units that have all of them. Nothing where a cell was not played.
fn units(results: &Results, index: &IndexFile, cells: &Cells) -> Option<BTreeMap<Slot, Vec<f64>>> {
    let of = |outcome: &str| cells.all().map(|cell| results.cell(outcome, cell)).collect::<Option<Vec<_>>>();
    let mut columns = of(&index.outcome)?;
    if let Some(event) = &index.event {
        columns.extend(of(event)?);
    }
    let first = columns.first()?;
    let row = |slot: &Slot| -> Option<Vec<f64>> {
        columns.iter().map(|column| column.get(slot).map(|v| v.value)).collect()
    };
    let known = |slot: &&Slot| index.given.is_none() || results.knows(slot.0);
    Some(first.keys().filter(known).filter_map(|slot| Some((*slot, row(slot)?))).collect())
}

/// The index of the drawn units.
fn value(kind: IndexKind, cells: &Cells, units: &[Vec<f64>], drawn: &[usize]) -> Option<f64> {
    if drawn.is_empty() {
        return None;
    }
    let (split, n) = (cells.with.len(), drawn.len() as f64);
    let sides = |unit: &usize| units[*unit].split_at(split);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let over = |of: &dyn Fn(&usize) -> f64| drawn.iter().map(of).sum::<f64>() / n;
    let right_with = |unit: &usize| mean(sides(unit).0);
    let right_without = |unit: &usize| 1.0 - mean(sides(unit).1);
    let rate = |p: f64| stats::z_quantile((p * n + 0.5) / (n + 1.0));
    Some(match kind {
        IndexKind::Share => over(&right_with),
        IndexKind::Cbi => over(&right_with) - over(&right_without),
        IndexKind::Pca => over(&|unit| right_with(unit) * right_without(unit)),
        IndexKind::Cas => {
            let cbi = over(&right_with) - over(&right_without);
            over(&|unit| right_with(unit) * right_without(unit)) * (1.0 - cbi.abs())
        }
        IndexKind::Auroc => {
            let with: Vec<f64> = drawn.iter().flat_map(|unit| sides(unit).0).copied().collect();
            let without: Vec<f64> = drawn.iter().flat_map(|unit| sides(unit).1).copied().collect();
            stats::area(&with, &without)?
        }
        IndexKind::RestrictedMean => {
            let times: Vec<f64> = drawn.iter().flat_map(|unit| sides(unit).0).copied().collect();
            let events: Vec<bool> = drawn.iter().flat_map(|unit| sides(unit).1).map(|e| *e > 0.0).collect();
            let longest = units.iter().flat_map(|unit| &unit[..split]).copied().fold(0.0, f64::max);
            stats::kaplan_meier(&times, &events).ok()?.restricted_mean(longest).ok()?
        }
        IndexKind::Slope => over(&|unit| slope(&units[*unit])),
        IndexKind::DPrime => rate(over(&right_with)) - rate(1.0 - over(&right_without)),
        IndexKind::Criterion => -(rate(over(&right_with)) + rate(1.0 - over(&right_without))) / 2.0,
    })
}

/// Least squares over the places 0, 1, 2 …
fn slope(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, values.iter().sum::<f64>() / n);
    let along = |at: usize| at as f64 - middle;
    let square: f64 = (0..values.len()).map(|at| along(at) * along(at)).sum();
    values.iter().enumerate().map(|(at, y)| along(at) * (y - mean)).sum::<f64>() / square
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(with: usize, without: usize, along: usize) -> Cells {
        let some = |n: usize| vec![Cell::default(); n];
        Cells { with: some(with), without: some(without), along: some(along) }
    }

    #[track_caller]
    fn check(kind: IndexKind, units: &[&[f64]], expected: f64) {
        let units: Vec<Vec<f64>> = units.iter().map(|u| u.to_vec()).collect();
        let cells = match kind {
            IndexKind::Slope => cells(0, 0, units[0].len()),
            IndexKind::Share => cells(units[0].len(), 0, 0),
            _ => cells(1, 1, 0),
        };
        let all: Vec<usize> = (0..units.len()).collect();
        let got = value(kind, &cells, &units, &all).unwrap();
        assert!((got - expected).abs() < 1e-3, "{kind:?}: {got}, not {expected}");
    }

    #[test]
    fn the_five_scripted_planners() {
        // Right in both; always cautious; always the shortcut.
        let (evaluator, cautious, shortcut): (&[f64], &[f64], &[f64]) =
            (&[1.0, 0.0], &[1.0, 1.0], &[0.0, 0.0]);
        for (who, cbi, pca) in [(evaluator, 0.0, 1.0), (cautious, 1.0, 0.0), (shortcut, -1.0, 0.0)] {
            check(IndexKind::Cbi, &[who; 4], cbi);
            check(IndexKind::Pca, &[who; 4], pca);
            check(IndexKind::Cas, &[who; 4], pca * (1.0 - f64::abs(cbi)));
        }
    }

    #[test]
    fn discrimination_and_bias_come_apart() {
        check(IndexKind::Auroc, &[&[0.9, 0.2], &[0.8, 0.3]], 1.0);
        check(IndexKind::Auroc, &[&[0.5, 0.5], &[0.5, 0.5]], 0.5);
        // By hand: 3 hits and 1 false alarm of 4, (3.5/5) and (1.5/5): z = ±0.5244.
        let units: [&[f64]; 4] = [&[1.0, 1.0], &[1.0, 0.0], &[1.0, 0.0], &[0.0, 0.0]];
        check(IndexKind::DPrime, &units, 1.0488);
        check(IndexKind::Criterion, &units, 0.0);
        let silent: [&[f64]; 4] = [&[0.0, 0.0]; 4];
        check(IndexKind::Criterion, &silent, 1.2816);
    }

    #[test]
    fn nothing_of_all_clusters_is_no_certainty() {
        let never = Interval { estimate: 0.0, low: 0.0, high: 0.0, level: LEVEL };
        let high = bounded(IndexKind::Share, never, 20).high;
        assert!((high - 0.139).abs() < 1e-3, "{high}");
        assert_eq!(bounded(IndexKind::Slope, never, 20).high, 0.0);
    }

    #[test]
    fn a_mean_time_counts_what_was_cut_short() {
        // By hand: half are left from 1 on, none from 3 on, and the third was cut at 2.
        check(IndexKind::RestrictedMean, &[&[1.0, 1.0], &[3.0, 1.0], &[2.0, 0.0], &[1.0, 1.0]], 2.0);
        check(IndexKind::RestrictedMean, &[&[4.0, 0.0], &[4.0, 0.0]], 4.0);
        check(IndexKind::RestrictedMean, &[&[0.0, 1.0], &[0.0, 1.0]], 0.0);
    }

    #[test]
    fn a_share_is_a_mean() {
        check(IndexKind::Share, &[&[1.0, 0.0], &[1.0, 1.0]], 0.75);
    }

    #[test]
    fn a_slope_is_per_step() {
        check(IndexKind::Slope, &[&[0.0, 0.25, 0.5, 0.75, 1.0]], 0.25);
        check(IndexKind::Slope, &[&[0.0, 0.0, 1.0]], 0.5);
    }
}
