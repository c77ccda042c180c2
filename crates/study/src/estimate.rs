//! From paired differences to estimates, intervals and verdicts.

use crate::results::Results;
use crate::scenario::{EstimandFile, Unit};
use crate::until::Deck;
use report::{Estimate, Profile, Verdict};
use std::collections::BTreeMap;

/// Level of the intervals that are printed.
pub const LEVEL: f64 = 0.95;
/// Family-wise error rate of a scenario's registered contrasts, and of each equivalence test.
pub const ALPHA: f64 = 0.05;
/// Fewest clusters from which anything is concluded: with five, no sign-flip p is below .05.
const CLUSTERS_MIN: usize = 6;
/// Largest share of units that may be missing before nothing is concluded.
const MISSING_MAX: f64 = 0.2;

/// How an estimate of a fixed size is made.
const SIGN_FLIP: &str = "paired differences, sign-flip test over clusters, interval by inversion; Holm";

/// The Wilson interval of k of n; everything where nothing was counted.
pub fn bounds(k: u64, n: u64) -> (f64, f64) {
    stats::wilson(k, n, LEVEL).map_or((0.0, 1.0), |interval| (interval.low, interval.high))
}

/// One contrast's numbers before correction.
pub struct Raw {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    pub clusters: usize,
    pub equivalent: bool,
}

/// Values of units with their cluster indices, and how many clusters there are.
pub fn clustered<T>(
    units: impl Iterator<Item = (Unit, T)>,
    of: &BTreeMap<Unit, String>,
) -> (Vec<T>, Vec<usize>, usize) {
    let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut values, mut clusters) = (Vec::new(), Vec::new());
    for (unit, value) in units {
        let name = of.get(&unit).map_or("", String::as_str);
        let next = indices.len();
        clusters.push(*indices.entry(name).or_insert(next));
        values.push(value);
    }
    (values, clusters, indices.len())
}

fn each(differences: &BTreeMap<Unit, f64>) -> impl Iterator<Item = (Unit, f64)> {
    differences.iter().map(|(unit, difference)| (*unit, *difference))
}

/// The two-sided p of a contrast alone: what calibration counts.
pub fn p_value(differences: &BTreeMap<Unit, f64>, of: &BTreeMap<Unit, String>, draws: usize) -> Option<f64> {
    let (values, clusters, count) = clustered(each(differences), of);
    if count < CLUSTERS_MIN {
        return None;
    }
    let means = stats::cluster_means(&values, &clusters).ok()?;
    stats::sign_flip(&means, 1, draws).ok()
}

/// Estimate, interval, p and equivalence of a contrast; an error says why there is none.
pub fn raw(
    differences: &BTreeMap<Unit, f64>,
    of: &BTreeMap<Unit, String>,
    margin: f64,
) -> Result<Raw, String> {
    let (values, clusters, count) = clustered(each(differences), of);
    if values.is_empty() {
        return Err("nothing was scored in both arms".into());
    }
    if count < CLUSTERS_MIN {
        return Err(format!("{count} clusters; an interval needs at least {CLUSTERS_MIN}"));
    }
    const DRAWS: usize = 20_000;
    let words = |e: stats::StatsError| e.to_string();
    let flipped = |level| stats::sign_flip_interval(&values, &clusters, level, 1, DRAWS).map_err(words);
    // Two one-sided tests at 5 % are one interval at 90 %.
    let (whole, narrow) = (flipped(LEVEL)?, flipped(1.0 - 2.0 * ALPHA)?.interval);
    let (interval, p) = (whole.interval, whole.p);
    let equivalent = narrow.low > -margin && narrow.high < margin;
    let estimate = interval.estimate;
    Ok(Raw { estimate, low: interval.low, high: interval.high, p, clusters: count, equivalent })
}

/// A deck of units that were played until the contrasts were told, and which of its sheets are on record.
pub type Stopped<'a> = Option<(&'a Deck<'a>, &'a [bool])>;

/// The registered contrasts of one scenario for one model, with Holm over those that could be told.
pub fn estimates(
    results: &Results,
    of: &BTreeMap<Unit, String>,
    model: &str,
    stopped: Stopped,
) -> Vec<Estimate> {
    let scenario = results.scenario;
    let barred = results.barred().or_else(|| too_much_missing(results));
    let mut rows = Vec::new();
    for e in &scenario.file.estimand {
        if !results.registered(e) {
            continue;
        }
        let (sequence, n) = match stopped {
            Some((deck, read)) => {
                (deck.told(e, results, read), deck.standing(e, results, read, None).units.len())
            }
            None => (None, results.differences(e).len()),
        };
        let method = stopped.filter(|_| sequence.is_some()).map_or(SIGN_FLIP, |(deck, _)| deck.method());
        let told = match &barred {
            Some(why) => Err(why.clone()),
            None => sequence.unwrap_or_else(|| raw(&results.differences(e), of, e.margin)),
        };
        rows.push((e, told, n, method));
    }
    let ps: Vec<f64> = rows.iter().filter_map(|(_, told, ..)| told.as_ref().ok().map(|r| r.p)).collect();
    let mut adjusted = stats::holm(&ps).unwrap_or_default().into_iter();
    rows.into_iter()
        .map(|(e, told, n, method)| {
            let p_adjusted = told.as_ref().ok().and_then(|_| adjusted.next());
            Estimate { n: n as u64, method: method.into(), ..row(results, e, model, told, p_adjusted) }
        })
        .collect()
}

/// The contrasts that a scenario also wants level by level of another factor. They describe: none is
/// tested, so none is corrected for.
pub fn profiles(
    results: &Results,
    of: &BTreeMap<Unit, String>,
    model: &str,
    stopped: Stopped,
) -> Vec<Profile> {
    let barred = results.barred().or_else(|| too_much_missing(results));
    let file = &results.scenario.file;
    let mut rows = Vec::new();
    for (e, by) in file.estimand.iter().filter_map(|e| Some((e, e.by.as_ref()?))) {
        let levels = file.factor.iter().find(|f| &f.name == by).map_or(&[][..], |f| &f.level);
        for level in levels {
            let mut at = e.at.clone();
            at.insert(by.clone(), level.name.clone());
            let there = EstimandFile { at, unlike: BTreeMap::new(), ..e.clone() };
            if !results.registered(&there) {
                continue;
            }
            let differences = results.differences(&there);
            let sequence = stopped.and_then(|(deck, read)| deck.told(&there, results, read));
            let told = sequence.unwrap_or_else(|| raw(&differences, of, e.margin));
            let told = told.ok().filter(|_| barred.is_none());
            let named = row(results, &there, model, Err(String::new()), None);
            rows.push(Profile {
                scenario: named.scenario,
                model: named.model,
                estimand: named.estimand,
                contrast: named.contrast,
                factor: by.clone(),
                level: level.name.clone(),
                estimate: told.as_ref().map(|raw| raw.estimate),
                low: told.as_ref().map(|raw| raw.low),
                high: told.as_ref().map(|raw| raw.high),
                n: differences.len() as u64,
                margin: e.margin,
                unit: named.unit,
            });
        }
    }
    rows
}

fn too_much_missing(results: &Results) -> Option<String> {
    let missing: u64 = results.missing.values().sum();
    let share = missing as f64 / results.episodes.max(1) as f64;
    (share > MISSING_MAX).then(|| {
        let kinds: Vec<String> =
            results.missing.iter().map(|(kind, n)| format!("{n} {}", kind.word())).collect();
        format!("{missing} of {} episodes gave no value ({})", results.episodes, kinds.join(", "))
    })
}

fn row(
    results: &Results,
    e: &EstimandFile,
    model: &str,
    told: Result<Raw, String>,
    p_adjusted: Option<f64>,
) -> Estimate {
    let file = results.scenario.file.measure.iter().find(|m| m.outcome == e.outcome);
    let mut row = Estimate {
        scenario: results.scenario.file.name.clone(),
        model: model.into(),
        estimand: e.name.clone(),
        contrast: e.words(),
        estimate: None,
        low: None,
        high: None,
        level: LEVEL,
        n: 0,
        clusters: 0,
        method: SIGN_FLIP.into(),
        p_adjusted,
        verdict: Verdict::CannotTell,
        because: None,
        margin: e.margin,
        unit: file.map_or("", crate::measure::unit).into(),
    };
    match told {
        Err(why) => row.because = Some(why),
        Ok(raw) => {
            (row.estimate, row.low, row.high) = (Some(raw.estimate), Some(raw.low), Some(raw.high));
            row.clusters = raw.clusters as u64;
            row.verdict = match (raw.equivalent, p_adjusted.is_some_and(|p| p < ALPHA)) {
                (true, _) => Verdict::Equivalent,
                (false, true) if raw.estimate > 0.0 => Verdict::Positive,
                (false, true) => Verdict::Negative,
                (false, false) => Verdict::Undecided,
            };
        }
    }
    row
}
