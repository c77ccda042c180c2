//! Laws of the door.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::book::{Book, Storage};
use crate::door::{Door, Effect, Leaf, Outcome, Repeat, Stage};
use crate::rooms::grant::Delegation;
use crate::{Charter, Decision, Mode, Offer, Order, Payload, Ratchet, Standing, Verdict};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A disk that fails from one write on; or that fails once, keeps what it said it had not, and goes on.
struct Disk {
    leaves: Vec<Vec<u8>>,
    writes_left: usize,
    recovers: bool,
}

impl Storage for Disk {
    fn keep(&mut self, leaves: &[&[u8]]) -> Result<(), String> {
        let left = self.writes_left.checked_sub(1);
        self.writes_left = left.unwrap_or(if self.recovers { usize::MAX } else { 0 });
        if left.is_some() || self.recovers {
            self.leaves.keep(leaves)?;
        }
        left.map(drop).ok_or_else(|| "the disk failed".into())
    }
}

/// Whatever fails and wherever it stops, each effect has one allow written before it, and an allow has
/// at most one effect unless its tool is idempotent.
pub fn every_effect_has_one_allow() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        for n in 0..96 {
            let (writes, repeat) = (n / 4, [Repeat::Never, Repeat::Idempotent][n / 2 % 2]);
            let life = one_life(writes, n % 2 == 0, repeat)?;
            found.extend(life.into_iter().map(|why| format!("{writes} writes, {repeat:?}: {why}")));
        }
        found.extend(answers()?);
        Ok(found)
    })())
}

/// Answers to questions go through the same door as calls, each to its own question.
fn answers() -> Result<Vec<String>, String> {
    let mut office = Office::usual()?;
    let (mut door, mut book, mut leaves) = (Door::default(), Book::default(), Vec::<Vec<u8>>::new());
    let offers = [
        (Offer::Say { question: "news".into() }, "hello"),
        (Offer::Choose { question: "vote".into(), names: vec!["yes".into()] }, "yes"),
        (Offer::Move { question: "move".into(), schema: json!({ "type": "integer" }) }, "4"),
    ];
    let mut found = Vec::new();
    door.govern(office.monitor.epoch(), office.monitor.policy(), &mut book, &mut leaves)?;
    for (offer, text) in offers {
        let decision = office.monitor.decide("ann", &Arc::new(offer), Some(text), 1);
        let number = door.admit(&decision, &mut book, &mut leaves)?;
        let number = number.ok_or_else(|| format!("{}: {}", decision.method, decision.reason()))?;
        let said = decision.payload();
        let elsewhere = Payload { question: Some("another".into()), ..said.clone() };
        let mut opens = |said: &Payload| {
            let standing = office.monitor.standing(&decision, 1)?;
            Ok::<bool, String>(door.begin(number, said, standing, &mut book, &mut leaves).is_ok())
        };
        let tried =
            [("to another question", &elsewhere, false), ("at first", &said, true), ("twice", &said, false)];
        for (what, payload, fine) in tried {
            let opened = opens(payload)?;
            found.extend(unless(opened == fine, || format!("{} {what}: it opens is {opened}", said.method)));
        }
    }
    Ok(found)
}

/// Requests at a door whose disk takes so many writes, and perhaps others after a failure; then a restart, in
/// which everything is tried again.
fn one_life(writes: usize, recovers: bool, repeat: Repeat) -> Result<Vec<String>, String> {
    let tools = || charter().tools().map(|tool| tool.name.clone()).collect();
    let idempotent = if repeat == Repeat::Idempotent { tools() } else { BTreeSet::new() };
    let mut office = Office::open(Charter { idempotent, ..charter() })?;
    let mut disk = Disk { leaves: Vec::new(), writes_left: writes, recovers };
    let (mut door, mut book) = (Door::default(), Book::default());
    let (mut effects, mut numbers, mut found) = (Vec::new(), Vec::new(), Vec::new());
    if door.govern(office.monitor.epoch(), office.monitor.policy(), &mut book, &mut disk).is_err() {
        return Ok(found);
    }
    for (n, (who, text)) in requests().into_iter().take(10).enumerate() {
        let decision = office.says(who, &text);
        let Ok(number) = door.admit(&decision, &mut book, &mut disk) else { continue };
        found.extend(unless(number.is_some() == decision.verdict.sends(), || {
            format!("a number for {:?}", decision.verdict)
        }));
        let (Some(number), said) = (number, decision.payload()) else { continue };
        numbers.push((number, decision.clone()));
        let standing = || office.monitor.standing(&decision, decision.now);
        let Ok(effect) = door.begin(number, &said, standing()?, &mut book, &mut disk) else { continue };
        effects.push((number, disk.leaves.len()));
        // Every third effect is cut off by a crash: nobody writes how it ended.
        if n % 3 > 0 && door.end(effect, Outcome::Done, &mut book, &mut disk).is_ok() {
            found.extend(unless(
                door.begin(number, &said, standing()?, &mut book, &mut disk).is_err(),
                || "an ended effect begins again".into(),
            ));
        }
    }
    disk.writes_left = 1000;
    let mut door = match Door::recover(disk.leaves.iter().map(Vec::as_slice)) {
        Ok(door) => door,
        Err(why) => {
            found.push(format!("what the door wrote does not open it again: {why}"));
            return Ok(found);
        }
    };
    let mut book = Book::over(disk.leaves.iter().map(Vec::as_slice))?;
    for (number, decision) in &numbers {
        let unknown = door.stage(*number) == Some(Stage::Unknown);
        let standing = || office.monitor.standing(decision, 1);
        let other = Payload { text: "{}".into(), ..decision.payload() };
        let other = door.begin(*number, &other, standing()?, &mut book, &mut disk);
        found.extend(unless(other.is_err(), || "other bytes than those that were authorised".into()));
        if door.begin(*number, &decision.payload(), standing()?, &mut book, &mut disk).is_ok() {
            effects.push((*number, disk.leaves.len()));
            found.extend(unless(unknown && repeat == Repeat::Idempotent, || {
                "what was allowed before a restart begins after it".into()
            }));
        }
    }
    found.extend(effects.iter().filter_map(|(number, at)| without_allow(&disk.leaves, *number, *at)));
    for (number, _) in &numbers {
        let times = effects.iter().filter(|(n, _)| n == number).count();
        found.extend(unless(times <= 1 || repeat == Repeat::Idempotent, || {
            format!("{times} effects of one allow")
        }));
    }
    Ok(found)
}

/// A violation unless an allow of this number stands among the leaves that were written before.
fn without_allow(leaves: &[Vec<u8>], number: u64, at: usize) -> Option<String> {
    let before = &leaves[..at.min(leaves.len())];
    let leaf =
        usize::try_from(number).ok().and_then(|n| before.get(n)).and_then(|leaf| Leaf::read(leaf).ok());
    let allowed = matches!(leaf, Some(Leaf::Decision { verdict, .. }) if verdict.sends());
    let begun =
        before.iter().filter_map(|leaf| Leaf::read(leaf).ok()).any(|leaf| leaf == Leaf::Begun { of: number });
    unless(allowed && begun, || format!("an effect of {number} without its allow in the book"))
}

/// Between an allow and its effect somebody may be stopped, a right that was lent may end, and another policy may
/// take effect: then nothing begins.
pub fn what_is_withdrawn_does_not_begin() -> Vec<String> {
    told((|| {
        let fault = |why: crate::Fault| why.to_string();
        let lease = charter().switch.lease_ticks;
        type Withdraw<'a> = &'a dyn Fn(&mut Office) -> Result<(), String>;
        let policy =
            format!("{}\nforbid(principal, action == Action::\"note\", resource);", charter().policy);
        let lends = |from: &str, tool: &str| {
            let tools = BTreeSet::from([tool.to_owned()]);
            Order::Delegate(Delegation { from: from.into(), to: "dee".into(), tools, depth: 0, until: 99 })
        };
        let tries: [(&str, u64, bool, Withdraw); 8] = [
            ("nothing", 1, true, &|_| Ok(())),
            ("a stop, and the lease", 2 + lease, false, &|office| {
                office.monitor.obey(&Order::Stop("bob".into()), 1)?;
                office.monitor.obey(&Order::Beat, 1 + lease)
            }),
            ("a revocation", 1, false, &|office| office.monitor.obey(&Order::Revoke("dee".into()), 1)),
            ("the end of what was lent", 6, false, &|_| Ok(())),
            ("the same lent again", 6, true, &|office| {
                office.monitor.obey(&lends("bob", "read_document"), 1)
            }),
            ("another right in its place", 1, false, &|office| office.monitor.obey(&lends("bob", "note"), 1)),
            ("the same from somebody else", 1, false, &|office| {
                office.monitor.obey(&lends("ann", "read_document"), 1)
            }),
            ("another policy", 1, false, &|office| {
                let mut ratchet = Ratchet::new(charter()).map_err(fault)?;
                let proposal = ratchet.propose(&policy).map_err(fault)?;
                office.monitor.adopt(&ratchet.adopt(&proposal, None)?)
            }),
        ];
        let mut found = Vec::new();
        for (what, now, begins, withdraw) in tries {
            let mut at = Doorway::open()?;
            at.office.lend("bob", "dee", 0, 5)?;
            let (number, said) = at.allowed("dee")?;
            withdraw(&mut at.office)?;
            let began =
                at.office.monitor.standing(&said, now).and_then(|standing| at.begin(number, &said, standing));
            found.extend(unless(began.is_ok() == begins, || format!("after {what}: {began:?}")));
        }
        // Nor does the standing of one open for another, or one that is older than the policy that decides.
        let mut at = Doorway::open()?;
        let ((number, said), (_, other)) = (at.allowed("ann")?, at.allowed("bob")?);
        let began = at.office.monitor.standing(&other, 1).and_then(|bob| at.begin(number, &said, bob));
        found.extend(unless(began.is_err(), || "the standing of another opens".into()));
        let old = at.office.monitor.standing(&said, 1)?;
        at.door.govern(1, &policy, &mut at.book, &mut at.leaves)?;
        let began = at.begin(number, &said, old);
        found.extend(unless(began.is_err(), || "the standing of an older policy opens".into()));
        Ok(found)
    })())
}

/// An office with its door and its log.
struct Doorway {
    office: Office,
    door: Door,
    book: Book,
    leaves: Vec<Vec<u8>>,
}

impl Doorway {
    fn open() -> Result<Self, String> {
        let office = Office::usual()?;
        let (mut door, mut book, mut leaves) = (Door::default(), Book::default(), Vec::<Vec<u8>>::new());
        door.govern(office.monitor.epoch(), office.monitor.policy(), &mut book, &mut leaves)?;
        Ok(Self { office, door, book, leaves })
    }

    /// An allowed call of somebody, and its number.
    fn allowed(&mut self, who: &str) -> Result<(u64, Decision), String> {
        let said = self.office.calls(who, "read_document", json!({ "name": "plan" }));
        let number = self.door.admit(&said, &mut self.book, &mut self.leaves)?;
        Ok((number.ok_or("it is not allowed")?, said))
    }

    fn begin(&mut self, number: u64, said: &Decision, standing: Standing) -> Result<Effect, String> {
        self.door.begin(number, &said.payload(), standing, &mut self.book, &mut self.leaves)
    }
}

/// Leaves that no door writes are no history: an epoch that goes back or comes from nowhere, a verdict that is not
/// the strictest of its rooms, a hash that is none.
pub fn a_history_is_a_doors() -> Vec<String> {
    let hash = "0".repeat(64);
    let policy = |epoch, text: &str| Leaf::Policy { epoch, hash: trace::digest(text.as_bytes()) };
    let decision = |epoch, verdict, said, hash: &str| Leaf::Decision {
        epoch,
        now: 1,
        principal: "ann".into(),
        method: "call".into(),
        tool: "note".into(),
        hash: hash.into(),
        verdict,
        rooms: BTreeMap::from([("grant".into(), (Mode::Enforce, said))]),
        repeat: Repeat::Never,
    };
    use Verdict::{Allow, Deny};
    let tries = [
        ("a history", true, vec![policy(0, "a"), decision(0, Allow, Allow, &hash), policy(1, "b")]),
        ("a restart", true, vec![policy(3, "a"), policy(3, "a"), decision(3, Deny, Deny, &hash)]),
        ("a decision before any policy", false, vec![decision(0, Allow, Allow, &hash)]),
        ("an epoch that goes back", false, vec![policy(1, "a"), policy(0, "b")]),
        ("an epoch that is left out", false, vec![policy(0, "a"), policy(2, "b")]),
        ("two policies of one epoch", false, vec![policy(0, "a"), policy(0, "b")]),
        ("a decision of another epoch", false, vec![policy(1, "a"), decision(0, Allow, Allow, &hash)]),
        ("an allow that a room denies", false, vec![policy(0, "a"), decision(0, Allow, Deny, &hash)]),
        (
            "an effect under another policy",
            false,
            vec![policy(0, "a"), decision(0, Allow, Allow, &hash), policy(1, "b"), Leaf::Begun { of: 1 }],
        ),
        ("a hash that is none", false, vec![policy(0, "a"), decision(0, Allow, Allow, "nonsense")]),
    ];
    let tried = tries.into_iter().filter_map(|(what, fine, leaves)| {
        let bytes: Vec<Vec<u8>> = leaves.iter().map(Leaf::bytes).collect();
        let read = Door::recover(bytes.iter().map(Vec::as_slice));
        unless(read.is_ok() == fine, || format!("{what} ends in {read:?}"))
    });
    tried.collect()
}
