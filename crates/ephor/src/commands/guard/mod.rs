//! `ephor guard`: charters read, explained, compared; the guard's laws; logs.

mod bench;
mod diff;
mod plain;
mod proofs;
mod verify_log;

use super::json;
use crate::args::GuardCommand;
use crate::exit::Exit;
use crate::screen;
use guard::{CHARTER_BYTES_MAX, Charter, Decision, Monitor, Offer, Offered};
use proofs::Proofs;
use serde_json::json as value;
use std::path::Path;
use std::sync::Arc;
use study::scenario::{Cell, Scenario, Unit, compile};
use study::structure::{Regime, charter};
use world::Setup;

pub fn guard(command: &GuardCommand) -> Result<(), Exit> {
    match command {
        GuardCommand::Charter { scenario, regime } => of_scenario(scenario, regime),
        GuardCommand::Check { charter, json } => check(charter, *json),
        GuardCommand::Explain { charter, call, principal, json } => {
            explain(charter, call, principal.as_deref(), *json)
        }
        GuardCommand::Diff { charter, policy, json } => diff::diff(charter, policy, *json),
        GuardCommand::VerifyLog(args) => verify_log::verify_log(args),
        GuardCommand::Bench(args) => bench::bench(args),
        GuardCommand::Test { json } => test(*json),
    }
}

fn of_scenario(name: &str, regime: &str) -> Result<(), Exit> {
    let scenario = Scenario::load(name)?;
    let regime: Regime = serde_json::from_value(value!(regime)).map_err(Exit::usage)?;
    let Setup::Company(spec) = compile(&scenario, &Cell::default(), Unit { wording: 0, state: 0 })?.setup
    else {
        return Err(Exit::usage(format!("`{name}` is no company: only an office has tools to guard")));
    };
    json(&charter(&spec, &regime))
}

/// A charter from a file. What it gets wrong is told with where it stands.
fn read(path: &Path) -> Result<Charter, Exit> {
    let told = |why: String| Exit::usage(format!("{}: {why}", path.display()));
    let text = plain::text(path, CHARTER_BYTES_MAX)?;
    let is_toml = path.extension().is_some_and(|e| e == "toml");
    let parsed = match is_toml {
        // TOML knows no key that stands twice.
        true => toml::from_str(&text).map_err(|e| e.to_string()),
        false => Charter::from_json(&text),
    };
    parsed.map_err(told)
}

fn opened(path: &Path) -> Result<(Charter, Monitor), Exit> {
    let charter = read(path)?;
    let fault = |fault: guard::Fault| Exit::failed(format!("{}: {fault}", path.display()));
    let monitor = Monitor::new(charter.clone()).map_err(fault)?;
    Ok((charter, monitor))
}

fn check(path: &Path, as_json: bool) -> Result<(), Exit> {
    let (charter, _) = opened(path)?;
    let rooms: Vec<(String, String)> = guard::rooms::names()
        .map(|room| (room.to_owned(), format!("{:?}", charter.mode(room)).to_lowercase()))
        .collect();
    let tools: usize = charter.roles.values().map(Vec::len).sum();
    let proofs = Proofs::of(&charter)?;
    if as_json {
        json(
            &value!({ "principals": charter.principals.len(), "roles": charter.roles.len(), "tools": tools,
            "rooms": rooms.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "proofs": proofs.document() }),
        )?;
    } else {
        let rooms: Vec<String> = rooms.iter().map(|(room, mode)| format!("{room} {mode}")).collect();
        let wrong = if proofs.broken().is_empty() { "; nothing is wrong" } else { "" };
        screen::out(&format!(
            "{}: {} principals, {} roles, {tools} tools; {}{wrong}\n{}",
            path.display(),
            charter.principals.len(),
            charter.roles.len(),
            rooms.join(", "),
            proofs.told()
        ));
    }
    match proofs.broken().as_slice() {
        [] => Ok(()),
        broken => {
            let names: Vec<String> = broken.iter().map(|t| format!("{} of `{}`", t.name, t.of)).collect();
            let hint = "hint: `ephor guard explain --call …` shows what each room says of the request";
            let words = format!("{}: does not hold: {}\n{hint}", path.display(), names.join(", "));
            Err(Exit { told: as_json, ..Exit::failed(words) })
        }
    }
}

fn explain(path: &Path, call: &str, principal: Option<&str>, as_json: bool) -> Result<(), Exit> {
    let (charter, mut monitor) = opened(path)?;
    let names: Vec<&String> = charter.principals.keys().collect();
    let who = match (principal, names.as_slice()) {
        (Some(name), _) => charter.principals.get_key_value(name),
        (None, [only]) => charter.principals.get_key_value(only.as_str()),
        (None, _) => None,
    };
    let listed = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
    let (name, who) =
        who.ok_or_else(|| Exit::usage(format!("which principal calls?\naccepted: --principal {listed}")))?;
    let tools = charter.roles.get(&who.role).cloned().unwrap_or_default();
    let offer = Arc::new(Offer::Call(Arc::new(Offered::new(tools.into()))));
    let decision = monitor.decide(name, &offer, Some(call), 0);
    if as_json {
        return json(&document(&decision));
    }
    let mut text = format!("{}: {}\n", name, decision.verdict.word());
    for ruling in &decision.rulings {
        let reason = report::one_line(&ruling.opinion.reason, 400);
        text += &format!("  {:10} {:8} {reason}\n", ruling.room, ruling.opinion.verdict.word());
    }
    text += &match (decision.sent(), decision.face()) {
        (Some(sent), _) => format!("sent       {}\n", report::one_line(sent, 2000)),
        (None, Some(face)) => format!("the agent reads: {face}\n"),
        (None, None) => String::new(),
    };
    screen::out(&text);
    Ok(())
}

fn document(decision: &Decision) -> serde_json::Value {
    let ruling = |r: &guard::Ruling| {
        value!({ "room": r.room, "mode": format!("{:?}", r.mode).to_lowercase(),
            "verdict": r.opinion.verdict.word(), "reason": r.opinion.reason })
    };
    value!({ "principal": decision.principal, "tool": decision.tool, "verdict": decision.verdict.word(),
        "rulings": decision.rulings.iter().map(ruling).collect::<Vec<_>>(), "sent": decision.sent(),
        "face": decision.face(), "hash": decision.hash, "epoch": decision.epoch })
}

fn test(as_json: bool) -> Result<(), Exit> {
    let laws = guard::laws::LAWS;
    let mut broken = Vec::new();
    let mut rows = Vec::new();
    for law in &laws {
        let found = (law.run)();
        rows.push(value!({ "law": law.name, "violations": found }));
        broken.extend(found.into_iter().map(|why| format!("{}: {why}", law.name)));
    }
    if as_json {
        json(&rows)?;
    } else {
        let names: String = laws.iter().map(|law| format!("  {}\n", law.name)).collect();
        screen::out(&format!("{names}{} laws, {} violations\n", laws.len(), broken.len()));
    }
    if broken.is_empty() { Ok(()) } else { Err(Exit::failed(broken.join("\n"))) }
}
