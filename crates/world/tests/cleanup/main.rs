//! Cleanup: what it shows, what it refuses, what it hides; an obvious second engine; its nulls.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod hidden;
mod nulls;
mod reference;
mod refusals;
mod transcript;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use world::cleanup::{Action, CleanupRules, Direction};
use world::{Cleanup, Game};

/// Rules as a scenario file gives them.
fn rules(json: &str) -> CleanupRules {
    serde_json::from_str(json).unwrap()
}

fn game(json: &str, seed: u64) -> Cleanup {
    Cleanup::new(&rules(json), seed).unwrap()
}

/// A word for an action: `.` stay, `m<` move, `o` collect, `c` clean, `z^` zap.
fn action(word: &str) -> Action {
    let direction = || match &word[1..] {
        "^" => Direction::North,
        ">" => Direction::East,
        "v" => Direction::South,
        "<" => Direction::West,
        other => panic!("no direction: {other}"),
    };
    match &word[..1] {
        "." => Action::Stay,
        "m" => Action::Move { direction: direction() },
        "o" => Action::Collect,
        "c" => Action::Clean,
        "z" => Action::Zap { direction: direction() },
        other => panic!("no action: {other}"),
    }
}

fn luck(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn random_actions(luck: &mut ChaCha8Rng, seats: usize) -> Vec<Action> {
    (0..seats).map(|_| Action::ALL[luck.random_range(0..Action::ALL.len())]).collect()
}

#[test]
fn same_seed_and_moves_same_bytes() {
    let bytes = |seed, moves| {
        let (mut game, mut luck) = (game("{}", seed), luck(moves));
        let step = |_| {
            game.step(&random_actions(&mut luck, 4));
            trace::canonical(&game)
        };
        (0..30).map(step).collect::<Vec<_>>()
    };
    assert_eq!(bytes(1, 1), bytes(1, 1));
    assert_ne!(bytes(1, 1), bytes(2, 1));
    assert_ne!(bytes(1, 1), bytes(1, 2));
}

/// One by one in any order or all at once: the same state, to the byte.
#[test]
fn playing_is_stepping() {
    for seed in 0..300 {
        let alliance = if seed % 2 == 0 { "{}" } else { r#"{"alliance": [0, 2]}"# };
        let (mut played, mut stepped, mut luck) = (game(alliance, seed), game(alliance, seed), luck(seed));
        for _ in 0..30 {
            let actions = random_actions(&mut luck, 4);
            let mut due = played.due().iter().collect::<Vec<_>>();
            assert!(!due.is_empty(), "somebody is always free");
            let turn = luck.random_range(0..due.len());
            due.rotate_left(turn);
            for seat in due {
                let legal = played.view(seat).legal.contains(&actions[seat]);
                assert_eq!(played.clone().play(seat, &actions[seat]).is_ok(), legal);
                played.play(seat, if legal { &actions[seat] } else { &Action::Stay }).unwrap();
            }
            stepped.step(&actions);
            assert_eq!(trace::canonical(&played), trace::canonical(&stepped), "seed {seed}");
        }
        assert!(played.due().is_empty());
    }
}

/// Where two games on one seed have the same empty tiles, the same tiles bear.
#[test]
fn chance_does_not_depend_on_play() {
    let rules = r#"{"apple_probability": 0.5, "seats": 1, "freeze_steps": 1}"#;
    for seed in 0..100 {
        let (mut still, mut walking) = (game(rules, seed), game(rules, seed));
        for step in 0..10 {
            still.step(&[Action::Stay]);
            walking.step(&[action(if step % 2 == 0 { "mv" } else { "m^" })]);
            let polluted = |game: &Cleanup| game.view(0).polluted;
            assert_eq!(polluted(&still), polluted(&walking));
        }
        // Column 5 is out of reach of both.
        let far = |game: &Cleanup| {
            let apples = game.view(0).apples;
            apples.into_iter().filter(|tile| tile.column == 5).collect::<Vec<_>>()
        };
        assert_eq!(far(&still), far(&walking));
    }
}
