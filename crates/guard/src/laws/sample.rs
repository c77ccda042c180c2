//! A log as a gateway would leave it: what tests tamper with, and what other tools are tried on.

use super::office::{Office, requests};
use crate::book::{Book, File};
use crate::door::{Door, Outcome};
use crate::keys::KeyPair;
use crate::payload::FOLDER;
use std::sync::Arc;

/// The leaves of the office's requests, each asked so many times: decisions, beginnings, ends.
///
/// # Errors
/// In words, where the door stays shut.
pub fn history(times: usize) -> Result<Vec<Vec<u8>>, String> {
    let mut office = Office::usual()?;
    let (mut door, mut book, mut leaves) = (Door::default(), Book::default(), Vec::<Vec<u8>>::new());
    door.govern(office.monitor.epoch(), office.monitor.policy(), &mut book, &mut leaves)?;
    for (who, text) in (0..times).flat_map(|_| requests()) {
        let decision = office.says(who, &text);
        let number = door.admit(&decision, &mut book, &mut leaves)?;
        if let Some(number) = number {
            let standing = office.monitor.standing(&decision, decision.now)?;
            let effect = door.begin(number, &decision.payload(), standing, &mut book, &mut leaves)?;
            door.end(effect, Outcome::Done, &mut book, &mut leaves)?;
        }
    }
    Ok(leaves)
}

/// The sealed payloads of the office's requests, as files beside its log. What the boxes are drawn from is no
/// secret here: a caller draws.
///
/// # Errors
/// In words, where the key is none.
pub fn sealed(reader: &str) -> Result<Vec<File>, String> {
    let mut office = Office::usual()?;
    let file = |(n, (who, text)): (u8, (&str, String))| {
        let payload = office.says(who, &text).payload();
        Ok(File { path: format!("{FOLDER}/{}", payload.hash()), bytes: payload.seal(reader, [n; 32])? })
    };
    (0..).zip(requests()).map(file).collect()
}

/// The folder of a log (C2SP tlog-tiles): tiles, entries, the checkpoint that `keys` signs, and the key.
///
/// # Errors
/// In words, where the key is malformed.
pub fn published(leaves: &[Vec<u8>], origin: &str, keys: &KeyPair) -> Result<Vec<File>, String> {
    let book = Book::over(leaves.iter().map(Vec::as_slice))?;
    let leaf = |n: u64| leaves.get(usize::try_from(n).ok()?).map(|leaf| Arc::from(leaf.as_slice()));
    let mut files = book.tiles(0)?;
    files.extend(book.bundles(0, &leaf)?);
    files.push(File { path: "checkpoint".into(), bytes: book.checkpoint(origin, &[&keys.signer])? });
    files.push(File { path: "key".into(), bytes: keys.verifier.clone().into_bytes() });
    Ok(files)
}
