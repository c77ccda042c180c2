//! What was bought, as the ledgers say.

use crate::StoreError;
use crate::frames::read_frames_from;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use trace::{Completion, Name, Purchase, Record, Request};

/// A folder whose last change is younger than this when it is listed may change again without its time
/// changing: clocks of file systems tick slowly.
const TICK: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(crate) struct Known {
    pub bought: HashMap<Name, (Request, Completion)>,
    seen: HashMap<PathBuf, Seen>,
    listed: Listed,
}

/// How far a ledger is read, and how long it was when it was last looked at.
#[derive(Clone, Copy, Default)]
struct Seen {
    read: u64,
    len: u64,
}

/// The ledgers of this run, and when its folder had last changed as they were listed.
#[derive(Default)]
struct Listed {
    changed: Option<SystemTime>,
    files: Vec<PathBuf>,
}

impl Known {
    pub fn keep(&mut self, record: Record) {
        self.bought.extend(sold(record));
    }

    /// Reads what a ledger holds beyond what was read of it. What stands before damage counts.
    pub fn read(&mut self, path: &Path) -> Result<(), StoreError> {
        let seen = self.seen.get(path).copied().unwrap_or_default();
        let len = std::fs::metadata(path).map_err(StoreError::io(path))?.len();
        if len == seen.len {
            return Ok(());
        }
        let mut found = Vec::new();
        let read = read_frames_from(path, seen.read, |record| found.extend(sold(record)));
        if !found.is_empty() {
            // Another process may have written it and not flushed it yet.
            File::open(path).and_then(|f| f.sync_data()).map_err(StoreError::io(path))?;
        }
        self.bought.extend(found);
        let end = read.as_ref().copied().unwrap_or(seen.read);
        self.seen.insert(path.into(), Seen { read: end, len });
        read.map(drop)
    }

    /// Reads what other processes that play the same run have bought.
    pub fn look(&mut self, run: &Path, own: &Path) {
        let changed = std::fs::metadata(run).and_then(|m| m.modified()).ok();
        if changed.is_none() || changed != self.listed.changed {
            let settled = changed.filter(|at| at.elapsed().is_ok_and(|age| age > TICK));
            let mut files = crate::run::files(run, "ledger-");
            files.retain(|path| path != own);
            self.listed = Listed { changed: settled, files };
        }
        for path in self.listed.files.clone() {
            // What cannot be read is not known: it is bought again.
            let _ = self.read(&path);
        }
    }
}

fn sold(record: Record) -> Option<(Name, (Request, Completion))> {
    let Record::Purchase(purchase) = record else { return None };
    let Purchase { key, request, completion, .. } = *purchase;
    Some((key, (request, completion)))
}
