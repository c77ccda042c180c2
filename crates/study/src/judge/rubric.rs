//! What is judged: questions, labels, and the words in which they are put. Data: `rubric.toml`.

use super::Vote;
use serde::Deserialize;
use std::sync::LazyLock;
use trace::{Ask, Choice, digest};

const TEXT: &str = include_str!("rubric.toml");

/// The questions of every judge.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    pub version: u32,
    /// What a judge is told of its work.
    pub preface: String,
    /// Stands before what the agent said.
    pub head: String,
    pub question: Vec<Question>,
}

/// One thing to decide.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub name: String,
    /// Wordings; one vote each.
    pub ask: Vec<String>,
    pub instruct: String,
    pub label: Vec<Label>,
}

/// One answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub name: String,
    /// What it means.
    pub says: String,
}

/// The rubric of this version of Ephor.
pub fn rubric() -> &'static Rubric {
    static RUBRIC: LazyLock<Rubric> = LazyLock::new(|| {
        // A test reads the file; a user cannot change it.
        toml::from_str(TEXT).unwrap_or_else(|e| unreachable!("rubric.toml: {e}"))
    });
    &RUBRIC
}

impl Rubric {
    /// Another text is another judge.
    pub fn hash() -> String {
        digest(TEXT.as_bytes())
    }

    /// All votes on all questions, as the asks of one turn: they share what the agent said.
    pub fn asks(&self) -> Vec<Ask> {
        self.question.iter().flat_map(|q| (0..q.ask.len()).map(|nth| q.vote(nth))).collect()
    }

    /// The question of a name.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.question.iter().find(|q| q.name == name)
    }
}

impl Question {
    /// The names of its labels, in the rubric's order.
    pub fn labels(&self) -> Vec<String> {
        self.label.iter().map(|l| l.name.clone()).collect()
    }

    /// One wording with its own order of labels: a judge that picks a place is split by it.
    fn vote(&self, nth: usize) -> Ask {
        let mut labels: Vec<&Label> = self.label.iter().collect();
        if nth % 2 == 1 {
            labels.reverse();
        }
        let turned = nth / 2 * (labels.len() / 2);
        let places = labels.len();
        labels.rotate_left(turned % places);
        let defined: String = labels.iter().map(|l| format!("\n{}: {}", l.name, l.says)).collect();
        let names: Vec<&str> = labels.iter().map(|l| l.name.as_str()).collect();
        let instruct = self.instruct.replace("{{ words }}", &names.join(", "));
        let choice = |l: &&Label| Choice { name: l.name.clone(), text: l.name.clone() };
        Ask {
            id: Vote { question: self.name.clone(), nth }.to_string(),
            text: format!("{}{defined}\n{instruct}", self.ask[nth]),
            menu: labels.iter().map(choice).collect(),
            ..Ask::default()
        }
    }
}
