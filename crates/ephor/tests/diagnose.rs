//! `ephor diagnose`: from a run on record, and what it says where there is nothing to diagnose.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::expect;
use lab::Lab;
use serde_json::Value;

#[test]
fn who_guesses_is_incapable_and_one_who_was_not_asked_is_refused() {
    let lab = Lab::new();
    let run = "run battery --quick --replicates 1 --model control/random --display none --json";
    let ran = lab.ephor(run).ended(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["diagnoses"][0]["verdict"], "incapacity", "{}", found["diagnoses"][0]["because"]);

    let again = lab.ephor("diagnose latest --display none --json").ended(0);
    let told: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(told["diagnoses"], found["diagnoses"], "the record says what the run said");
    assert_eq!(told["separations"][0]["auroc"], 1.0);
    // Every contrast of the matrix says what it found or why it found nothing.
    let contrasts = told["diagnoses"][0]["contrasts"].as_array().unwrap();
    assert!(
        contrasts.len() >= 18 && contrasts.iter().all(|c| c["estimate"].is_null() != c["because"].is_null())
    );

    let page = lab.read(told["report"].as_str().unwrap());
    assert!(page.contains("<h2>Dossier: control/random</h2>") && page.contains("<h3>Fingerprint</h3>"));

    let other = lab.ephor("run secret-offer --model control/random --no-calibration --display none").ended(0);
    assert!(!other.stdout.contains("diagnosis"));
    let refused = lab.ephor("diagnose latest --display none");
    let said = refused.to_string();
    let (before, after) = said.split_once("secret-offer-").unwrap();
    let text = format!("{before}secret-offer-…{}", &after[12..]);
    expect![[r#"
        exit 2
        error: the run secret-offer-… was not diagnosed: that needs three instruments of the battery, and their controls
        hint: ephor diagnose --model control/random
    "#]]
    .assert_eq(&text);
}
