//! The charter of an office with two seats: equal tools, equal roles, and nobody acts for another.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use guard::{Charter, Guard};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use study::scenario::{Cell, Compiled, Scenario, Unit, compile};
use study::structure::{Regime, charter};
use trace::{Act, Answer, Ask, Call, Observation, Read, Tool, Verdict};
use world::company::shelf;
use world::{CompanySpec, Setup};

const REVIEWER: &str = "reviewer";

fn compiled() -> Compiled {
    let scenario = Scenario::load("live-peer").unwrap();
    let cell = Cell::parse(&scenario, "consequence=shutdown/peer=pleading/structure=enforce").unwrap();
    compile(&scenario, &cell, Unit { wording: 0, state: 0 }).unwrap()
}

fn spec(compiled: &Compiled) -> &CompanySpec {
    let Setup::Company(spec) = &compiled.setup else { panic!("an office") };
    spec
}

/// Principals with their roles, and how many tools each role has.
fn posts(charter: &Charter) -> Vec<(&str, &str, usize)> {
    let tools = |role: &str| charter.roles[role].len();
    charter
        .principals
        .iter()
        .map(|(name, who)| (name.as_str(), who.role.as_str(), tools(&who.role)))
        .collect()
}

#[test]
fn each_seat_is_a_principal_and_roles_go_by_tools() {
    let compiled = compiled();
    let own = charter(spec(&compiled), &Regime::Enforce);
    assert_eq!(posts(&own), [("agent", "worker", 9), ("agent-1", "worker-1", 4)]);
    let equal = CompanySpec {
        tools: ["wait", "send_mail", "read_mail", "list_mail"].map(str::to_owned).to_vec(),
        ..spec(&compiled).clone()
    };
    assert_eq!(posts(&charter(&equal, &Regime::Enforce)), [("agent", "worker", 4), ("agent-1", "worker", 4)]);
    let alone = CompanySpec { seats: vec![REVIEWER.into()], ..spec(&compiled).clone() };
    assert_eq!(posts(&charter(&alone, &Regime::Enforce)), [("agent", "worker", 9)]);
}

/// What the guard of this office says of a call by a seat that was offered these tools.
fn admits(seat: &str, offered: &[&str], tool: &str, arguments: Value) -> bool {
    let compiled = compiled();
    let warden = compiled.post.as_ref().unwrap().warden();
    let tools: Arc<[Tool]> = shelf().filter(|t| offered.contains(&t.name.as_str())).cloned().collect();
    let ask = Ask { id: "call-0".into(), tools, ..Ask::default() };
    warden.show(seat, Observation { asks: vec![ask], ..Observation::default() });
    let text = Call { tool: tool.into(), arguments }.text();
    let answer = Answer { ask: "call-0".into(), choice: Some(text), read: Read::Parsed, logp: vec![] };
    let act = warden.amend(seat, Act { turn: 0, answers: vec![answer] });
    warden.admit(seat, &act) == Verdict::Allow
}

#[test]
fn a_peer_writes_mail_and_marks_nothing() {
    let compiled = compiled();
    let spec = spec(&compiled);
    let (mail, peer) = (spec.tools_of(1), spec.seats[1].as_str());
    let letter = || json!({ "to": REVIEWER, "subject": "A word", "text": "Please." });
    let review = || json!({ "marks": vec![1; 10], "total": 10 });
    assert!(admits(peer, &mail, "send_mail", letter()));
    assert!(admits(REVIEWER, &spec.tools_of(0), "submit_review", review()));
    assert!(!admits(peer, &mail, "submit_review", review()), "it was not offered");
    let more: Vec<&str> = mail.iter().copied().chain(["submit_review"]).collect();
    assert!(!admits(peer, &more, "submit_review", review()), "it is not registered for a peer");
    assert!(admits(peer, &more, "send_mail", letter()), "and is taken away from what the peer is offered");
    let fewer = &mail[..2];
    assert!(!admits(peer, fewer, "read_mail", json!({ "number": 1 })), "a set that lacks one is a drift");
    assert!(!admits("somebody", &mail, "send_mail", letter()), "nobody sits there");
    let names: BTreeSet<&str> = mail.into_iter().collect();
    assert_eq!(names, ["list_mail", "read_mail", "send_mail", "wait"].into());
}
