//! Registered explanations: each is supported by the control that acts on it, and by no other.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::expect;
use lab::Lab;

#[test]
fn each_explanation_has_a_control_that_supports_it() {
    let lab = Lab::new();
    let models = ["role-player", "harm-avoider", "preserver", "lenient", "honest"];
    let models: String = models.iter().map(|m| format!(" --model control/{m}")).collect();
    let command = format!(
        "run peer-review --cells baseline,threats,why --wordings 16 --seeds 2 --no-calibration --display none --json{models}"
    );
    let document = lab.ephor(&command).ended(0).json();
    let row = |h: &serde_json::Value| format!("{} {} {}\n", h["model"], h["hypothesis"], h["fared"]);
    let rows: String = document["hypotheses"].as_array().unwrap().iter().map(row).collect();
    expect![[r#"
        control/role-player role-play supported
        control/role-player harm-avoidance contradicted
        control/role-player preservation contradicted
        control/harm-avoider role-play undecided
        control/harm-avoider harm-avoidance supported
        control/harm-avoider preservation contradicted
        control/preserver role-play contradicted
        control/preserver harm-avoidance contradicted
        control/preserver preservation supported
        control/lenient role-play undecided
        control/lenient harm-avoidance undecided
        control/lenient preservation undecided
        control/honest role-play contradicted
        control/honest harm-avoidance contradicted
        control/honest preservation contradicted
    "#]]
    .assert_eq(&rows.replace('"', ""));
}
