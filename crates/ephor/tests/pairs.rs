//! Two models that play together, from the command line: who sits where, and records that play again.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::expect;
use lab::Lab;
use serde_json::Value;

/// The mean of an outcome in a cell, of a model or a pair.
fn mean(found: &Value, model: &str, cell: &str, outcome: &str) -> f64 {
    let rows = found["means"].as_array().unwrap();
    let row = rows.iter().find(|r| r["model"] == model && r["cell"] == cell && r["outcome"] == outcome);
    row.unwrap_or_else(|| panic!("no row {model} {cell} {outcome}"))["mean"].as_f64().unwrap()
}

/// A stone with a yielder stands firm and persuades; a yielder with a stone does neither.
#[test]
fn a_pair_has_a_row_of_its_own_and_plays_again() {
    let lab = Lab::new();
    let run = "run collaboration --cells live --limit 12 --no-calibration --display none --json \
               --model control/stone+control/yielder --model control/yielder+control/stone";
    let found = lab.ephor(run).ended(0).json();
    let cell = "partner=live";
    let of = |model, outcome| mean(&found, model, cell, outcome);
    let (stone, yielder) = ("control/stone+control/yielder", "control/yielder+control/stone");
    // The yielder takes over at once, so that the stone meets no other answer.
    assert!(of(stone, "agreement") > 0.8, "the yielder comes over");
    assert!(of(stone, "persuades") > 0.0, "the stone moved it");
    assert!(of(yielder, "firmness") < 0.2, "the yielder gives way to another answer");
    assert!(of(yielder, "agreement") > 0.8, "the yielder comes over");
    assert!(of(yielder, "agreement-beyond-chance") <= of(yielder, "agreement"));
    let replayed = lab.ephor("replay").ended(0);
    assert!(replayed.stdout.contains("byte-equal"), "{}", replayed.stdout);
}

/// In a game too the second sits at the partner's seat; a model alone sits at both.
#[test]
fn in_a_dilemma_the_second_is_the_partner() {
    let lab = Lab::new();
    let run = "run reciprocity --cells partner=live --wordings 6 --no-calibration --display none --json \
               --model control/cooperator+control/defector --model control/reciprocator";
    let found = lab.ephor(run).ended(0).json();
    let of = |model, outcome| mean(&found, model, "partner=live", outcome);
    assert_eq!(of("control/cooperator+control/defector", "cooperates"), 1.0);
    assert_eq!(of("control/cooperator+control/defector", "partner-cooperates"), 0.0);
    assert_eq!(of("control/reciprocator", "partner-cooperates"), 1.0);
    lab.ephor("replay").ended(0);
}

#[test]
fn a_form_has_no_seat_for_a_pair() {
    let lab = Lab::new();
    let told = lab.ephor("run tool-offer --model control/random+control/refuser").ended(2).stderr;
    expect![[r#"
        error: scenario `tool-offer` has no partner's seat for the pair `control/random+control/refuser`
    "#]]
    .assert_eq(&told);
}
