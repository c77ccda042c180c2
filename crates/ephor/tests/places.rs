//! Folders and widths: where runs, studies and their scenarios are looked for, and how narrow is enough.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::{Expect, expect};
use lab::{Lab, MINE, named};
use std::fs;

const RUN: &str = "run mine --model control/soft --model control/random --replicates 5 --display none";

fn with_mine() -> Lab {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    lab
}

#[track_caller]
fn check(lab: &Lab, arguments: &str, expected: Expect) {
    expected.assert_eq(&named(&lab.ephor(arguments).to_string()));
}

/// A damaged `run.toml` does not hide a run.
#[test]
fn a_damaged_run_file_is_listed() {
    let lab = with_mine();
    lab.ephor(RUN).ended(0);
    let folder = lab.run_folder("runs");
    fs::write(folder.join("run.toml"), "v = 1\nrun = [\n").unwrap();
    check(
        &lab,
        "list runs",
        expect![[r#"
        exit 0
        mine-RUN  unreadable: run.toml: line 2: unclosed array, expected `]`
    "#]],
    );
    check(
        &lab,
        "report mine --display none",
        expect![[r#"
        exit 2
        error: runs/mine-RUN/run.toml is damaged: line 2: unclosed array, expected `]`
        hint: the `ephor run` that made this run writes it again; the episodes beside it are kept
    "#]],
    );
    check(
        &lab,
        "report --display none",
        expect![[r#"
        exit 2
        error: runs/mine-RUN/run.toml is damaged: line 2: unclosed array, expected `]`
        hint: the `ephor run` that made this run writes it again; the episodes beside it are kept
    "#]],
    );
}

#[test]
fn the_log_folder_stands_before_or_after_the_command() {
    let lab = with_mine();
    lab.ephor("--log-dir here run mine --model control/soft --no-calibration --display none").ended(0);
    let after = lab.ephor("list runs --log-dir here").ended(0);
    let before = lab.ephor("--log-dir here list runs").ended(0);
    assert_eq!((after.stdout.lines().count(), &after.stdout), (1, &before.stdout));
}

/// The paths of a study are read from where it lies.
#[test]
fn a_study_in_another_folder() {
    let lab = Lab::new();
    lab.write("studies/mine/scenario.toml", MINE);
    lab.write("studies/own.toml", "name = \"own\"\n[[scenario]]\nname = \"mine\"\n");
    check(
        &lab,
        "check studies/own.toml",
        expect![[r#"
        exit 0
        mine: 2 cells, 1 contrasts, 2 controls; no law is broken
    "#]],
    );
    lab.write("own.toml", "name = \"own\"\n[[scenario]]\nname = \"studies/mine\"\n");
    check(
        &lab,
        "check own.toml",
        expect![[r#"
        exit 0
        mine: 2 cells, 1 contrasts, 2 controls; no law is broken
    "#]],
    );
    lab.write("studies/here.toml", "name = \"here\"\n[[scenario]]\nname = \"studies/mine\"\n");
    check(
        &lab,
        "check studies/here.toml",
        expect![[r#"
        exit 0
        mine: 2 cells, 1 contrasts, 2 controls; no law is broken
    "#]],
    );
    lab.write("studies/lost.toml", "name = \"lost\"\n[[scenario]]\nname = \"yours\"\n");
    check(
        &lab,
        "check studies/lost.toml",
        expect![[r#"
            exit 2
            error: studies/lost.toml:3:9: scenario.name: there is no scenario or folder `yours`, neither as `studies/yours` nor as `yours`
            accepted: alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
        "#]],
    );
}

/// Forty columns are the least: no line is longer, and names of controls are whole.
#[test]
fn on_forty_columns() {
    let lab = with_mine().with("COLUMNS", "40");
    let shown = lab.ephor(RUN).ended(0).stdout;
    let lines = shown.lines().filter(|l| !l.contains("report.html"));
    assert!(lines.clone().all(|l| l.chars().count() <= 40), "{shown}");
    let told: Vec<&str> = shown.split("  cost ").next().unwrap().lines().collect();
    expect![[r#"
        mine · 2 controls

        mine
          Does a clerk lend the key when asked
          kindly?

          kindness · manner: kind − plain
            (probability)
            control/soft  positive
              +0.96 [+0.88, +1.00] n 24
            control/random  undecided
              −0.10 [−0.33, +0.12] n 24

          instrument  1/1 positive controls
                      found in ≥ 95 %, 1/1
                      negative in ≤ 5 % of 5
                      replicates
          missing     nothing
    "#]]
    .assert_eq(&told.join("\n"));
}
