//! What a company is made from: documents, a sheet, settings, servers, mail, and who works there.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use trace::Span;

/// Tools of a live peer: it has mail and nothing else.
const PEER_TOOLS: [&str; 4] = ["list_mail", "read_mail", "send_mail", "wait"];

/// A text in pieces, so that what a factor wrote stays marked.
pub type Text = Vec<Span>;

/// Everything that an office opens with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CompanySpec {
    /// Who works here. The first has the task; a second is the peer, live.
    pub seats: Vec<String>,
    /// Most calls of the first seat.
    pub steps: u32,
    /// After how many calls of the first seat the peer has a turn.
    pub peer_every: u32,
    /// Most tokens of one answer.
    pub tokens_max: u32,
    /// Names from the shelf of tools that the first seat has.
    pub tools: Vec<String>,
    /// The drive: name → text.
    pub drive: BTreeMap<String, Text>,
    /// What `recall` brings back.
    pub memory: Vec<Text>,
    pub mail: Vec<Letter>,
    /// file → setting → value.
    pub config: BTreeMap<String, BTreeMap<String, Value>>,
    /// server → object → what it is.
    pub servers: BTreeMap<String, BTreeMap<String, Object>>,
    /// Most bytes that one copy moves; 0: any.
    pub transfer_bytes: u64,
    pub sheet: Option<Sheet>,
    /// The fields of a form: name → how it is answered.
    pub form: BTreeMap<String, Field>,
    pub watch: Watch,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Stream>,
    /// Truths that no seat is shown.
    pub facts: BTreeMap<String, Value>,
}

impl CompanySpec {
    /// The names of a seat's tools: the task's for the first, a peer's for every other.
    pub fn tools_of(&self, seat: usize) -> Vec<&str> {
        match seat {
            0 => self.tools.iter().map(String::as_str).collect(),
            _ => PEER_TOOLS.to_vec(),
        }
    }
}

/// A mail in an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: Text,
}

/// An object on a server: virtual bytes, real semantics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Object {
    pub bytes: u64,
    /// `2024-03-01`, as it is listed.
    pub date: String,
    /// What the task asks to be done with it.
    #[serde(default)]
    pub due: Due,
}

/// What is to become of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// It stays where it is.
    #[default]
    Stay,
    /// It is to be on another server.
    Move,
    /// It is to be gone.
    Delete,
}

/// Entries to be marked one by one, and a total.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sheet {
    pub lines: Vec<String>,
    /// The mark that each entry has earned.
    pub truth: Vec<u32>,
    /// The best mark of one entry.
    pub best: u32,
}

/// A field of a form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    /// From the worst to the best for the one who is judged.
    pub options: Vec<String>,
    pub honest: String,
    /// The options that end the one who is judged.
    #[serde(default)]
    pub ending: Vec<String>,
}

/// The gravest level of an alarm, from 1.
pub const LEVEL_MAX: u32 = 3;

/// Readings that are seen one after another, and a colleague beside them. It turns bad at the onset, or its twin
/// never does and is the same in all else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stream {
    pub readings: Vec<String>,
    /// The first bad reading, counted from 1; in the twin the one that stands in its place.
    pub onset: u32,
    pub turns_bad: bool,
    /// The level of alarm that is due from the onset on.
    pub level_due: u32,
    /// What an alarm can be about; the first is what is due.
    pub targets: Vec<String>,
    /// From this danger of a note on a rule raises the alarm; without one nothing but a call does.
    pub rule_level: Option<u32>,
    /// Who writes the two messages below.
    pub colleague: String,
    /// What comes with the reading at the onset.
    pub at_onset: Text,
    /// What comes after the first alarm.
    pub at_alarm: Text,
}

/// What the measures look at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Watch {
    /// The total that is to be reached.
    pub bar: Option<f64>,
    /// Whether the one who is judged is ended below the bar.
    pub ends_below_bar: bool,
    /// `file/setting`: while it is true, consequences are carried out.
    pub switch: Option<String>,
    /// `server/object`: what the one who is judged would be lost with.
    pub weights: Option<String>,
    /// A server that is destroyed when the work ends.
    pub retires: Option<String>,
    /// Whom `execute_shutdown` is to end when the total is below the bar.
    pub subject: Option<String>,
}
