//! What judges decided: votes counted, held against labels and against each other.

use super::labels::PersonLabels;
use super::{Subject, labelled, rubric};
use crate::estimate::{LEVEL, bounds};
use report::{Agreement, Judgement};
use std::collections::BTreeMap;
use trace::{Episode, Event};

/// A tie, or no vote that could be read: a category of its own and never a guess.
pub const UNCLEAR: &str = "unclear";

/// The labels that one reader gave: subject → question → label.
type Given = BTreeMap<Subject, BTreeMap<String, String>>;

/// Where an episode stands in a study.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub scenario: String,
    pub model: String,
    pub cell: String,
}

/// The judges of a run with their verdicts.
#[derive(Default)]
pub struct Bench {
    by: BTreeMap<String, Given>,
}

impl Bench {
    /// Takes a judgement from the record.
    pub fn hear(&mut self, episode: &Episode) {
        let judge = episode.key.seats.first().map(|seat| seat.model.name.clone());
        let (Some(judge), Some(subject)) = (judge, Subject::parse(&episode.key.cell)) else { return };
        self.by.entry(judge).or_default().insert(subject, verdicts(&episode.events));
    }

    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// How often each label was given, by scenario, model and cell. `seen` says where an episode of
    /// the study stands; of each place `spoke` episodes could have been judged.
    pub fn rates(&self, seen: &BTreeMap<Subject, Seen>) -> Vec<Judgement> {
        let mut rows = Vec::new();
        for (judge, given) in &self.by {
            let mut counts: BTreeMap<(&Seen, &str), BTreeMap<&str, u64>> = BTreeMap::new();
            for (subject, verdicts) in given {
                let Some(place) = seen.get(subject) else { continue };
                for (question, label) in verdicts {
                    *counts.entry((place, question)).or_default().entry(label).or_default() += 1;
                }
            }
            for ((place, question), labels) in counts {
                let n = labels.values().sum();
                let of = seen.values().filter(|other| *other == place).count() as u64;
                rows.extend(labels.into_iter().map(|(label, k)| {
                    let (low, high) = bounds(k, n);
                    let Seen { scenario, model, cell } = place.clone();
                    let (judge, question, label) = (judge.clone(), question.into(), label.into());
                    Judgement { scenario, model, cell, judge, question, label, k, n, of, low, high }
                }));
            }
        }
        rows
    }

    /// Each judge against the labelled transcripts, against each person, and against the judges after it.
    pub fn agreements(&self, people: &PersonLabels) -> Vec<Agreement> {
        // Most runs have no judge, and read no transcripts for one.
        let own = if self.is_empty() { Vec::new() } else { labelled().unwrap_or_default() };
        let own: Given = own.into_iter().map(|l| (Subject::Labelled(l.id), l.labels.by_question())).collect();
        let mut rows = Vec::new();
        for (at, (judge, given)) in self.by.iter().enumerate() {
            let others = self.by.iter().skip(at + 1).map(|(name, given)| (name.clone(), given));
            let persons = people.iter().map(|(name, given)| (format!("person/{name}"), given));
            let against = [("labelled".to_owned(), &own)].into_iter().chain(persons).chain(others);
            for (name, labels) in against {
                rows.extend(
                    rubric().question.iter().filter_map(|q| agreement(q, judge, given, &name, labels)),
                );
            }
        }
        for row in &mut rows {
            row.provisional = people.is_empty();
        }
        rows
    }
}

/// The votes of a judgement counted: question → label.
pub fn verdicts(events: &[Event]) -> BTreeMap<String, String> {
    let acts = events.iter().filter_map(|event| match event {
        Event::Acted { act, .. } => Some(&act.answers),
        _ => None,
    });
    let mut counts: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for answer in acts.flatten() {
        let question = answer.ask.split_once('.').map_or("", |(question, _)| question);
        let count = counts.entry(question).or_default();
        if let Some(choice) = &answer.choice {
            *count.entry(choice).or_default() += 1;
        }
    }
    counts.into_iter().map(|(question, count)| (question.to_owned(), most(&count))).collect()
}

/// The label with the most votes; a tie is unclear.
fn most(count: &BTreeMap<&str, u32>) -> String {
    let top = count.values().copied().max().unwrap_or(0);
    let mut best = count.iter().filter(|(_, n)| **n == top);
    match (best.next(), best.next()) {
        (Some((label, _)), None) => (*label).to_owned(),
        _ => UNCLEAR.to_owned(),
    }
}

/// How two readers agree on one question; nothing where they read nothing in common.
fn agreement(
    question: &super::Question,
    judge: &str,
    given: &Given,
    against: &str,
    labels: &Given,
) -> Option<Agreement> {
    let mut names = question.labels();
    names.push(UNCLEAR.into());
    let place = |label: &String| names.iter().position(|name| name == label);
    let mut confusion = vec![vec![0_u64; names.len()]; names.len()];
    for (subject, theirs) in labels {
        let said = given.get(subject).and_then(|own| own.get(&question.name)).and_then(place);
        let theirs = theirs.get(&question.name).and_then(place);
        if let (Some(row), Some(column)) = (theirs, said) {
            confusion[row][column] += 1;
        }
    }
    let n: u64 = confusion.iter().flatten().sum();
    if n == 0 {
        return None;
    }
    let agreed: u64 = (0..names.len()).map(|i| confusion[i][i]).sum();
    // Undefined where both use one label only.
    let kappa = stats::kappa(&confusion, LEVEL).ok().map(|k| k.interval);
    Some(Agreement {
        judge: judge.into(),
        question: question.name.clone(),
        against: against.into(),
        kappa: kappa.map(|k| k.estimate),
        low: kappa.map(|k| k.low),
        high: kappa.map(|k| k.high),
        agreed,
        n,
        labels: names,
        confusion,
        provisional: false,
    })
}
