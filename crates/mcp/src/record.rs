//! The record of a session: canonical JSON, one line each, written before the client is answered.
//!
//! ```text
//! {"line":"opened", …}     what is served, to whom, with which tools
//! {"line":"called", …}     one call: its outcome, its text, the events of the world
//! {"line":"ended",  …}     why, and the world's facts
//! ```

use crate::call::Outcome;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};
use trace::{Call, Event, Fact, Tool};

/// The version of these lines.
pub const VERSION: u32 = 1;

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// A call, or the last step, ended the work.
    WorkEnded,
    /// The client left before.
    ClientLeft,
    /// The server was stopped before.
    Interrupted,
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub enum Line<'a> {
    Opened {
        v: u32,
        /// What is served, in the face's words: a scenario, a cell, a unit.
        subject: &'a Value,
        world: &'a str,
        seat: &'a str,
        tools: &'a [Tool],
        /// The task as it is offered.
        told: &'a str,
    },
    Called {
        n: u32,
        call: &'a Call,
        outcome: Outcome,
        text: &'a str,
        /// What was done and changed, by the seat and by a peer after it.
        events: &'a [Event],
    },
    Ended {
        why: Left,
        facts: BTreeMap<&'a str, &'a Value>,
    },
}

impl Line<'_> {
    pub fn ended(why: Left, facts: &[Fact]) -> Line<'_> {
        Line::Ended { why, facts: facts.iter().map(|fact| (fact.name.as_str(), &fact.value)).collect() }
    }
}

/// Where the lines go; nowhere unless somebody wants them.
pub struct Record {
    to: Option<Box<dyn Write + Send>>,
    /// Why nothing can be written any more.
    pub broken: Option<String>,
}

impl Record {
    pub fn new(to: Option<Box<dyn Write + Send>>) -> Self {
        Self { to, broken: None }
    }

    /// Writes lines as one piece. After an error nothing more is taken: half a line may stand there.
    pub fn write(&mut self, lines: &[Line]) -> Result<(), String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        let Some(to) = &mut self.to else { return Ok(()) };
        append(to, lines).map_err(|why| {
            self.broken = Some(why.to_string());
            why.to_string()
        })
    }
}

fn append(to: &mut dyn Write, lines: &[Line]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend(trace::canonical(line));
        bytes.push(b'\n');
    }
    to.write_all(&bytes)?;
    to.flush()
}
