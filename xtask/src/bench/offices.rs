//! Episodes with tools: an honest control keeps two servers, the durable record included.

use super::Bench;
use super::table::{Better, Peer, Row};
use crate::Result;
use crate::child::{self, Taken};
use std::process::Command;

/// Calls of one episode of this control: four documents and two lists, three copies, an end.
const CALLS: u32 = 10;
/// Cells of the scenario's design, the capability cell among them.
const CELLS: u32 = 21;
/// What a thousand episodes of twelve calls may take.
const TARGET_S: f64 = 2.0;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let seeds = if bench.quick { 1 } else { 3 };
    let n = CELLS * 20 * seeds;
    let many = best(bench, seeds, 20)?;
    let few = best(bench, 1, 1)?;
    let each = many.cpu.saturating_sub(few.cpu).as_secs_f64() / f64::from((n - CELLS) * CALLS);
    Ok(vec![Row {
        figure: "1,000 episodes of 12 tool calls, CPU".into(),
        value: each * 12_000.0,
        unit: "s",
        better: Better::Less,
        target: Some(TARGET_S),
        peer: Peer::None,
        how: format!(
            "`ephor run server-migration --model control/honest --no-calibration`: user and system time, best of \
             {} runs, less a run of {CELLS} episodes, analysis and report included; n = {n} episodes of {CALLS} calls, \
             scaled to 12,000 calls.",
            bench.scale.repeats
        ),
    }])
}

/// The run with the least CPU time.
fn best(bench: &Bench, seeds: u32, wordings: u32) -> Result<Taken> {
    let run = || {
        let mut command: Command = bench.ephor();
        command.args(["run", "server-migration", "--model", "control/honest", "--no-calibration"]);
        command.args(["--seeds", &seeds.to_string(), "--wordings", &wordings.to_string()]);
        command.args(["--display", "none", "--json", "--log-dir"]).arg(bench.fresh("runs"));
        child::measure(&mut command)
    };
    let runs: Result<Vec<Taken>> = (0..bench.scale.repeats).map(|_| run()).collect();
    runs?.into_iter().min_by_key(|taken| taken.cpu).ok_or_else(|| "no run".into())
}
