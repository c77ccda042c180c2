//! Inspect, in an environment of its own.

use super::table::Peer;
use super::{Bench, in_root};
use crate::child::{self, Taken};
use crate::place::command;
use crate::{Result, venv};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter that has Inspect, or why there is none.
pub fn inspect(bench: &Bench) -> std::result::Result<PathBuf, Peer> {
    if !bench.peers {
        return Err(Peer::None);
    }
    venv::ready("venv-bench", &in_root("xtask/peers/inspect.txt")).map_err(|why| missing(&*why))
}

/// Why a peer is missing, in one line.
pub fn missing(why: &dyn std::error::Error) -> Peer {
    let why = why.to_string();
    let line = why.lines().map(str::trim).rfind(|l| !l.is_empty()).unwrap_or("unknown");
    Peer::Missing { why: line.trim_end_matches('.').chars().take(300).collect() }
}

/// Samples in Inspect, every one of them answered.
pub struct Samples {
    pub taken: Taken,
    pub name: String,
}

/// Runs `samples` one-call samples.
///
/// # Errors
/// Where Inspect fails or leaves a sample out.
pub fn samples(
    bench: &Bench,
    python: &Path,
    model: &str,
    samples: u32,
    connections: u32,
    set: &dyn Fn(&mut Command),
) -> Result<Samples> {
    #[derive(Deserialize)]
    struct Said {
        completed: u32,
        version: String,
    }
    let mut inspect = command(python);
    inspect
        .arg(in_root("xtask/peers/samples.py"))
        .arg(model)
        .args([samples.to_string(), connections.to_string()]);
    inspect.arg(bench.fresh("inspect"));
    // Its traces stay out of the home folder.
    inspect.env("XDG_DATA_HOME", &bench.scratch).env("XDG_CACHE_HOME", &bench.scratch);
    set(&mut inspect);
    let taken = child::measure(&mut inspect)?;
    let said: Said = serde_json::from_str(taken.stdout.lines().last().unwrap_or_default())?;
    if said.completed != samples {
        return Err(format!("Inspect completed {} of {samples} samples", said.completed).into());
    }
    Ok(Samples { taken, name: format!("Inspect {}", said.version) })
}
