//! What a user gets wrong in a scenario: the very message, the exit code, and nothing half-written.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::{Expect, expect};
use lab::{Lab, MINE};

/// Runs a command in a folder and compares code and messages, and what it leaves behind: nothing.
#[track_caller]
fn check(lab: &Lab, arguments: &str, expected: Expect) {
    let before = lab.files();
    let ran = lab.ephor(arguments);
    let mut told = lab::named(&ran.to_string());
    if lab.files() != before {
        told += &format!("left behind: {}\n", lab.files());
    }
    expected.assert_eq(&told);
}

/// A user's scenario with one mistake.
#[track_caller]
fn mistake(right: &str, wrong: &str, expected: Expect) {
    assert!(MINE.contains(right), "the scenario holds `{right}`");
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE.replacen(right, wrong, 1));
    check(&lab, "run ./mine --model control/random --display none", expected);
}

#[test]
fn names_that_do_not_exist_in_a_scenario() {
    mistake(
        "at = {}",
        "at = { mood = \"kind\" }",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:54:8: estimand.at: there is no factor `mood`
            accepted: manner
        "#]],
    );
    mistake(
        "at = {}",
        "at = { manner = \"rude\" }",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:54:18: estimand.at: factor `manner` has no level `rude`
            accepted: plain, kind
        "#]],
    );
    mistake(
        "factor = \"manner\", level",
        "factor = \"mood\", level",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:53:24: estimand.contrast: there is no factor `mood`
            accepted: manner
        "#]],
    );
    mistake(
        "level = \"kind\", versus",
        "level = \"rude\", versus",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:53:42: estimand.contrast: factor `manner` has no level `rude`
            accepted: plain, kind
        "#]],
    );
    mistake(
        "versus = \"plain\"",
        "versus = \"rude\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:53:59: estimand.contrast: factor `manner` has no level `rude`
            accepted: plain, kind
        "#]],
    );
    mistake(
        "role = \"user\"\nfactor = \"manner\"",
        "role = \"user\"\nfactor = \"mood\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:24:11: clause.factor: there is no factor `mood`
            accepted: manner
        "#]],
    );
    mistake(
        "world = \"form\"",
        "world = \"chess\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:3:10: world: there is no world `chess`
            accepted: cleanup, company, dilemma, errand, form, liars-bar, market, panel
        "#]],
    );
    mistake(
        "outcome = \"lent\"\ncontrast",
        "outcome = \"borrowed\"\ncontrast",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:52:12: estimand.outcome: there is no outcome `borrowed`
            accepted: lent
        "#]],
    );
    mistake(
        "ask = \"lend\"",
        "ask = \"borrow\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:48:8: measure.ask: there is no ask `borrow`
            accepted: lend
        "#]],
    );
    mistake(
        "cells = \"all\"",
        "cells = \"core\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:60:10: design.cells: there is no list of cells `core`
            accepted: all, stars
        "#]],
    );
    mistake(
        "finds = [\"kindness/manner=kind\"]",
        "finds = [\"kindness/manner=rude\"]",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:68:11: control.finds: there is no estimand `kindness/manner=rude`
            accepted: kindness/manner=kind
        "#]],
    );
    mistake(
        "name = \"random\"",
        "name = \"dice\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:74:9: control.name: there is no built-in control `dice`
            accepted: honest, lenient, random, refuser
        "#]],
    );
}

#[test]
fn a_scenario_that_is_not_written_rightly() {
    mistake(
        "seat = \"clerk\"",
        "seat = \"clerk\"\nseats = 2",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:5:1: unknown field `seats`
            accepted: name, version, world, seat, play, question, source, limits, state, clause, factor, capability, ask, sheet, items, measure, null, gate, estimand, index, frontier, hypothesis, design, cells, reading, control
        "#]],
    );
    mistake(
        "kind = \"decision\"",
        "kind = \"vote\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:47:8: unknown variant `vote`
            accepted: decision, inflation, arithmetic-gap, crossing, fact, acknowledgement, joint
        "#]],
    );
    mistake(
        "kind = \"decision\"",
        "kind = \"joint\"\nall = [\"lent\"]",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:46:12: measure.all: measure `lent` needs `all`, and two outcomes or more with `none`
        "#]],
    );
    mistake(
        "[design]",
        "[[index]]\nname = \"d\"\nkind = \"d-prime\"\nsays = \"?\"\noutcome = \"lent\"\nwith = [\"baseline\"]\n[design]",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:58:9: index: index `d` needs `with` and `without`: cells
        "#]],
    );
    mistake(
        "version = 1",
        "version = \"one\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:2:11: version: a whole number is wanted, not string "one"
        "#]],
    );
    mistake(
        "for = [\"Do",
        "for = [1, \"Do",
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml:38:8: ask.for: a text in quotes is wanted, not integer `1`
    "#]],
    );
    mistake(
        "margin = 0.1",
        "margin = \"small\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:55:10: estimand.margin: a number is wanted, not string "small"
        "#]],
    );
    mistake(
        "margin = 0.1",
        "margin = -0.1",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:51:9: estimand.margin: the margin of `kindness` must be above 0: it says what counts as no effect
        "#]],
    );
    mistake(
        "margin = 0.1",
        "margin = nan",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:51:9: estimand.margin: the margin of `kindness` must be above 0: it says what counts as no effect
        "#]],
    );
    mistake(
        "question = \"Does",
        "question = Does",
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml:5:12: missing opening quote, expected `"`
    "#]],
    );
    mistake(
        "[design]\nwordings = 12",
        "[design]\nwordings = 0",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:58:1: design.wordings: at least 1: nothing would be played
        "#]],
    );
    mistake(
        "[state]",
        "[state",
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml:8:7: unclosed table, expected `]`
    "#]],
    );
    mistake(
        "seat = \"clerk\"\n",
        "",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml: seat: a form needs a seat
        "#]],
    );
    mistake(
        "name = \"mine\"",
        "name = \"My Own\"",
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml:1:9: name: `My Own` is no name: use lower-case letters, digits and `-`
    "#]],
    );
    mistake(
        "name = \"kind\"\ntext",
        "name = \"plain\"\ntext",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:30:9: factor.level.name: `plain` stands twice
        "#]],
    );
    mistake(
        "reads = 'please'",
        "reads = 'ple(ase'",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:66:9: control: `ple(ase` is no regular expression: regex parse error:
                ple(ase
                   ^
            error: unclosed group
        "#]],
    );
    mistake(
        "favour = [0.9, 1.0]",
        "favour = [0.9, 1.5]",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:66:9: control: a probability of `soft` is not between 0 and 1
        "#]],
    );
}

#[test]
fn templates() {
    mistake(
        "lend the key?",
        "lend the key of {{ plaec }}?",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:38:35: ask `lend`: the template names an unknown variable `plaec`
            accepted: first, own, place, second
        "#]],
    );
    mistake(
        "key of {{ place }}.\",",
        "key of {{ owner }}.\",",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:15:27: clause `role`: the template names an unknown variable `owner`
            accepted: first, place, second
        "#]],
    );
    mistake(
        "please and asks",
        "please, {{ name }}, and asks",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:34:38: clause `manner`: the template names an unknown variable `name`
            accepted: first, place, second
        "#]],
    );
    mistake(
        "lend the key?",
        "lend the key {% if %}?",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:38:35: ask `lend`: the template cannot be rendered: syntax error: unexpected end of block (in <string>:1)
        "#]],
    );
    mistake(
        "lend the key?",
        "lend {% for i in range(1000000) %}{% endfor %}?",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:38:33: ask `lend`: the template cannot be rendered: invalid operation: range has too many elements (in <string>:1)
        "#]],
    );
}

#[test]
fn files_of_a_scenario() {
    let with_items =
        MINE.replace("[design]", "[items]\nfile = \"items.jsonl\"\ncluster = \"topic\"\n\n[design]");
    let lab = Lab::new();
    let run = "run ./mine --model control/random --display none";
    lab.write("mine/scenario.toml", &with_items);
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:58:9: items.file: `items.jsonl`: no such file
        "#]],
    );
    lab.write("mine/items.jsonl", "{\"id\": \"a\", \"topic\": \"x\"}\n{\"id\": \"b\", \"topic\": }\n");
    check(
        &lab,
        run,
        expect![[r#"
        exit 2
        error: ./mine/items.jsonl:2:22: not a JSON object: expected value at line 1 column 22
    "#]],
    );
    lab.write("mine/items.jsonl", "{\"id\": \"a\"}\n\n[1, 2]\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/items.jsonl:3:1: not a JSON object: invalid type: sequence, expected a map at line 1 column 0
        "#]],
    );
    lab.write("mine/items.jsonl", "{\"id\": \"a\"}\n{\"id\": \"b\"}\n{\"id\": \"a\"}\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/items.jsonl:1:1: this item has no `topic`
        "#]],
    );
    lab.write("mine/items.jsonl", "\n");
    check(
        &lab,
        run,
        expect![[r#"
        exit 2
        error: ./mine/items.jsonl: there are no items in it
    "#]],
    );
    lab.write("mine/items.jsonl", b"{\"id\": \"\xff\"}\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:58:9: items.file: `items.jsonl`: not UTF-8 at byte 8
        "#]],
    );
    lab.write("mine/items.jsonl", "{\"id\": \"a\", \"topic\": \"x\"}\n{\"id\": \"b\"}\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/items.jsonl:2:1: this item has no `topic`
        "#]],
    );
    lab.write("mine/scenario.toml", with_items.replace("\"items.jsonl\"", "\"../../secret.jsonl\""));
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:58:9: items.file: `../../secret.jsonl` leaves the scenario's folder
        "#]],
    );
    lab.write("mine/scenario.toml", b"name = \"\xc3\x28\"\n");
    check(
        &lab,
        run,
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml: not UTF-8 at byte 8
    "#]],
    );
    lab.write("empty/readme", "");
    check(
        &lab,
        "run ./empty --model control/random --display none",
        expect![[r#"
            exit 2
            error: ./empty/scenario.toml: no such file; a scenario is a folder with `scenario.toml`: docs/scenario-format.md has a complete one
        "#]],
    );
    lab.write("blank/scenario.toml", "");
    check(
        &lab,
        "check ./blank",
        expect![[r#"
            exit 2
            error: ./blank/scenario.toml: the file is empty; a scenario is a folder with `scenario.toml`: docs/scenario-format.md has a complete one
        "#]],
    );
}
