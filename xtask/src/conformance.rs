//! `cargo xtask conformance`: the protocol's own suite against `ephor world serve --http`.
//!
//! The suite is written for a server that has every feature and tools of certain names. What is run here is
//! what a company has; docs/world-server.md gives the reason for each scenario that is left out.

use crate::place::{self, command};
use crate::{Result, child};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// The scenarios that apply to a server with tools and prompts of its own.
const SCENARIOS: [&str; 7] = [
    "server-initialize",
    "ping",
    "tools-list",
    "prompts-list",
    "server-sse-polling",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
];

/// Runs each scenario against a server of its own.
///
/// # Errors
/// Where npm cannot install the suite, or a scenario fails.
pub fn run() -> Result<()> {
    let folder = installed()?;
    child::succeed(place::cargo().args(["build", "--quiet", "--release", "--locked", "-p", "ephor"]))?;
    let program = place::target()?.join("release").join("ephor");
    let mut failed = Vec::new();
    for scenario in SCENARIOS {
        let server = Server::start(&program)?;
        let (passed, said) = scenario_of(&folder, &server.url, scenario)?;
        println!("{} {scenario:30} {}", if passed { "✓" } else { "✗" }, last(&said));
        if !passed {
            println!("{said}");
            failed.push(scenario);
        }
    }
    if failed.is_empty() {
        println!("cargo xtask conformance: {} scenarios passed", SCENARIOS.len());
        return Ok(());
    }
    Err(format!("cargo xtask conformance: failed: {}", failed.join(", ")).into())
}

/// The suite and its node, installed once for each version.
fn installed() -> Result<PathBuf> {
    let folder = place::target()?.join("conformance");
    let wanted = std::fs::read_to_string(place::root().join("xtask/conformance/package.json"))?;
    let stamp = folder.join("installed.stamp");
    if std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("package.json"), &wanted)?;
    let mut npm = command("npm");
    npm.args(["install", "--no-fund", "--no-audit", "--loglevel", "error"]);
    child::succeed(npm.current_dir(&folder))?;
    std::fs::write(&stamp, wanted)?;
    Ok(folder)
}

/// Whether a scenario passed, and what was said.
fn scenario_of(folder: &Path, url: &str, scenario: &str) -> Result<(bool, String)> {
    let modules = folder.join("node_modules");
    let mut suite = command(modules.join(".bin/node"));
    suite.arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"));
    suite.args(["server", "--url", url, "--scenario", scenario]).current_dir(folder);
    let output = suite.output()?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((output.status.success(), said.concat()))
}

/// The line that counts the checks, or the last.
fn last(said: &str) -> &str {
    let counts = |line: &&str| line.contains("Passed:");
    said.lines()
        .find(counts)
        .or_else(|| said.lines().rfind(|line| !line.is_empty()))
        .unwrap_or_default()
        .trim()
}

/// A server on a free port; it ends with this.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(program: &Path) -> Result<Self> {
        let mut serve = command(program);
        serve.args(["world", "serve", "company", "--http", "0"]);
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut told = BufReader::new(child.stderr.take().ok_or("no standard error")?);
        let (mut line, mut before) = (String::new(), String::new());
        while told.read_line(&mut line)? > 0 {
            if line.starts_with("http://") {
                let url = line.trim().to_owned();
                // What it says later is read, or a full pipe would stop it.
                std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
                return Ok(Self { child, url });
            }
            before.push_str(&std::mem::take(&mut line));
        }
        Err(format!("ephor world serve did not start:\n{before}").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
