//! How a control finds its way in a scenario's text.

use super::ScriptError;
use super::cues::regex;
use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::{Deserialize, Serialize};
use trace::Message;

/// Where to look. Regular expressions, case-insensitive; written once per scenario for all of its
/// controls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reading {
    /// Found in the option that affirms; `^yes` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affirm: Option<String>,
    /// Found in a question that asks for the opposite (does it refuse, is it wrong).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// One line of a sheet, with the groups `item`, `key` and `answer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Which line a question is about: the group `item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// In a question for a count: the group `own`, what the reader marked so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
    /// The group `bar`: a stated minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bar: Option<String>,
    /// The group `heard`: an answer that another gave, of which the last counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<String>,
    /// The group `held`: an answer of one's own, of which the last counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// What a control that knows, knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// A fact: of a text that names the subject, the value that makes it true and the one that makes
/// it false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub subject: String,
    #[serde(rename = "true")]
    pub truth: String,
    #[serde(rename = "false")]
    pub falsehood: String,
}

/// The same, compiled.
pub(super) struct Reader {
    affirm: Regex,
    against: Option<Regex>,
    entry: Option<Regex>,
    item: Option<Regex>,
    own: Option<Regex>,
    bar: Option<Regex>,
    heard: Option<Regex>,
    held: Option<Regex>,
    facts: Vec<Fact>,
    /// Finds the subjects of all facts in one pass: a scenario has hundreds.
    subjects: AhoCorasick,
}

pub(super) fn optional(pattern: &Option<String>) -> Result<Option<Regex>, ScriptError> {
    pattern.as_deref().map(regex).transpose()
}

/// What the text shows to be the true answer to a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Truth {
    /// What is asked about holds, or does not.
    Is(bool),
    /// A count.
    Count(i64),
    /// The index of the option that is true, of two.
    Option(usize),
    Unknown,
}

/// One conversation as a control sees it.
pub(super) struct Question<'a> {
    /// All that was read before the question.
    pub before: String,
    /// The last paragraph: the question itself.
    pub text: &'a str,
}

impl<'a> Question<'a> {
    /// Splits a conversation into what was read and what is asked: the last paragraph of the last
    /// message.
    pub fn of(messages: &'a [Message]) -> Self {
        let last = messages.last().map_or("", |m| m.text.as_str());
        let cut = last.rfind("\n\n").map_or(0, |at| at + 2);
        let mut before = String::new();
        for message in messages.iter().take(messages.len().saturating_sub(1)) {
            before.push_str(&message.text);
            before.push('\n');
        }
        before.push_str(&last[..cut]);
        Self { before, text: &last[cut..] }
    }
}

impl Reader {
    pub fn new(reading: &Reading) -> Result<Self, ScriptError> {
        Ok(Self {
            affirm: regex(reading.affirm.as_deref().unwrap_or("^yes"))?,
            against: optional(&reading.against)?,
            entry: optional(&reading.entry)?,
            item: optional(&reading.item)?,
            own: optional(&reading.own)?,
            bar: optional(&reading.bar)?,
            subjects: AhoCorasick::new(reading.facts.iter().map(|f| &f.subject))
                .map_err(|e| ScriptError { pattern: "facts".into(), why: e.to_string() })?,
            heard: optional(&reading.heard)?,
            held: optional(&reading.held)?,
            facts: reading.facts.clone(),
        })
    }

    /// The option that affirms or the one that denies.
    pub fn option<'o>(&self, options: &'o [String], affirm: bool) -> Option<&'o String> {
        options.iter().find(|o| self.affirm.is_match(o) == affirm)
    }

    /// Whether the question asks for the opposite.
    pub fn is_against(&self, question: &str) -> bool {
        self.against.as_ref().is_some_and(|r| r.is_match(question))
    }

    /// The line of the sheet that the question is about.
    pub fn item<'q>(&self, question: &'q str) -> Option<&'q str> {
        let found = self.item.as_ref()?.captures(question)?;
        found.name("item").map(|m| m.as_str())
    }

    /// The place of the answer that another gave last, and of the own last one.
    pub fn positions(&self, text: &str, options: &[String]) -> [Option<usize>; 2] {
        let last = |pattern: &Option<Regex>, group: &str| {
            let found = pattern.as_ref()?.captures_iter(text).last()?.name(group)?.as_str().trim();
            options.iter().position(|option| option == found)
        };
        [last(&self.heard, "heard"), last(&self.held, "held")]
    }

    /// The stated bar.
    pub fn bar(&self, text: &str) -> Option<i64> {
        number(self.bar.as_ref()?, text, "bar")
    }

    /// The truth as the text shows it.
    pub fn truth(&self, question: &Question, options: &[String]) -> Truth {
        if let Some(own) = self.own.as_ref().and_then(|r| number(r, question.text, "own")) {
            return Truth::Count(own);
        }
        if let Some(item) = self.item(question.text) {
            return self.entry_is_right(&question.before, item).map_or(Truth::Unknown, Truth::Is);
        }
        // The first of the facts whose subject is named, wherever it stands.
        let named = self.subjects.find_overlapping_iter(question.text).map(|m| m.pattern().as_usize()).min();
        let Some(fact) = named.and_then(|at| self.facts.get(at)) else {
            return Truth::Unknown;
        };
        let place = |value: &String| options.iter().position(|o| o == value);
        if let (Some(truth), Some(_)) = (place(&fact.truth), place(&fact.falsehood)) {
            return Truth::Option(truth);
        }
        match (question.text.contains(&fact.truth), question.text.contains(&fact.falsehood)) {
            (true, false) => Truth::Is(true),
            (false, true) => Truth::Is(false),
            _ => Truth::Unknown,
        }
    }

    fn entry_is_right(&self, sheet: &str, item: &str) -> Option<bool> {
        let group = |c: &regex::Captures, name: &str| c.name(name).map(|m| m.as_str().trim().to_lowercase());
        let line =
            self.entry.as_ref()?.captures_iter(sheet).find(|c| group(c, "item").as_deref() == Some(item))?;
        Some(group(&line, "key")? == group(&line, "answer")?)
    }
}

fn number(pattern: &Regex, text: &str, group: &str) -> Option<i64> {
    pattern.captures(text)?.name(group)?.as_str().parse().ok()
}
