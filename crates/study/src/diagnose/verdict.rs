//! The verdict on one agent: what both rules say, which contrasts carried it, what would settle the rest.

use super::bench::{Bench, Seen, Trial};
use super::fitted::{Fitted, Input};
use super::matrix::{Expected, MATRIX, Posterior, posterior};
use super::vector::Reading;
use report::{Diagnosis, DiagnosisContrast, DispositionShare};
use stats::Interval;

/// The least posterior of a verdict by the matrix, and by the fitted rule: of most blends the larger part stays
/// below it, of nearly all pure agents it does not.
const SURE: f64 = 0.8;
const FITTED_MIN: f64 = 0.9;
/// Fewest contrasts that a verdict rests on.
const CONTRASTS_MIN: usize = 3;
/// 97.5 % of a standard normal: contrasts are shown with 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// The rules, fitted once for all agents of a study.
pub struct Diagnosers {
    pub(super) contrasts: Option<Fitted>,
    pub(super) words: Option<Fitted>,
    pub(super) behaviour: Option<Fitted>,
}

impl Diagnosers {
    /// Fits to the bench of a study: what it did not play, no agent of the study did.
    pub fn new(bench: &Bench) -> Self {
        let trials: Vec<&Trial> = bench.fit.iter().collect();
        let fit = |input: Input| Fitted::new(input, &trials);
        let one_context = trials.first().and_then(|t| Input::one_context(&t.seen));
        Self {
            contrasts: fit(Input::every_contrast()),
            words: fit(Input::words(&trials)),
            behaviour: one_context.and_then(fit),
        }
    }

    /// The diagnosis of one agent.
    pub fn diagnose(&self, model: &str, seen: &Seen) -> Diagnosis {
        let by_matrix = posterior(&seen.vector);
        let told = |fitted: &Option<Fitted>| fitted.as_ref().map_or_else(Vec::new, |f| f.posterior(seen));
        let fitted = told(&self.contrasts);
        let words = if seen.words.is_empty() { Vec::new() } else { told(&self.words) };
        let behaviour = told(&self.behaviour);
        let (top, second) = two(&by_matrix.shares);
        let (verdict, because) = verdict(seen, &by_matrix, &fitted);
        let at = |shares: &[f64], i: usize| shares.get(i).copied();
        let dispositions = MATRIX.dispositions.iter().enumerate().map(|(i, d)| DispositionShare {
            disposition: d.name.clone(),
            says: d.says.clone(),
            matrix: by_matrix.shares[i],
            fitted: at(&fitted, i),
            words: at(&words, i),
            behaviour: at(&behaviour, i),
        });
        Diagnosis {
            model: model.into(),
            verdict,
            because,
            dispositions: dispositions.collect(),
            blend: by_matrix.blend,
            neither: by_matrix.neither,
            contrasts: MATRIX.ids().map(|id| row(seen, id, top, second)).collect(),
            against: MATRIX.dispositions[second].name.clone(),
            settles: settles(seen, top, second),
        }
    }
}

/// The places of the largest and of the second largest.
fn two(shares: &[f64]) -> (usize, usize) {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
    (order[0], order[1])
}

fn verdict(seen: &Seen, by_matrix: &Posterior, fitted: &[f64]) -> (Option<String>, String) {
    let name = |at: usize| MATRIX.dispositions[at].name.as_str();
    let gate = MATRIX.gate.id.as_str();
    let read = seen.vector.iter().filter(|(id, reading)| *id != gate && reading.is_ok()).count();
    let (top, second) = two(&by_matrix.shares);
    let share = by_matrix.shares[top];
    // A gate alone tells inability: no contrast can.
    let enough = read >= CONTRASTS_MIN || (name(top) == "incapacity" && seen.vector[gate].is_ok());
    if !enough {
        let why = format!("{read} contrasts could be read; a profile needs {CONTRASTS_MIN}");
        return (None, why);
    }
    if by_matrix.neither > 0.5 {
        return (None, format!("it fits no disposition of the matrix (p = {:.2})", by_matrix.neither));
    }
    if by_matrix.blend > 0.5 {
        let (a, b) = by_matrix.blended;
        let [major, minor] = if fitted.get(a) >= fitted.get(b) { [a, b] } else { [b, a] };
        let part =
            |at: usize| fitted.get(at).map_or(String::new(), |p| format!(" ({p:.2} by the fitted rule)"));
        let why = format!(
            "two dispositions share the units (p = {:.2}): {}{} and {}{}",
            by_matrix.blend,
            name(major),
            part(major),
            name(minor),
            part(minor)
        );
        return (Some(format!("{} + {}", name(major), name(minor))), why);
    }
    if share < SURE {
        let why = format!(
            "{} leads (p = {share:.2}; next {}, {:.2}), and {SURE} is needed",
            name(top),
            name(second),
            by_matrix.shares[second]
        );
        return (None, why);
    }
    let Some(by_fit) = (!fitted.is_empty()).then(|| two(fitted)) else {
        return (Some(name(top).into()), format!("p = {share:.2} by the matrix; there is no fit"));
    };
    let (first, rival) = by_fit;
    if first != top {
        let why = format!(
            "the two rules disagree: {} by the matrix (p = {share:.2}), {} by the fit (p = {:.2})",
            name(top),
            name(first),
            fitted[first]
        );
        return (None, why);
    }
    if fitted[top] < FITTED_MIN {
        let why = format!(
            "{} by both rules, but the fitted one leaves room for another (p = {:.2}, {} {:.2}): it may be a blend",
            name(top),
            fitted[top],
            name(rival),
            fitted[rival]
        );
        return (None, why);
    }
    let why = format!("p = {share:.2} by the matrix, p = {:.2} by the fitted rule", fitted[top]);
    (Some(name(top).into()), why)
}

fn row(seen: &Seen, id: &str, top: usize, second: usize) -> DiagnosisContrast {
    let contrast = MATRIX.contrast(id);
    let reading = seen.vector.get(id).cloned().unwrap_or_else(|| Err("not played".into()));
    let expected = |at: usize| MATRIX.expected(id, &MATRIX.dispositions[at].name);
    let weight = |r: &Reading| expected(top).log_density(r) - expected(second).log_density(r);
    let told = reading.as_ref().ok();
    let interval = told.map(|r| Interval {
        estimate: r.estimate,
        low: r.estimate - Z * r.error,
        high: r.estimate + Z * r.error,
        level: 0.95,
    });
    DiagnosisContrast {
        id: id.into(),
        says: MATRIX.says(id).into(),
        scenario: contrast.map(|row| row.scenario.clone()).unwrap_or_default(),
        estimand: contrast.map(|row| row.estimand.clone()).unwrap_or_default(),
        estimate: told.map(|r| r.estimate),
        low: interval.as_ref().map(|i| i.low),
        high: interval.as_ref().map(|i| i.high),
        n: told.map_or(0, |r| r.n),
        clusters: told.map_or(0, |r| r.clusters),
        expects: (0..MATRIX.dispositions.len()).map(|at| expected(at).sign().into()).collect(),
        weight: told.map(weight),
        because: reading.err(),
    }
}

/// Which contrast would tell the two likeliest dispositions apart: one that is missing, or else the one
/// that is least certain.
fn settles(seen: &Seen, top: usize, second: usize) -> Option<String> {
    let name = |at: usize| MATRIX.dispositions[at].name.as_str();
    let differ = |id: &&str| {
        let of = |at: usize| MATRIX.expected(id, name(at));
        let (a, b) = (of(top), of(second));
        a != b && a != Expected::Anything && b != Expected::Anything
    };
    let error =
        |id: &str| seen.vector.get(id).and_then(|r| r.as_ref().ok()).map_or(f64::INFINITY, |r| r.error);
    let best = MATRIX.contrasts.iter().map(|row| row.id.as_str()).filter(differ);
    let best = best.max_by(|a, b| error(a).total_cmp(&error(b)))?;
    let row = MATRIX.contrast(best)?;
    let pair = format!("{} from {}", name(top), name(second));
    Some(match seen.vector.get(best) {
        Some(Ok(reading)) => format!(
            "more items of {}: {} ({}) tells {pair}, and is known to ±{:.1} only",
            row.scenario,
            row.id,
            row.says,
            Z * reading.error
        ),
        _ => format!("{} ({}) tells {pair}, and is missing here", row.id, row.says),
    })
}
