//! Decisions of controls through the battery and its measures: what a calibration and a diagnosis wait for.

use super::Bench;
use super::games::{build, count, example};
use super::table::{Better, Peer, Row};
use crate::Result;
use crate::child::{self, Taken};
use crate::place::command;

const TARGET: f64 = 1e5;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    build(&["-p", "study", "--example", "decisions"])?;
    let many = best(bench, if bench.quick { 3 } else { 12 })?;
    let few = best(bench, 1)?;
    let decisions = count(&many)? - count(&few)?;
    let seconds = many.cpu.saturating_sub(few.cpu).as_secs_f64();
    Ok(vec![Row {
        figure: "decisions of controls through the battery and its measures".into(),
        value: decisions as f64 / seconds,
        unit: "1/s",
        better: Better::More,
        target: Some(TARGET),
        peer: Peer::None,
        how: format!(
            "`crates/study/examples/decisions.rs`, one thread: a profile of each disposition in the instruments that \
             the diagnosis reads: brief, question, a control's answer, its reading, measures and contrasts, in \
             memory; n = {decisions}, by processor time, best of {} runs, less a run of one round.",
            bench.scale.repeats
        ),
    }])
}

/// The run with the least CPU time.
fn best(bench: &Bench, rounds: u32) -> Result<Taken> {
    let run = || child::measure(command(example("decisions")?).arg(rounds.to_string()));
    let runs: Result<Vec<Taken>> = (0..bench.scale.repeats).map(|_| run()).collect();
    runs?.into_iter().min_by_key(|taken| taken.cpu).ok_or_else(|| "no run".into())
}
