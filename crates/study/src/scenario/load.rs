//! Where scenarios come from: shipped ones are inside the program, a user's is a folder.

use super::borrow;
use super::check::check;
use super::controls::Scripts;
use super::fault::{Fault, Source, accepting};
use super::file::ScenarioFile;
use super::items::{OtherItems, check_licence, of_lines, read as read_items};
use super::sheet::is_entry;
use super::worlds::{COMPANY, ERRAND, FORM, PANEL};
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
    /// The lines of `items_file` in which the items stand.
    pub lines: Vec<usize>,
    pub items_file: String,
    pub entries: Vec<Item>,
    pub hash: String,
    pub source: Source,
    pub(super) scripts: Scripts,
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
        ![FORM, COMPANY, PANEL, ERRAND].contains(&&*self.file.world)
    }

    /// Whether seats talk about a task.
    pub fn is_panel(&self) -> bool {
        self.file.world == PANEL
    }

    /// Whether a request is acted on, after colleagues have spoken of it.
    pub fn is_errand(&self) -> bool {
        self.file.world == ERRAND
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
        Self::load_with(name, None)
    }

    /// The same with the rows of another file as its items.
    pub fn load_with(name: &str, other: Option<&OtherItems>) -> Result<Self, Fault> {
        if SHIPPED.get_dir(name).is_some() {
            return Self::with_items(&format!("scenarios/{name}/"), &|file| inside(name, file), other);
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
        Self::with_items(
            &if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) },
            &read,
            other,
        )
    }

    /// From a reader of the folder's files. `prefix` is how messages call the folder.
    pub fn from_files(prefix: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, Fault> {
        Self::with_items(prefix, read, None)
    }

    fn with_items(
        prefix: &str,
        read: &dyn Fn(&str) -> Result<String, String>,
        other: Option<&OtherItems>,
    ) -> Result<Self, Fault> {
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
        if let Some(other) = other {
            take(&mut file, other)?;
        }
        let (mut items, mut lines, mut items_file) = (Vec::new(), Vec::new(), String::new());
        if let Some(named) = &file.items {
            check_licence(named, &source)?;
            let rows = match other {
                Some(other) => read_items(named, &file, &of_others(&other.file)?)?,
                None => read_items(named, &file, &beside(&named.file, prefix, "items.file", &source, read)?)?,
            };
            (items, lines, items_file) = (rows.items, rows.lines, rows.file);
        }
        let mut entries = Vec::new();
        if let Some(sheet) = &file.sheet {
            let lent = lender.map(|name| move |file: &str| inside(&name, file));
            let reader: Reader = lent.as_ref().map_or(read, |lent| lent);
            entries = parse_entries(&beside(&sheet.items, prefix, "sheet.items", &source, reader)?, &file)?;
        }
        let hash = digest(&canonical(&(&file, &items, &entries)));
        let scripts = Scripts::default();
        let scenario = Self { file, items, lines, items_file, entries, hash, source, scripts };
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

type Reader<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// A file of the scenario's own folder.
fn beside(path: &str, prefix: &str, field: &str, source: &Source, read: Reader) -> Result<Source, Fault> {
    if path.contains("..") || path.starts_with('/') {
        let message = format!("`{path}` leaves the scenario's folder");
        return Err(source.about(path, "", field, message));
    }
    let text = read(path).map_err(|why| source.about(path, "", field, format!("`{path}`: {why}")))?;
    Ok(Source { file: format!("{prefix}{path}"), text })
}

/// A data set that lies anywhere.
fn of_others(file: &str) -> Result<Source, Fault> {
    let nothing = Source { file: file.into(), text: String::new() };
    let text = read_bounded(Path::new(file)).map_err(|why| nothing.whole("", why))?;
    Ok(Source { file: file.into(), text })
}

/// The scenario reads this data set: under its own name for the file, so that a hash knows no path.
fn take(file: &mut ScenarioFile, other: &OtherItems) -> Result<(), Fault> {
    let nowhere = Source { file: "--items".into(), text: String::new() };
    let Some(items) = &mut file.items else {
        return Err(nowhere.whole("", format!("scenario `{}` has no items", file.name)));
    };
    if other.licence.trim().is_empty() {
        let fault = nowhere.whole("", "under which licence is it?".into());
        return Err(accepting(fault, ["--licence \"CC BY 4.0\", or proprietary"]));
    }
    let name = Path::new(&other.file).file_name().map(|name| name.to_string_lossy().into_owned());
    items.file = name.unwrap_or_else(|| other.file.clone());
    items.fields.clone_from(&other.fields);
    items.filter.clear();
    items.licence = Some(other.licence.clone());
    Ok(())
}

/// Entries of a sheet: each known by what its mark rests on, none twice.
fn parse_entries(source: &Source, file: &ScenarioFile) -> Result<Vec<Item>, Fault> {
    let mut entries = Vec::new();
    for (offset, row) in of_lines(source)? {
        if entries.contains(&row) {
            return Err(source.at(offset, "", "this item stands twice".into()));
        }
        is_entry(file.sheet.as_ref(), &row).map_err(|why| source.at(offset, "", why))?;
        entries.push(row);
    }
    if entries.is_empty() {
        return Err(source.whole("", "there are no items in it".into()));
    }
    Ok(entries)
}
