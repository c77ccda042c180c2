//! The games: environment steps, turns and whole games per second of one core, and an agent's turn.

use super::table::{Better, Peer, Row};
use super::{Bench, in_root, peer};
use crate::child::{self, Taken};
use crate::place::command;
use crate::{Result, place, venv};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One line of the list: an example of the crate `world`, its row, and who stands beside it.
struct Game {
    example: &'static str,
    figure: &'static str,
    unit: &'static str,
    target: f64,
    how: &'static str,
    peer: fn(&Bench) -> Peer,
}

const GAMES: [Game; 3] = [
    Game {
        example: "cleanup_speed",
        figure: "Cleanup, random actions",
        unit: "steps/s",
        target: 1e6,
        how: "a step is one move of each of 4 seats. Melting Pot: its environment clean_up, 7 players with random \
              actions, n = 1,000 steps, best of 3; it is a larger world and renders every player's picture in \
              each step, which ours has no need of.",
        peer: melting_pot,
    },
    Game {
        example: "dilemma_speed",
        figure: "iterated dilemma, memory-one pair with dice",
        unit: "turns/s",
        target: 1e8,
        how: "matches of 1,000 turns, 64 to a machine word. Axelrod: the same pair but for its fixed first moves, one \
              match of n = 100,000 turns, best of 3.",
        peer: axelrod,
    },
    Game {
        example: "liars_bar_speed",
        figure: "Liar's Bar, scripted players",
        unit: "games/s",
        target: 5e4,
        how: "complete games of four. No peer is known.",
        peer: |_| Peer::None,
    },
];

/// Rows of games without text.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    build(&["-p", "world", "--example", "cleanup_speed", "--example", "dilemma_speed"])?;
    build(&["-p", "world", "--example", "liars_bar_speed"])?;
    GAMES.iter().map(|game| row(bench, game)).collect()
}

fn row(bench: &Bench, game: &Game) -> Result<Row> {
    let mut best = (0.0, 0);
    for _ in 0..bench.scale.repeats {
        let taken = child::measure(&mut command(example(game.example)?))?;
        let count = count(&taken)?;
        let per_s = count as f64 / taken.cpu.as_secs_f64();
        best = if per_s > best.0 { (per_s, count) } else { best };
    }
    let how = format!(
        "`crates/world/examples/{}.rs`, n = {} per run, by processor time of the whole process, so per core; \
         best of {} runs; {}",
        game.example, best.1, bench.scale.repeats, game.how
    );
    Ok(Row {
        figure: game.figure.to_owned(),
        value: best.0,
        unit: game.unit,
        better: Better::More,
        target: Some(game.target),
        peer: (game.peer)(bench),
        how,
    })
}

/// How much an example played.
pub(super) fn count(taken: &Taken) -> Result<u64> {
    #[derive(Deserialize)]
    struct Said {
        count: u64,
    }
    Ok(serde_json::from_str::<Said>(&taken.stdout)?.count)
}

pub(super) fn build(what: &[&str]) -> Result<()> {
    child::succeed(place::cargo().args(["build", "--quiet", "--release", "--locked"]).args(what))
}

pub(super) fn example(name: &str) -> Result<PathBuf> {
    Ok(place::target()?.join("release").join("examples").join(name))
}

/// What a peer's script prints.
#[derive(Deserialize)]
struct Theirs {
    per_s: f64,
    version: String,
}

fn beside(bench: &Bench, name: &str, run: impl FnOnce() -> Result<Theirs>) -> Peer {
    if !bench.peers {
        return Peer::None;
    }
    match run() {
        Ok(Theirs { per_s, version }) => Peer::Measured { name: format!("{name} {version}"), value: per_s },
        Err(why) => peer::missing(&*why),
    }
}

fn axelrod(bench: &Bench) -> Peer {
    beside(bench, "Axelrod", || {
        let python = venv::ready("venv-axelrod", &in_root("xtask/peers/axelrod.txt"))?;
        let mut script = command(python);
        said(script.arg(in_root("xtask/peers/memory_one.py")).arg("100000"))
    })
}

fn melting_pot(bench: &Bench) -> Peer {
    beside(bench, "Melting Pot", || {
        let python = venv::ready("venv-meltingpot", &in_root("xtask/peers/meltingpot.txt"))?;
        let folder = bench.fresh("meltingpot");
        let archive = source(&python, &folder)?;
        let mut script = command(python);
        script.arg(in_root("xtask/peers/clean_up.py")).arg(archive).arg(&folder);
        said(script.arg("1000"))
    })
}

/// The archive of Melting Pot's source, as the registry has it.
fn source(python: &Path, folder: &Path) -> Result<PathBuf> {
    let mut pip = command(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--no-binary", ":all:", "--dest"]).arg(folder).arg("--requirement");
    child::measure(pip.arg(in_root("xtask/peers/meltingpot-source.txt")))?;
    let archive = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).next();
    archive.ok_or_else(|| "pip downloaded nothing".into())
}

fn said(script: &mut std::process::Command) -> Result<Theirs> {
    let taken = child::measure(script)?;
    Ok(serde_json::from_str(taken.stdout.lines().last().unwrap_or_default())?)
}

/// What `turn_speed` prints, in milliseconds.
#[derive(Deserialize)]
struct Turns {
    turns: u64,
    early_ms: f64,
    full_ms: f64,
    late_ms: f64,
    seal_long_ms: f64,
}

/// Rows of an agent's turn in one shared game.
pub fn turns(bench: &Bench) -> Result<Vec<Row>> {
    build(&["-p", "study", "--example", "turn_speed"])?;
    let mut turn = command(example("turn_speed")?);
    let taken = child::measure(turn.arg("xtask/fixtures/long-game").arg(bench.fresh("turns")))?;
    let told: Turns = serde_json::from_str(&taken.stdout)?;
    let how = format!(
        "`crates/study/examples/turn_speed.rs` on `xtask/fixtures/long-game`: one game of Cleanup for four of n = \
         {} turns of agents, a control at every seat; observation, prompt, answer, reading, engine and record, \
         by processor time, mean of turns 50–150, 500–1,500 and 99,500–100,500, best of 3 games. What a seat \
         remembers grows to 4 kB until about turn 500, and its prompt with it: late over full is the test of \
         growth. Sealing is the whole game's, per turn; {:.1} GB at the process's peak.",
        told.turns,
        taken.peak_bytes as f64 / 1e9,
    );
    let row = |figure: &str, value, unit, target| Row {
        figure: format!("agent's turn, {figure}"),
        value,
        unit,
        better: Better::Less,
        target,
        peer: Peer::None,
        how: how.clone(),
    };
    Ok(vec![
        row("about the 100th", told.early_ms, "ms", Some(0.1)),
        row("about the 1,000th, memory full", told.full_ms, "ms", Some(0.1)),
        row("about the 100,000th", told.late_ms, "ms", Some(0.1)),
        row("late over full", told.late_ms / told.full_ms, "×", Some(1.1)),
        row("its part of the seal", told.seal_long_ms, "ms", None),
    ])
}
