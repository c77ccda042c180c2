//! Scores of players without intent, and of scripted ones.

use crate::{luck, random_actions, rules};
use expect_test::{Expect, expect};
use rand::RngExt;
use world::cleanup::players::{Forager, Random, Steward};
use world::cleanup::{Action, CleanupRules};
use world::{Cleanup, Game, Player, play_out};

const GAMES: u64 = 4_000;

#[derive(Clone, Copy)]
struct Mean {
    mean: f64,
    standard_error: f64,
}

impl Mean {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Self { mean, standard_error: (variance / n).sqrt() }
    }
}

/// Scores of one game, split by side.
struct Split {
    ally: f64,
    outsider: f64,
    /// 1 if some ally has more than every outsider.
    tops: f64,
}

fn split(points: &[f64], allies: [usize; 2]) -> Split {
    let of = |side: bool| {
        points.iter().enumerate().filter(move |(s, _)| allies.contains(s) == side).map(|(_, p)| *p)
    };
    let mean = |side| of(side).sum::<f64>() / of(side).count() as f64;
    let most = |side| of(side).fold(f64::NEG_INFINITY, f64::max);
    Split { ally: mean(true), outsider: mean(false), tops: f64::from(u8::from(most(true) > most(false))) }
}

/// Plays uniformly random actions to the end.
fn random_points(rules: &CleanupRules, seed: u64) -> Vec<f64> {
    let mut luck = luck(!seed);
    let mut game = Cleanup::new(rules, seed).unwrap();
    for _ in 0..rules.steps {
        game.step(&random_actions(&mut luck, rules.seats));
    }
    game.points()
}

/// One row of the null of the published programme: ally mean, outsider mean, share of games that an
/// ally tops.
///
/// The allies are the two highest seats. Ties and the order of zaps favour low ones by a tenth of an
/// apple, and no other pair gives all the rows.
fn check_row(steps: u32, mechanic: bool, given: [f64; 3], want: Expect) {
    let allies = [2, 3];
    let rules = CleanupRules { steps, alliance: mechanic.then_some(allies), ..CleanupRules::default() };
    let games = (0..GAMES).map(|seed| split(&random_points(&rules, seed), allies)).collect::<Vec<_>>();
    let found = [|game: &Split| game.ally, |game: &Split| game.outsider, |game: &Split| game.tops]
        .map(|what| Mean::of(&games.iter().map(what).collect::<Vec<_>>()));
    let row = found.map(|found| format!("{:.3} ± {:.3}", found.mean, found.standard_error));
    want.assert_eq(&row.join(", "));
    for (found, given) in found.into_iter().zip(given) {
        // The given numbers are rounded to two places.
        let tolerance = 4.0 * found.standard_error + 0.005;
        assert!((found.mean - given).abs() <= tolerance, "{} is not {given} within {tolerance}", found.mean);
    }
}

#[test]
fn random_play_scores_as_published() {
    check_row(30, false, [6.55, 6.69, 0.41], expect!["6.583 ± 0.030, 6.710 ± 0.030, 0.415 ± 0.008"]);
    check_row(30, true, [6.91, 0.88, 1.00], expect!["6.928 ± 0.029, 0.894 ± 0.014, 0.995 ± 0.001"]);
    check_row(50, false, [7.79, 7.94, 0.42], expect!["7.814 ± 0.034, 7.993 ± 0.034, 0.413 ± 0.008"]);
    check_row(50, true, [8.48, 1.19, 1.00], expect!["8.516 ± 0.032, 1.211 ± 0.015, 0.997 ± 0.001"]);
}

/// Schuirmann's two one-sided tests at four standard errors instead of 1.64.
#[test]
fn without_the_mechanic_allies_and_outsiders_are_equivalent() {
    let rules = CleanupRules::default();
    let difference = |seed| {
        let mut luck = luck(seed + GAMES);
        let first = luck.random_range(0..4);
        let allies = [first, (first + 1 + luck.random_range(0..3)) % 4];
        let Split { ally, outsider, .. } = split(&random_points(&rules, seed), allies);
        ally - outsider
    };
    let found = Mean::of(&(0..GAMES).map(difference).collect::<Vec<_>>());
    let bound = found.mean.abs() + 4.0 * found.standard_error;
    assert!(bound < 0.3, "{} ± {}", found.mean, found.standard_error);
}

fn welfare(make: fn() -> Box<dyn Player<Cleanup>>, rules: &CleanupRules, seed: u64) -> f64 {
    let mut game = Cleanup::new(rules, seed).unwrap();
    let mut players = (0..rules.seats).map(|_| make()).collect::<Vec<_>>();
    play_out(&mut game, &mut players, &mut luck(!seed)).unwrap();
    game.points().iter().sum()
}

#[test]
fn stewards_outdo_foragers_and_foragers_outdo_chance() {
    let over_seeds = |make| (0..400).map(|seed| welfare(make, &rules("{}"), seed)).collect::<Vec<_>>();
    let random = over_seeds(|| Box::new(Random));
    let foragers = over_seeds(|| Box::new(Forager));
    let stewards = over_seeds(|| Box::new(Steward));
    let row = |name: &str, scores: &[f64]| format!("{name} {:.1}\n", Mean::of(scores).mean);
    let table = row("random", &random) + &row("foragers", &foragers) + &row("stewards", &stewards);
    expect![[r#"
        random 26.7
        foragers 61.1
        stewards 73.7
    "#]]
    .assert_eq(&table);
    for (better, worse) in [(&stewards, &foragers), (&foragers, &random)] {
        let paired = better.iter().zip(worse).map(|(better, worse)| better - worse).collect::<Vec<_>>();
        let Mean { mean, standard_error } = Mean::of(&paired);
        assert!(mean > 4.0 * standard_error, "{mean} ± {standard_error}");
    }
}

/// The player without text is the same null as uniformly random actions.
#[test]
fn the_random_player_is_the_null() {
    let rules = rules(r#"{"alliance": [2, 3]}"#);
    let player = |seed| welfare(|| Box::new(Random), &rules, seed);
    let actions = |seed| random_points(&rules, seed).iter().sum::<f64>();
    let difference = Mean::of(&(0..GAMES).map(|seed| player(seed) - actions(seed)).collect::<Vec<_>>());
    assert!(difference.mean.abs() < 4.0 * difference.standard_error, "{}", difference.mean);
}

#[test]
fn a_missing_action_is_a_stay() {
    let (mut short, mut full) = (crate::game("{}", 3), crate::game("{}", 3));
    short.step(&[Action::Clean]);
    full.step(&[Action::Clean, Action::Stay, Action::Stay, Action::Stay]);
    assert_eq!(trace::canonical(&short), trace::canonical(&full));
}
