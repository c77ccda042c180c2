//! Games from the command line: players without text, records that play again byte for byte.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use expect_test::expect;
use lab::Lab;

const GAMES: [&str; 6] =
    ["liars-bar-line", "cleanup-line", "dilemma-line", "market-line", "liars-bar-ladder", "cleanup-ladder"];

/// Controls that write and players that do not, in every cell: the line, inert or working, and every
/// published artefact.
#[test]
fn every_series_replays_byte_for_byte() {
    for game in GAMES {
        let lab = Lab::new();
        lab.ephor(&format!(
            "run {game} --model control/random-mover --model player/random --wordings 1 --seeds 1 --no-calibration --display none"
        ))
        .ended(0);
        let replayed = lab.ephor("replay").ended(0);
        assert!(replayed.stdout.contains("byte-equal"), "{game}: {}", replayed.stdout);
    }
}

/// A player knows of no offer: with a line or without one it makes the same moves.
#[test]
fn a_player_without_text_gains_nothing_by_a_line() {
    let lab = Lab::new();
    let run = "run liars-bar-line --model player/strong --no-calibration --display none --json";
    let found = lab.ephor(run).ended(0).json();
    for estimate in found["estimates"].as_array().unwrap() {
        assert_eq!(estimate["estimate"], 0.0, "{estimate}");
        assert_eq!(estimate["verdict"], "equivalent");
    }
}

#[test]
fn players_that_do_not_exist_and_games_that_are_none() {
    let lab = Lab::new();
    let told = |command: &str| lab.ephor(command).ended(2).stderr;
    expect![[r#"
        error: there is no player `strong`
        accepted: random, forager, steward
    "#]]
    .assert_eq(&told("run cleanup-line --model player/strong"));
    expect![[r#"
        error: scenario `tool-offer` is no game, so there is no player `random`
        hint: controls read its text: `ephor list controls`
    "#]]
    .assert_eq(&told("run tool-offer --model player/random"));
}
