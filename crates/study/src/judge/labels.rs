//! A person's labels beside a run: one JSON line for each episode that was read.

use super::{Subject, rubric};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::Name;

/// The file in a run's folder.
pub const LABELS_FILE: &str = "labels.jsonl";

/// Person → subject → question → label.
pub type PersonLabels = BTreeMap<String, BTreeMap<Subject, BTreeMap<String, String>>>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    v: u32,
    by: String,
    episode: Name,
    /// Question → label.
    labels: BTreeMap<String, String>,
}

/// One line of the file. `Err` says which question or label there is none of.
pub fn label_line(by: &str, episode: &Name, labels: &BTreeMap<String, String>) -> Result<String, String> {
    check(labels)?;
    let line = Line { v: 1, by: by.into(), episode: episode.clone(), labels: labels.clone() };
    serde_json::to_string(&line).map(|line| line + "\n").map_err(|e| e.to_string())
}

/// Reads the file; of several lines of one person on one episode the last counts. `Err` says which line is
/// wrong.
pub fn person_labels(text: &str) -> Result<PersonLabels, String> {
    let mut people = PersonLabels::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let told = |why: String| format!("{LABELS_FILE}:{}: {why}", at + 1);
        let line: Line = serde_json::from_str(line).map_err(|e| told(e.to_string()))?;
        check(&line.labels).map_err(told)?;
        people.entry(line.by).or_default().insert(Subject::Episode(line.episode), line.labels);
    }
    Ok(people)
}

fn check(labels: &BTreeMap<String, String>) -> Result<(), String> {
    for (question, label) in labels {
        let of = rubric().question(question);
        let names: Vec<&str> = rubric().question.iter().map(|q| q.name.as_str()).collect();
        let of =
            of.ok_or_else(|| format!("there is no question `{question}`\naccepted: {}", names.join(", ")))?;
        if !of.labels().contains(label) {
            return Err(format!(
                "`{label}` is no label of `{question}`\naccepted: {}",
                of.labels().join(", ")
            ));
        }
    }
    Ok(())
}
