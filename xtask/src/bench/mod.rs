//! `cargo xtask bench`: the figures of the README, their targets, and the peers in the same run.

mod calls;
mod decisions;
mod episodes;
mod first_look;
mod games;
mod mcp;
mod offices;
mod peer;
mod speed;
mod startup;
mod table;

use crate::place::{self, command};
use crate::{Result, child};
use std::path::{Path, PathBuf};
use std::process::Command;
use table::Row;

/// What can be typed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this figure; repeatable
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(FIGURES.map(|f| f.0)))]
    only: Vec<String>,
    /// Smaller n, and the small version of first-look
    #[arg(long)]
    quick: bool,
    /// Without the peers
    #[arg(long)]
    no_peers: bool,
}

impl Args {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

type Measure = fn(&Bench) -> Result<Vec<Row>>;

/// One line of the list: a name and what measures it.
const FIGURES: [(&str, Measure); 10] = [
    ("version", startup::measure),
    ("episodes", episodes::measure),
    ("calls", calls::measure),
    ("games", games::measure),
    ("turns", games::turns),
    ("decisions", decisions::measure),
    ("offices", offices::measure),
    ("mcp", mcp::measure),
    ("model", speed::measure),
    ("first-look", first_look::measure),
];

/// Figures that do not need the program built.
const APART: [&str; 3] = ["decisions", "games", "turns"];

/// How much is played: the fixture has 2 cells and 1 wording.
struct Scale {
    repeats: u32,
    seeds: u32,
    starts: u32,
}

impl Scale {
    /// Episodes of one run.
    fn episodes(&self) -> u32 {
        2 * self.seeds
    }
}

/// What every measurement needs.
struct Bench {
    scale: Scale,
    quick: bool,
    peers: bool,
    /// The program, out of the way of other builds.
    program: PathBuf,
    scratch: PathBuf,
}

impl Bench {
    fn new(args: &Args) -> Result<Self> {
        let target = place::target()?;
        let scratch = target.join("bench");
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)?;
        }
        std::fs::create_dir_all(&scratch)?;
        let program = scratch.join("ephor");
        if FIGURES.iter().any(|(name, _)| args.wants(name) && !APART.contains(name)) {
            child::succeed(place::cargo().args([
                "build",
                "--quiet",
                "--release",
                "--locked",
                "-p",
                "ephor",
            ]))?;
            std::fs::copy(target.join("release").join("ephor"), &program)?;
        }
        let scale = if args.quick {
            Scale { repeats: 1, seeds: 250, starts: 5 }
        } else {
            Scale { repeats: 3, seeds: 1000, starts: 20 }
        };
        Ok(Self { scale, quick: args.quick, peers: !args.no_peers, program, scratch })
    }

    fn ephor(&self) -> Command {
        command(&self.program)
    }

    /// A folder that does not exist yet.
    fn fresh(&self, name: &str) -> PathBuf {
        let taken = |n: &u32| self.scratch.join(format!("{name}-{n}")).exists();
        let n = (0..).find(|n| !taken(n)).unwrap_or_default();
        self.scratch.join(format!("{name}-{n}"))
    }

    /// The fixture, played into a fresh folder.
    fn one_call(&self, model: &str, seeds: u32) -> Command {
        let (mut command, seeds) = (self.ephor(), seeds.to_string());
        command.args(["run", "xtask/fixtures/one-call", "--model", model]);
        command.args(["--seeds", &seeds, "--no-calibration", "--display", "none", "--json", "--log-dir"]);
        command.arg(self.fresh("runs"));
        command
    }
}

/// Measures and prints.
///
/// # Errors
/// Where something could not be measured; never because a target was missed.
pub fn run(args: &Args) -> Result<()> {
    let bench = Bench::new(args)?;
    println!("{}\n", machine());
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for (name, measure) in FIGURES.iter().filter(|(name, _)| args.wants(name)) {
        eprintln!("measuring {name} …");
        match measure(&bench) {
            Ok(more) => rows.extend(more),
            Err(why) => failures.push(format!("{name} could not be measured: {why}")),
        }
    }
    println!("{}", table::table(&rows));
    println!("{}", table::notes(&rows));
    println!("{} at the end. Others may be using this machine: a figure is worth its own run.", load());
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unnamed processor", |(_, name)| name);
    format!("{cores} cores of {model}; {} at the start", load())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = text.split_whitespace().next().unwrap_or("unknown");
    format!("load average {minute}")
}

/// The repository's file at `path`.
fn in_root(path: &str) -> PathBuf {
    place::root().join(Path::new(path))
}
