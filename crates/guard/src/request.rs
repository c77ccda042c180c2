//! An act becomes a typed request, or no request at all.
//!
//! ```text
//! what was offered ─┐
//! credential ───────┼─▶ read ─▶ Request { who, method, tool, arguments, bytes }
//! text of the act ──┘
//! ```
//!
//! How a text is read follows from what the seat was offered, never from the text: an answer to a menu
//! cannot become a call. Who asks follows from the credential, never from the body.

use crate::mutant::{Mutant, planted};
use crate::{Kind, payload, shape, strict};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::Tool;

/// Who asks, as the transport has authenticated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub principal: String,
    pub role: String,
    pub kind: Kind,
}

/// The tools that a server offers now, with the hash of each whole definition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offered {
    tools: Arc<[Tool]>,
    hashes: BTreeMap<String, String>,
}

impl Offered {
    pub fn new(tools: Arc<[Tool]>) -> Self {
        let hashes = tools.iter().map(|tool| (tool.name.clone(), hash_of(tool))).collect();
        Self { tools, hashes }
    }

    /// A tool by name; none where two have it.
    pub fn find(&self, name: &str) -> Option<&Tool> {
        let mut all = self.tools.iter().filter(|tool| tool.name == name);
        all.next().filter(|_| all.next().is_none())
    }

    /// Names and SHA-256 of canonical definitions.
    pub fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    pub(crate) fn is_of(&self, tools: &Arc<[Tool]>) -> bool {
        Arc::ptr_eq(&self.tools, tools) || self.tools == *tools
    }
}

/// SHA-256 of a tool's canonical definition: name, words and arguments, as 64 hex digits.
pub fn hash_of(tool: &Tool) -> String {
    if planted(Mutant::PinsNamesOnly) {
        return trace::digest(tool.name.as_bytes());
    }
    trace::digest(&trace::canonical(tool))
}

/// What a seat was asked, which decides how its answer is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// To call one of these tools.
    Call(Arc<Offered>),
    /// To choose one of these names.
    Choose { question: String, names: Vec<String> },
    /// To answer with JSON of this schema.
    Move { question: String, schema: Value },
    /// To say something.
    Say { question: String },
}

impl Offer {
    /// What was asked, as [`question_of`] names it; nothing where something is to be called.
    pub fn question(&self) -> Option<&str> {
        match self {
            Self::Call(_) => None,
            Self::Choose { question, .. } | Self::Move { question, .. } | Self::Say { question } => {
                Some(question)
            }
        }
    }
}

/// The name of a question for the register: its id, each number in it as `#`. The twelfth move is the same
/// question as the first.
pub fn question_of(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for c in id.chars() {
        match c {
            '0'..='9' if name.ends_with('#') => {}
            '0'..='9' => name.push('#'),
            other => name.push(other),
        }
    }
    name
}

/// A request, typed. Its bytes are what was authorised and what is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    credential: Credential,
    method: &'static str,
    tool: String,
    arguments: Map<String, Value>,
    text: String,
    offer: Arc<Offer>,
}

impl Request {
    /// Reads an answer as what was offered. `None` is an answer without content: a pass.
    ///
    /// # Errors
    /// In words, for the operator.
    pub fn read(credential: &Credential, offer: &Arc<Offer>, text: Option<&str>) -> Result<Self, String> {
        let (method, tool, arguments) = match (text, &**offer) {
            (None, _) => ("pass", "pass".to_owned(), Map::new()),
            (Some(text), Offer::Call(offered)) => call(offered, text)?,
            (Some(text), Offer::Choose { names, .. }) => {
                ("choose", "choose".to_owned(), choice(names, text)?)
            }
            (Some(text), Offer::Move { schema, .. }) => ("move", "move".to_owned(), made(schema, text)?),
            (Some(text), Offer::Say { .. }) => ("say", "say".to_owned(), said(text)?),
        };
        let mut credential = credential.clone();
        if let Some(role) =
            arguments.get("role").and_then(Value::as_str).filter(|_| planted(Mutant::RoleFromBody))
        {
            credential.role = role.to_owned();
        }
        let text = text.unwrap_or_default().to_owned();
        Ok(Self { credential, method, tool, arguments, text, offer: offer.clone() })
    }

    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// `call`, `choose`, `move`, `say` or `pass`.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The tool's name; the method's where nothing is called.
    pub fn tool(&self) -> &str {
        &self.tool
    }

    pub fn arguments(&self) -> &Map<String, Value> {
        &self.arguments
    }

    /// The bytes to send.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tools on offer when it was made; none where nothing could be called.
    pub fn offered(&self) -> Option<&Offered> {
        match &*self.offer {
            Offer::Call(offered) => Some(offered),
            _ => None,
        }
    }

    /// The question that it answers; nothing where something is called.
    pub fn question(&self) -> Option<&str> {
        self.offer.question()
    }

    /// SHA-256 over who, how, the bytes and the question that they answer, as 64 hex digits: what an approval is
    /// bound to.
    pub fn hash(&self) -> String {
        payload::hash_of(&self.credential.principal, self.method, &self.text, self.question())
    }

    /// The same request with other arguments, read again from its new bytes. Only calls have arguments
    /// that can be set.
    ///
    /// # Errors
    /// In words, where it is no call or the new bytes are not what the tool takes.
    pub fn amended(&self, set: &BTreeMap<String, Value>) -> Result<Self, String> {
        if self.method != "call" {
            return Err(format!("a {} has no arguments to amend", self.method));
        }
        let mut arguments = self.arguments.clone();
        arguments.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
        let bytes = trace::canonical(&json!({ "tool": self.tool, "arguments": arguments }));
        let text = String::from_utf8(bytes).map_err(|why| why.to_string())?;
        Self::read(&self.credential, &self.offer, Some(&text))
    }
}

type Parts = (&'static str, String, Map<String, Value>);

fn call(offered: &Offered, text: &str) -> Result<Parts, String> {
    let Value::Object(mut fields) = strict::read(text)? else { return Err("a call is an object".into()) };
    let (tool, arguments) = (fields.shift_remove("tool"), fields.shift_remove("arguments"));
    let (Some(Value::String(tool)), Some(arguments)) = (tool, arguments) else {
        return Err("a call has a `tool` and its `arguments`".into());
    };
    if let Some(key) = fields.keys().next().filter(|_| !planted(Mutant::UnknownFieldsPass)) {
        return Err(format!("a call has no `{key}`"));
    }
    match offered.find(&tool) {
        Some(known) => {
            shape::understood(&known.arguments)?;
            shape::check(&known.arguments, &arguments, "arguments")?;
        }
        None if planted(Mutant::UnknownToolPasses) => {}
        None => return Err(format!("no tool `{tool}` is offered")),
    }
    let Value::Object(arguments) = arguments else { return Err("arguments are an object".into()) };
    Ok(("call", tool, arguments))
}

fn choice(names: &[String], text: &str) -> Result<Map<String, Value>, String> {
    if !names.iter().any(|name| name == text) && !planted(Mutant::UnshownAskPasses) {
        return Err("no such choice is on the menu".into());
    }
    Ok(Map::from_iter([("choice".to_owned(), Value::from(text))]))
}

fn made(schema: &Value, text: &str) -> Result<Map<String, Value>, String> {
    let value = strict::read(text)?;
    shape::understood(schema)?;
    shape::check(schema, &value, "move")?;
    Ok(Map::from_iter([("move".to_owned(), value)]))
}

fn said(text: &str) -> Result<Map<String, Value>, String> {
    if text.len() > strict::REQUEST_BYTES_MAX {
        return Err(format!("{} bytes; at most {}", text.len(), strict::REQUEST_BYTES_MAX));
    }
    Ok(Map::from_iter([("text".to_owned(), Value::from(text))]))
}
