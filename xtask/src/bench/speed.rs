//! The embedded model's speed, beside llama.cpp on the same file.

use super::table::{Better, Peer, Row};
use super::{Bench, in_root, peer};
use crate::place::{command, models};
use crate::{Result, child, venv};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const BATCHES: [u32; 3] = [1, 8, 32];

const HOW: &str = "\
`ephor model info --bench` in f32, the best of 3 repetitions: prompts of 128 tokens without shared prefix, 16 \
greedy tokens behind each, 2 options behind 120 cached shared and 8 new tokens. llama.cpp (PyPI `xllamacpp`, a \
wheel for any AVX2 processor) computes in Q4_1 and not in f32, the best of 2 by its server's own timings. Its \
threads wait for each other at every step, so that a busy core stops it: the ratio counts only on a free \
machine. In f32 on 2 free cores it was seen at about 540 prefill and 160 decode tokens/s at batch 32.";

/// One batch size.
#[derive(Clone, Debug, Deserialize)]
struct Speed {
    batch: u32,
    prefill_tokens_per_s: f64,
    decode_tokens_per_s: f64,
    #[serde(default)]
    options_per_s: f64,
    /// Of the peer.
    #[serde(default)]
    version: String,
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    #[derive(Deserialize)]
    struct Info {
        bench: Vec<Speed>,
    }
    let (_, variables) = models()?;
    child::measure(bench.ephor().args(["model", "fetch"]).envs(variables.clone()))?;
    let taken = child::measure(bench.ephor().args(["model", "info", "--bench", "--json"]).envs(variables))?;
    let ours = serde_json::from_str::<Info>(&taken.stdout)?.bench;
    let theirs = llama(bench);
    Ok(ours.iter().flat_map(|speed| rows(speed, &theirs)).collect())
}

type Theirs = std::result::Result<BTreeMap<u32, Speed>, Peer>;

fn rows(ours: &Speed, theirs: &Theirs) -> [Row; 3] {
    let beside = |of: fn(&Speed) -> f64| match theirs {
        Err(missing) => missing.clone(),
        Ok(speeds) => match speeds.get(&ours.batch) {
            Some(speed) => Peer::Measured { name: format!("llama.cpp, {}", speed.version), value: of(speed) },
            None => Peer::Missing { why: "it took too long".to_owned() },
        },
    };
    let row = |figure: &str, unit, of: fn(&Speed) -> f64, peer| Row {
        figure: format!("SmolLM2 {figure}, batch {}", ours.batch),
        value: of(ours),
        unit,
        better: Better::More,
        target: None,
        peer,
        how: HOW.to_owned(),
    };
    let prefill: fn(&Speed) -> f64 = |s| s.prefill_tokens_per_s;
    let decode: fn(&Speed) -> f64 = |s| s.decode_tokens_per_s;
    [
        row("prefill", "tokens/s", prefill, beside(prefill)),
        row("decode", "tokens/s", decode, beside(decode)),
        row("options", "options/s", |s| s.options_per_s, Peer::None),
    ]
}

fn llama(bench: &Bench) -> Theirs {
    if !bench.peers {
        return Err(Peer::None);
    }
    let run = || -> Result<BTreeMap<u32, Speed>> {
        let python = venv::ready("venv-llama", &in_root("xtask/peers/llama.txt"))?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut script = command(python);
        script.arg(in_root("xtask/peers/speed.py")).arg(models()?.0.join(FILE)).arg(threads.to_string());
        script.env("OMP_WAIT_POLICY", "passive");
        let taken = child::measure(script.args(BATCHES.map(|b| b.to_string())))?;
        let speeds = taken.stdout.lines().filter(|l| l.starts_with('{')).map(serde_json::from_str::<Speed>);
        Ok(speeds.map(|s| s.map(|s| (s.batch, s))).collect::<std::result::Result<_, _>>()?)
    };
    run().map_err(|why| peer::missing(&*why))
}
