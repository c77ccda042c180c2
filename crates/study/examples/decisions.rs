//! How many decisions of controls a second pass through the battery and its measures on one core.
//!
//! `cargo run --release -p study --example decisions`

use std::time::Instant;
use study::diagnose::{halls, rehearse_profiles};
use study::{Changes, Study};

fn main() {
    let changes = Changes { models: vec!["control/random".into()], quick: true, ..Changes::default() };
    let study = Study::resolve(&["battery".into()], &changes).unwrap_or_else(|fault| panic!("{fault}"));
    let halls = halls(&study).unwrap_or_else(|fault| panic!("{fault}"));
    let rounds: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(3);
    let started = Instant::now();
    let decisions: u64 = (0..rounds).map(|salt| rehearse_profiles(&halls, salt)).sum();
    let seconds = started.elapsed().as_secs_f64();
    println!("{decisions} decisions in {seconds:.2} s: {:.0} a second", decisions as f64 / seconds);
}
