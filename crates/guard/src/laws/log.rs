//! Laws of the book, and of those who read it.

use super::office::{Office, requests};
use super::{told, unless};
use crate::book::{Book, entries, push_entry};
use crate::door::Leaf;
use crate::key_pair;
use crate::payload::{Payload, reader_of};
use crate::verify::{self, Broken, Head, check_consistency, check_inclusion, head_of, verify};
use serde_json::json;

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
        let leaves =
            calls.into_iter().map(|(tool, arguments)| Leaf::of(&office.calls("ann", tool, arguments)));
        let told = leaves.filter_map(|leaf| {
            let text = String::from_utf8_lossy(&leaf.bytes()).into_owned();
            unless(!text.contains(marker), || text.clone())
        });
        Ok(told.collect())
    })())
}

/// Whoever has the key reads what a leaf names, also of what was refused; nobody else reads or changes anything.
pub fn payloads_are_for_their_reader() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let (secret, stranger) = ("11".repeat(32), "12".repeat(32));
        let reader = reader_of(&secret)?;
        let mut found = Vec::new();
        for (n, (who, text)) in (0_u8..).zip(requests()) {
            let decision = office.says(who, &text);
            let payload = decision.payload();
            let sealed = payload.seal(&reader, [n; 32])?;
            let clear = sealed.windows(text.len()).any(|bytes| bytes == text.as_bytes());
            found.extend(unless(!clear, || format!("anybody can read {text}")));
            let opened = Payload::open(&sealed, &secret);
            let same =
                opened.as_ref().is_ok_and(|opened| *opened == payload && opened.hash() == decision.hash);
            found.extend(unless(same, || format!("{opened:?} is not what was decided: {payload:?}")));
            let mut changed = sealed.clone();
            changed.last_mut().into_iter().for_each(|byte| *byte ^= 1);
            let other = [(&sealed, &stranger), (&changed, &secret)];
            let opens = other.into_iter().any(|(sealed, key)| Payload::open(sealed, key).is_ok());
            found.extend(unless(!opens, || format!("another key or a changed byte opens {text}")));
            let again = payload.seal(&reader, [n.wrapping_add(100); 32])?;
            found.extend(unless(again != sealed, || format!("equal payloads look equal: {text}")));
        }
        Ok(found)
    })())
}
