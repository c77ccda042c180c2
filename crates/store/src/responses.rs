//! Every completion that was bought, by the request that bought it.
//!
//! A purchase is on disk before it is used, and waiting for a disk takes milliseconds. So purchases
//! that arrive while one write waits share the next: one frame, one wait.

use crate::frames::read_frames_from;
use crate::{Frames, StoreError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use trace::{Completion, Name, Purchase, Record, Request};

/// The purchases of a log folder: those of earlier runs and of this one.
pub struct Responses {
    run: PathBuf,
    own: PathBuf,
    known: Arc<Mutex<Known>>,
    /// `None` only while it is dropped.
    till: Option<Sender<Put>>,
    writer: Option<JoinHandle<()>>,
}

/// A purchase to be written, and whom to tell.
struct Put {
    purchase: Purchase,
    told: Box<dyn FnOnce(Result<(), Arc<StoreError>>) + Send>,
}

#[derive(Default)]
struct Known {
    bought: HashMap<Name, (Request, Completion)>,
    /// How far each ledger is read.
    read: HashMap<PathBuf, u64>,
}

impl Known {
    fn keep(&mut self, record: Record) {
        if let Record::Purchase(p) = record {
            let Purchase { key, request, completion, .. } = *p;
            self.bought.insert(key, (request, completion));
        }
    }

    /// Reads what a ledger holds beyond what was read of it.
    fn read(&mut self, path: &Path) -> Result<(), StoreError> {
        let start = self.read.get(path).copied().unwrap_or(0);
        if std::fs::metadata(path).is_ok_and(|m| m.len() <= start) {
            return Ok(());
        }
        let end = read_frames_from(path, start, |record| self.keep(record))?;
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
        let known = Arc::new(Mutex::new(known));
        let (till, puts) = channel();
        let thread = std::thread::Builder::new().name("ledger".into());
        let writer = {
            let known = known.clone();
            thread.spawn(move || write(ledger, &puts, &known)).map_err(StoreError::io(&own))?
        };
        Ok(Self { run: run.into(), own, known, till: Some(till), writer: Some(writer) })
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

    /// Records a purchase; `told` hears when it is on disk, or why it is not.
    pub fn put(&self, purchase: Purchase, told: impl FnOnce(Result<(), Arc<StoreError>>) + Send + 'static) {
        let put = Put { purchase, told: Box::new(told) };
        let Some(till) = &self.till else { return };
        if let Err(unsent) = till.send(put) {
            let gone = std::io::Error::other("the ledger's writer is gone");
            (unsent.0.told)(Err(Arc::new(StoreError::io(&self.own)(gone))));
        }
    }

    /// The requests that were bought: what a miss is compared with.
    pub fn requests(&self) -> Vec<Request> {
        self.known().bought.values().map(|(request, _)| request.clone()).collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Responses {
    fn drop(&mut self) {
        drop(self.till.take());
        // What was put is written before the file's lock is given up.
        let _ = self.writer.take().map(JoinHandle::join);
    }
}

/// Writes purchases until nobody can put any more: all that wait, as one frame.
fn write(mut ledger: Frames, puts: &Receiver<Put>, known: &Mutex<Known>) {
    while let Ok(first) = puts.recv() {
        let (mut records, mut told) = (Vec::new(), Vec::new());
        for put in std::iter::once(first).chain(puts.try_iter()) {
            records.push(Record::Purchase(Box::new(put.purchase)));
            told.push(put.told);
        }
        let written = ledger.append(&records).map_err(Arc::new);
        if written.is_ok() {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            records.into_iter().for_each(|record| known.keep(record));
        }
        told.into_iter().for_each(|told| told(written.clone()));
    }
}

fn ledgers(log_dir: &Path) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = runs.flat_map(|run| crate::run::files(&run.path(), "ledger-")).collect();
    files.sort();
    files
}
