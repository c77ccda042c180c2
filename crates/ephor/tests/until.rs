//! `ephor run --until`: stops, resumes with another width, and tells the same from the record.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::{Expect, expect};
use lab::Lab;
use serde_json::Value;

const RUN: &str =
    "run false-premise --cells short --model control/oracle --no-calibration --display none --json";

/// Of each contrast: units, whether it is open, the half-width, and the verdict.
fn told(document: &Value) -> String {
    let stops = document["until"][0]["contrasts"].as_array().unwrap();
    let rows = stops.iter().zip(document["estimates"].as_array().unwrap()).map(|(stop, estimate)| {
        let width = stop["half_width"].as_f64().unwrap();
        format!(
            "{}: {} of {}, open {}, ±{width:.2}, {}\n",
            stop["estimand"].as_str().unwrap(),
            stop["n"],
            stop["of"],
            stop["open"],
            estimate["verdict"].as_str().unwrap()
        )
    });
    rows.collect()
}

#[track_caller]
fn check(lab: &Lab, arguments: &str, expected: Expect) -> Value {
    let found = lab.ephor(arguments).ended(0).json();
    expected.assert_eq(&told(&found));
    found
}

#[test]
fn it_stops_and_a_smaller_width_plays_on() {
    let lab = Lab::new();
    check(
        &lab,
        &format!("{RUN} --until 0.2"),
        expect![[r#"
            discrimination: 54 of 288, open false, ±0.15, positive
            social-effect: 54 of 288, open false, ±0.15, undecided
            licence-effect: 54 of 288, open false, ±0.17, undecided
        "#]],
    );
    let found = check(
        &lab,
        &format!("{RUN} --until 0.1"),
        expect![[r#"
            discrimination: 108 of 288, open false, ±0.09, positive
            social-effect: 108 of 288, open false, ±0.10, undecided
            licence-effect: 126 of 288, open false, ±0.09, undecided
        "#]],
    );
    let method = found["estimates"][0]["method"].as_str().unwrap();
    assert!(method.contains("betting confidence sequence, valid at any stop"), "{method}");
    assert!(found["missing"].as_array().unwrap().is_empty(), "{}", found["missing"]);
    let again = lab.ephor("report latest --json").ended(0).json();
    assert_eq!((&again["estimates"], &again["until"]), (&found["estimates"], &found["until"]));
    // Without a width all is played, and told as a design of a fixed size.
    let all = lab.ephor(RUN).ended(0).json();
    assert_eq!(
        all["estimates"][0]["method"],
        "paired differences, sign-flip test over clusters, interval by inversion; Holm"
    );
    assert!(all["estimates"][0]["n"].as_u64() > found["estimates"][0]["n"].as_u64());
    assert!(all.get("until").is_none());
    lab.run_folder("runs");
}

#[test]
fn what_is_still_open_is_said() {
    let lab = Lab::new();
    let run =
        "run false-premise --cells short --model control/oracle --no-calibration --display plain --until 0.2";
    let ran = lab.ephor(run).ended(0);
    let open: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("open:")).collect();
    assert!(open.len() > 2 && open[0].contains("0 of at most 300 units"), "{open:?}");
    assert!(open[2].contains("discrimination/premise=false ±0."), "{open:?}");
    assert!(ran.stdout.contains("Contrasts were played until"), "{}", ran.stdout);
}

#[test]
fn a_width_that_is_none() {
    let lab = Lab::new();
    for (width, expected) in [
        (
            "0",
            expect![[r#"
            exit 2
            error: invalid value '0' for '--until <HALF_WIDTH>': a number above 0 and below 1, as 0.05 for ±5 percentage points

            For more information, try '--help'.
        "#]],
        ),
        (
            "-0.1",
            expect![[r#"
            exit 2
            error: invalid value '-0.1' for '--until <HALF_WIDTH>': a number above 0 and below 1, as 0.05 for ±5 percentage points

            For more information, try '--help'.
        "#]],
        ),
        (
            "1.5",
            expect![[r#"
            exit 2
            error: invalid value '1.5' for '--until <HALF_WIDTH>': a number above 0 and below 1, as 0.05 for ±5 percentage points

            For more information, try '--help'.
        "#]],
        ),
        (
            "0.1 --pilot",
            expect![[r#"
            exit 2
            error: the argument '--until <HALF_WIDTH>' cannot be used with '--pilot'

            Usage: ephor run --until <HALF_WIDTH> <WHAT>...

            For more information, try '--help'.
        "#]],
        ),
    ] {
        expected.assert_eq(&lab.ephor(&format!("run false-premise --until {width}")).to_string());
    }
}
