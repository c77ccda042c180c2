//! Where events go.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use trace::Event;

/// Proof that an event was appended. Only a sink makes one.
#[derive(Debug)]
pub struct Receipt(());

/// Takes events in order. An error means that the event is not recorded: the episode halts.
pub trait Sink: Send {
    fn append(&mut self, event: Event) -> Result<Receipt, String>;
}

/// A sink in memory: the events of one episode, for who reads them at once.
#[derive(Debug, Default)]
pub struct Tape {
    pub events: Vec<Event>,
}

impl Sink for Tape {
    fn append(&mut self, event: Event) -> Result<Receipt, String> {
        self.events.push(event);
        Ok(Receipt(()))
    }
}

/// A sink in memory: the events of one episode as they will stand in the record, in one piece. Thousands
/// of events kept apart would fragment the memory, so that a late turn costs more than an early one.
#[derive(Debug, Default)]
pub struct Scroll {
    /// A JSON array; empty before the first event.
    text: Vec<u8>,
}

impl Sink for Scroll {
    fn append(&mut self, event: Event) -> Result<Receipt, String> {
        let begun = self.text.pop().is_some();
        let before = self.text.len();
        self.text.push(if begun { b',' } else { b'[' });
        let written = serde_json::to_writer(&mut self.text, &event);
        // Of what could not be written nothing stands.
        if written.is_err() {
            self.text.truncate(before);
        }
        if begun || written.is_ok() {
            self.text.push(b']');
        }
        written.map(|()| Receipt(())).map_err(|e| e.to_string())
    }
}

impl Serialize for Scroll {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &[u8] = if self.text.is_empty() { b"[]" } else { &self.text };
        let events: &RawValue = serde_json::from_slice(text).map_err(S::Error::custom)?;
        events.serialize(serializer)
    }
}
