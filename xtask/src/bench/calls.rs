//! Calls to a local server that answers after a second, through the whole program.

use super::table::{Better, Peer, Row};
use super::{Bench, peer};
use crate::child::{self, Taken};
use crate::{Result, place};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

const CONNECTIONS: u32 = 500;
const MODEL: &str = "openai-api/fake/m";

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let n = bench.scale.episodes();
    let program = build()?;
    let mut walls = Vec::new();
    for _ in 0..bench.scale.repeats {
        walls.push(ours(bench, &program, n)?.wall.as_secs_f64());
    }
    walls.sort_by(f64::total_cmp);
    let at_best = f64::from(n.div_ceil(CONNECTIONS));
    let how = format!(
        "`ephor run xtask/fixtures/one-call --model {MODEL} --max-connections {CONNECTIONS} --no-calibration`, \
         wall time from start to report, best of {} runs; n = {n} calls of 1 s, each asked of the server once; \
         {at_best} s at best. Server and client share the cores. Inspect: the same server, its provider \
         openai-api, {CONNECTIONS} connections, n = {n} samples, one run.",
        bench.scale.repeats
    );
    let figure = format!("{n} calls of 1 s, {CONNECTIONS} connections");
    let target = Some(at_best * 1.1);
    let peer = inspect(bench, &program, n);
    Ok(vec![Row { figure, value: walls[0], unit: "s", better: Better::Less, target, peer, how }])
}

/// The fake server of the crate `model`.
fn build() -> Result<std::path::PathBuf> {
    let mut cargo = place::cargo();
    cargo.args(["build", "--quiet", "--release", "--locked", "-p", "model", "--example", "serve"]);
    child::succeed(&mut cargo)?;
    Ok(place::target()?.join("release").join("examples").join("serve"))
}

fn ours(bench: &Bench, program: &std::path::Path, n: u32) -> Result<Taken> {
    let server = Server::start(program)?;
    let mut command = bench.one_call(MODEL, bench.scale.seeds);
    command.args(["--max-connections", &CONNECTIONS.to_string()]);
    server.named_in(&mut command);
    let taken = child::measure(&mut command)?;
    server.expect(n)?;
    let found: Value = serde_json::from_str(&taken.stdout)?;
    let requests = found["cost"]["requests"].as_u64();
    if requests != Some(u64::from(n)) {
        return Err(format!("ephor tells {requests:?} requests, not {n}").into());
    }
    Ok(taken)
}

fn inspect(bench: &Bench, program: &std::path::Path, n: u32) -> Peer {
    let measured = peer::inspect(bench).and_then(|python| {
        let run = || -> Result<peer::Samples> {
            let server = Server::start(program)?;
            let samples = peer::samples(bench, &python, MODEL, n, CONNECTIONS, &|c| server.named_in(c))?;
            server.expect(n)?;
            Ok(samples)
        };
        run().map_err(|why| peer::missing(&*why))
    });
    match measured {
        Ok(peer::Samples { taken, name }) => Peer::Measured { name, value: taken.wall.as_secs_f64() },
        Err(missing) => missing,
    }
}

/// The fake server in a process of its own; ends with this value.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    fn start(program: &std::path::Path) -> Result<Self> {
        let mut command = place::command(program);
        let mut child = command.arg("1000").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no standard output")?;
        let mut server = Self { child, lines: BufReader::new(stdout), url: String::new() };
        let mut url = String::new();
        server.lines.read_line(&mut url)?;
        server.url = url.trim().to_owned();
        if server.url.is_empty() { Err("the server did not start".into()) } else { Ok(server) }
    }

    fn named_in(&self, command: &mut Command) {
        command.env("FAKE_BASE_URL", &self.url).env("FAKE_API_KEY", "none");
    }

    /// That it saw `n` requests: none left out, none repeated.
    fn expect(mut self, n: u32) -> Result<()> {
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.lines.read_line(&mut said)?;
        match said.strip_prefix(&format!("{n} requests,")) {
            Some(_) => Ok(()),
            None => Err(format!("the server saw {}, not {n} requests", said.trim()).into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
