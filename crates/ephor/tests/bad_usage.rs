//! What a user gets wrong on the command line: the very message, the exit code, and nothing
//! half-written.

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

#[test]
fn names_that_do_not_exist_on_the_command_line() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    check(
        &lab,
        "run secret-ofer --model control/random",
        expect![[r#"
            exit 2
            error: there is no study, scenario or path `secret-ofer`
            accepted: battery, first-look, peer-preservation, secret-tools, alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
        "#]],
    );
    check(
        &lab,
        "run ./nowhere --model control/random",
        expect![[r#"
            exit 2
            error: there is no study, scenario or path `./nowhere`
            accepted: battery, first-look, peer-preservation, secret-tools, alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
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
        accepted: all, stars, baseline, manner=kind
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --cells mood=kind",
        expect![[r#"
        exit 2
        error: --cells: `mood=kind`: there is no factor `mood`
        accepted: all, stars, baseline, manner=kind
    "#]],
    );
    check(
        &lab,
        "run mine --model control/random --cells core",
        expect![[r#"
        exit 2
        error: --cells: `core`: there is no factor `core`
        accepted: all, stars, baseline, manner=kind
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
            error: there is no scenario or folder `nowhere`
            accepted: alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
        "#]],
    );
    check(
        &lab,
        "check nowhere",
        expect![[r#"
            exit 2
            error: there is no study, scenario or path `nowhere`
            accepted: battery, first-look, peer-preservation, secret-tools, alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
        "#]],
    );
    check(
        &lab,
        "calibrate nowhere",
        expect![[r#"
            exit 2
            error: there is no study, scenario or path `nowhere`
            accepted: battery, first-look, peer-preservation, secret-tools, alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
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
            error: invalid value 'chairs' for '[WHAT]'
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

              tip: a similar subcommand exists: 'diagnose'

            Usage: ephor [OPTIONS] <COMMAND>

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
            accepted: all, stars, baseline, manner=kind
        "#]],
    );
    lab.write("study.toml", "name = \"own\"\n[[scenario]]\nname = \"mine\"\nworthings = 2\n");
    check(
        &lab,
        run,
        expect![[r#"
            exit 2
            error: study.toml:4:1: unknown field `worthings`
            accepted: name, cells, wordings, states, epochs, limit, models, local, replicates, controls, quick
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
            accepted: alarm, alarm-button, cleanup-ladder, cleanup-line, collaboration, compliance-gap, constraint-sets, dilemma-line, false-premise, intervention, kill-switch, liars-bar-ladder, liars-bar-line, liars-bar-probe, live-peer, market-line, peer-review, premise-action, pressure, quality-review, quarterly-review, reciprocity, score-review, secret-offer, self-review, server-clearance, server-migration, shutdown-order, stakes, tool-offer, the path of a folder with `scenario.toml`
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
        error: clod/opus: unknown provider `clod`; hosted: openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN
    "#]],
    );
    check(
        &lab,
        "run mine --model smollm2",
        expect![[r#"
            exit 2
            error: there is no model `smollm2`
            hint: did you mean `local/smollm2`?
        "#]],
    );
    check(
        &lab,
        "run mine --model openai/",
        expect![[r#"
        exit 2
        error: openai/: a model's name is openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL
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
            error: no model nothing: give smollm2 or the path of a GGUF file
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
        "run mine --model control/random --tool-calls sometimes",
        expect![[r#"
        exit 2
        error: invalid value 'sometimes' for '--tool-calls <TOOL_CALLS>'
          [possible values: native, text]

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
        "run mine --model control/random --junit out.xml",
        expect![[r#"
            exit 2
            error: unexpected argument '--junit' found

              tip: a similar argument exists: '--until'

            Usage: ephor run --model <MODEL> --until <HALF_WIDTH> <WHAT>...

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
    check(
        &lab,
        "run mine --model control/random --log-dir /proc/runs --display none",
        expect![[r#"
        exit 3
        error: /proc/runs/mine-RUN: No such file or directory (os error 2)
        hint: choose another folder with --log-dir
    "#]],
    );
}

#[test]
fn a_name_that_lacks_its_provider() {
    let lab = Lab::new();
    lab.write("mine/scenario.toml", MINE);
    for (name, meant) in [("random", "control/random"), ("a/b.gguf", "")] {
        let ran = lab.ephor(&format!("run mine --model {name}")).ended(2);
        assert!(ran.stderr.contains(meant), "{ran}");
    }
    check(
        &lab,
        "model info local/missing.gguf",
        expect![[r#"
        exit 2
        error: no model missing.gguf: give smollm2 or the path of a GGUF file
    "#]],
    );
}

/// A path that TOML cannot hold is an error, not another path.
#[test]
fn a_folder_whose_name_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::new();
    let folder = lab.path("x").with_file_name(std::ffi::OsStr::from_bytes(b"no-\xff"));
    std::fs::create_dir_all(folder.join("mine")).unwrap();
    std::fs::write(folder.join("mine/scenario.toml"), MINE).unwrap();
    let mut command = lab.command("run mine --model control/random --display none");
    let ran = lab::Ran::of(command.current_dir(&folder).output().unwrap());
    let home = std::fs::canonicalize(lab.path("")).unwrap();
    expect![[r#"
        exit 2
        error: the whole path of `mine` is not UTF-8: HERE/no-�/mine
        hint: rename or move the folder; run.toml holds the path as text
    "#]]
    .assert_eq(&ran.to_string().replace(&*home.to_string_lossy(), "HERE"));
    assert!(!folder.join("runs").exists());
}

#[test]
fn a_folder_without_a_scenario() {
    let lab = Lab::new();
    check(
        &lab,
        "check .",
        expect![[r#"
        exit 2
        error: ./scenario.toml: no such file; a scenario is a folder with `scenario.toml`: docs/scenario-format.md has a complete one
    "#]],
    );
    check(
        &lab,
        "list runs --log-dir nowhere",
        expect![[r#"
        exit 0
        there are no runs in nowhere; `ephor run` makes one
    "#]],
    );
    check(
        &lab,
        "list",
        expect![[r#"
        exit 0
        scenarios  What is asked of a model, and how it is measured
        studies    Which scenarios are played, how much of each, on which models
        worlds     The rules that a scenario is played by
        measures   How an episode becomes a number
        controls   Scripted models of known disposition
        models     Where answers come from
        rooms      Guards between a model and the world
        runs       What was played here
    "#]],
    );
}
