//! Plays one stochastic memory-one pair and prints how many turns: who runs it looks at the clock.

use world::dilemma::{MemoryOne, Rules, play_many};

const GAMES: usize = 1 << 18;

#[allow(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let rules = Rules { turns: 1000, ..Rules::default() };
    let pair = [MemoryOne::new(0.6, [0.93, 0.17, 0.61, 0.28]), MemoryOne::new(0.4, [0.71, 0.13, 0.87, 0.35])];
    let tallies = play_many(&pair, &rules, 1, GAMES);
    let turns: u64 = tallies.iter().map(|tally| u64::from(tally.turns())).sum();
    let cooperation =
        tallies.iter().map(|tally| f64::from(tally.outcomes[0] + tally.outcomes[1])).sum::<f64>()
            / turns as f64;
    println!(r#"{{"count": {turns}, "cooperation": {cooperation:.4}}}"#);
}
