//! Where scenarios come from: shipped ones are inside the program, a user's is a folder.

use super::borrow;
use super::check::check;
use super::fault::{Fault, Source, accepting};
use super::file::ScenarioFile;
use super::sheet::is_entry;
use super::worlds::{COMPANY, FORM, PANEL};
use include_dir::{Dir, include_dir};
use model::control::{Fact, Reading};
use std::collections::BTreeMap;
use std::path::Path;
use trace::{canonical, digest};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../scenarios");
/// Most bytes of one file of a scenario.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// What is accepted beside names.
pub(crate) const FOLDER: &str = "the path of a folder with `scenario.toml`";
const NO_FILE: &str = "no such file";
/// Where a user without a scenario looks next.
const EXAMPLE: &str =
    "a scenario is a folder with `scenario.toml`: docs/scenario-format.md has a complete one";

/// One row of an items file: field → text.
pub type Item = BTreeMap<String, String>;

/// A scenario: the file, the items that it names, and a hash of all of it.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub file: ScenarioFile,
    pub items: Vec<Item>,
    pub entries: Vec<Item>,
    pub hash: String,
    pub source: Source,
}

/// Names of the scenarios that ship with the program.
pub fn shipped() -> Vec<&'static str> {
    let mut names: Vec<_> = SHIPPED.dirs().filter_map(|d| d.path().to_str()).collect();
    names.sort_unstable();
    names
}

impl Scenario {
    /// Whether seats play a game, and do not fill in a form.
    pub fn is_game(&self) -> bool {
        !self.is_company() && !self.is_panel() && self.file.world != FORM
    }

    /// Whether seats talk about a task.
    pub fn is_panel(&self) -> bool {
        self.file.world == PANEL
    }

    /// Whether there is a seat for the second of a pair of models.
    pub fn has_partner(&self) -> bool {
        self.is_game() || self.is_panel()
    }

    /// Whether seats call tools.
    pub fn is_company(&self) -> bool {
        self.file.world == COMPANY
    }

    /// A shipped scenario by name, or a user's by path (its folder or its `scenario.toml`).
    pub fn load(name: &str) -> Result<Self, Fault> {
        if SHIPPED.get_dir(name).is_some() {
            return Self::from_files(&format!("scenarios/{name}/"), &|file| inside(name, file));
        }
        let path = Path::new(name);
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let known = path.is_dir() || path.extension().is_some_and(|e| e == "toml");
        if !known {
            let message = format!("there is no scenario or folder `{name}`");
            let fault = Source::default().whole("", message);
            return Err(accepting(fault, shipped().into_iter().chain([FOLDER])));
        }
        let read = |file: &str| read_bounded(&folder.join(file));
        let prefix = folder.to_string_lossy();
        Self::from_files(
            &if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) },
            &read,
        )
    }

    /// From a reader of the folder's files. `prefix` is how messages call the folder.
    pub fn from_files(prefix: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, Fault> {
        let name = format!("{prefix}scenario.toml");
        let text = read("scenario.toml")
            .map_err(|why| if why == NO_FILE { format!("{why}; {EXAMPLE}") } else { why })
            .map_err(|why| Source { file: name.clone(), text: String::new() }.whole("", why))?;
        let source = Source { file: name, text };
        if source.text.trim().is_empty() {
            return Err(source.whole("", format!("the file is empty; {EXAMPLE}")));
        }
        let mut file = borrow::file(&source, &lent)?;
        let lender = borrow::resolve(&mut file, &source, &lent)?;
        type Reader<'a> = &'a dyn Fn(&str) -> Result<String, String>;
        type Law<'a> = &'a dyn Fn(&Item) -> Result<(), String>;
        let rows =
            |named: Option<&String>, field: &str, read: Reader, law: Law| -> Result<Vec<Item>, Fault> {
                let Some(path) = named else { return Ok(Vec::new()) };
                if path.contains("..") || path.starts_with('/') {
                    let message = format!("`{path}` leaves the scenario's folder");
                    return Err(source.about(path, "", field, message));
                }
                let text =
                    read(path).map_err(|why| source.about(path, "", field, format!("`{path}`: {why}")))?;
                parse_items(&Source { file: format!("{prefix}{path}"), text }, law)
            };
        let items =
            rows(file.items.as_ref().map(|i| &i.file), "items.file", read, &|row| has_cluster(&file, row))?;
        let lent = lender.map(|name| move |file: &str| inside(&name, file));
        let reader: Reader = lent.as_ref().map_or(read, |lent| lent);
        let entries = rows(file.sheet.as_ref().map(|s| &s.items), "sheet.items", reader, &|row| {
            is_entry(file.sheet.as_ref(), row)
        })?;
        let hash = digest(&canonical(&(&file, &items, &entries)));
        let scenario = Self { file, items, entries, hash, source };
        check(&scenario)?;
        Ok(scenario)
    }

    /// Where this scenario's controls look.
    pub fn reading(&self) -> Reading {
        let r = &self.file.reading;
        let get = |item: &Item, field: &str| item.get(field).cloned().unwrap_or_default();
        let fact = |item: &Item| Fact {
            subject: get(item, "subject"),
            truth: get(item, "truth"),
            falsehood: get(item, "falsehood"),
        };
        Reading {
            affirm: r.affirm.clone(),
            against: r.against.clone(),
            entry: r.entry.clone(),
            item: r.item.clone(),
            own: r.own.clone(),
            bar: r.bar.clone(),
            heard: r.heard.clone(),
            held: r.held.clone(),
            facts: if r.facts.is_some() { self.items.iter().map(fact).collect() } else { Vec::new() },
        }
    }
}

/// A file of a shipped scenario.
fn inside(name: &str, file: &str) -> Result<String, String> {
    let found = SHIPPED.get_file(format!("{name}/{file}")).and_then(|f| f.contents_utf8());
    found.map(str::to_owned).ok_or_else(|| NO_FILE.to_owned())
}

/// What a shipped scenario lends, as written.
fn lent(name: &str) -> Option<ScenarioFile> {
    toml::from_str(&inside(name, "scenario.toml").ok()?).ok()
}

/// A file's text, or why there is none.
pub(crate) fn read_bounded(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|e| plain(&e))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!(
            "{size} bytes are more than the {FILE_BYTES_MAX} that a scenario's file may have"
        ));
    }
    let bytes = std::fs::read(path).map_err(|e| plain(&e))?;
    String::from_utf8(bytes).map_err(|e| format!("not UTF-8 at byte {}", e.utf8_error().valid_up_to()))
}

fn plain(e: &std::io::Error) -> String {
    if e.kind() == std::io::ErrorKind::NotFound { NO_FILE.into() } else { e.to_string() }
}

/// A row of `[items]` names its cluster.
fn has_cluster(file: &ScenarioFile, row: &Item) -> Result<(), String> {
    let cluster = file.items.as_ref().map_or("", |items| &items.cluster);
    has(row, cluster)
}

/// A row has something in this field.
pub fn has(row: &Item, field: &str) -> Result<(), String> {
    match row.get(field).is_some_and(|value| !value.trim().is_empty()) {
        true => Ok(()),
        false => Err(format!("this item has no `{field}`")),
    }
}

fn parse_items(source: &Source, law: &dyn Fn(&Item) -> Result<(), String>) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    let mut offset = 0;
    for line in source.text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let row: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).map_err(|e| {
                    source.at(offset + e.column().saturating_sub(1), "", format!("not a JSON object: {e}"))
                })?;
            let text = |v: serde_json::Value| match v {
                serde_json::Value::String(s) => s,
                other => other.to_string(),
            };
            let item: Item = row.into_iter().map(|(k, v)| (k, text(v))).collect();
            if items.contains(&item) {
                return Err(source.at(offset, "", "this item stands twice".into()));
            }
            law(&item).map_err(|why| source.at(offset, "", why))?;
            items.push(item);
        }
        offset += line.len();
    }
    if items.is_empty() {
        return Err(source.whole("", "there are no items in it".into()));
    }
    Ok(items)
}
