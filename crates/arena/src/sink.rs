//! Where events go.

use trace::Event;

/// Proof that an event was appended. Only a sink makes one.
#[derive(Debug)]
pub struct Receipt(());

/// Takes events in order. An error means that the event is not recorded: the episode halts.
pub trait Sink: Send {
    fn append(&mut self, event: Event) -> Result<Receipt, String>;
}

/// A sink in memory: the events of one episode until it is sealed.
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
