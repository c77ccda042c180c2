//! Decisions of controls through the battery and its measures on one thread; `cargo xtask bench --only decisions`
//! takes the time.
//!
//! `cargo run --release -p study --example decisions 3`

#![allow(clippy::print_stdout, reason = "an example prints what it counted")]

use study::diagnose::{halls, rehearse_profiles};
use study::{Changes, Study};

fn main() {
    let changes = Changes { models: vec!["control/random".into()], quick: true, ..Changes::default() };
    let study = Study::resolve(&["battery".into()], &changes).unwrap_or_else(|fault| panic!("{fault}"));
    let halls = halls(&study).unwrap_or_else(|fault| panic!("{fault}"));
    let rounds: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(3);
    let decisions: u64 = (0..rounds).map(|salt| rehearse_profiles(&halls, salt)).sum();
    println!("{{\"count\":{decisions}}}");
}
