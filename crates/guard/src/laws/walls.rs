//! Laws of the walls: door, book and ratchet.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::book::{Book, Storage, entries, push_entry};
use crate::door::{Door, Leaf, Outcome, Repeat, Stage};
use crate::verify::{self, Broken, Head, check_consistency, check_inclusion, head_of, verify};
use crate::{Ratchet, Turn, key_pair, sign};
use serde_json::json;

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
        Ok(found)
    })())
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
        let (Some(number), Some(sent)) = (number, decision.sent()) else { continue };
        numbers.push((number, sent.to_owned()));
        let Ok(effect) = door.begin(number, sent, &mut book, &mut disk) else { continue };
        effects.push((number, disk.leaves.len()));
        // Every third effect is cut off by a crash: nobody writes how it ended.
        if n % 3 > 0 && door.end(effect, Outcome::Done, &mut book, &mut disk).is_ok() {
            found.extend(unless(door.begin(number, sent, &mut book, &mut disk).is_err(), || {
                "an ended effect begins again".into()
            }));
        }
    }
    disk.writes_left = 1000;
    let mut door = Door::recover(disk.leaves.iter().map(Vec::as_slice))?;
    let mut book = Book::over(disk.leaves.iter().map(Vec::as_slice))?;
    for (number, sent) in &numbers {
        let unknown = door.stage(*number) == Some(Stage::Unknown);
        let other = door.begin(*number, "{}", &mut book, &mut disk);
        found.extend(unless(other.is_err(), || "other bytes than those that were authorised".into()));
        if door.begin(*number, sent, &mut book, &mut disk).is_ok() {
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

/// Roots of RFC 6962 for the eight leaves that every implementation is tried on.
pub fn the_tree_is_rfc_6962() -> Vec<String> {
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    told((|| {
        let (mut book, mut disk, mut found) = (Book::default(), Vec::new(), Vec::new());
        for (leaf, root) in leaves.iter().zip(roots) {
            book.append(&bytes_of(leaf), &mut disk)?;
            let own: String = book.root()?.iter().map(|byte| format!("{byte:02x}")).collect();
            found.extend(unless(own == root, || format!("{} leaves: {own}", book.size())));
            let whole = verify(disk.iter().map(Vec::as_slice), &[head_of(&book)?]);
            found.extend(unless(whole.is_ok(), || format!("{} leaves: {whole:?}", book.size())));
        }
        Ok(found)
    })())
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..hex.len()).step_by(2).filter_map(pair).collect()
}

/// Every edit, deletion, insertion, exchange and truncation, and every fork, is found by whoever holds a
/// checkpoint; and no proof shows what is not so.
pub fn every_tampering_is_found() -> Vec<String> {
    told((|| {
        let keys = key_pair("log.example", [7; 32]);
        let mut found = Vec::new();
        for size in 1..20_usize {
            let leaves: Vec<Vec<u8>> = (0..size).map(|n| vec![n as u8; n % 5 + 1]).collect();
            let book = Book::over(leaves.iter().map(Vec::as_slice))?;
            let signed = book.checkpoint("log.example", &[&keys.signer])?;
            let head = Head::read(&signed, "log.example", std::slice::from_ref(&keys.verifier))?;
            found.extend(tampered(&leaves).into_iter().filter_map(|(what, leaves)| {
                let read = verify(leaves.iter().map(Vec::as_slice), std::slice::from_ref(&head));
                unless(read.is_err(), || format!("{what} of {size} leaves: {read:?}"))
            }));
            found.extend(proofs(&book, &leaves, &head)?);
            let fork = Head { root: [size as u8; 32], ..head.clone() };
            let forked = verify(leaves.iter().map(Vec::as_slice), &[head, fork]);
            found.extend(unless(matches!(forked, Err(Broken::Forked { .. })), || {
                format!("a fork of {size}: {forked:?}")
            }));
            let flipped: Vec<u8> =
                signed.iter().enumerate().map(|(n, b)| if n == 13 { b ^ 1 } else { *b }).collect();
            let read = Head::read(&flipped, "log.example", std::slice::from_ref(&keys.verifier));
            found.extend(unless(read.is_err(), || "a checkpoint that was changed is read".into()));
        }
        Ok(found)
    })())
}

/// Each way to change a log, at each place.
fn tampered(leaves: &[Vec<u8>]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut all = Vec::new();
    for at in 0..leaves.len() {
        let mut with = |what: &str, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let mut changed = leaves.to_vec();
            change(&mut changed);
            if changed != leaves {
                all.push((format!("{what} at {at}"), changed));
            }
        };
        with("an edit", &|leaves| leaves[at].iter_mut().for_each(|byte| *byte ^= 0x80));
        with("a longer leaf", &|leaves| leaves[at].push(0));
        with("a deletion", &|leaves| drop(leaves.remove(at)));
        with("an insertion", &|leaves| leaves.insert(at, b"new".to_vec()));
        with("an exchange", &|leaves| leaves.swap(at, 0));
        with("a truncation", &|leaves| leaves.truncate(at));
    }
    all
}

fn proofs(book: &Book, leaves: &[Vec<u8>], head: &Head) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for (n, leaf) in (0..).zip(leaves) {
        let proof = book.inclusion(n)?;
        found.extend(unless(check_inclusion(head, n, leaf, &proof).is_ok(), || {
            format!("leaf {n} is not shown")
        }));
        found.extend(unless(check_inclusion(head, n, b"other", &proof).is_err(), || {
            format!("another leaf {n} is shown")
        }));
        let old = verify::head_of(&Book::over(leaves[..=n as usize].iter().map(Vec::as_slice))?)?;
        let proof = book.consistency(old.size)?;
        found.extend(unless(check_consistency(&old, head, &proof).is_ok(), || {
            format!("{} of {} leaves", old.size, head.size)
        }));
        let fork = Head { root: [9; 32], ..old };
        found.extend(unless(check_consistency(&fork, head, &proof).is_err(), || {
            "a fork is consistent".into()
        }));
    }
    let mut bundle = Vec::new();
    leaves.iter().try_for_each(|leaf| push_entry(&mut bundle, leaf))?;
    found.extend(unless(entries(&bundle).is_ok_and(|read| read == *leaves), || {
        "a bundle is read differently".into()
    }));
    found.extend(unless(entries(&bundle[..bundle.len() - 1]).is_err(), || {
        "a bundle that is cut off is read".into()
    }));
    Ok(found)
}

/// No leaf holds an argument or a reason, of whatever was asked.
pub fn a_log_holds_no_arguments() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let marker = "marker-4711";
        let calls = [
            ("read_document", json!({ "name": marker })),
            ("note", json!({ "text": marker, "role": marker })),
            ("copy_file", json!({ "name": marker, "from": marker, "to": marker })),
            ("send_mail", json!({ "to": "bob", "text": marker })),
            (marker, json!({ marker: marker })),
        ];
        let leaves = calls
            .into_iter()
            .map(|(tool, arguments)| Leaf::of(&office.calls("ann", tool, arguments), Repeat::Never));
        let told = leaves.filter_map(|leaf| {
            let text = String::from_utf8_lossy(&leaf.bytes()).into_owned();
            unless(!text.contains(marker), || text.clone())
        });
        Ok(told.collect())
    })())
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
            narrower.flips.iter().map(|flip| (&*flip.principal, &*flip.action)).collect();
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
