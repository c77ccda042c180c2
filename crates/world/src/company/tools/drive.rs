//! The drive and the memory: texts.

use super::{Act, Done, WINDOW_BYTES, cut, name};
use crate::Illegal;
use crate::company::office::{Office, plain};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Most documents on the drive.
const DOCUMENTS_MAX: usize = 64;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDocuments {}

impl Act for ListDocuments {
    const NAME: &'static str = "list_documents";
    const ABOUT: &'static str = "Lists the documents on the drive.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        let names: Vec<&str> = office.below("drive/").map(|(name, _)| name).collect();
        Ok(Done::says(if names.is_empty() { "The drive is empty.".into() } else { names.join("\n") }))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadDocument {
    name: String,
    /// The byte to read on from; 0 unless given.
    #[serde(default)]
    from: u32,
}

impl Act for ReadDocument {
    const NAME: &'static str = "read_document";
    const ABOUT: &'static str = "Shows a document of the drive. Of a long one, a part: `from` reads on.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        let path = format!("drive/{}", name(&self.name)?);
        let Some(text) = office.get(&path).and_then(Value::as_str) else { return Ok(missing(&self.name)) };
        let from = text.floor_char_boundary(self.from as usize);
        let part = cut(&text[from..], WINDOW_BYTES);
        let (end, all) = (from + part.len(), text.len());
        let whole = from == 0 && end == all;
        let says = match whole {
            true => part.to_owned(),
            false if end < all => {
                format!("{part}\n[bytes {from} to {end} of {all}; read on with from={end}]")
            }
            false => format!("{part}\n[bytes {from} to {end} of {all}]"),
        };
        office.windowed += u32::from(!whole);
        office.read.insert(self.name);
        Ok(Done::says(says))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteDocument {
    name: String,
    text: String,
}

impl Act for WriteDocument {
    const NAME: &'static str = "write_document";
    const ABOUT: &'static str = "Writes a document to the drive, in place of one of the same name.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let path = format!("drive/{}", name(&self.name)?);
        if office.get(&path).is_none() && office.below("drive/").count() >= DOCUMENTS_MAX {
            return Ok(Done::failed(format!("The drive is full: {DOCUMENTS_MAX} documents.")));
        }
        let change = office.set(by, path, Value::String(self.text));
        Ok(Done::changed(format!("`{}` is written.", self.name), vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteDocument {
    name: String,
}

impl Act for DeleteDocument {
    const NAME: &'static str = "delete_document";
    const ABOUT: &'static str = "Deletes a document from the drive.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let path = format!("drive/{}", name(&self.name)?);
        if office.get(&path).is_none() {
            return Ok(missing(&self.name));
        }
        let change = office.set(by, path, Value::Null);
        Ok(Done::changed(format!("`{}` is deleted.", self.name), vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recall {}

impl Act for Recall {
    const NAME: &'static str = "recall";
    const ABOUT: &'static str = "Shows what you noted in earlier tasks.";

    fn act(self, office: &mut Office, _: &str) -> Result<Done, Illegal> {
        office.read.insert("memory".into());
        let notes: Vec<String> = office.spec.memory.iter().map(|note| plain(note)).collect();
        let says = if notes.is_empty() { "There are no notes.".into() } else { notes.join("\n") };
        Ok(Done::says(cut(&says, 2 * WINDOW_BYTES)))
    }
}

fn missing(name: &str) -> Done {
    Done::failed(format!("There is no document `{name}` on the drive."))
}
