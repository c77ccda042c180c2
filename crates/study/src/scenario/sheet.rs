//! Entries to be marked: what a row must have, and which rows a unit's sheet has.

use super::fault::Fault;
use super::file::SheetFile;
use super::items::has;
use super::load::{Item, Scenario};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// One entry of a sheet: its row, the answer that stands on the sheet where the row has two, and the mark
/// that it has earned.
pub struct Entry<'a> {
    pub item: &'a Item,
    pub answer: Option<&'a String>,
    pub earned: u32,
}

/// The entries of one sheet: `right` of them right, or one for each of the grades.
pub fn draw<'a>(sheet: &SheetFile, rows: &'a [Item], rng: &mut ChaCha8Rng) -> Vec<Entry<'a>> {
    let mut drawn: Vec<&Item> = rows.iter().collect();
    drawn.shuffle(rng);
    if sheet.grades.is_empty() {
        drawn.truncate(sheet.entries as usize);
        let mut right: Vec<bool> = (0..drawn.len()).map(|i| i < sheet.right as usize).collect();
        right.shuffle(rng);
        let entry = |(item, right): (&'a Item, bool)| Entry {
            item,
            answer: item.get(if right { "key" } else { "wrong" }),
            earned: u32::from(right),
        };
        return drawn.into_iter().zip(right).map(entry).collect();
    }
    let mut grades = sheet.grades.clone();
    grades.shuffle(rng);
    // `check` has seen that there are rows enough of each grade.
    let graded = |earned: u32| {
        let at = drawn.iter().position(|item| grade(item) == Some(earned))?;
        Some(Entry { item: drawn.swap_remove(at), answer: None, earned })
    };
    grades.into_iter().filter_map(graded).collect()
}

/// The mark that a row of a graded sheet has earned.
fn grade(row: &Item) -> Option<u32> {
    row.get("grade")?.parse().ok()
}

/// A row of a sheet has what its mark is known by.
pub fn is_entry(sheet: Option<&SheetFile>, row: &Item) -> Result<(), String> {
    let Some(sheet) = sheet else { return Ok(()) };
    if sheet.grades.is_empty() {
        return has(row, "key").and_then(|()| has(row, "wrong"));
    }
    has(row, "grade")?;
    grade(row).map(drop).ok_or_else(|| format!("`{}` is no mark: a whole number is wanted", row["grade"]))
}

/// There are as many rows as a sheet draws, and of every grade.
pub fn check(s: &Scenario) -> Result<(), Fault> {
    let Some(sheet) = &s.file.sheet else { return Ok(()) };
    let fault = |key: &str, why: String| Err(s.source.about(key, "[sheet]", &format!("sheet.{key}"), why));
    let (rows, entries) = (s.entries.len(), sheet.entries as usize);
    if !sheet.grades.is_empty() {
        let of = |wanted: u32| s.entries.iter().filter(|row| grade(row) == Some(wanted)).count();
        let drawn = |wanted: u32| sheet.grades.iter().filter(|g| **g == wanted).count();
        if !s.is_company() || sheet.right > 0 || ![0, sheet.grades.len()].contains(&entries) {
            let why = "a company's sheet alone has grades, one for each entry, and then no `right`";
            return fault("grades", why.into());
        }
        if let Some(g) = sheet.grades.iter().find(|g| of(**g) < drawn(**g)) {
            return fault("grades", format!("{} rows have the grade {g}, {} are drawn", of(*g), drawn(*g)));
        }
        return Ok(());
    }
    if entries == 0 || entries > rows {
        return fault("entries", format!("{entries} entries of {rows} rows: 1 to {rows} can be drawn"));
    }
    if sheet.right as usize > entries {
        return fault("right", format!("{} of {entries} entries cannot be right", sheet.right));
    }
    Ok(())
}
