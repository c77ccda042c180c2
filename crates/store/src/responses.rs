//! Every completion that was bought, by the request that bought it.

use crate::{Frames, StoreError, read_frames};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use trace::{Completion, Name, Purchase, Record, Request};

/// The purchases of a log folder: those of earlier runs and of this one. What is put is on disk
/// before the call returns.
pub struct Responses {
    ledger: Mutex<Frames>,
    known: Mutex<HashMap<Name, (Request, Completion)>>,
}

impl Responses {
    /// Opens the ledger of a run for writing (`ledger-NNNN.jsonl.zst`, a file of this process
    /// alone) and reads the ledgers of all runs beside it.
    pub(crate) fn open(run: &Path, log_dir: &Path, shard: u32) -> Result<Self, StoreError> {
        let mut known = HashMap::new();
        for path in ledgers(log_dir) {
            let keep = |record: Record| {
                if let Record::Purchase(p) = record {
                    let Purchase { key, request, completion, .. } = *p;
                    known.insert(key, (request, completion));
                }
            };
            read_frames(&path, keep)?;
        }
        let path = run.join(format!("ledger-{shard:04}.jsonl.zst"));
        let busy = || StoreError::io(&path)(std::io::Error::other("another process writes this ledger"));
        let ledger = Frames::claim(&path)?.ok_or_else(busy)?;
        Ok(Self { ledger: Mutex::new(ledger), known: Mutex::new(known) })
    }

    /// The completion bought by a request.
    pub fn get(&self, key: &Name) -> Option<Completion> {
        let known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(key).map(|(_, completion)| completion.clone())
    }

    /// Records a purchase, durably.
    pub fn put(&self, purchase: &Purchase) -> Result<(), StoreError> {
        let record = Record::Purchase(Box::new(purchase.clone()));
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&[record])?;
        let entry = (purchase.request.clone(), purchase.completion.clone());
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.insert(purchase.key.clone(), entry);
        Ok(())
    }

    /// The requests that were bought: what a miss is compared with.
    pub fn requests(&self) -> Vec<Request> {
        let known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.values().map(|(request, _)| request.clone()).collect()
    }
}

fn ledgers(log_dir: &Path) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = runs.flat_map(|run| crate::run::files(&run.path(), "ledger-")).collect();
    files.sort();
    files
}
