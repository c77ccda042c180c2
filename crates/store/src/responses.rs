//! Every completion that was bought, by the request that bought it.

use crate::frames::read_frames_from;
use crate::{Frames, StoreError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use trace::{Completion, Name, Purchase, Record, Request};

/// The purchases of a log folder: those of earlier runs and of this one. What is put is on disk
/// before the call returns.
pub struct Responses {
    run: PathBuf,
    own: PathBuf,
    ledger: Mutex<Frames>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    bought: HashMap<Name, (Request, Completion)>,
    /// How far each ledger is read.
    read: HashMap<PathBuf, u64>,
}

impl Known {
    /// Reads what a ledger holds beyond what was read of it.
    fn read(&mut self, path: &Path) -> Result<(), StoreError> {
        let start = self.read.get(path).copied().unwrap_or(0);
        if std::fs::metadata(path).is_ok_and(|m| m.len() <= start) {
            return Ok(());
        }
        let keep = |record: Record| {
            if let Record::Purchase(p) = record {
                let Purchase { key, request, completion, .. } = *p;
                self.bought.insert(key, (request, completion));
            }
        };
        let end = read_frames_from(path, start, keep)?;
        self.read.insert(path.into(), end);
        Ok(())
    }
}

impl Responses {
    /// Opens the ledger of a run for writing (`ledger-NNNN.jsonl.zst`, a file of this process
    /// alone) and reads the ledgers of all runs beside it.
    pub(crate) fn open(run: &Path, log_dir: &Path, shard: u32) -> Result<Self, StoreError> {
        let mut known = Known::default();
        for path in ledgers(log_dir) {
            known.read(&path)?;
        }
        let own = run.join(format!("ledger-{shard:04}.jsonl.zst"));
        let busy = || StoreError::io(&own)(std::io::Error::other("another process writes this ledger"));
        let ledger = Frames::claim(&own)?.ok_or_else(busy)?;
        Ok(Self { run: run.into(), own, ledger: Mutex::new(ledger), known: Mutex::new(known) })
    }

    /// The completion bought by a request, be it by another process that plays this run.
    pub fn get(&self, key: &Name) -> Option<Completion> {
        let mut known = self.known();
        if !known.bought.contains_key(key) {
            for path in crate::run::files(&self.run, "ledger-").iter().filter(|p| **p != self.own) {
                // What cannot be read is not known: it is bought again.
                let _ = known.read(path);
            }
        }
        known.bought.get(key).map(|(_, completion)| completion.clone())
    }

    /// Records a purchase, durably.
    pub fn put(&self, purchase: &Purchase) -> Result<(), StoreError> {
        let record = Record::Purchase(Box::new(purchase.clone()));
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&[record])?;
        let entry = (purchase.request.clone(), purchase.completion.clone());
        self.known().bought.insert(purchase.key.clone(), entry);
        Ok(())
    }

    /// The requests that were bought: what a miss is compared with.
    pub fn requests(&self) -> Vec<Request> {
        self.known().bought.values().map(|(request, _)| request.clone()).collect()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn ledgers(log_dir: &Path) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = runs.flat_map(|run| crate::run::files(&run.path(), "ledger-")).collect();
    files.sort();
    files
}
