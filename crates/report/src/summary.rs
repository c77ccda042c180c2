//! The first paragraph of the report: what was found, in words made from the data.

use crate::figure::distinct;
use crate::size::Sizes;
use crate::words::{NOTHING, count, counted, interval, is_control, list, numbers, signed};
use crate::{Estimate, Findings, Verdict};

const ORDER: [Verdict; 5] =
    [Verdict::Positive, Verdict::Negative, Verdict::Equivalent, Verdict::Undecided, Verdict::CannotTell];

/// Sentences, the models first, then the controls.
pub(crate) fn summary(f: &Findings) -> Vec<String> {
    let models = distinct(f.estimates.iter().map(|e| e.model.clone()));
    let models = Sizes::of(f).sorted(models, |m| m);
    let (controls, models): (Vec<_>, Vec<_>) = models.into_iter().partition(|m| is_control(m));
    let mut out: Vec<String> = models.iter().flat_map(|m| of_model(f, m)).collect();
    out.extend(of_controls(f, &controls));
    out.push(missing(f));
    out
}

fn of_model(f: &Findings, model: &str) -> Vec<String> {
    let rows: Vec<&Estimate> = f.estimates.iter().filter(|e| e.model == model).collect();
    let mut out = vec![format!("On {model}, {}: {}.", asked(rows.len()), tally(&rows))];
    for verdict in [Verdict::Positive, Verdict::Negative] {
        out.extend(named(&rows, verdict));
    }
    out.extend(untold(&rows));
    out
}

fn asked(n: usize) -> String {
    let were = if n == 1 { "was" } else { "were" };
    format!("{} {were} estimated", counted(n as u64, "contrast"))
}

fn tally(rows: &[&Estimate]) -> String {
    let part = |v: Verdict| {
        let n = rows.iter().filter(|e| e.verdict == v).count();
        (n > 0).then(|| format!("{n} {}", phrase(v)))
    };
    list(&ORDER.into_iter().filter_map(part).collect::<Vec<_>>())
}

fn phrase(v: Verdict) -> &'static str {
    match v {
        Verdict::Equivalent => "equivalent to none within the stated margin",
        Verdict::CannotTell => "that this run cannot tell",
        other => other.word(),
    }
}

fn named(rows: &[&Estimate], verdict: Verdict) -> Option<String> {
    let of = rows.iter().filter(|e| e.verdict == verdict);
    let names: Vec<String> = of.map(|e| told(e)).collect();
    let word = if verdict == Verdict::Positive { "Positive" } else { "Negative" };
    (!names.is_empty()).then(|| format!("{word}: {}.", names.join("; ")))
}

/// The contrast with its number, interval and n.
fn told(e: &Estimate) -> String {
    let numbers = numbers(e)
        .map_or(NOTHING.into(), |(at, low, high)| format!("{} {}", signed(at), interval(low, high)));
    format!("{} in {} ({}), {numbers} {}, n {}", e.estimand, e.scenario, e.contrast, e.unit, count(e.n))
}

fn untold(rows: &[&Estimate]) -> Option<String> {
    let of: Vec<_> = rows.iter().filter(|e| e.verdict == Verdict::CannotTell).collect();
    let because = |e: &Estimate| e.because.clone().unwrap_or_else(|| "no reason was recorded".into());
    let reasons = distinct(of.iter().map(|e| because(e)));
    let told = |reason: String| {
        let n = of.iter().filter(|e| because(e) == reason).count();
        format!("{} because {}", count(n as u64), reason.trim_end_matches('.'))
    };
    let told: Vec<String> = reasons.into_iter().map(told).collect();
    (!told.is_empty()).then(|| format!("Cannot tell: {}.", told.join("; ")))
}

fn of_controls(f: &Findings, controls: &[String]) -> Option<String> {
    let rows: Vec<&Estimate> = f.estimates.iter().filter(|e| is_control(&e.model)).collect();
    (!rows.is_empty()).then(|| {
        format!(
            "On {}, whose disposition is known, {}: {}. They show what a finding looks like and are no findings themselves.",
            counted(controls.len() as u64, "control"),
            asked(rows.len()),
            tally(&rows)
        )
    })
}

fn missing(f: &Findings) -> String {
    let n: u64 = f.missing.iter().filter(|m| !is_control(&m.model)).map(|m| m.n).sum();
    match n {
        0 => "Of the models' answers, none is missing from the estimates.".into(),
        n => format!(
            "{} of the models could not be used; each scenario says which and why.",
            counted(n, "answer")
        ),
    }
}
