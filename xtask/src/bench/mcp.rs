//! One call of a tool over stdio, as a client waits for it.

use super::Bench;
use super::table::{Better, Peer, Row};
use crate::Result;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::Instant;

/// Calls of one session: the company ends the work after 20.
const CALLS: usize = 19;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let sessions = if bench.quick { 10 } else { 100 };
    let mut rows = Vec::new();
    for (how, is_recorded) in [("recorded", true), ("not recorded", false)] {
        let mut taken = Vec::new();
        for _ in 0..sessions {
            taken.extend(session(bench, is_recorded)?);
        }
        taken.sort_by(f64::total_cmp);
        for (name, part, target) in [("p50", 0.50, None), ("p99", 0.99, Some(1.0))] {
            let at = ((taken.len() as f64 * part) as usize).min(taken.len() - 1);
            rows.push(Row {
                figure: format!("tools/call over stdio, {how}, {name}"),
                value: taken[at],
                unit: "ms",
                better: Better::Less,
                target,
                peer: Peer::None,
                how: format!("n = {} calls of `read_sheet` in {sessions} sessions, from the request's first byte to the answer's last.", taken.len()),
            });
        }
    }
    Ok(rows)
}

/// Milliseconds of each call of one session.
fn session(bench: &Bench, is_recorded: bool) -> Result<Vec<f64>> {
    let mut command = bench.ephor();
    command.args(["world", "serve", "company"]);
    if is_recorded {
        command.arg("--record").arg(bench.fresh("session"));
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut to = child.stdin.take().ok_or("no standard input")?;
    let mut from = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    let mut ask = |request: &str| -> Result<f64> {
        let (line, mut answer) = (format!("{request}\n"), String::new());
        let begun = Instant::now();
        to.write_all(line.as_bytes())?;
        from.read_line(&mut answer)?;
        let taken = begun.elapsed().as_secs_f64() * 1e3;
        if answer.contains("\"result\"") { Ok(taken) } else { Err(format!("answered: {answer}").into()) }
    };
    ask(
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#,
    )?;
    let call = |id| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"read_sheet","arguments":{{}}}}}}"#
        )
    };
    let taken: Result<Vec<f64>> = (1..=CALLS).map(|id| ask(&call(id))).collect();
    drop(to);
    child.wait()?;
    taken
}
