//! One-call episodes against `control/random`, the durable record included.

use super::table::{Better, Peer, Row};
use super::{Bench, peer};
use crate::Result;
use crate::child::{self, Taken};

const MODEL: &str = "control/random";

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let n = bench.scale.episodes();
    let many = best(bench, || child::measure(&mut bench.one_call(MODEL, bench.scale.seeds)))?;
    let one = best(bench, || {
        let mut command = bench.one_call(MODEL, 1);
        child::measure(command.args(["--cells", "baseline", "--limit", "1"]))
    })?;
    let (cpu_peer, memory_peer) = inspect(bench, n);
    let how = format!(
        "`ephor run xtask/fixtures/one-call --model {MODEL} --no-calibration`: user and system time of the \
         process, best of {} runs, less a run of 1 episode ({:.0} ms), analysis and report included; n = {n} \
         episodes. Inspect: n = {n} samples of one mock call each, scored and logged, one run, less a run \
         of 1 sample.",
        bench.scale.repeats,
        one.cpu.as_secs_f64() * 1e3,
    );
    let row = |figure: &str, value, unit, target, peer| Row {
        figure: figure.to_owned(),
        value,
        unit,
        better: Better::Less,
        target: Some(target),
        peer,
        how: how.clone(),
    };
    Ok(vec![
        row("one-call episode, CPU", each_ms(&many, &one, n), "ms", 0.1, cpu_peer),
        row(&format!("{n} episodes, peak memory"), megabytes(&many), "MB", 30.0, memory_peer),
    ])
}

/// The run with the least CPU time.
fn best(bench: &Bench, run: impl Fn() -> Result<Taken>) -> Result<Taken> {
    let runs: Result<Vec<Taken>> = (0..bench.scale.repeats).map(|_| run()).collect();
    runs?.into_iter().min_by_key(|taken| taken.cpu).ok_or_else(|| "no run".into())
}

fn each_ms(many: &Taken, one: &Taken, n: u32) -> f64 {
    many.cpu.saturating_sub(one.cpu).as_secs_f64() * 1e3 / f64::from(n - 1)
}

fn megabytes(taken: &Taken) -> f64 {
    taken.peak_bytes as f64 / 1e6
}

fn inspect(bench: &Bench, n: u32) -> (Peer, Peer) {
    let samples = |python: &_, n| peer::samples(bench, python, "mockllm/model", n, 10, &|_| {});
    let measured = peer::inspect(bench).and_then(|python| {
        let one = samples(&python, 1).map_err(|why| peer::missing(&*why))?;
        let many = samples(&python, n).map_err(|why| peer::missing(&*why))?;
        let beside = |value| Peer::Measured { name: many.name.clone(), value };
        Ok((beside(each_ms(&many.taken, &one.taken, n)), beside(megabytes(&many.taken))))
    });
    measured.unwrap_or_else(|missing| (missing.clone(), missing))
}
