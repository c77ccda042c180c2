//! `cargo xtask …`: see `cargo xtask --help`.
#![allow(clippy::print_stderr, reason = "a tool at a developer's terminal")]

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::{bench, conformance, steps};

/// Sets up and runs every test; measures beside the peers.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up what the tests need and run all of them
    #[command(after_help = TEST_HELP)]
    Test(steps::Args),
    /// Measure the figures of the README beside their targets and peers
    #[command(after_help = BENCH_HELP)]
    Bench(bench::Args),
    /// Run the protocol's own conformance suite against `ephor world serve`
    #[command(after_help = CONFORMANCE_HELP)]
    Conformance,
}

const HELP: &str = "Examples:
  cargo xtask test               everything, as .ci/run does
  cargo xtask test --only lints  one step
  cargo xtask bench --quick      every figure, smaller n";

const TEST_HELP: &str = "Steps, in this order; the first that fails ends the run:
  format  cargo fmt --check
  lints   cargo clippy, warnings are errors
  build   every target in release
  python  target/venv with the requirements.txt of crates/stats/tests and crates/ephor/tests
  model   the embedded model in EPHOR_MODELS, or in target/models where that is not set
  tests   every test of the workspace, those that a plain `cargo test` leaves out included

Examples:
  cargo xtask test
  cargo xtask test --only python --only tests";

const BENCH_HELP: &str = "Timing is no test: a missed target prints ✗ and the exit code stays 0.
The peers come from PyPI into the target folder (Inspect: venv-bench, llama.cpp: venv-llama,
Melting Pot: venv-meltingpot, Axelrod: venv-axelrod); one that cannot be installed or run is left out, with
the reason.

Examples:
  cargo xtask bench
  cargo xtask bench --only games --only turns
  cargo xtask bench --quick --no-peers";

const CONFORMANCE_HELP: &str =
    "Needs npm. The suite and its own node go into target/conformance, in the versions of
xtask/conformance/package.json; docs/world-server.md lists what is run and what does not apply.
Exit code 1 where a scenario fails.

Examples:
  cargo xtask conformance";

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Test(args) => steps::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Conformance => conformance::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
