//! A server on this machine that answers every chat completion with "Yes" after a while.
//!
//! `cargo run --release -p model --example serve [MILLISECONDS]`
//!
//! It prints its address, serves until its standard input closes, and says what it saw.
#![allow(clippy::print_stdout, reason = "an example prints what it saw")]

use model::hosted::fake::{Fake, Step};
use std::io::Read as _;
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let delay = std::env::args().nth(1).map_or(Ok(1_000), |a| a.parse())?;
    let server = Fake::start_apart(move |_, _| Step::text("Yes").after(Duration::from_millis(delay)))?;
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    println!("{} requests, at most {} at once", server.requests(), server.in_flight_max());
    Ok(())
}
