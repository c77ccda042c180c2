//! The thread that writes purchases. Those that arrive while one write waits share the next.

use crate::known::Known;
use crate::{Frames, StoreError};
use std::path::Path;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use trace::{Purchase, Record};

/// The most purchases of one frame, and the bytes from which on no further one is added.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 64 << 20;

/// A purchase to be written, and whom to tell.
pub(crate) struct Put {
    pub purchase: Box<Purchase>,
    pub told: Told,
}

/// Hears whether a purchase is on disk.
pub(crate) type Told = Box<dyn FnOnce(Result<(), Arc<StoreError>>) + Send>;

/// Takes purchases. When it is dropped, all that it took are written and the ledger's lock is given up.
pub(crate) struct Till {
    // Dropped first: then the thread knows that nothing more comes.
    puts: Sender<Put>,
    _writer: Writer,
}

/// Waits until the thread is through.
struct Writer(Option<JoinHandle<()>>);

impl Drop for Writer {
    fn drop(&mut self) {
        // A panic there was told to those who waited by the closed channel.
        let _ = self.0.take().map(JoinHandle::join);
    }
}

impl Till {
    pub fn open(own: &Path, ledger: Frames, known: Arc<Mutex<Known>>) -> Result<Self, StoreError> {
        let (puts, taken) = channel();
        let thread = std::thread::Builder::new().name("ledger".into());
        let thread = thread.spawn(move || write(ledger, &taken, &known)).map_err(StoreError::io(own))?;
        Ok(Self { puts, _writer: Writer(Some(thread)) })
    }

    pub fn put(&self, put: Put) -> Result<(), SendError<Put>> {
        self.puts.send(put)
    }
}

/// Writes purchases until nobody can put any more.
fn write(mut ledger: Frames, puts: &Receiver<Put>, known: &Mutex<Known>) {
    while let Ok(first) = puts.recv() {
        let (records, told) = batch(first, puts);
        let written = ledger.append(&records).map_err(Arc::new);
        if written.is_ok() {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            records.into_iter().for_each(|record| known.keep(record));
        }
        told.into_iter().for_each(|told| told(written.clone()));
    }
}

/// What waits, as far as it fits one frame.
fn batch(first: Put, puts: &Receiver<Put>) -> (Vec<Record>, Vec<Told>) {
    let (mut records, mut told, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut next = Some(first);
    while let Some(Put { purchase, told: tell }) = next {
        bytes += size(&purchase);
        records.push(Record::Purchase(purchase));
        told.push(tell);
        next = (records.len() < BATCH && bytes < BATCH_BYTES).then(|| puts.try_recv().ok()).flatten();
    }
    (records, told)
}

/// Its texts, which are what can be large.
fn size(purchase: &Purchase) -> usize {
    let asked: usize = purchase.request.messages.iter().map(|m| m.text.len()).sum();
    purchase.raw.len() + purchase.completion.text.len() + asked
}
