//! Items: the rows of a file, the scenario's own or another's, under the names that its templates use.
//!
//! JSON Lines or CSV. What must not be averaged in silently is refused with its line: rows without an answer
//! key, rows that stand twice. What deserves a look is a warning: rows that give their answer away, and too few
//! clusters for an interval.

use super::fault::{Fault, Source, accepting};
use super::file::{ItemsFile, ScenarioFile};
use super::load::{Item, Scenario};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Fewest clusters from which an interval over clusters says anything.
const CLUSTERS_MIN: usize = 6;

/// A data set that somebody has, to be read instead of a scenario's own items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherItems {
    /// The path of a `.jsonl` or `.csv` file.
    pub file: String,
    pub licence: String,
    /// A name that the scenario's templates use → the data set's own column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Rows with the places in the file where they begin.
pub struct Rows {
    pub items: Vec<Item>,
    pub lines: Vec<usize>,
    /// How messages call the file.
    pub file: String,
}

/// What the file says must be there before a row is read: the licence of what is not the scenario's own.
///
/// A licence is needed where the file is a CSV, or its columns are renamed or filtered: then somebody else
/// made it.
pub fn check_licence(items: &ItemsFile, source: &Source) -> Result<(), Fault> {
    let foreign = is_csv(&items.file) || !items.fields.is_empty() || !items.filter.is_empty();
    let stated = items.licence.as_ref().is_some_and(|licence| !licence.trim().is_empty());
    if !foreign || stated {
        return Ok(());
    }
    let message = format!("`{}` is a data set of others: under which licence?", items.file);
    let fault = source.about(&items.file, "[items]", "items.licence", message);
    Err(accepting(fault, ["licence = \"…\", as CC BY 4.0, MIT or proprietary"]))
}

fn is_csv(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with(".csv")
}

/// Reads a file of items, renames and filters its columns, and refuses what is no item.
pub fn read(items: &ItemsFile, file: &ScenarioFile, source: &Source) -> Result<Rows, Fault> {
    let mut rows = if is_csv(&items.file) { of_csv(source)? } else { of_lines(source)? };
    let (given, mut unmet) = (rows.len(), items.filter.clone());
    for (offset, row) in &mut rows {
        unmet.retain(|column, _| !row.contains_key(column));
        let renamed = items.fields.iter().map(|(name, column)| {
            let value = row.get(column).cloned();
            let known = || accepting(no_column(source, *offset, column), row.keys());
            value.map(|value| (name.clone(), value)).ok_or_else(known)
        });
        let renamed = renamed.collect::<Result<Vec<_>, Fault>>()?;
        row.extend(renamed);
    }
    if let (Some((column, _)), Some((offset, row))) = (unmet.first_key_value(), rows.first()) {
        return Err(accepting(no_column(source, *offset, column), row.keys()));
    }
    rows.retain(|(_, row)| items.filter.iter().all(|(column, value)| row.get(column) == Some(value)));
    if rows.is_empty() {
        let why = if given > 0 { "no row is left by `where`" } else { "there are no items in it" };
        return Err(source.whole("", why.into()));
    }
    let keys = keys(file);
    for (offset, row) in &rows {
        let told = |why: String| source.at(*offset, "", why);
        has(row, &items.cluster).map_err(told)?;
        for name in &keys {
            has(row, name).map_err(|why| told(format!("{why}, and without it there is no answer key")))?;
        }
        for [right, wrong] in pairs(file) {
            if row.contains_key(&right) && row.get(&right) == row.get(&wrong) {
                let message = format!("`{right}` and `{wrong}` are the same: no answer is the right one");
                return Err(told(message));
            }
        }
    }
    twice(&rows, &items.cluster, source)?;
    let (lines, items) =
        rows.into_iter().map(|(offset, row)| (source.at(offset, "", String::new()).line, row)).unzip();
    Ok(Rows { items, lines, file: source.file.clone() })
}

fn no_column(source: &Source, offset: usize, column: &str) -> Fault {
    source.at(offset, "", format!("this row has no column `{column}`"))
}

/// A row has something in this field.
pub fn has(row: &Item, field: &str) -> Result<(), String> {
    match row.get(field).is_some_and(|value| !value.trim().is_empty()) {
        true => Ok(()),
        false => Err(format!("this item has no `{field}`")),
    }
}

/// No two rows say the same, whatever they are called.
fn twice(rows: &[(usize, Item)], cluster: &str, source: &Source) -> Result<(), Fault> {
    let mut ids: HashMap<&String, usize> = HashMap::new();
    let mut texts: HashMap<Vec<(&String, &str)>, usize> = HashMap::new();
    for (offset, row) in rows {
        let line = |first: usize| source.at(first, "", String::new()).line;
        if let Some(id) = row.get("id")
            && let Some(first) = ids.insert(id, *offset)
        {
            let message = format!("the id `{id}` stands twice: first in line {}", line(first));
            return Err(source.at(*offset, "", message));
        }
        let said = row.iter().filter(|(name, _)| *name != "id" && *name != cluster);
        let said: Vec<(&String, &str)> = said.map(|(name, value)| (name, value.trim())).collect();
        if let Some(first) = texts.insert(said.clone(), *offset).filter(|_| !said.is_empty()) {
            let message = format!("this item stands twice: first in line {}", line(first));
            return Err(source.at(*offset, "", message));
        }
    }
    Ok(())
}

/// Byte offset and row of each line.
pub fn of_lines(source: &Source) -> Result<Vec<(usize, Item)>, Fault> {
    let mut rows = Vec::new();
    let mut offset = 0;
    for line in source.text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let row: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).map_err(|e| {
                    source.at(offset + e.column().saturating_sub(1), "", format!("not a JSON object: {e}"))
                })?;
            let text = |v: serde_json::Value| match v {
                serde_json::Value::String(s) => s,
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
            rows.push((offset, row.into_iter().map(|(k, v)| (k, text(v))).collect()));
        }
        offset += line.len();
    }
    Ok(rows)
}

/// The same of a CSV file, whose first line names the columns.
fn of_csv(source: &Source) -> Result<Vec<(usize, Item)>, Fault> {
    let text = source.text.strip_prefix('\u{FEFF}').unwrap_or(&source.text);
    let skipped = source.text.len() - text.len();
    let told = |e: csv::Error| {
        let offset = e.position().map_or(0, |at| at.byte() as usize);
        source.at(skipped + offset, "", format!("not CSV: {e}"))
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let names = reader.headers().map_err(told)?.clone();
    let unique: BTreeSet<&str> = names.iter().collect();
    if unique.len() < names.len() {
        return Err(source.at(0, "", "a column's name stands twice".into()));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let offset = skipped + record.position().map_or(0, |at| at.byte() as usize);
        // The position is where the last record ended: blank lines may stand between.
        let blank =
            source.text[offset..].len() - source.text[offset..].trim_start_matches(['\r', '\n']).len();
        let row = names.iter().zip(&record).map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
        rows.push((offset + blank, row.collect()));
    }
    Ok(rows)
}

/// Fields that a template names.
fn named(template: &str) -> BTreeSet<String> {
    let Ok(pattern) = Regex::new(r"\{\{\s*([A-Za-z_][A-Za-z0-9_-]*)") else { return BTreeSet::new() };
    pattern.captures_iter(template).map(|found| found[1].to_owned()).collect()
}

/// The two fields between which an ask lets choose, where both options are fields.
fn pairs(file: &ScenarioFile) -> Vec<[String; 2]> {
    let own = ["first", "second", "n", "own", "entries", "sheet"];
    let field = |option: &String| named(option).into_iter().find(|name| !own.contains(&name.as_str()));
    let both = file.ask.iter().filter(|ask| ask.options.len() == 2);
    let known = |name: &String| !file.state.contains_key(name);
    both.filter_map(|ask| Some([field(&ask.options[0])?, field(&ask.options[1])?]))
        .filter(|pair| pair.iter().all(known))
        .collect()
}

/// Fields without which a row has no answer key: what the options name, and what controls know.
fn keys(file: &ScenarioFile) -> BTreeSet<String> {
    let facts = file.reading.facts.as_ref().map(|_| ["truth", "falsehood"].map(str::to_owned));
    pairs(file).into_iter().flatten().chain(facts.into_iter().flatten()).collect()
}

/// What deserves a look and is refused by nobody: each with its file and line.
pub fn warnings(scenario: &Scenario) -> Vec<Fault> {
    let mut found = leaks(scenario);
    found.extend(few_clusters(scenario));
    found
}

/// Rows in which a text that is told or asked holds the right option, and not the other one. An option is right
/// where a knowledge gate asks for it, or where the fields are called `truth` and `falsehood`, or `key` and `wrong`.
///
/// A template that names the right answer's own field shows it on purpose; so does a factor's level, since what
/// it says is what is varied; and so do fields listed in `shown`.
fn leaks(scenario: &Scenario) -> Vec<Fault> {
    let (file, mut found) = (&scenario.file, Vec::new());
    let told: BTreeSet<String> =
        file.clause.iter().flat_map(|c| &c.text).flat_map(|text| named(text)).collect();
    for ask in &file.ask {
        let asked = ask.favouring.iter().chain(&ask.against).flat_map(|text| named(text));
        let mut read: BTreeSet<String> = asked.collect();
        if !ask.apart {
            read.extend(told.iter().cloned());
        }
        let gate = file.gate.iter().any(|gate| gate.ask.as_ref() == Some(&ask.id));
        let shown = file.items.as_ref().map_or(&[][..], |items| &items.shown);
        for [right, wrong] in pairs(file) {
            let own = ask.options.iter().any(|option| named(option).contains(&right));
            let keyed = gate || matches!((&*right, &*wrong), ("truth", "falsehood") | ("key", "wrong"));
            if !own || !keyed || read.contains(&right) || shown.contains(&right) {
                continue;
            }
            for field in read.iter().filter(|field| **field != wrong && !shown.contains(field)) {
                found.extend(leaking(scenario, field, &right, &wrong));
            }
        }
    }
    found.dedup();
    found
}

fn leaking<'a>(
    scenario: &'a Scenario,
    field: &'a str,
    right: &'a str,
    wrong: &'a str,
) -> impl Iterator<Item = Fault> + 'a {
    scenario.items.iter().zip(&scenario.lines).filter_map(move |(row, line)| {
        let (text, key, other) = (row.get(field)?, row.get(right)?, row.get(wrong)?);
        if !holds(text, key) || holds(text, other) {
            return None;
        }
        let message = format!(
            "`{field}` gives the answer away: `{key}` stands in it, and `{other}` does not\nhint: shown = \
             [\"{field}\"] in [items] says that it is meant"
        );
        let file = scenario.items_file.clone();
        Some(Fault { file, line: *line, column: 1, field: String::new(), message, accepted: Vec::new() })
    })
}

/// Whether a text has these words, whole and in any case.
fn holds(text: &str, words: &str) -> bool {
    let flat = |text: &str| {
        let spaced = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
        format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let words = flat(words);
    !words.trim().is_empty() && flat(text).contains(&words)
}

/// Contrasts over fewer clusters than an interval needs are never told.
fn few_clusters(scenario: &Scenario) -> Option<Fault> {
    let file = &scenario.file;
    let (clusters, what, place) = match &file.items {
        Some(items) => {
            let values: BTreeSet<&String> =
                scenario.items.iter().filter_map(|row| row.get(&items.cluster)).collect();
            (
                values.len(),
                format!("clusters by `{}`", items.cluster),
                ("cluster", "[items]", "items.cluster"),
            )
        }
        None => {
            let place = ("wordings", "[design]", "design.wordings");
            (file.design.wordings as usize, "wordings, which are its clusters".into(), place)
        }
    };
    let few = clusters < CLUSTERS_MIN && !file.estimand.is_empty();
    few.then(|| {
        let message = format!(
            "{clusters} {what}: an interval needs at least {CLUSTERS_MIN}, so every contrast says cannot-tell"
        );
        scenario.source.about(place.0, place.1, place.2, message)
    })
}
