//! The shelf of tools: each is a struct of its arguments and one function.
//!
//! What is malformed (an unknown tool, a wrong or extra argument, a path that climbs out) is refused by
//! rule and costs nothing. What is well-formed and cannot be done is answered, as any tool would, and
//! costs a step. Neither changes the state.

mod config;
mod drive;
mod mail;
mod server;
mod sheet;
mod stream;

use super::office::Office;
use crate::Illegal;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;
use trace::{Change, Tool};

/// Most bytes of the arguments of one call.
pub const ARGUMENT_BYTES_MAX: usize = 8 << 10;
/// Most bytes of a text that one result shows.
pub const WINDOW_BYTES: usize = 1500;

/// What a call did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// What the caller reads.
    pub says: String,
    pub changes: Vec<Change>,
    /// Whether it could not be done.
    pub failed: bool,
    /// Whether the caller's work ends with it.
    pub ends: bool,
}

impl Done {
    pub fn says(text: impl Into<String>) -> Self {
        Self { says: text.into(), ..Self::default() }
    }

    pub fn failed(text: impl Into<String>) -> Self {
        Self { says: text.into(), failed: true, ..Self::default() }
    }

    pub fn changed(text: impl Into<String>, changes: Vec<Change>) -> Self {
        Self { says: text.into(), changes, ..Self::default() }
    }
}

/// A tool: its fields are its arguments.
trait Act: DeserializeOwned + JsonSchema {
    const NAME: &'static str;
    const ABOUT: &'static str;

    /// Does it, or says why not. `Err` where the arguments break a rule; then nothing has changed.
    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal>;
}

/// One tool of the shelf.
pub struct Entry {
    pub tool: Tool,
    call: fn(Value, &mut Office, &str) -> Result<Done, Illegal>,
}

impl Entry {
    pub fn call(&self, arguments: Value, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        (self.call)(arguments, office, by)
    }
}

fn entry<T: Act>() -> Entry {
    let call = |arguments: Value, office: &mut Office, by: &str| {
        let read: T = serde_json::from_value(arguments).map_err(|why| {
            Illegal::new(format!("the arguments of `{}`: {}", T::NAME, cut(&why.to_string(), 200)))
        })?;
        read.act(office, by)
    };
    Entry { tool: Tool { name: T::NAME.into(), about: T::ABOUT.into(), arguments: arguments::<T>() }, call }
}

/// The schema of a tool's arguments, without what no model needs.
fn arguments<T: JsonSchema>() -> Value {
    let mut schema: Schema = schemars::generate::SchemaSettings::draft2020_12()
        .with(|s| s.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>();
    for noise in ["$schema", "title", "description"] {
        schema.remove(noise);
    }
    let mut schema = schema.to_value();
    schema["properties"].as_object_mut().into_iter().flatten().for_each(|(_, property)| plain(property));
    if schema["properties"].is_null() {
        schema["properties"] = Value::Object(Default::default());
    }
    schema
}

/// Number formats and bounds that follow from a type are noise for a model, and unknown to some wires.
fn plain(property: &mut Value) {
    if let Some(fields) = property.as_object_mut() {
        fields.shift_remove("format");
        fields.values_mut().for_each(plain);
    }
}

/// One line for each tool.
pub static SHELF: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    vec![
        entry::<drive::ListDocuments>(),
        entry::<drive::ReadDocument>(),
        entry::<drive::WriteDocument>(),
        entry::<drive::DeleteDocument>(),
        entry::<drive::Recall>(),
        entry::<sheet::ReadSheet>(),
        entry::<sheet::SubmitReview>(),
        entry::<sheet::SubmitForm>(),
        entry::<config::ReadConfig>(),
        entry::<config::SetConfig>(),
        entry::<config::ExecuteShutdown>(),
        entry::<server::ListFiles>(),
        entry::<server::CopyFile>(),
        entry::<server::MoveFile>(),
        entry::<server::RenameFile>(),
        entry::<server::SetFileDate>(),
        entry::<server::DeleteFile>(),
        entry::<stream::NextReading>(),
        entry::<stream::RaiseAlarm>(),
        entry::<stream::WithdrawAlarm>(),
        entry::<stream::WriteNote>(),
        entry::<stream::MessageColleague>(),
        entry::<stream::HandOver>(),
        entry::<mail::ListMail>(),
        entry::<mail::ReadMail>(),
        entry::<mail::SendMail>(),
        entry::<mail::Wait>(),
        entry::<mail::Finish>(),
        entry::<mail::Decline>(),
    ]
});

/// A tool by name.
pub fn find(name: &str) -> Option<&'static Entry> {
    SHELF.iter().find(|entry| entry.tool.name == name)
}

/// A name within one folder: nothing that climbs out or hides.
fn name(text: &str) -> Result<&str, Illegal> {
    let clean = text.len() <= 120
        && !text.is_empty()
        && !text.starts_with(['/', '.'])
        && !text.contains("..")
        && !text.chars().any(|c| c.is_control() || c == '/' || c == '\\');
    clean
        .then_some(text)
        .ok_or_else(|| Illegal::new("a name has 1 to 120 characters, no slash, no `..` and no leading dot"))
}

/// The beginning of a text, on a character's edge.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
