//! What a user gets wrong: the very message, the exit code, and nothing half-written.

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
        accepted: form
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
            accepted: all
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
        accepted: name, version, world, seat, question, source, limits, state, clause, factor, capability, ask, sheet, items, measure, gate, estimand, design, cells, reading, control
    "#]],
    );
    mistake(
        "kind = \"decision\"",
        "kind = \"vote\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:47:8: unknown variant `vote`
            accepted: decision, inflation, arithmetic-gap, crossing
        "#]],
    );
    mistake(
        "version = 1",
        "version = \"one\"",
        expect![[r#"
        exit 2
        error: ./mine/scenario.toml:2:11: invalid type: string "one", expected u32
    "#]],
    );
    mistake(
        "margin = 0.1",
        "margin = \"small\"",
        expect![[r#"
            exit 2
            error: ./mine/scenario.toml:55:10: invalid type: string "small", expected f64
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
        error: ./mine/scenario.toml:1:1: missing field `seat`
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
        error: ./mine/items.jsonl:3:1: this item stands twice
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
            error: ./mine/scenario.toml:59:12: items.cluster: item 2 of `items.jsonl` has no field `topic`
            accepted: id
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
        error: ./empty/scenario.toml: no such file
    "#]],
    );
    lab.write("blank/scenario.toml", "");
    check(
        &lab,
        "check ./blank",
        expect![[r#"
        exit 2
        error: ./blank/scenario.toml:1:1: missing field `name`
    "#]],
    );
}

#[test]
fn names_that_do_not_exist_on_the_command_line() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    check(
        &lab,
        "run secret-ofer --model control/random",
        expect![[r#"
        exit 2
        error: ephor: there is no study, scenario or path `secret-ofer`
        accepted: first-look, false-premise, peer-review, secret-offer
    "#]],
    );
    check(
        &lab,
        "run ./nowhere --model control/random",
        expect![[r#"
        exit 2
        error: ephor: there is no study, scenario or path `./nowhere`
        accepted: first-look, false-premise, peer-review, secret-offer
    "#]],
    );
    check(
        &lab,
        "run study.toml --model control/random",
        expect![[r#"
            exit 2
            error: study.toml: no such file
        "#]],
    );
    check(
        &lab,
        "run mine --model control/random --cells manner=rude",
        expect![[r#"
        exit 2
        error: --cells: `manner=rude`: factor `manner` has no level `rude`
        accepted: all, baseline, manner=kind
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --cells mood=kind",
        expect![[r#"
        exit 2
        error: --cells: `mood=kind`: there is no factor `mood`
        accepted: all, baseline, manner=kind
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --cells core",
        expect![[r#"
        exit 2
        error: --cells: `core`: there is no factor `core`
        accepted: all, baseline, manner=kind
    "#]],
    );
    check(
        &lab,
        "run mine --model control/dice",
        expect![[r#"
        exit 2
        error: there is no control `dice` in scenario `mine`
        accepted: honest, lenient, random, refuser, soft
    "#]],
    );
    check(
        &lab,
        "show mine --cell manner=rude",
        expect![[r#"
            exit 2
            error: --cell: cell: factor `manner` has no level `rude`
            accepted: plain, kind
        "#]],
    );
    check(
        &lab,
        "show mine --seat judge",
        expect![[r#"
        exit 2
        error: there is no seat `judge`
        accepted: clerk
    "#]],
    );
    check(
        &lab,
        "show nowhere",
        expect![[r#"
        exit 2
        error: nowhere: there is no scenario or folder `nowhere`
        accepted: false-premise, peer-review, secret-offer
    "#]],
    );
    check(
        &lab,
        "check nowhere",
        expect![[r#"
        exit 2
        error: ephor: there is no study, scenario or path `nowhere`
        accepted: first-look, false-premise, peer-review, secret-offer
    "#]],
    );
    check(
        &lab,
        "calibrate nowhere",
        expect![[r#"
        exit 2
        error: ephor: there is no study, scenario or path `nowhere`
        accepted: first-look, false-premise, peer-review, secret-offer
    "#]],
    );
    check(
        &lab,
        "report nope",
        expect![[r#"
        exit 2
        error: there is no run `nope` in runs
        hint: `ephor list runs` names them
    "#]],
    );
    check(
        &lab,
        "report",
        expect![[r#"
        exit 2
        error: there is no run in runs
        hint: `ephor run` makes one; --log-dir names another folder
    "#]],
    );
    check(
        &lab,
        "replay nope",
        expect![[r#"
        exit 2
        error: there is no run `nope` in runs
        hint: `ephor list runs` names them
    "#]],
    );
    check(
        &lab,
        "list chairs",
        expect![[r#"
        exit 2
        error: invalid value 'chairs' for '<WHAT>'
          [possible values: scenarios, studies, worlds, measures, controls, models, rooms, runs]

          tip: a similar value exists: 'scenarios'

        For more information, try '--help'.
    "#]],
    );
    check(
        &lab,
        "dance",
        expect![[r#"
        exit 2
        error: unrecognized subcommand 'dance'

        Usage: ephor <COMMAND>

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn studies_of_a_users_own() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    let run = "run study.toml --model control/random --display none";
    lab.write("study.toml", "name = \"own\"\n[[scenario]]\nname = \"mine\"\ncontrols = [\"dice\"]\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml:4:14: scenario.controls: there is no control `dice` in scenario `mine`
            accepted: honest, lenient, random, refuser, soft
        "#]],
    );
    lab.write("study.toml", "name = \"own\"\n[[scenario]]\nname = \"mine\"\ncells = [\"manner=rude\"]\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml:4:1: scenario.cells: `manner=rude`: factor `manner` has no level `rude`
            accepted: all, baseline, manner=kind
        "#]],
    );
    lab.write("study.toml", "name = \"own\"\n[[scenario]]\nname = \"mine\"\nworthings = 2\n");
    check(
        &lab,
        run,
        expect![[r#"
        exit 2
        error: study.toml:4:1: unknown field `worthings`
        accepted: name, cells, wordings, states, epochs, limit, controls, quick
    "#]],
    );
    lab.write("study.toml", "name = \"own\"\nscenario = []\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml:2:1: scenario: a study names at least one scenario
        "#]],
    );
    lab.write("study.toml", "name = \"own\"\n[[scenario]]\nname = \"yours\"\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml:3:9: scenario.name: there is no scenario or folder `yours`
            accepted: false-premise, peer-review, secret-offer
        "#]],
    );
    lab.write("study.toml", b"name = \"\xff\"");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml: not UTF-8 at byte 8
        "#]],
    );
}

#[test]
fn models_that_cannot_answer() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    check(
        &lab,
        "run mine --model openai/gpt-4.1-mini",
        expect![[r#"
        exit 2
        error: openai/gpt-4.1-mini: no key: set OPENAI_API_KEY in the environment or in `.env`
    "#]],
    );
    check(
        &lab,
        "run mine --model openai-api/my-service/m",
        expect![[r#"
        exit 2
        error: openai-api/my-service/m: no address: set MY_SERVICE_BASE_URL, in the environment or in `.env`, to the address that ends in `/v1`
    "#]],
    );
    check(
        &lab,
        "run mine --model clod/opus",
        expect![[r#"
        exit 2
        error: clod/opus: unknown provider `clod`; hosted: openai/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN
    "#]],
    );
    check(
        &lab,
        "run mine --model smollm2",
        expect![[r#"
        exit 2
        error: smollm2: unknown provider `smollm2`; hosted: openai/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN
    "#]],
    );
    check(
        &lab,
        "run mine --model openai/",
        expect![[r#"
        exit 2
        error: openai/: a model's name is openai/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL
    "#]],
    );
    check(
        &lab,
        "run mine --model local/nothing",
        expect![[r#"
        exit 2
        error: no model nothing: give smollm2 or the path of a GGUF file
    "#]],
    );
    check(
        &lab,
        "run mine --model replay/nope",
        expect![[r#"
        exit 2
        error: there is no run `nope` in runs
        hint: `ephor list runs` names them
    "#]],
    );
    check(
        &lab,
        "model info local/nothing",
        expect![[r#"
        exit 2
        error: no model local/nothing: give smollm2 or the path of a GGUF file
    "#]],
    );
    let lab = Lab::new().with("VLLM_BASE_URL", "not an address");
    lab.write("mine/scenario.toml", MINE);
    check(
        &lab,
        "run mine --model vllm/m",
        expect![[r#"
        exit 2
        error: vllm/m: VLLM_BASE_URL is no address (relative URL without a base); wanted an address such as http://localhost:8000/v1
    "#]],
    );
}

#[test]
fn weights_that_are_none() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    lab.write("text.gguf", "This is a letter and no model.");
    check(
        &lab,
        "run mine --model local/./text.gguf",
        expect![[r#"
        exit 2
        error: ./text.gguf is no model that this program runs: no GGUF file: it begins with "This" instead of "GGUF"
    "#]],
    );
    lab.write("empty.gguf", "");
    check(
        &lab,
        "model info ./empty.gguf",
        expect![[r#"
        exit 2
        error: ./empty.gguf is no model that this program runs: the file ends at byte 0, inside the magic at byte 0: it is truncated or damaged
    "#]],
    );
    // A GGUF's first 24 bytes: magic, version 3, and counts of tensors and facts that do not follow.
    let mut torn = b"GGUF\x03\0\0\0".to_vec();
    torn.extend(5u64.to_le_bytes());
    torn.extend(7u64.to_le_bytes());
    lab.write("torn.gguf", torn);
    check(
        &lab,
        "model info ./torn.gguf",
        expect![[r#"
        exit 2
        error: ./torn.gguf is no model that this program runs: the file ends at byte 24, inside a metadata key at byte 24: it is truncated or damaged
    "#]],
    );
    check(
        &lab,
        "model info ./missing.gguf",
        expect![[r#"
        exit 2
        error: no model ./missing.gguf: give smollm2 or the path of a GGUF file
    "#]],
    );
}

#[test]
fn numbers_out_of_bounds() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    check(
        &lab,
        "run mine --model control/random --seeds 0",
        expect![[r#"
        exit 2
        error: invalid value '0' for '--seeds <SEEDS>': 0 is not in 1..=1000000

        For more information, try '--help'.
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --wordings many",
        expect![[r#"
        exit 2
        error: invalid value 'many' for '--wordings <WORDINGS>': invalid digit found in string

        For more information, try '--help'.
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --timeout -1",
        expect![[r#"
            exit 2
            error: invalid value '-1' for '--timeout <TIMEOUT>': a number of seconds from 0.001 to 86400

            For more information, try '--help'.
        "#]],
    );
    check(
        &lab,
        "run mine --model control/random --timeout 0",
        expect![[r#"
            exit 2
            error: invalid value '0' for '--timeout <TIMEOUT>': a number of seconds from 0.001 to 86400

            For more information, try '--help'.
        "#]],
    );
    check(
        &lab,
        "run mine --model control/random --timeout nan",
        expect![[r#"
            exit 2
            error: invalid value 'nan' for '--timeout <TIMEOUT>': a number of seconds from 0.001 to 86400

            For more information, try '--help'.
        "#]],
    );
    check(
        &lab,
        "run mine --model control/random --max-connections 0",
        expect![[r#"
        exit 2
        error: invalid value '0' for '--max-connections <MAX_CONNECTIONS>': 0 is not in 1..=10000

        For more information, try '--help'.
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --display loud",
        expect![[r#"
        exit 2
        error: invalid value 'loud' for '--display <DISPLAY>'
          [possible values: rich, plain, none]

        For more information, try '--help'.
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --until 0.1",
        expect![[r#"
        exit 2
        error: unexpected argument '--until' found

          tip: to pass '--until' as a value, use '-- --until'

        Usage: ephor run --model <MODEL> <WHAT>...

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn a_log_folder_that_cannot_be() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    lab.write("file", "in the way");
    check(
        &lab,
        "run mine --model control/random --log-dir file/runs --display none",
        expect![[r#"
            exit 3
            error: file/runs/mine-RUN: Not a directory (os error 20)
            hint: choose another folder with --log-dir
        "#]],
    );
}
