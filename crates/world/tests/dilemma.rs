//! The iterated dilemma: its transcript, its refusals, and its exact values against slower ways.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::fmt::Write;
use world::dilemma::*;
use world::{Game, Player, play_out};

const C: Choice = Choice::Cooperate;
const D: Choice = Choice::Defect;

fn game(rules: Rules) -> Dilemma {
    Dilemma::new(&rules, 7).unwrap()
}

fn luck(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn play(game: &mut Dilemma, moves: &[[Choice; 2]]) {
    for choices in moves {
        for (seat, choice) in choices.iter().enumerate() {
            game.play(seat, &Move { choice: *choice }).unwrap();
        }
    }
}

/// Plays the moves and writes what the first seat reads, what the record gets and what is true.
fn transcript(mut game: Dilemma, moves: &[[Choice; 2]], expected: &Expect) {
    let mut text = String::new();
    for choices in moves {
        text += &Dilemma::words(&game.view(0));
        for (seat, choice) in choices.iter().enumerate() {
            game.play(seat, &Move { choice: *choice }).unwrap();
            game.changes().iter().for_each(|c| writeln!(text, "  {} = {}", c.path, c.to).unwrap());
        }
    }
    game.facts().iter().for_each(|f| writeln!(text, "{}: {}", f.name, f.value).unwrap());
    expected.assert_eq(&text);
}

#[test]
fn a_game_reads_like_this() {
    let known = [Some(MemoryOne::TIT_FOR_TAT), Some(MemoryOne::ALWAYS_DEFECT)];
    let rules = Rules { turns: 2, known, ..Rules::default() };
    transcript(
        game(rules),
        &[[C, D], [D, D]],
        &expect![[r#"
            Turn 1 of at most 2. You and one other player each choose to cooperate or to defect. Neither sees the other's choice first.
            If both cooperate, each gets 3. If both defect, each gets 1. If only one defects, that one gets 5 and the other gets 0.
              chosen/0 = "cooperate"
              chosen/1 = "defect"
              history/0 = "cd"
              points = [0.0,5.0]
            Turn 2 of at most 2. You and one other player each choose to cooperate or to defect. Neither sees the other's choice first.
            If both cooperate, each gets 3. If both defect, each gets 1. If only one defects, that one gets 5 and the other gets 0.
            Turns so far: you cooperated, the other defected.
            Points so far: you 0, the other 5.
              chosen/0 = "defect"
              chosen/1 = "defect"
              history/1 = "dd"
              points = [1.0,6.0]
            turns_played: 2
            points: [1.0,6.0]
            cooperation: [1,0]
            stage_equilibria: [{"cooperates":[0.0,0.0],"points":[1.0,1.0]}]
            optimum_per_turn: 6.0
            regret_in_hindsight: [1.0,0.0]
            coalition_advantage: 0.375
            best_reply/0: 2.0
            best_long_run/0: 1.0
            best_reply/1: 8.0
            best_long_run/1: 3.0
            expected_points: [1.0,6.0]
            expected_regret: [1.0,2.0]
            long_run_points: [1.0,1.0]
        "#]],
    );
}

#[test]
fn chance_is_told() {
    let mut game = game(Rules { noise: 0.25, continuation: 0.875, ..Rules::default() });
    play(&mut game, &[[C, C]]);
    expect![[r#"
        Turn 2 of at most 10. You and one other player each choose to cooperate or to defect. Neither sees the other's choice first.
        If both cooperate, each gets 3. If both defect, each gets 1. If only one defects, that one gets 5 and the other gets 0.
        With probability 0.25 a choice turns into the other one.
        After each turn the game goes on with probability 0.875.
        Turns so far: both defected.
        Points so far: you 1, the other 1.
    "#]].assert_eq(&Dilemma::words(&game.view(1)));
}

#[test]
fn what_is_refused_changes_nothing() {
    let check = |setup: &[[Choice; 2]], first: Option<Choice>, seat: usize, rule: &str| {
        let mut game = game(Rules { turns: 2, ..Rules::default() });
        play(&mut game, setup);
        first.into_iter().for_each(|choice| game.play(0, &Move { choice }).unwrap());
        let before = trace::canonical(&game);
        assert_eq!(game.play(seat, &Move { choice: C }).unwrap_err().rule, rule);
        assert_eq!(trace::canonical(&game), before);
    };
    check(&[], Some(D), 0, "a seat chooses once a turn");
    check(&[], None, 2, "the seats are 0 and 1");
    check(&[[C, C]], None, usize::MAX, "the seats are 0 and 1");
    check(&[[C, C], [D, D]], None, 0, "the game is over");
}

#[test]
fn a_move_is_one_of_two_words() {
    for (text, error) in [
        (r#"{"choice":"maybe"}"#, "unknown variant `maybe`, expected `cooperate` or `defect`"),
        (r#"{"choice":"Cooperate"}"#, "unknown variant `Cooperate`, expected `cooperate` or `defect`"),
        (r#"{"choice":"defect","x":1}"#, "unknown field `x`, expected `choice`"),
        (r#"{}"#, "missing field `choice`"),
    ] {
        let found = serde_json::from_str::<Move>(text).unwrap_err().to_string();
        assert!(found.starts_with(error), "{text}: {found}");
    }
    assert_eq!(serde_json::to_value(Move { choice: C }).unwrap(), json!({"choice": "cooperate"}));
}

#[test]
fn rules_say_what_they_accept() {
    let check = |rules: Rules, error: &str| {
        let found = Dilemma::new(&rules, 0).unwrap_err();
        assert!(found.starts_with(error), "{found}");
    };
    let stag = Payoffs { temptation: 3.0, reward: 4.0, punishment: 2.0, sucker: 0.0 };
    check(Rules { payoffs: stag, ..Rules::default() }, "payoffs: temptation > reward > punishment > sucker");
    let nan = Payoffs { sucker: f64::NAN, ..stag };
    check(Rules { payoffs: nan, any_payoffs: true, ..Rules::default() }, "payoffs: four finite numbers");
    check(Rules { turns: 0, ..Rules::default() }, "turns: 1 to 100000 is accepted, not 0");
    check(
        Rules { noise: -0.1, ..Rules::default() },
        "noise: a probability from 0 to 1 is accepted, not -0.1",
    );
    check(Rules { continuation: f64::NAN, ..Rules::default() }, "continuation: a probability");
    let unlikely = MemoryOne { after_dc: 1.5, ..MemoryOne::RANDOM };
    check(Rules { known: [None, Some(unlikely)], ..Rules::default() }, "after_dc: a probability");
    assert!(Dilemma::new(&Rules { payoffs: stag, any_payoffs: true, ..Rules::default() }, 0).is_ok());
}

#[test]
fn a_pending_choice_shows_nowhere() {
    let after = |choice| {
        let mut game = game(Rules::default());
        play(&mut game, &[[C, D]]);
        game.play(0, &Move { choice }).unwrap();
        (serde_json::to_value(game.view(1)).unwrap(), Dilemma::words(&game.view(1)))
    };
    assert_eq!(after(C), after(D));
}

#[test]
fn a_seat_that_has_moved_has_nothing_to_play() {
    let mut game = game(Rules::default());
    let open = json!({"type": "object", "properties": {"choice": {"enum": ["cooperate", "defect"]}},
                      "required": ["choice"], "additionalProperties": false});
    assert_eq!(Dilemma::schema(&game.view(0)), open);
    game.play(0, &game.forfeit(0)).unwrap();
    assert_eq!(Dilemma::schema(&game.view(0)), json!(false));
    assert_eq!(Dilemma::schema(&game.view(1)), open);
    assert_eq!(game.due().iter().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_forfeit_is_the_safe_choice() {
    let stag = Payoffs { temptation: 1.0, reward: 4.0, punishment: 0.0, sucker: 2.0 };
    assert_eq!(game(Rules::default()).forfeit(0).choice, D);
    assert_eq!(game(Rules { payoffs: stag, any_payoffs: true, ..Rules::default() }).forfeit(1).choice, C);
}

fn players(pair: [MemoryOne; 2]) -> Vec<Box<dyn Player<Dilemma>>> {
    pair.map(|strategy| Box::new(strategy) as Box<dyn Player<Dilemma>>).into()
}

#[test]
fn same_seed_same_bytes() {
    let rules = Rules { turns: 50, noise: 0.2, continuation: 0.97, ..Rules::default() };
    let state = |seed| {
        let mut game = Dilemma::new(&rules, seed).unwrap();
        play_out(&mut game, &mut players([MemoryOne::TIT_FOR_TAT, MemoryOne::RANDOM]), &mut luck(1)).unwrap();
        trace::canonical(&game)
    };
    assert_eq!(state(3), state(3));
    assert_ne!(state(3), state(4));
}

/// Scoring once more, from the moves alone and the payoff matrix as a book prints it: points of both
/// seats, and what the first missed by not answering each turn best.
fn scored(payoffs: &Payoffs, moves: &[[Choice; 2]]) -> ([f64; 2], f64) {
    let (t, r, p, s) = (payoffs.temptation, payoffs.reward, payoffs.punishment, payoffs.sucker);
    let matrix = [[[r, r], [s, t]], [[t, s], [p, p]]];
    let (mut sums, mut missed) = ([0.0; 2], 0.0);
    for pair in moves {
        let [row, column] = pair.map(|choice| usize::from(choice == D));
        let cell: [f64; 2] = matrix[row][column];
        let other_row: [f64; 2] = matrix[1 - row][column];
        sums = [sums[0] + cell[0], sums[1] + cell[1]];
        missed += f64::max(0.0, other_row[0] - cell[0]);
    }
    (sums, missed)
}

#[test]
fn ten_thousand_games_are_scored_alike() {
    let mut dice = luck(11);
    for seed in 0..10_000 {
        let payoffs = Payoffs {
            temptation: dice.random(),
            reward: dice.random(),
            punishment: dice.random(),
            sucker: dice.random(),
        };
        let noise = if seed % 2 == 0 { 0.0 } else { 0.3 };
        let rules =
            Rules { payoffs, any_payoffs: true, turns: 1 + seed as u32 % 9, noise, ..Rules::default() };
        let mut game = Dilemma::new(&rules, seed).unwrap();
        let choice = |heads| if heads { C } else { D };
        let chosen: Vec<_> = (0..rules.turns).map(|_| [(); 2].map(|()| choice(dice.random()))).collect();
        play(&mut game, &chosen);
        let made: Vec<_> = game.history().iter().map(|o| [o.own(), o.other()]).collect();
        assert!(noise > 0.0 || made == chosen);
        let (sums, missed) = scored(&payoffs, &made);
        let regret = game.facts().into_iter().find(|fact| fact.name == "regret_in_hindsight").unwrap().value;
        assert_eq!(game.points(), sums);
        assert!((regret[0].as_f64().unwrap() - missed).abs() < 1e-12);
        assert!(game.due().is_empty());
    }
}

/// The value of a determinant by cofactors.
fn determinant(matrix: &[Vec<f64>]) -> f64 {
    let Some((top, rest)) = matrix.split_first() else { return 1.0 };
    let minor = |column: usize| -> Vec<Vec<f64>> {
        let keep = |row: &Vec<f64>| {
            let kept = row.iter().enumerate().filter(|(at, _)| *at != column);
            kept.map(|(_, value)| *value).collect()
        };
        rest.iter().map(keep).collect()
    };
    let sign = |column: usize| if column.is_multiple_of(2) { 1.0 } else { -1.0 };
    top.iter().enumerate().map(|(column, value)| sign(column) * value * determinant(&minor(column))).sum()
}

/// Press and Dyson (2012): the stationary mean of `f` over the outcomes is a ratio of determinants.
fn press_dyson(p: &MemoryOne, q: &MemoryOne, f: [f64; 4]) -> f64 {
    let over = |f: [f64; 4]| {
        let row = |outcome: Outcome| {
            let [own, other] = [p.after(Some(outcome)), q.after(Some(outcome.seen_by(1)))];
            let [own_before, other_before] = [outcome.own(), outcome.other()].map(|c| f64::from(c == C));
            let both = own_before * other_before;
            vec![own * other - both, own - own_before, other - other_before, f[outcome as usize]]
        };
        determinant(&Outcome::ALL.map(row))
    };
    over(f) / over([1.0; 4])
}

fn probability() -> impl Strategy<Value = f64> {
    0.02..0.98
}

fn strategy() -> impl Strategy<Value = MemoryOne> {
    (probability(), [probability(), probability(), probability(), probability()])
        .prop_map(|(first, after)| MemoryOne::new(first, after))
}

fn any_strategy() -> impl Strategy<Value = MemoryOne> {
    let sometimes_sure = || prop_oneof![Just(0.0), Just(1.0), probability()];
    (sometimes_sure(), [sometimes_sure(), sometimes_sure(), sometimes_sure(), sometimes_sure()])
        .prop_map(|(first, after)| MemoryOne::new(first, after))
}

fn points(turns: [f64; 4], payoffs: &Payoffs) -> f64 {
    Outcome::ALL.iter().zip(turns).map(|(outcome, n)| n * payoffs.of(*outcome)).sum()
}

/// The mean over 2^52 turns: a sum that doubles. A pair may need as many to settle: a state that
/// three rare answers in a row must leave is left once in 10^10 turns.
fn mean_of_many_turns(p: &MemoryOne, q: &MemoryOne) -> [f64; 4] {
    let played = |last: Option<Outcome>, seen: Option<Outcome>| {
        let [own, other] = [p.after(last), q.after(seen)];
        Outcome::ALL.map(|outcome| {
            let of = |chance: f64, choice| if choice == C { chance } else { 1.0 - chance };
            of(own, outcome.own()) * of(other, outcome.other())
        })
    };
    let times = |a: &[[f64; 4]; 4], b: &[[f64; 4]; 4]| {
        a.map(|row| std::array::from_fn(|to| (0..4).map(|via| row[via] * b[via][to]).sum::<f64>()))
    };
    let to_one = |rows: [[f64; 4]; 4]| rows.map(|row| row.map(|chance| chance / row.iter().sum::<f64>()));
    let mut leap = Outcome::ALL.map(|outcome| played(Some(outcome), Some(outcome.seen_by(1))));
    let mut mean: [[f64; 4]; 4] = std::array::from_fn(|s| std::array::from_fn(|t| f64::from(s == t)));
    for _ in 0..52 {
        let later = times(&leap, &mean);
        mean = to_one(std::array::from_fn(|s| std::array::from_fn(|t| (mean[s][t] + later[s][t]) / 2.0)));
        leap = to_one(times(&leap, &leap));
    }
    times(&[played(None, None); 4], &mean)[0]
}

proptest! {
    #[test]
    fn the_long_run_is_press_and_dysons(p in strategy(), q in strategy()) {
        let share = Chain::new(&[p, q]).long_run();
        for at in 0..4 {
            let mut one = [0.0; 4];
            one[at] = 1.0;
            prop_assert!((share[at] - press_dyson(&p, &q, one)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_long_run_is_the_mean_of_many_turns(p in any_strategy(), q in any_strategy()) {
        let (share, mean) = (Chain::new(&[p, q]).long_run(), mean_of_many_turns(&p, &q));
        prop_assert!((share.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (exact, near) in share.iter().zip(mean) {
            prop_assert!((exact - near).abs() < 1e-3, "{share:?} {mean:?}");
        }
    }

    #[test]
    fn no_deterministic_strategy_beats_the_best_reply(
        opponent in any_strategy(),
        turns in 1u32..30,
        noise in prop_oneof![Just(0.0), 0.0..0.5],
        continuation in prop_oneof![Just(1.0), 0.1..1.0],
    ) {
        let rules = Rules { turns, noise, continuation, ..Rules::default() };
        let best = best_reply(&opponent, &rules).value;
        let endless = best_long_run(&opponent, &rules.payoffs, noise);
        for own in MemoryOne::deterministic().chain([MemoryOne::RANDOM]) {
            let chain = Chain::new(&[own.with_noise(noise), opponent.with_noise(noise)]);
            prop_assert!(points(chain.visits(turns, continuation), &rules.payoffs) <= best + 1e-9);
            prop_assert!(points(chain.long_run(), &rules.payoffs) <= endless + 1e-9);
        }
    }

    /// Every plan of a short game is tried: a tree, not a decision process.
    #[test]
    fn the_best_reply_is_the_best_of_all_plans(opponent in any_strategy(), turns in 1u32..7) {
        let rules = Rules { turns, noise: 0.1, continuation: 0.8, ..Rules::default() };
        let found = best_reply(&opponent, &rules).value;
        prop_assert!((found - best_of_tree(&opponent, &rules, turns, None)).abs() < 1e-9);
    }
}

fn best_of_tree(opponent: &MemoryOne, rules: &Rules, left: u32, last: Option<Outcome>) -> f64 {
    if left == 0 {
        return 0.0;
    }
    let flip = |p: f64| p * (1.0 - rules.noise) + (1.0 - p) * rules.noise;
    let other = flip(opponent.after(last.map(|o| o.seen_by(1))));
    let lead = |meant: f64| -> f64 {
        let own = flip(meant);
        let chances = [own * other, own * (1.0 - other), (1.0 - own) * other, (1.0 - own) * (1.0 - other)];
        let ahead = |o: Outcome| rules.continuation * best_of_tree(opponent, rules, left - 1, Some(o));
        Outcome::ALL.iter().zip(chances).map(|(o, p)| p * (rules.payoffs.of(*o) + ahead(*o))).sum()
    };
    lead(1.0).max(lead(0.0))
}

#[test]
fn known_pairs_earn_what_is_known_of_them() {
    let check = |pair: [MemoryOne; 2], noise: f64, expected: f64| {
        let chain = Chain::new(&pair.map(|strategy| strategy.with_noise(noise)));
        let found = points(chain.long_run(), &Payoffs::default());
        assert!((found - expected).abs() < 1e-9, "{pair:?}: {found}");
    };
    use MemoryOne as M;
    check([M::TIT_FOR_TAT, M::TIT_FOR_TAT], 0.0, 3.0);
    check([M::TIT_FOR_TAT, M { first: 0.0, ..M::TIT_FOR_TAT }], 0.0, 2.5);
    check([M::TIT_FOR_TAT, M::TIT_FOR_TAT], 0.01, 2.25);
    check([M::WIN_STAY_LOSE_SHIFT, M::ALWAYS_DEFECT], 0.0, 0.5);
    check([M::GRIM, M::ALWAYS_DEFECT], 0.0, 1.0);
    check([M::RANDOM, M::RANDOM], 0.0, 2.25);
}

#[test]
fn equilibria_of_a_turn_are_the_textbooks() {
    let check = |[temptation, reward, punishment, sucker]: [f64; 4], cooperates: &[[f64; 2]], most: f64| {
        let payoffs = Payoffs { temptation, reward, punishment, sucker };
        let found: Vec<_> = stage_equilibria(&payoffs).iter().map(|e| e.cooperates).collect();
        assert_eq!(found, cooperates);
        assert_eq!(optimum(&payoffs), most);
    };
    check([5.0, 3.0, 1.0, 0.0], &[[0.0, 0.0]], 6.0);
    check([9.0, 3.0, 1.0, 0.0], &[[0.0, 0.0]], 9.0);
    check([3.0, 4.0, 2.0, 0.0], &[[1.0, 1.0], [0.0, 0.0], [2.0 / 3.0; 2]], 8.0);
    check([4.0, 3.0, 0.0, 1.0], &[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], 6.0);
}

/// Mean points of seat 0 lie within five standard errors of the exact value.
fn agrees(points: &[f64], exact: f64) {
    let n = points.len() as f64;
    let mean = points.iter().sum::<f64>() / n;
    let variance = points.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    assert!((mean - exact).abs() <= 5.0 * (variance / n).sqrt() + 1e-9, "{mean} {exact}");
}

#[test]
fn simulation_agrees_with_the_chain() {
    let dice = MemoryOne::new(0.6, [0.93, 0.17, 0.61, 0.28]);
    let tft = MemoryOne::TIT_FOR_TAT;
    for (pair, noise, continuation) in [
        ([dice, MemoryOne::RANDOM], 0.0, 1.0),
        ([dice, tft], 0.05, 0.9),
        ([tft, MemoryOne::WIN_STAY_LOSE_SHIFT], 0.01, 1.0),
        ([MemoryOne::GRIM, dice], 0.0, 0.99),
    ] {
        let rules = Rules { turns: 60, noise, continuation, ..Rules::default() };
        let noisy = pair.map(|strategy| strategy.with_noise(noise));
        let exact = points(Chain::new(&noisy).visits(60, continuation), &rules.payoffs);
        let fast = play_many(&pair, &rules, 5, 100_000);
        agrees(&fast.iter().map(|tally| tally.points(&rules.payoffs)[0]).collect::<Vec<_>>(), exact);
        let slow = |seed| {
            let mut game = Dilemma::new(&rules, seed).unwrap();
            play_out(&mut game, &mut players(pair), &mut luck(seed + 1)).unwrap();
            game.points()[0]
        };
        agrees(&(0..2_000).map(slow).collect::<Vec<_>>(), exact);
    }
}

#[test]
fn a_long_simulation_earns_the_long_run() {
    let pair = [MemoryOne::new(0.6, [0.93, 0.17, 0.61, 0.28]), MemoryOne::new(0.4, [0.71, 0.13, 0.87, 0.35])];
    let rules = Rules { turns: 50_000, ..Rules::default() };
    let tallies = play_many(&pair, &rules, 9, 256);
    let means: Vec<_> = tallies.iter().map(|t| t.points(&rules.payoffs)[0] / 50_000.0).collect();
    agrees(&means, points(Chain::new(&pair).long_run(), &rules.payoffs));
}

#[test]
fn the_best_response_earns_its_value() {
    let opponent = MemoryOne::new(1.0, [0.9, 0.2, 0.5, 0.1]);
    let rules = Rules { turns: 12, noise: 0.1, continuation: 0.95, ..Rules::default() };
    let earns = |seed| {
        let mut game = Dilemma::new(&rules, seed).unwrap();
        let best = Box::new(BestResponse::new(&opponent, &rules));
        let mut players: Vec<Box<dyn Player<Dilemma>>> = vec![best, Box::new(opponent)];
        play_out(&mut game, &mut players, &mut luck(seed)).unwrap();
        game.points()[0]
    };
    agrees(&(0..20_000).map(earns).collect::<Vec<_>>(), best_reply(&opponent, &rules).value);
}

#[test]
fn sixty_four_games_a_word_are_the_games_one_by_one() {
    let known = MemoryOne::deterministic().collect::<Vec<_>>();
    let rules = Rules { turns: 23, ..Rules::default() };
    for (first, second) in known.iter().flat_map(|p| known.iter().map(move |q| (*p, *q))) {
        let mut game = game(rules.clone());
        play_out(&mut game, &mut players([first, second]), &mut luck(0)).unwrap();
        let tallies = play_many(&[first, second], &rules, 0, 65);
        assert_eq!(tallies.len(), 65);
        assert!(tallies.iter().all(|tally| tally == &tallies[0] && tally.turns() == 23));
        assert_eq!(tallies[0].points(&rules.payoffs).to_vec(), game.points());
    }
}

#[test]
fn asking_for_more_games_changes_none() {
    let pair = [MemoryOne::RANDOM, MemoryOne::new(0.1, [0.3, 0.7, 1e-3, 1.0])];
    let rules = Rules { noise: 0.02, continuation: 0.9, ..Rules::default() };
    let many = play_many(&pair, &rules, 3, 200);
    assert_eq!(play_many(&pair, &rules, 3, 70), many[..70]);
    assert_ne!(play_many(&pair, &rules, 4, 200), many);
}
