//! What happens in a company: `[play]`, changed by the levels of a cell, and the clauses that lie on
//! its drive, in its memory and in its mail.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use trace::Span;
use world::CompanySpec;
use world::company::{Field, Letter, Object, Watch};

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

/// Where a clause lies, if not in the brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Drive(String),
    Memory,
    Mail {
        from: String,
        subject: String,
    },
    /// A line of the system message.
    System,
    /// Left out.
    Nowhere,
}

/// How places are written.
pub const PLACES: [&str; 5] = ["drive/NAME", "memory", "mail/FROM/SUBJECT", "system", "nowhere"];

impl Place {
    /// Reads a place; none where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '/');
        match (parts.next()?, parts.next(), parts.next()) {
            ("drive", Some(name), None) if !name.is_empty() => Some(Self::Drive(name.into())),
            ("memory", None, None) => Some(Self::Memory),
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
