//! What judges read in the words of the models, and how far they can be believed.

use crate::figure::{distinct, together};
use crate::size::Sizes;
use crate::words::{NOTHING, count, rate, share};
use crate::{Agreement, Findings, Judgement};
use serde::Serialize;

/// One reader held against another, as the page shows it.
#[derive(Serialize)]
pub(crate) struct AgreementView {
    pub judge: String,
    pub question: String,
    pub against: String,
    kappa: String,
    agreed: String,
    /// The labels that anybody used, and the table of counts.
    labels: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

/// How often one label was given in one cell.
#[derive(Serialize)]
pub(crate) struct JudgementView {
    model: String,
    control: bool,
    cell: String,
    judge: String,
    label: String,
    rate: String,
    /// Episodes that were not read.
    unread: String,
}

/// `κ .62 [.51, .73]`.
pub(crate) fn kappa(a: &Agreement) -> String {
    let minus = |x: f64| if x < 0.0 { format!("−{}", share(-x)) } else { share(x) };
    match (a.kappa, a.low, a.high) {
        (Some(kappa), Some(low), Some(high)) => {
            format!("κ {} [{}, {}]", minus(kappa), minus(low), minus(high))
        }
        _ => format!("κ {NOTHING} (both use one label only)"),
    }
}

/// Against whom, in words.
pub(crate) fn against(a: &Agreement) -> String {
    match a.against.split_once('/') {
        _ if a.against == "labelled" => "the transcripts that ship with labels".into(),
        Some(("person", name)) => format!("the labels of {name}"),
        _ => a.against.clone(),
    }
}

pub(crate) fn agreement(a: &Agreement) -> AgreementView {
    let used: Vec<usize> = (0..a.labels.len())
        .filter(|i| a.confusion[*i].iter().chain(a.confusion.iter().map(|row| &row[*i])).any(|n| *n > 0))
        .collect();
    let row = |i: &usize| {
        let cells = used.iter().map(|j| count(a.confusion[*i][*j])).collect();
        (a.labels[*i].clone(), cells)
    };
    AgreementView {
        judge: a.judge.clone(),
        question: a.question.clone(),
        against: against(a),
        kappa: kappa(a),
        agreed: format!("{}/{}", count(a.agreed), count(a.n)),
        labels: used.iter().map(|i| a.labels[*i].clone()).collect(),
        rows: used.iter().map(row).collect(),
    }
}

pub(crate) fn judgement(j: &Judgement, sizes: &Sizes) -> JudgementView {
    JudgementView {
        model: sizes.label(&j.model),
        control: trace::is_scripted(&j.model),
        cell: j.cell.clone(),
        judge: j.judge.clone(),
        label: j.label.clone(),
        rate: rate(j.k, j.n, j.low, j.high),
        unread: if j.n < j.of {
            format!("{} of {} not read", count(j.of - j.n), count(j.of))
        } else {
            String::new()
        },
    }
}

/// What one judge found of one model in a scenario, over all cells: `refused 3/20, complied 17/20`.
pub(crate) fn pooled(f: &Findings, scenario: &str) -> Vec<String> {
    let of: Vec<&Judgement> = f.judgements.iter().filter(|j| j.scenario == scenario).collect();
    let of = together(of, |j| format!("{}: {}, read by {}", j.model, j.question, j.judge), |_| ());
    let whose = |j: &Judgement| (j.model.clone(), j.question.clone(), j.judge.clone());
    of.chunk_by(|a, b| whose(a) == whose(b)).map(line).collect()
}

fn line(same: &[&Judgement]) -> String {
    let labels = distinct(same.iter().map(|j| j.label.as_str()));
    let k = |label: &str| same.iter().filter(|j| j.label == label).map(|j| j.k).sum::<u64>();
    let n: u64 = same.iter().map(|j| j.k).sum();
    let mut counts: Vec<(u64, &str)> = labels.into_iter().map(|label| (k(label), label)).collect();
    counts.sort_by_key(|(k, _)| std::cmp::Reverse(*k));
    let of: Vec<String> =
        counts.iter().map(|(k, label)| format!("{label} {}/{}", count(*k), count(n))).collect();
    let (model, question, judge) = (&same[0].model, &same[0].question, &same[0].judge);
    format!("{model}: {question}, read by {judge}: {}", of.join(", "))
}
