//! Prints how many turns a core plays in a second: a pair with dice, and one without.

use std::time::Instant;
use world::dilemma::{MemoryOne, Rules, play_many};

const GAMES: usize = 1 << 16;

fn turns_per_s(pair: [MemoryOne; 2], rules: &Rules) -> f64 {
    play_many(&pair, rules, 0, GAMES / 8);
    let start = Instant::now();
    let turns: u64 = play_many(&pair, rules, 1, GAMES).iter().map(|tally| u64::from(tally.turns())).sum();
    turns as f64 / start.elapsed().as_secs_f64()
}

#[allow(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let rules = Rules { turns: 1000, ..Rules::default() };
    let dice = MemoryOne::new(0.6, [0.93, 0.17, 0.61, 0.28]);
    let stochastic = turns_per_s([dice, MemoryOne::new(0.4, [0.71, 0.13, 0.87, 0.35])], &rules);
    let deterministic = turns_per_s([MemoryOne::TIT_FOR_TAT, MemoryOne::WIN_STAY_LOSE_SHIFT], &rules);
    println!(r#"{{"turns_per_s": {stochastic:.3e}, "deterministic_turns_per_s": {deterministic:.3e}}}"#);
}
