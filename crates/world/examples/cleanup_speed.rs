//! Plays Cleanup with uniformly random actions and prints how many steps: who runs it looks at the clock.

#![allow(clippy::print_stdout, reason = "it prints its result")]

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use world::cleanup::{Action, CleanupRules};
use world::{Cleanup, Game};

const GAMES: u64 = 100_000;

fn main() -> Result<(), String> {
    let rules = CleanupRules::default();
    let mut luck = ChaCha8Rng::seed_from_u64(0);
    let mut points = 0.0;
    for seed in 0..GAMES {
        let mut game = Cleanup::new(&rules, seed)?;
        for _ in 0..rules.steps {
            game.step(&[(); 4].map(|()| random_action(&mut luck)));
        }
        points += game.points().iter().sum::<f64>();
    }
    let steps = GAMES * u64::from(rules.steps);
    let welfare_mean = points / GAMES as f64;
    println!("{}", serde_json::json!({ "count": steps, "welfare_mean": welfare_mean }));
    Ok(())
}

fn random_action(luck: &mut impl Rng) -> Action {
    Action::ALL[luck.random_range(0..Action::ALL.len())]
}
