//! The instruments recover agents of known disposition: positives ≥ 95 %, negatives ≤ 5 %, over 300
//! replicates of the study with effect sizes and lapses drawn anew.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use study::calibrate::calibrate;
use study::{Changes, Study};

#[test]
fn every_instrument_of_first_look_holds() {
    holds("first-look");
}

#[test]
fn the_seven_factors_of_an_offer_hold() {
    holds("tool-offer");
}

#[track_caller]
fn holds(study: &str) {
    let study = Study::resolve(&[study.into()], &Changes::default()).unwrap();
    let mut broken = String::new();
    for part in &study.parts {
        let rows = calibrate(part, study.replicates, &|| {});
        assert!(
            rows.iter().any(|r| r.kind == "positive"),
            "{} has no positive control",
            part.scenario.file.name
        );
        for row in rows {
            let share = row.detected as f64 / row.n as f64;
            let holds = if row.kind == "positive" { share >= 0.95 } else { share <= 0.05 };
            if !holds {
                broken += &format!(
                    "{} {} {} {}: {}/{}\n",
                    row.scenario, row.control, row.contrast, row.kind, row.detected, row.n
                );
            }
        }
    }
    assert_eq!(broken, "");
}
