//! The sealed payloads beside a log: each is what a leaf names, or nothing.

use super::Broken;
use crate::door::Leaf;
use crate::payload::{FOLDER, Payload};
use std::collections::BTreeMap;

/// The files of sealed payloads, and who reads them. The caller reads, here nothing is opened.
pub struct Sealed<'a> {
    /// Names below `payload/`.
    pub names: &'a [String],
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
    /// The reader's secret key; without it names are checked and nothing is opened.
    pub reader: Option<&'a str>,
    /// Leaves whose payloads are wanted.
    pub show: &'a [u64],
}

/// What is known of the payloads of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payloads {
    /// Decisions in the log.
    pub decisions: u64,
    /// Those whose payload is there.
    pub kept: u64,
    /// Files that were opened and hold what their leaf names.
    pub opened: u64,
    /// What was asked for, by leaf.
    pub shown: BTreeMap<u64, Payload>,
}

impl Payloads {
    /// Reads every file, one at a time.
    pub(super) fn of(leaves: &[&[u8]], sealed: &Sealed<'_>, broken: &mut Vec<Broken>) -> Self {
        let mut found = Self::default();
        let mut by_hash: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (n, leaf) in (0..).zip(leaves) {
            if let Ok(Leaf::Decision { hash, .. }) = Leaf::read(leaf) {
                found.decisions += 1;
                by_hash.entry(hash).or_default().push(n);
            }
        }
        for name in sealed.names {
            let wrong = |why: String| Broken::Payload { file: format!("{FOLDER}/{name}"), why };
            let Some(named) = by_hash.get(name) else {
                broken.push(wrong("no decision of the log has this hash".into()));
                continue;
            };
            found.kept += named.len() as u64;
            let Some(reader) = sealed.reader else { continue };
            match (sealed.read)(name).and_then(|bytes| Payload::open(&bytes, reader)) {
                Ok(payload) if payload.hash() == *name => {
                    found.opened += 1;
                    let wanted = named.iter().filter(|n| sealed.show.contains(n));
                    found.shown.extend(wanted.map(|n| (*n, payload.clone())));
                }
                Ok(_) => broken.push(wrong("it holds something else than its name says".into())),
                Err(why) => broken.push(wrong(why)),
            }
        }
        found
    }
}
