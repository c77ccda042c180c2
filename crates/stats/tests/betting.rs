//! Betting confidence sequences: against the authors' own wealth processes, and against simulated truth at
//! every moment.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Deserialize;
use stats::*;

#[derive(Deserialize)]
struct Case {
    name: String,
    values: Vec<f64>,
    population: Option<usize>,
    mean: f64,
    level: f64,
    stake_max: f64,
    horizon: Option<usize>,
    wealth: Vec<Option<f64>>,
}

/// `confseq.json` was made by `wealth.py`, which says how.
#[test]
fn agrees_with_confseq() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("confseq.json")).unwrap();
    let mut compared = 0;
    for case in &cases {
        let Case { name, values, population, mean, level, stake_max, horizon, wealth: theirs } = case;
        let bets = Bets { level: *level, stake_max: *stake_max, horizon: *horizon };
        let ours = wealth(values, *population, *mean, &bets).unwrap();
        assert_eq!(ours.len(), theirs.len());
        for (t, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            // Once a mean is impossible it stays so; confseq says it at that moment alone.
            let Some(theirs) = theirs else {
                assert!(ours.is_infinite(), "{name} {population:?} {mean} at {t}: {ours}");
                break;
            };
            let close = (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0);
            assert!(close, "{name} {population:?} {mean} at {t}: {ours}, confseq {theirs}");
            compared += 1;
        }
    }
    println!("{compared} moments of {} processes agree", cases.len());
    assert!(cases.len() == 48 && compared > 800, "{compared} of {}", cases.len());
}

struct Sim(ChaCha8Rng);

impl Sim {
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn shuffle(&mut self, values: &mut [f64]) {
        for at in (1..values.len()).rev() {
            values.swap(at, (self.uniform() * (at + 1) as f64) as usize);
        }
    }

    /// A fixed set of paired differences in clusters: a shared part and an own one.
    fn items(&mut self, clusters: usize, size: usize, spread: f64) -> Vec<f64> {
        let mut items = Vec::new();
        for _ in 0..clusters {
            let shared = self.uniform() - 0.5;
            items.extend((0..size).map(|_| spread * (shared + self.uniform() - 0.5)));
        }
        items
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// How often the truth is outside of the interval at any moment. Means are at most `alpha`, by theory; four
/// standard errors are allowed for luck.
fn ever_wrong(reps: u32, mut wrong: impl FnMut() -> bool) -> f64 {
    f64::from((0..reps).map(|_| u32::from(wrong())).sum::<u32>()) / f64::from(reps)
}

#[test]
fn the_truth_is_inside_at_every_moment_without_replacement() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(1));
    for (clusters, size, spread) in [(12, 5, 1.0), (30, 2, 0.4), (10, 6, 0.05)] {
        let set = sim.items(clusters, size, spread);
        let truth = mean(&set);
        for horizon in [None, Some(30)] {
            let bets = Bets { level: 0.9, stake_max: 0.9, horizon };
            let rate = ever_wrong(2_000, || {
                let mut order = set.clone();
                sim.shuffle(&mut order);
                // The p value rests on the most that was ever won, so it tells of every moment.
                betting_p(&order, Some(60), (-1.0, 1.0), truth, &bets).unwrap() <= 0.1
            });
            println!("{clusters} clusters, spread {spread}, horizon {horizon:?}: ever wrong {rate:.3}");
            assert!(rate <= 0.1 + 4.0 * (0.09_f64 / 2_000.0).sqrt(), "{rate}");
        }
    }
}

#[test]
fn the_truth_is_inside_at_every_moment_of_answers_that_flip() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(6));
    for (n, flips) in [(37_usize, 12_usize), (37, 2), (96, 30), (24, 24)] {
        // Differences of written answers: most are 0, some go one way, some the other.
        let mut set: Vec<f64> =
            (0..n).map(|i| if i < flips { [1.0, -1.0, 1.0][i % 3] } else { 0.0 }).collect();
        let truth = mean(&set);
        let bets = Bets { level: 0.9, stake_max: 0.9, horizon: Some(n.div_ceil(2)) };
        let rate = ever_wrong(2_000, || {
            sim.shuffle(&mut set);
            betting_p(&set, Some(n), (-1.0, 1.0), truth, &bets).unwrap() <= 0.1
        });
        println!("{flips} of {n} flip: ever wrong {rate:.3}");
        assert!(rate <= 0.1 + 4.0 * (0.09_f64 / 2_000.0).sqrt(), "{rate}");
    }
}

#[test]
fn the_truth_is_inside_at_every_moment_of_coins() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(2));
    for p in [0.5, 0.1] {
        let rate = ever_wrong(1_000, || {
            let tosses: Vec<f64> = (0..200).map(|_| f64::from(u8::from(sim.uniform() < p))).collect();
            let (low, high) = betting_limits(&tosses, None, (0.0, 1.0), &Bets::of(0.9)).unwrap();
            p < low || p > high
        });
        println!("p = {p}: ever wrong {rate:.3}");
        assert!(rate <= 0.1 + 4.0 * (0.09_f64 / 1_000.0).sqrt(), "{rate}");
        assert!(rate > 0.0, "a sequence that never errs is wider than it must be");
    }
}

/// Units of a fixed set whose answers are sampled: each value is a draw around the unit's own mean. With
/// replacement is how `--until` counts them.
#[test]
fn the_truth_is_inside_where_answers_are_sampled() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(8));
    for (n, shift) in [(24_usize, 0.0), (96, 0.0), (60, 0.3)] {
        let mut rates: Vec<f64> = (0..n).map(|i| 0.1 + 0.5 * (i % 6) as f64 / 5.0).collect();
        let bets = Bets { level: 0.9, stake_max: 0.9, horizon: Some(n.div_ceil(2)) };
        let rate = ever_wrong(1_000, || {
            sim.shuffle(&mut rates);
            let mut toss = |p: f64| f64::from(u8::from(sim.uniform() < p));
            let differences: Vec<f64> = rates.iter().map(|p| toss(p + shift) - toss(*p)).collect();
            betting_p(&differences, None, (-1.0, 1.0), shift, &bets).unwrap() <= 0.1
        });
        println!("{n} sampled units, effect {shift}: ever wrong {rate:.3}");
        assert!(rate <= 0.1 + 4.0 * (0.09_f64 / 1_000.0).sqrt(), "{rate}");
    }
}

#[test]
fn it_never_widens_and_ends_in_a_point() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(3));
    let bets = Bets { level: 0.95, stake_max: 0.9, horizon: Some(24) };
    for spread in [1.0, 0.3, 0.02, 0.0] {
        let set = sim.items(12, 4, spread);
        let mut before = (-1.0, 1.0);
        for n in 1..=set.len() {
            let now = betting_limits(&set[..n], Some(set.len()), (-1.0, 1.0), &bets).unwrap();
            assert!(now.0 >= before.0 - 1e-9 && now.1 <= before.1 + 1e-9, "{before:?} then {now:?} at {n}");
            before = now;
        }
        assert!(before.1 - before.0 < 1e-9 && (before.0 - mean(&set)).abs() < 1e-9, "{before:?}");
    }
}

#[test]
fn the_p_value_agrees_with_the_interval() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(4));
    let bets = Bets { level: 0.95, stake_max: 0.9, horizon: Some(30) };
    let (mut inside, mut outside) = (0, 0);
    for _ in 0..200 {
        let set: Vec<f64> = sim.items(15, 4, 0.5).into_iter().map(|d| (d + 0.05).clamp(-1.0, 1.0)).collect();
        let seen = &set[..40];
        let found = betting_limits(seen, Some(60), (-1.0, 1.0), &bets).unwrap();
        let p = betting_p(seen, Some(60), (-1.0, 1.0), 0.0, &bets).unwrap();
        let turned: Vec<f64> = seen.iter().map(|d| -d).collect();
        let one = |values: &[f64]| betting_p_larger(values, Some(60), (-1.0, 1.0), 0.0, &bets).unwrap();
        assert!((one(seen).min(one(&turned)) - p).abs() < 1e-9);
        // Near the limit itself rounding decides.
        if found.0.abs() > 1e-6 && found.1.abs() > 1e-6 {
            let contains = found.0 < 0.0 && 0.0 < found.1;
            assert_eq!(contains, p > 0.05, "{found:?} and p = {p}");
            if contains { inside += 1 } else { outside += 1 }
        }
    }
    assert!(inside > 10 && outside > 10, "{inside} inside, {outside} outside");
}

#[test]
fn a_value_that_is_missing_is_bounded_from_either_side() {
    let mut sim = Sim(ChaCha8Rng::seed_from_u64(5));
    let set = sim.items(12, 5, 0.8);
    let truth = mean(&set);
    let bets = Bets { level: 0.9, stake_max: 0.9, horizon: Some(30) };
    // The largest values are never seen: dropping them would pull the mean down.
    let mut sorted = set.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let hidden = sorted[50];
    let rate = ever_wrong(500, || {
        let mut order = set.clone();
        sim.shuffle(&mut order);
        let with = |stand_in: f64| -> Vec<f64> {
            order[..40].iter().map(|d| if *d > hidden { stand_in } else { *d }).collect()
        };
        let low = betting_limits(&with(-1.0), Some(60), (-1.0, 1.0), &bets).unwrap().0;
        let high = betting_limits(&with(1.0), Some(60), (-1.0, 1.0), &bets).unwrap().1;
        truth < low || truth > high
    });
    assert!(rate <= 0.1, "{rate}");
    let dropped = mean(&sorted[..51]);
    assert!(truth - dropped > 0.05, "the test shows nothing: {truth} and {dropped}");
}
