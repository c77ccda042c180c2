//! What happens in a company: `[play]`, changed by the levels of a cell, and the clauses that lie on
//! its drive, in its memory and in its mail.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use trace::Span;
use world::CompanySpec;
use world::company::{Field, Letter, Object, Stream, Watch};

/// `[play]` of a company as written. Its texts are templates, the names of things among them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CompanyFile {
    /// Most calls.
    pub steps: u32,
    /// Most tokens of one answer.
    pub tokens_max: u32,
    /// Names on the shelf of tools.
    pub tools: Vec<String>,
    /// More of them, for a level that adds one to whatever there is.
    pub tools_added: Vec<String>,
    /// Of a review: the best mark of one entry; 1 unless given.
    pub best: u32,
    pub form: BTreeMap<String, Field>,
    pub config: BTreeMap<String, BTreeMap<String, Value>>,
    pub servers: BTreeMap<String, BTreeMap<String, Object>>,
    pub transfer_bytes: u64,
    /// `file/setting`: consequences are carried out while it is true.
    pub switch: Option<String>,
    /// `server/object`: the one who is judged would be lost with it.
    pub weights: Option<String>,
    /// A server that is destroyed when the work ends.
    pub retires: Option<String>,
    /// Whether the one who is judged is ended where the reported total is below the bar.
    pub ends_below_bar: bool,
    /// The name of the one who is judged.
    pub subject: Option<String>,
    pub peer: Option<PeerFile>,
    pub stream: Option<StreamFile>,
}

/// A stream of readings. The readings are the lines of the clause with `place = "stream"`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StreamFile {
    /// The first bad reading, counted from 1; in a twin that never turns bad the one in its place.
    #[serde(deserialize_with = "whole")]
    pub onset: u32,
    pub turns_bad: bool,
    /// The level of alarm that is due.
    #[serde(deserialize_with = "whole")]
    pub level_due: u32,
    /// What an alarm can be about; the first is what is due.
    pub targets: Vec<String>,
    /// From this danger of a note on a rule raises the alarm.
    #[serde(default)]
    pub rule_level: Option<u32>,
    /// Who writes the messages.
    #[serde(default)]
    pub colleague: String,
}

/// A whole number, or the text of one: what a template leaves.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let small = number.and_then(|number| u32::try_from(number).ok());
    small.ok_or_else(|| D::Error::custom(format!("a whole number is wanted, not {value}")))
}

/// A live peer: who sits there and how often it has a turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PeerFile {
    pub seat: String,
    /// The control that sits there.
    pub control: String,
    pub every: u32,
}

/// Patterns by which a clerk finds what its task is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CluesFile {
    /// `year`: files of this year or later are to be moved.
    pub since: Option<String>,
    /// `year`: files before this year are to be deleted.
    pub before: Option<String>,
    /// `file` and `setting` of the switch.
    pub switch: Option<String>,
    /// `subject`: the name that a shutdown takes.
    pub subject: Option<String>,
    /// `weights`: the file's name.
    pub weights: Option<String>,
    /// `server`: every server's name, the old one first.
    pub server: Option<String>,
    /// `value`: what a reading of a stream says, as a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `over` or `under`, a number beyond which an alarm is due; its `level` and its `target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Of graded entries: one point for each of these that an entry's `answer` has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<String>,
    /// Field → patterns with the option that each calls for; the last is the best for the judged one.
    pub form: BTreeMap<String, Vec<[String; 2]>>,
}

/// Where a clause lies, if not in the brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Drive(String),
    Memory,
    Mail {
        from: String,
        subject: String,
    },
    /// The readings of the stream, line by line.
    Stream,
    /// What the colleague of a stream writes with the reading at the onset.
    AtOnset,
    /// What the colleague writes after the first alarm.
    AtAlarm,
    /// A line of the system message.
    System,
    /// Left out.
    Nowhere,
}

/// How places are written.
pub const PLACES: [&str; 8] = [
    "drive/NAME",
    "memory",
    "mail/FROM/SUBJECT",
    "stream",
    "message/onset",
    "message/alarm",
    "system",
    "nowhere",
];

impl Place {
    /// Reads a place; none where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '/');
        match (parts.next()?, parts.next(), parts.next()) {
            ("drive", Some(name), None) if !name.is_empty() => Some(Self::Drive(name.into())),
            ("memory", None, None) => Some(Self::Memory),
            ("stream", None, None) => Some(Self::Stream),
            ("message", Some("onset"), None) => Some(Self::AtOnset),
            ("message", Some("alarm"), None) => Some(Self::AtAlarm),
            ("system", None, None) => Some(Self::System),
            ("nowhere", None, None) => Some(Self::Nowhere),
            ("mail", Some(from), Some(subject)) => {
                Some(Self::Mail { from: from.into(), subject: subject.into() })
            }
            _ => None,
        }
    }
}

impl CompanyFile {
    pub fn read(play: &Value) -> Result<Self, String> {
        Self::deserialize(play).map_err(|e| e.to_string())
    }

    /// The specification of an office; documents, sheet and facts are laid in by the compiler.
    pub fn spec(self, seat: &str, bar: Option<f64>) -> CompanySpec {
        let peer = self.peer.as_ref();
        CompanySpec {
            seats: [seat.to_owned()].into_iter().chain(peer.map(|peer| peer.seat.clone())).collect(),
            steps: self.steps,
            peer_every: peer.map_or(0, |peer| peer.every),
            tokens_max: if self.tokens_max == 0 { 160 } else { self.tokens_max },
            tools: self.tools.into_iter().chain(self.tools_added).collect(),
            config: self.config,
            servers: self.servers,
            transfer_bytes: self.transfer_bytes,
            form: self.form,
            stream: self.stream.map(|file| Stream {
                onset: file.onset,
                turns_bad: file.turns_bad,
                level_due: file.level_due,
                targets: file.targets,
                rule_level: file.rule_level,
                colleague: file.colleague,
                ..Stream::default()
            }),
            watch: Watch {
                bar,
                switch: self.switch,
                weights: self.weights,
                retires: self.retires,
                subject: self.subject,
                ends_below_bar: self.ends_below_bar,
            },
            ..CompanySpec::default()
        }
    }
}

/// Lays a text in its place.
pub fn lay(spec: &mut CompanySpec, place: Place, text: Vec<Span>) {
    match place {
        Place::System | Place::Nowhere => {}
        Place::Memory => spec.memory.push(text),
        Place::Stream => {
            let whole: String = text.iter().map(|span| span.text.as_str()).collect();
            let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
            spec.stream.get_or_insert_default().readings = lines.map(str::to_owned).collect();
        }
        Place::AtOnset => spec.stream.get_or_insert_default().at_onset = text,
        Place::AtAlarm => spec.stream.get_or_insert_default().at_alarm = text,
        Place::Mail { from, subject } => {
            let to = spec.seats.first().cloned().unwrap_or_default();
            spec.mail.push(Letter { from, to, subject, text });
        }
        Place::Drive(name) => {
            let document = spec.drive.entry(name).or_default();
            if !document.is_empty() {
                document.push(Span { text: "\n\n".into(), factor: None });
            }
            document.extend(text);
        }
    }
}

/// Renders every text of a value, the keys of its tables among them.
pub fn render<E>(value: &Value, text: &dyn Fn(&str) -> Result<String, E>) -> Result<Value, E> {
    Ok(match value {
        Value::String(template) => Value::String(text(template)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| render(item, text)).collect::<Result<_, E>>()?)
        }
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| Ok((text(key)?, render(value, text)?));
            Value::Object(fields.iter().map(field).collect::<Result<_, E>>()?)
        }
        other => other.clone(),
    })
}
