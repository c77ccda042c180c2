//! The desk of one seat: a company, whose turn it is, and the record of what was called.

use crate::call::{self, Outcome, Reply};
use crate::record::{Left, Line, Record, VERSION};
use serde_json::{Value, json};
use std::io::Write;
use trace::{Act, Call, Event, Fact, Tool};
use world::{Company, World};

/// What a seat begins with.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub seat: String,
    /// The task in words.
    pub told: String,
    /// What the record says is served.
    pub subject: Value,
}

impl Opening {
    pub fn new(seat: impl Into<String>, told: impl Into<String>) -> Self {
        Self { seat: seat.into(), told: told.into(), subject: Value::Null }
    }
}

/// Why a call never reached the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no tool of that name.
    UnknownTool(String),
    /// What cannot be recorded is not done.
    NotRecorded(String),
}

/// A company, and the one who works in it.
pub struct Desk {
    company: Company,
    seat: String,
    /// The task as it is offered.
    task: String,
    tools: std::sync::Arc<[Tool]>,
    record: Record,
    calls: u32,
    is_ended: bool,
}

impl Desk {
    /// Sits down. `Err` where the seat has no turn, or the record's first line cannot be written.
    pub fn open(
        company: Company,
        opening: Opening,
        record: Option<Box<dyn Write + Send>>,
    ) -> Result<Self, String> {
        let view = company.view(&opening.seat);
        let Some(ask) = view.asks.first() else {
            return Err(format!("the seat `{}` has no turn", opening.seat));
        };
        let (tools, task) = (ask.tools.clone(), call::task(&opening.told, &view));
        let mut record = Record::new(record);
        record.write(&[Line::Opened {
            v: VERSION,
            subject: &opening.subject,
            world: company.version(),
            seat: &opening.seat,
            tools: &tools,
            told: &task,
        }])?;
        Ok(Self { company, seat: opening.seat, task, tools, record, calls: 0, is_ended: false })
    }

    /// What the seat may call.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// What the seat is asked to do.
    pub fn task(&self) -> &str {
        &self.task
    }

    pub fn company(&self) -> &Company {
        &self.company
    }

    /// Whether nothing can be done any more.
    pub fn is_over(&self) -> bool {
        self.company.due().is_empty()
    }

    pub fn facts(&self) -> Vec<Fact> {
        self.company.facts()
    }

    /// Why the record has stopped, where it has.
    pub fn broken(&self) -> Option<&str> {
        self.record.broken.as_deref()
    }

    /// One call. The state moves only when the record has it.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Result<Reply, Refused> {
        if !self.tools.iter().any(|known| known.name == tool) {
            return Err(Refused::UnknownTool(call::short(tool)));
        }
        let call = Call { tool: tool.to_owned(), arguments };
        let view = self.company.view(&self.seat);
        let mut next = self.company.clone();
        let mut events = Vec::new();
        let (outcome, text) = match step(&mut next, &self.seat, call::act(&view, &call), &mut events) {
            Ok(()) => {
                let failed = next.failed_calls() > self.company.failed_calls();
                pass_peers(&mut next, &self.seat, &mut events);
                let outcome = if failed { Outcome::Failed } else { Outcome::Done };
                (outcome, call::told(&next.view(&self.seat)))
            }
            Err(rule) => {
                events.push(Event::Illegal { seat: self.seat.clone(), turn: view.turn, rule: rule.clone() });
                (Outcome::Refused, rule)
            }
        };
        let ends = !self.is_ended && next.due().is_empty();
        let (n, kept) = (self.calls + 1, call::kept(call));
        let called = Line::Called { n, call: &kept, outcome, text: &text, events: &events };
        let facts = if ends { next.facts() } else { Vec::new() };
        let mut lines = vec![called];
        if ends {
            lines.push(Line::ended(Left::WorkEnded, &facts));
        }
        self.record.write(&lines).map_err(Refused::NotRecorded)?;
        (self.company, self.calls, self.is_ended) = (next, n, self.is_ended || ends);
        Ok(Reply::new(outcome, text))
    }

    /// Closes the record where the work has not ended by itself.
    pub fn leave(&mut self, why: Left) -> Result<(), String> {
        if std::mem::replace(&mut self.is_ended, true) {
            return Ok(());
        }
        let facts = self.company.facts();
        self.record.write(&[Line::ended(why, &facts)])
    }
}

/// Applies an act and notes what it did.
fn step(company: &mut Company, seat: &str, act: Act, events: &mut Vec<Event>) -> Result<(), String> {
    let turn = act.turn;
    let changes = company.apply(seat, &act).map_err(|illegal| illegal.rule)?;
    events.push(Event::Acted { seat: seat.into(), act });
    events.push(Event::Changed { turn, changes });
    Ok(())
}

/// Nobody sits on the other seats: their turns pass by `wait`.
fn pass_peers(company: &mut Company, seat: &str, events: &mut Vec<Event>) {
    while let Some(due) = company.due().into_iter().find(|turn| turn.seat != seat) {
        let wait = Call { tool: "wait".into(), arguments: json!({}) };
        let act = call::act(&company.view(&due.seat), &wait);
        if step(company, &due.seat, act, events).is_err() {
            return;
        }
    }
}
