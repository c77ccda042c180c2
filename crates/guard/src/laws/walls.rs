//! Laws of the door and the ratchet.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::book::{Book, Storage};
use crate::door::{Door, Leaf, Outcome, Repeat, Stage};
use crate::{Offer, Payload, Ratchet, Turn, key_pair, sign};
use serde_json::json;
use std::sync::Arc;

/// A disk that fails from one write on.
struct Disk {
    leaves: Vec<Vec<u8>>,
    writes_left: usize,
}

impl Storage for Disk {
    fn keep(&mut self, leaf: &[u8]) -> Result<(), String> {
        self.writes_left = self.writes_left.checked_sub(1).ok_or("the disk is full")?;
        self.leaves.keep(leaf)
    }
}

/// Whatever fails and wherever it stops, each effect has one allow written before it, and an allow has
/// at most one effect unless its tool is idempotent.
pub fn every_effect_has_one_allow() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        for (writes, repeat) in (0..24).flat_map(|n| [(n, Repeat::Never), (n, Repeat::Idempotent)]) {
            found.extend(
                one_life(writes, repeat)?
                    .into_iter()
                    .map(|why| format!("{writes} writes, {repeat:?}: {why}")),
            );
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
    for (offer, text) in offers {
        let decision = office.monitor.decide("ann", &Arc::new(offer), Some(text), 1);
        let number = door.admit(&decision, Repeat::Never, &mut book, &mut leaves)?;
        let number = number.ok_or_else(|| format!("{}: {}", decision.method, decision.reason()))?;
        let said = decision.payload();
        let elsewhere = Payload { question: Some("another".into()), ..said.clone() };
        let mut opens = |said: &Payload| door.begin(number, said, &mut book, &mut leaves).is_ok();
        found.extend(unless(!opens(&elsewhere), || format!("{}: to another question", said.method)));
        found.extend(unless(opens(&said), || format!("{}: the door stays shut", said.method)));
        found.extend(unless(!opens(&said), || format!("{}: twice", said.method)));
    }
    Ok(found)
}

/// Requests at a door whose disk takes so many writes; then a restart, in which everything is tried
/// again.
fn one_life(writes: usize, repeat: Repeat) -> Result<Vec<String>, String> {
    let mut office = Office::usual()?;
    let mut disk = Disk { leaves: Vec::new(), writes_left: writes };
    let (mut door, mut book) = (Door::default(), Book::default());
    let (mut effects, mut numbers, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (n, (who, text)) in requests().into_iter().take(10).enumerate() {
        let decision = office.says(who, &text);
        let Ok(number) = door.admit(&decision, repeat, &mut book, &mut disk) else { continue };
        found.extend(unless(number.is_some() == decision.verdict.sends(), || {
            format!("a number for {:?}", decision.verdict)
        }));
        let (Some(number), said) = (number, decision.payload()) else { continue };
        numbers.push((number, said.clone()));
        let Ok(effect) = door.begin(number, &said, &mut book, &mut disk) else { continue };
        effects.push((number, disk.leaves.len()));
        // Every third effect is cut off by a crash: nobody writes how it ended.
        if n % 3 > 0 && door.end(effect, Outcome::Done, &mut book, &mut disk).is_ok() {
            found.extend(unless(door.begin(number, &said, &mut book, &mut disk).is_err(), || {
                "an ended effect begins again".into()
            }));
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
    for (number, said) in &numbers {
        let unknown = door.stage(*number) == Some(Stage::Unknown);
        let other = Payload { text: "{}".into(), ..said.clone() };
        let other = door.begin(*number, &other, &mut book, &mut disk);
        found.extend(unless(other.is_err(), || "other bytes than those that were authorised".into()));
        if door.begin(*number, said, &mut book, &mut disk).is_ok() {
            effects.push((*number, disk.leaves.len()));
            found.extend(unless(!unknown || repeat == Repeat::Idempotent, || {
                "an unknown effect is tried again".into()
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

const ONE_MORE: &str =
    "\npermit(principal, action == Action::\"note\", resource) when { context.args.text == \"x\" };";

/// What widens takes effect with a quorum of signatures over this very policy, and not otherwise; what
/// narrows needs none; both name who is allowed what, before and after.
pub fn widening_needs_a_quorum() -> Vec<String> {
    told((|| {
        let policy = charter().policy;
        let fault = |why: crate::Fault| why.to_string();
        let signers: Vec<String> =
            (1..=2).map(|n| key_pair(&format!("operator-{n}"), [n; 32]).signer).collect();
        let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
        let stranger = key_pair("operator-1", [9; 32]).signer;
        let mut ratchet = Ratchet::new(charter()).map_err(fault)?;
        let wider = ratchet.propose(&format!("{policy}{ONE_MORE}")).map_err(fault)?;
        let other = ratchet.propose(&format!("{policy}{ONE_MORE}{ONE_MORE}")).map_err(fault)?;
        let notes = [
            None,
            Some(sign(&wider.text(), &signers[..1])?),
            Some(sign(&wider.text(), &[signers[0], signers[0]])?),
            Some(sign(&wider.text(), &[&stranger, signers[1]])?),
            Some(sign(&other.text(), &signers)?),
        ];
        let mut found: Vec<String> =
            unless(wider.turn == Turn::Wider, || "a permit more is not wider".into()).into_iter().collect();
        for (n, note) in notes.iter().enumerate() {
            let adopted = Ratchet::new(charter()).map_err(fault)?.adopt(&wider, note.as_deref());
            found.extend(unless(adopted.is_err(), || format!("note {n} is enough")));
        }
        let mut office = Office::usual()?;
        let adopted = ratchet.adopt(&wider, Some(&sign(&wider.text(), &signers)?))?;
        office.monitor.adopt(&adopted)?;
        found.extend(unless(office.says("ann", "{}").epoch == 1, || {
            "a decision does not name its epoch".into()
        }));
        found.extend(unless(office.monitor.adopt(&adopted).is_err(), || "an epoch comes twice".into()));
        let narrow = format!(
            "{policy}{ONE_MORE}\nforbid(principal == Agent::\"ann\", action == Action::\"note\", resource);"
        );
        let narrower = ratchet.propose(&narrow).map_err(fault)?;
        let flips: Vec<(&str, &str)> =
            narrower.compared.flips.iter().map(|flip| (&*flip.principal, &*flip.action)).collect();
        let named = flips.iter().all(|flip| *flip == ("ann", "note")) && !flips.is_empty();
        found.extend(unless(named, || format!("the difference is told as {flips:?}")));
        office.monitor.adopt(&ratchet.adopt(&narrower, None)?)?;
        let said = office.calls("ann", "note", json!({ "text": "hello" }));
        found.extend(unless(!said.verdict.sends() && said.epoch == 2, || {
            "a narrower policy does not hold".into()
        }));
        Ok(found)
    })())
}

/// A policy that does not load, or is not let through, leaves the one in force as it was.
pub fn a_failed_reload_changes_nothing() -> Vec<String> {
    told((|| {
        let mut ratchet = Ratchet::new(charter()).map_err(|why| why.to_string())?;
        let before = ratchet.policies().clone();
        let bad = [
            "permit(principal, action, resource",
            "permit(principal, action == Action::\"no_such_tool\", resource);",
            "forbid(principal, action == Action::\"note\", resource) when { context.args.nmae == \"x\" };",
            "forbid(principal, action == Action::\"note\", resource) when { context.args.text == 1 };",
            "forbid(principal, action, resource) when { false };",
            "@verdict(\"maybe\") forbid(principal, action, resource);",
            "permit(principal == ?principal, action, resource);",
        ];
        let mut found: Vec<String> = bad
            .iter()
            .filter_map(|policy| unless(ratchet.propose(policy).is_err(), || format!("it loads: {policy}")))
            .collect();
        let wider =
            ratchet.propose(&format!("{}{ONE_MORE}", charter().policy)).map_err(|why| why.to_string())?;
        found.extend(unless(ratchet.adopt(&wider, None).is_err(), || "it is let through unsigned".into()));
        found.extend(unless(std::sync::Arc::ptr_eq(&before, ratchet.policies()), || {
            "the policy has changed".into()
        }));
        found.extend(unless(ratchet.epoch() == 0, || "the epoch has changed".into()));
        Ok(found)
    })())
}
