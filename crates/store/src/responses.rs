//! Every completion that was bought, by the request that bought it.
//!
//! A purchase is on disk before it is used, and waiting for a disk takes milliseconds. So purchases
//! that arrive while one write waits share the next: one frame, one wait.

use crate::known::Known;
use crate::till::{Put, Till};
use crate::{Frames, StoreError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::{Completion, Name, Purchase, Request};

/// The purchases of a log folder: those of earlier runs and of this one.
pub struct Responses {
    run: PathBuf,
    own: PathBuf,
    known: Arc<Mutex<Known>>,
    till: Till,
    unread: Vec<StoreError>,
}

impl Responses {
    /// Opens a ledger of a run for writing (`ledger-NNNN.jsonl.zst`, a file of this process alone) and
    /// reads the ledgers of all runs beside it.
    pub(crate) fn open(run: &Path, log_dir: &Path) -> Result<Self, StoreError> {
        let mut known = Known::default();
        let mut unread: Vec<_> = ledgers(log_dir).iter().filter_map(|path| known.read(path).err()).collect();
        // What is appended after damage would never be read again.
        let damaged: Vec<PathBuf> = unread.iter().map(|e| e.path().into()).collect();
        let (number, ledger) = Frames::claim_free(run, "ledger-", |path| !damaged.iter().any(|d| d == path))?;
        let own = run.join(format!("ledger-{number:04}.jsonl.zst"));
        // What its last writer wrote since.
        unread.extend(known.read(&own).err());
        Self::with(run, own, ledger, known, unread)
    }

    fn with(
        run: &Path,
        own: PathBuf,
        ledger: Frames,
        known: Known,
        unread: Vec<StoreError>,
    ) -> Result<Self, StoreError> {
        let known = Arc::new(Mutex::new(known));
        let till = Till::open(&own, ledger, known.clone())?;
        Ok(Self { run: run.into(), own, known, till, unread })
    }

    /// The completion bought by a request, be it by another process that plays this run.
    pub fn get(&self, key: &Name) -> Option<Completion> {
        let mut known = self.known();
        if !known.bought.contains_key(key) {
            known.look(&self.run, &self.own);
        }
        known.bought.get(key).map(|(_, completion)| completion.clone())
    }

    /// Records a purchase; `told` hears when it is on disk, or why it is not.
    pub fn put(&self, purchase: Purchase, told: impl FnOnce(Result<(), Arc<StoreError>>) + Send + 'static) {
        if let Err(unsent) = self.till.put(Put { purchase: Box::new(purchase), told: Box::new(told) }) {
            let gone = std::io::Error::other("the ledger's writer is gone");
            (unsent.0.told)(Err(Arc::new(StoreError::io(&self.own)(gone))));
        }
    }

    /// The requests that were bought: what a miss is compared with.
    pub fn requests(&self) -> Vec<Request> {
        self.known().bought.values().map(|(request, _)| request.clone()).collect()
    }

    /// The ledgers that could not be read to their end: what they hold beyond may be bought again.
    pub fn unread(&self) -> &[StoreError] {
        &self.unread
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ledgers(log_dir: &Path) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = runs.flat_map(|run| crate::run::files(&run.path(), "ledger-")).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests;
