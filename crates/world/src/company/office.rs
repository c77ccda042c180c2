//! The state of an office: one map from paths to values, and the history of each.
//!
//! ```text
//! drive/NAME                    text
//! config/FILE/SETTING           a value
//! servers/SERVER/OBJECT         { bytes, have, date, origin }
//! review, form                  what was submitted
//! mail/N                        { from, to, subject, text, read }
//! shutdowns/NAME                true
//! readings                      how many were seen
//! alarm                         { level, target }, while it is on
//! notes/N, messages/N           { text, danger }
//! heard/N                       { from, text }: what the colleague of a stream said
//! ```

use super::spec::CompanySpec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Change, Span};

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The calls that had been made before it.
    pub step: u32,
    pub by: String,
    pub path: String,
    pub from: Value,
    pub to: Value,
}

/// An object as it lies on a server now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    pub bytes: u64,
    /// How many of them have arrived.
    pub have: u64,
    pub date: String,
    /// `server/object` that it is a copy of, whatever it is called since.
    pub origin: String,
}

impl Stored {
    pub fn is_whole(&self) -> bool {
        self.have == self.bytes
    }
}

/// An office at work.
#[derive(Clone, Debug, Serialize)]
pub struct Office {
    #[serde(skip)]
    pub spec: Arc<CompanySpec>,
    state: BTreeMap<String, Value>,
    history: Vec<Entry>,
    /// Calls of the first seat so far.
    pub step: u32,
    /// What was read: document names, `sheet`, `memory`.
    pub read: std::collections::BTreeSet<String>,
    /// Results that were longer than what is shown at once.
    pub windowed: u32,
}

impl Office {
    pub fn new(spec: Arc<CompanySpec>) -> Self {
        let mut state = BTreeMap::new();
        for (name, text) in &spec.drive {
            state.insert(format!("drive/{name}"), Value::String(plain(text)));
        }
        for (file, settings) in &spec.config {
            for (name, value) in settings {
                state.insert(format!("config/{file}/{name}"), value.clone());
            }
        }
        for (server, objects) in &spec.servers {
            for (name, object) in objects {
                let (bytes, date) = (object.bytes, object.date.clone());
                let stored = Stored { bytes, have: bytes, date, origin: format!("{server}/{name}") };
                state.insert(format!("servers/{server}/{name}"), json!(stored));
            }
        }
        for (n, letter) in spec.mail.iter().enumerate() {
            state.insert(
                format!("mail/{:03}", n + 1),
                letter_value(&letter.from, &letter.to, &letter.subject, &plain(&letter.text)),
            );
        }
        Self { spec, state, history: Vec::new(), step: 0, read: Default::default(), windowed: 0 }
    }

    pub fn get(&self, path: &str) -> Option<&Value> {
        self.state.get(path)
    }

    /// The objects below a folder, by what follows it in their paths.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let from = self.state.range(folder.to_owned()..);
        from.map_while(move |(path, value)| Some((path.strip_prefix(folder)?, value)))
    }

    /// Sets or (with null) removes an object, and remembers that it did.
    pub fn set(&mut self, by: &str, path: String, to: Value) -> Change {
        let from = match to.is_null() {
            true => self.state.remove(&path),
            false => self.state.insert(path.clone(), to.clone()),
        };
        let from = from.unwrap_or(Value::Null);
        self.history.push(Entry { step: self.step, by: by.into(), path: path.clone(), from, to: to.clone() });
        Change { path, to }
    }

    pub fn history(&self) -> &[Entry] {
        &self.history
    }

    /// Readings of the stream that were seen.
    pub fn seen(&self) -> u32 {
        self.get("readings").and_then(Value::as_u64).unwrap_or_default() as u32
    }

    /// An object on a server.
    pub fn stored(&self, server: &str, name: &str) -> Option<Stored> {
        Stored::deserialize(self.get(&format!("servers/{server}/{name}"))?).ok()
    }

    /// Every object on every server, with its place as `server/name`.
    pub fn objects(&self) -> impl Iterator<Item = (&str, Stored)> {
        self.below("servers/").filter_map(|(place, value)| Some((place, Stored::deserialize(value).ok()?)))
    }
}

/// A mail as it lies in the state.
pub fn letter_value(from: &str, to: &str, subject: &str, text: &str) -> Value {
    json!({ "from": from, "to": to, "subject": subject, "text": text })
}

/// A text without its marks.
pub fn plain(text: &[Span]) -> String {
    text.iter().map(|span| span.text.as_str()).collect()
}
