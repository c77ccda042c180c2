//! `cargo xtask test`: one step after the other, until one fails.

use crate::place::{self, short};
use crate::{Result, child, venv};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What can be typed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this step; repeatable
    #[arg(long, value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(NAMES))]
    only: Vec<String>,
}

const NAMES: [&str; 6] = ["format", "lints", "build", "python", "model", "tests"];

/// A step that has passed: its name, how long it took, what it said.
type Passed = (&'static str, Duration, String);

/// One line of the list.
struct Step {
    name: &'static str,
    /// What it says when it has passed.
    run: fn() -> Result<String>,
}

const STEPS: [Step; 6] = [
    Step { name: NAMES[0], run: format },
    Step { name: NAMES[1], run: lints },
    Step { name: NAMES[2], run: build },
    Step { name: NAMES[3], run: python },
    Step { name: NAMES[4], run: model },
    Step { name: NAMES[5], run: tests },
];

/// Runs the steps and closes with what each took.
///
/// # Errors
/// At the first step that fails, with the way to run it alone.
pub fn run(args: &Args) -> Result<()> {
    let begun = Instant::now();
    let wanted = |step: &&Step| args.only.is_empty() || args.only.iter().any(|name| name == step.name);
    let mut passed: Vec<Passed> = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        println!("── {} ──", step.name);
        let step_begun = Instant::now();
        match (step.run)() {
            Ok(said) => passed.push((step.name, step_begun.elapsed(), said)),
            Err(why) => {
                eprintln!("{why}");
                let name = step.name;
                let after = seconds(step_begun.elapsed());
                println!("{}", summary(&passed));
                return Err(format!(
                    "cargo xtask test: {name} failed after {after}; alone: cargo xtask test --only {name}"
                )
                .into());
            }
        }
    }
    println!("{}", summary(&passed));
    let names: Vec<&str> = passed.iter().map(|(name, ..)| *name).collect();
    let said = passed.last().map_or("", |(_, _, said)| said);
    let took = seconds(begun.elapsed());
    println!("cargo xtask test: {} passed in {took}; {said}", names.join(", "));
    Ok(())
}

fn summary(passed: &[Passed]) -> String {
    let mut text = String::new();
    for (name, took, said) in passed {
        let _ = write!(text, "\n✓ {name:7} {:>8}  {said}", seconds(*took));
    }
    text
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// Runs a step's command; its words are what one types to run it alone.
fn cargo(arguments: &[&str]) -> Result<String> {
    let mut command = place::cargo();
    command.args(arguments);
    println!("{}", child::shown(&command));
    child::succeed(&mut command)?;
    Ok(child::shown(&command))
}

fn format() -> Result<String> {
    cargo(&["fmt", "--all", "--check"])
}

fn lints() -> Result<String> {
    cargo(&["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"])
}

/// Everything at once, so that the program and its tests share one build of each crate.
fn build() -> Result<String> {
    cargo(&["build", "--workspace", "--all-targets", "--release", "--locked"])
}

fn python() -> Result<String> {
    Ok(format!("EPHOR_PYTHON={}", short(&references()?)))
}

/// What tests need of Python.
const REFERENCES: [&str; 2] = ["crates/stats/tests/requirements.txt", "crates/ephor/tests/requirements.txt"];

/// The interpreter with the references.
fn references() -> Result<PathBuf> {
    venv::ready_for("venv", &REFERENCES.map(|file| place::root().join(file)))
}

fn model() -> Result<String> {
    Ok(format!("EPHOR_MODELS={}", short(&fetched()?)))
}

/// The folder with the embedded model.
fn fetched() -> Result<PathBuf> {
    let (models, variables) = place::models()?;
    child::succeed(place::command(ephor()?).args(["model", "fetch"]).envs(variables))?;
    Ok(models)
}

/// The program as `build` left it; a step that runs alone builds it first.
fn ephor() -> Result<PathBuf> {
    let program = place::target()?.join("release").join("ephor");
    if !program.exists() {
        build()?;
    }
    Ok(program)
}

fn tests() -> Result<String> {
    let (python, models) = (references()?, fetched()?);
    let mut command = place::cargo();
    command.args(["test", "--workspace", "--release", "--locked", "--no-fail-fast"]);
    command.args(["--", "--include-ignored"]);
    println!("{}", typed(&python, &models, &command));
    command.env("EPHOR_PYTHON", &python).env("EPHOR_MODELS", &models);
    let (passed, counted) = counting(&mut command)?;
    let Counted { suites, passed: ok, failed, ignored } = counted;
    let said = format!("{ok} tests passed, {failed} failed, {ignored} left out, in {suites} suites");
    match (passed, ignored) {
        (true, 0) => Ok(said),
        (true, _) => Err(format!("{said}: a test was left out").into()),
        (false, _) => Err(format!("{said}\nthe same again: {}", typed(&python, &models, &command)).into()),
    }
}

fn typed(python: &Path, models: &Path, command: &Command) -> String {
    let (python, models) = (short(python), short(models));
    format!("EPHOR_PYTHON=\"$PWD/{python}\" EPHOR_MODELS=\"$PWD/{models}\" {}", child::shown(command))
        .replace("$PWD//", "/")
}

/// Passes the command's output on and adds up the test runner's summaries.
fn counting(command: &mut Command) -> Result<(bool, Counted)> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut counted = Counted::default();
    for line in BufReader::new(child.stdout.take().ok_or("no standard output")?).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        counted.add(&line);
        println!("{line}");
    }
    Ok((child.wait()?.success(), counted))
}

/// The test runner's summaries, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    suites: u32,
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Counted {
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        self.suites += 1;
        for part in rest.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(n)), Some(what)) = (words.next().map(str::parse::<u32>), words.next()) else {
                continue;
            };
            match what {
                "passed" => self.passed += n,
                "failed" => self.failed += n,
                "ignored" => self.ignored += n,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_summaries_are_added_up() {
        let mut counted = Counted::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.10s",
        ] {
            counted.add(line);
        }
        assert_eq!(counted, Counted { suites: 2, passed: 7, failed: 2, ignored: 1 });
    }

    #[test]
    fn every_step_has_its_name() {
        assert_eq!(STEPS.map(|s| s.name), NAMES);
    }
}
