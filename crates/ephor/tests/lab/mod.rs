//! A folder of its own for each test, and the program in it: a scrubbed environment, no home, no keys.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

pub mod server;

use regex::Regex;
use serde_json::Value;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A small scenario of a user's own: one factor, one question, two controls.
pub const MINE: &str = include_str!("mine.toml");

/// A folder in which the program runs.
pub struct Lab {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

/// How a command ended.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Lab {
    pub fn new() -> Self {
        Self { dir: TempDir::new().unwrap(), variables: Vec::new() }
    }

    /// The same with an environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program in this folder, ready to be started. Arguments are split at white space.
    pub fn command(&self, arguments: &str) -> Command {
        self.dressed(Command::new(env!("CARGO_BIN_EXE_ephor")), arguments.split_whitespace())
    }

    /// A shell line in this folder; `$EPHOR` is the program.
    pub fn shell(&self, line: &str) -> Ran {
        let mut shell = self.dressed(Command::new("sh"), ["-c", line]);
        Ran::of(shell.env("EPHOR", env!("CARGO_BIN_EXE_ephor")).output().unwrap())
    }

    fn dressed<'a>(&self, mut command: Command, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        command.args(arguments).current_dir(self.dir.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.dir.path()).env("NO_COLOR", "1").env("COLUMNS", "100");
        command.envs(self.variables.iter().map(|(k, v)| (k, v)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn ephor(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Every file below this folder, sorted, the hash of a run's name as `RUN`.
    pub fn files(&self) -> String {
        let mut all = Vec::new();
        walk(self.dir.path(), &mut all);
        let name = |p: &PathBuf| p.strip_prefix(self.dir.path()).unwrap().to_string_lossy().into_owned();
        let mut names: Vec<String> = all.iter().map(name).collect();
        names.sort();
        named(&names.join("\n"))
    }

    /// The only run in a log folder.
    pub fn run_folder(&self, log_dir: &str) -> PathBuf {
        let entries = fs::read_dir(self.path(log_dir)).unwrap().map(|e| e.unwrap().path());
        let mut runs: Vec<PathBuf> = entries.filter(|p| p.join("run.toml").is_file()).collect();
        assert_eq!(runs.len(), 1, "one run in {log_dir}: {runs:?}");
        runs.remove(0)
    }
}

fn walk(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, all) } else { all.push(path) }
    }
}

/// A text with the hashes of run names taken out: they change with every word of a scenario.
pub fn named(text: &str) -> String {
    let run = Regex::new(r"-[0-9a-f]{12}\b").unwrap();
    let hash = Regex::new(r"\b[0-9a-f]{24}\b").unwrap();
    hash.replace_all(&run.replace_all(text, "-RUN"), "HASH").into_owned()
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Ends the test with what was printed unless the command ended with this code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {self}"))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("by a signal".to_owned(), |c| c.to_string());
        write!(f, "exit {code}\n{}{}", self.stdout, self.stderr)
    }
}

/// What a run found, as one text: everything but what it cost and where the page lies.
pub fn found(document: &Value) -> String {
    let keep = ["run", "study", "models", "estimates", "cells", "calibration", "missing"];
    keep.iter().map(|key| format!("{key}: {:#}\n", document[key])).collect()
}
