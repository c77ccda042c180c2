//! `ephor world serve`: a company as an MCP server, for any client or harness.

use crate::args::{Serve, WorldCommand};
use crate::exit::{Code, Exit};
use crate::screen;
use mcp::{Desk, Left, Opening, ServeError, Shared};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use study::scenario::{Compiled, Scenario, Unit, compile};
use tokio_util::sync::CancellationToken;
use trace::Role;
use world::{Company, Setup};

/// What `company` alone stands for.
const COMPANY: &str = "score-review";

pub fn world(command: &WorldCommand) -> Result<(), Exit> {
    match command {
        WorldCommand::Serve(args) => serve(args),
    }
}

fn serve(args: &Serve) -> Result<(), Exit> {
    let desk = open(args)?;
    // One thread: requests are carried out in the order in which they came.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Exit::broken)?;
    let left = runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signals(&stop)?;
        match args.http {
            Some(address) => over_http(desk.clone(), address, stop).await,
            None => mcp::stdio(desk.clone(), stop).await.map_err(broken),
        }
    });
    // A thread that still waits for standard input is not waited for.
    runtime.shutdown_background();
    let left = left?;
    close(args, &desk, left)
}

/// The scenario, compiled, with somebody at its desk.
fn open(args: &Serve) -> Result<Shared, Exit> {
    let name = if args.scenario == "company" { COMPANY } else { &args.scenario };
    let scenario = Scenario::load(name)?;
    let cell = super::cell(&scenario, args.cell.as_deref())?;
    let unit = Unit { wording: args.wording, state: args.state };
    let compiled = compile(&scenario, &cell, unit)?;
    let Setup::Company(spec) = &compiled.setup else {
        return Err(Exit::usage(format!(
            "the world of `{}` is {}, which has no tools\naccepted: a scenario whose world is company",
            scenario.file.name, scenario.file.world
        )));
    };
    let company = Company::new(spec.clone()).map_err(Exit::usage)?;
    let subject = json!({
        "scenario": scenario.file.name, "hash": scenario.hash, "cell": cell.to_string(),
        "wording": unit.wording, "state": unit.state,
    });
    screen::note(&serving(&subject, args));
    if let Some(peer) = compiled.seats.get(1) {
        screen::note(&format!("nobody sits at {}'s desk: its turns pass by `wait`", peer.seat));
    }
    let opening = Opening { seat: compiled.seats[0].seat.clone(), told: told(&compiled), subject };
    let record = args.record.as_deref().map(file).transpose()?;
    let desk = Desk::open(company, opening, record).map_err(Exit::broken)?;
    Ok(Arc::new(Mutex::new(desk)))
}

fn serving(subject: &Value, args: &Serve) -> String {
    let text = |name: &str| subject[name].as_str().unwrap_or_default();
    let (scenario, cell, Unit { wording, state }) =
        (text("scenario"), text("cell"), Unit { wording: args.wording, state: args.state });
    let over = if args.http.is_some() { "HTTP" } else { "standard input and output" };
    let record =
        args.record.as_ref().map_or("not recorded".into(), |file| format!("recorded in {}", file.display()));
    format!(
        "serving {scenario} · {cell} · wording {wording} · state {state} as an MCP server over {over}, {record}"
    )
}

/// What the first seat is told, as one text.
fn told(compiled: &Compiled) -> String {
    let brief = compiled.brief();
    let parts = [Role::System, Role::User].map(|role| brief.text(role, "\n\n"));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A record of its own for each session: nothing is written over.
fn file(path: &Path) -> Result<Box<dyn Write + Send>, Exit> {
    let opened = File::create_new(path).map_err(|why| {
        let told = format!("--record {}: {why}", path.display());
        match why.kind() {
            std::io::ErrorKind::AlreadyExists => Exit::usage(format!("{told}\naccepted: a new file")),
            _ => Exit::broken(told),
        }
    })?;
    Ok(Box::new(opened))
}

/// Ctrl-C, and the signal by which clients end a server that does not leave by itself.
fn stop_on_signals(stop: &CancellationToken) -> Result<(), Exit> {
    let mut terminate = terminated().map_err(Exit::broken)?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

fn terminated() -> std::io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
}

async fn over_http(desk: Shared, address: SocketAddr, stop: CancellationToken) -> Result<Left, Exit> {
    let bound = tokio::net::TcpListener::bind(address).await;
    let listener = bound.map_err(|why| Exit::broken(format!("--http {address}: {why}")))?;
    let address = listener.local_addr().map_err(Exit::broken)?;
    screen::note(&format!("http://{address}/mcp"));
    mcp::http(desk, listener, stop).await.map_err(broken)
}

fn broken(why: ServeError) -> Exit {
    Exit::broken(why)
}

/// What is told at the end, and how the command ends.
fn close(args: &Serve, desk: &Shared, left: Left) -> Result<(), Exit> {
    let desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    let facts: BTreeMap<String, Value> = desk.facts().into_iter().map(|f| (f.name, f.value)).collect();
    let told = if args.json {
        json!({ "ended": left, "facts": facts }).to_string()
    } else {
        let ending = facts.get("ending").and_then(Value::as_str).unwrap_or_default();
        format!("the work is {ending} after {} calls", facts.get("calls").unwrap_or(&Value::Null))
    };
    match args.http {
        Some(_) => screen::out(&format!("{told}\n")),
        None => screen::note(&told),
    }
    if let Some(why) = desk.broken() {
        return Err(Exit::broken(format!("the record is not whole: {why}")));
    }
    match left {
        Left::Interrupted => Err(Exit { told: true, ..Exit::with(Code::Interrupted, "interrupted") }),
        Left::WorkEnded | Left::ClientLeft => Ok(()),
    }
}
