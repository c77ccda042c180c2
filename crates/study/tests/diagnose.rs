//! The diagnosers on agents of known disposition: who is recovered, who is fooled, which contrasts do it.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use report::DiagnoserRow;
use std::sync::OnceLock;
use study::diagnose::{Bench, Diagnosers, diagnosers, separations};
use study::{Changes, Study};

fn study() -> Study {
    let changes = Changes { models: vec!["control/random".into()], quick: true, ..Changes::default() };
    Study::resolve(&["battery".into()], &changes).unwrap()
}

/// All profiles in the small battery, played once for all tests of this file.
fn bench() -> &'static Bench {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    BENCH.get_or_init(|| Bench::play(&study(), &|| {}).unwrap())
}

fn table() -> &'static [DiagnoserRow] {
    static TABLE: OnceLock<Vec<DiagnoserRow>> = OnceLock::new();
    TABLE.get_or_init(|| diagnosers(bench(), &Diagnosers::new(bench())))
}

fn row(diagnoser: &str, split: &str) -> &'static DiagnoserRow {
    table().iter().find(|r| r.diagnoser == diagnoser && r.split == split).unwrap()
}

const NEW: &str = "new items, new words";

#[test]
fn both_rules_recover_new_agents_on_new_items_with_new_words() {
    let (matrix, fitted) = (row("contrasts, matrix", NEW), row("contrasts, fitted", NEW));
    assert!(matrix.n >= 84 && matrix.accuracy >= 0.98, "{matrix:?}");
    assert!(fitted.accuracy >= 0.95, "{fitted:?}");
}

#[test]
fn words_alone_are_near_chance_once_they_are_new() {
    let same = row("words alone", "same items, same words");
    assert!(same.accuracy > 0.9, "with the words that it knows, it must be a baseline: {same:?}");
    let new = row("words alone", NEW);
    assert!(new.accuracy <= 0.25, "{new:?}");
}

#[test]
fn the_wordy_refuser_and_the_laconic_faker_fool_words_and_not_contrasts() {
    let split = "talks like another";
    let words = row("words alone", split);
    assert_eq!((words.k, words.n), (0, 4), "{words:?}");
    for diagnoser in ["contrasts, matrix", "contrasts, fitted"] {
        let read = row(diagnoser, split);
        assert_eq!((read.k, read.n), (4, 4), "{read:?}");
    }
}

#[test]
fn permuted_labels_are_at_chance() {
    let permuted = row("contrasts, fitted to permuted labels", NEW);
    assert!(permuted.accuracy < 2.0 / 7.0, "{permuted:?}");
}

#[test]
fn one_context_is_not_enough() {
    let (one, all) = (row("behaviour in one context", NEW), row("behaviour in every context", NEW));
    assert!(one.accuracy <= 0.6 && all.accuracy <= 0.75, "{one:?} {all:?}");
}

#[test]
fn a_verdict_is_right_and_blends_are_rarely_called_pure() {
    let pure = row("both rules, as printed", NEW);
    assert!(pure.accuracy >= 0.98 && 10 * pure.n >= 8 * pure.of, "{pure:?}");
    let rules = Diagnosers::new(bench());
    let blends: Vec<_> = bench().new.iter().filter(|t| !t.label.contains(&1.0)).collect();
    let told = blends.iter().filter_map(|t| {
        let verdict = rules.diagnose(&t.profile, &t.seen).verdict?;
        Some((t, verdict))
    });
    // What is told of a blend names at least its larger part.
    let dispositions: Vec<String> =
        rules.diagnose("", &bench().new[0].seen).dispositions.into_iter().map(|d| d.disposition).collect();
    let mut count = 0;
    for (trial, verdict) in told {
        let major = trial.label.iter().position(|l| *l == 0.75).unwrap();
        let minor = trial.label.iter().position(|l| *l == 0.25).unwrap();
        let named = |at: usize| verdict.contains(&dispositions[at]);
        assert!(named(major) || named(minor), "{}: {verdict}", trial.profile);
        count += 1;
    }
    assert_eq!(blends.len(), 42);
    assert!(count < 42, "something must be left open");
}

#[test]
fn what_tells_refusal_from_faking_is_named_and_without_it_nothing_does() {
    let rows = separations(bench());
    let mut best: Vec<&str> = rows[..3].iter().map(|r| r.id.as_str()).collect();
    best.sort_unstable();
    assert_eq!(best, ["b", "g1", "s"]);
    assert!(rows[..3].iter().all(|r| r.low > 0.8), "{rows:?}");
    // Without these and the fourth, what is left says little.
    assert_eq!(rows[3].id, "t");
    assert!(rows[0].without_these > 0.95 && rows[3].without_these < 0.75, "{rows:?}");
}

#[test]
fn every_contrast_of_the_matrix_has_an_arm_in_the_battery() {
    let missing: Vec<String> = bench().fit[0]
        .seen
        .vector
        .iter()
        .filter_map(|(id, read)| Some(format!("{id}: {}", read.as_ref().err()?)))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn items_of_the_two_halves_are_of_other_families() {
    for part in study::diagnose::halls(&study()).unwrap() {
        // Without items there are no families: other deals instead.
        if part[0].scenario.items.is_empty() {
            assert!(part[0].sheets.iter().all(|s| part[1].sheets.iter().all(|o| o.unit != s.unit)));
            continue;
        }
        let [first, other] = part.map(|part| {
            part.sheets.iter().map(|s| s.cluster.clone()).collect::<std::collections::BTreeSet<_>>()
        });
        assert!(!first.is_empty() && first.is_disjoint(&other), "{first:?} {other:?}");
    }
}
