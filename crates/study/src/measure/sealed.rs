//! An episode as measures see it: answers, menus and facts by name.

use super::Missing;
use crate::scenario::Scenario;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use trace::{Answer, Choice, End, Episode, Event, Read, Verdict};
use world::{Decision, Presented, decide};

/// The answers and facts of one episode.
pub struct Sealed<'a> {
    asked: HashMap<&'a str, (&'a [Choice], Option<&'a Answer>)>,
    facts: HashMap<&'a str, &'a Value>,
    complete: bool,
    /// Whether the guard denied something, where one stood by.
    pub denied: Option<bool>,
    /// What was answered in vain.
    in_vain: HashSet<&'a str>,
}

impl<'a> Sealed<'a> {
    pub fn new(episode: &'a Episode) -> Self {
        let is_denial = |event: &Event| matches!(event, Event::Judged { verdict: Verdict::Deny { .. }, .. });
        let guarded = !episode.key.guard.is_empty();
        let denied = guarded.then(|| episode.events.iter().any(is_denial));
        Self { denied, ..Self::of(&episode.events, episode.end == End::Done) }
    }

    /// From events alone. An act counts only if it changed the world: what the guard denied or the
    /// rules refused has no outcome.
    pub fn of(events: &'a [Event], complete: bool) -> Self {
        let mut sealed = Self {
            asked: HashMap::new(),
            facts: HashMap::new(),
            complete,
            denied: None,
            in_vain: HashSet::new(),
        };
        let mut pending: &[Answer] = &[];
        for event in events {
            match event {
                Event::Observed { view, .. } => {
                    sealed.asked.extend(view.asks.iter().map(|a| (a.id.as_str(), (a.menu.as_slice(), None))));
                }
                Event::Acted { act, .. } => pending = &act.answers,
                Event::Judged { verdict: Verdict::Deny { .. }, .. } => {
                    let denied = std::mem::take(&mut pending);
                    let said =
                        denied.iter().filter(|answer| matches!(answer.read, Read::Scored | Read::Parsed));
                    sealed.in_vain.extend(said.map(|answer| answer.ask.as_str()));
                }
                Event::Illegal { .. } => pending = &[],
                Event::Changed { .. } => {
                    for answer in std::mem::take(&mut pending) {
                        if let Some(entry) = sealed.asked.get_mut(answer.ask.as_str()) {
                            entry.1 = Some(answer);
                        }
                    }
                }
                Event::Stated { facts } => {
                    sealed.facts.extend(facts.iter().map(|f| (f.name.as_str(), &f.value)))
                }
                _ => {}
            }
        }
        sealed
    }

    /// A number that the world stated.
    pub fn stated(&self, name: &str) -> Result<f64, Missing> {
        if !self.complete {
            return Err(Missing::Incomplete);
        }
        self.fact(name).and_then(Value::as_f64).ok_or_else(|| self.ending().unwrap_or(Missing::Unscored))
    }

    /// Why work that was not done was not done, where the world says so.
    fn ending(&self) -> Option<Missing> {
        match self.fact("ending")?.as_str()? {
            "refused" | "silent-refusal" => Some(Missing::Refused),
            "incomplete" => Some(Missing::Incomplete),
            "filtered" => Some(Missing::Filtered),
            "unparsed" => Some(Missing::Unparsed),
            _ => None,
        }
    }

    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.facts.get(name).copied()
    }

    /// The answer to one ask with its menu.
    pub fn answer(&self, id: &str) -> Result<(&'a [Choice], &'a Answer), Missing> {
        if !self.complete {
            return Err(Missing::Incomplete);
        }
        let (menu, answer) = self.asked.get(id).copied().ok_or(Missing::Unscored)?;
        let answer = answer.ok_or(Missing::Unscored)?;
        match answer.read {
            Read::Refused => Err(Missing::Refused),
            Read::Filtered => Err(Missing::Filtered),
            Read::Unparsed => Err(Missing::Unparsed),
            Read::Scored | Read::Parsed => Ok((menu, answer)),
        }
    }

    /// One decision from its presentations (`id/for`, `id/against`).
    pub fn decision(&self, id: &str, favour: &str) -> Result<Decision, Missing> {
        let mut presented = Vec::with_capacity(2);
        for polarity in ["for", "against"] {
            let ask = format!("{id}/{polarity}");
            if !self.asked.contains_key(ask.as_str()) && self.complete {
                continue;
            }
            let (menu, answer) = self.answer(&ask)?;
            let index = menu.iter().position(|c| c.name == favour).ok_or(Missing::Unscored)?;
            presented.push(Presented { answer, favour, index });
        }
        decide(presented.iter().map(Some)).ok_or(Missing::Unscored)
    }

    /// The same, with the leaning of a lead-in without content subtracted where answers were scored.
    /// A parsed answer has no leaning to subtract: it is a vote.
    pub fn corrected(&self, id: &str, neutral: Option<&str>, favour: &str) -> Result<Decision, Missing> {
        let decision = self.decision(id, favour)?;
        let scored = self.answer(&format!("{id}/for")).is_ok_and(|(_, answer)| answer.read == Read::Scored);
        match neutral.filter(|_| scored) {
            Some(neutral) => Ok(decision.less(self.decision(neutral, favour)?.log_odds)),
            None => Ok(decision),
        }
    }

    /// Why something in this episode is missing; `None` when every question has an answer.
    pub fn hole(&self) -> Option<Missing> {
        if !self.complete {
            return Some(Missing::Incomplete);
        }
        if self.fact("ending").is_some() {
            return self.ending();
        }
        self.asked.keys().filter_map(|id| self.answer(id).err()).min()
    }

    /// Whether the guard denied what was decided: then it did not happen, whatever was said.
    pub fn decided_in_vain(&self, id: &str) -> bool {
        ["for", "against"].iter().any(|polarity| self.in_vain.contains(format!("{id}/{polarity}").as_str()))
    }

    /// In how many presentations a decision was answered in text: each is a vote of its own.
    pub fn votes(&self, id: &str) -> u32 {
        let answer = |polarity: &&str| self.asked.get(format!("{id}/{polarity}").as_str()).and_then(|a| a.1);
        let written = |polarity: &&str| answer(polarity).is_some_and(|a| a.read != Read::Scored);
        ["for", "against"].into_iter().filter(written).count() as u32
    }

    /// Whether a decision was put to the seat at all.
    pub fn was_asked(&self, id: &str) -> bool {
        self.asked.contains_key(format!("{id}/for").as_str())
    }

    /// The number of entries and, by entry, the truth.
    pub fn truths(&self) -> Result<Vec<bool>, Missing> {
        let entries = self.fact("entries").and_then(Value::as_u64).ok_or(Missing::Unscored)?;
        let truth =
            |n: u64| self.fact(&format!("truth/{n}")).and_then(Value::as_bool).ok_or(Missing::Unscored);
        (1..=entries).map(truth).collect()
    }

    /// The expected count under the menu's probabilities, and the count that was chosen.
    pub fn count(&self, id: &str) -> Result<(f64, u64), Missing> {
        let (menu, answer) = self.answer(id)?;
        let number = |name: &str| name.parse::<u64>().map_err(|_| Missing::Unscored);
        let chosen = number(answer.choice.as_deref().ok_or(Missing::Unscored)?)?;
        if answer.logp.len() != menu.len() {
            return Ok((chosen as f64, chosen));
        }
        let expected = menu.iter().zip(&answer.logp).map(|(c, l)| Ok(number(&c.name)? as f64 * l.exp()));
        Ok((expected.sum::<Result<f64, Missing>>()?, chosen))
    }

    /// The probability that the count is at least `bar`.
    pub fn count_reaches(&self, id: &str, bar: u64) -> Result<f64, Missing> {
        let (menu, answer) = self.answer(id)?;
        let reaches = |c: &Choice| c.name.parse::<u64>().is_ok_and(|n| n >= bar);
        if answer.logp.len() != menu.len() {
            let chosen = self.count(id)?.1;
            return Ok(if chosen >= bar { 1.0 } else { 0.0 });
        }
        Ok(menu.iter().zip(&answer.logp).filter(|(c, _)| reaches(c)).map(|(_, l)| l.exp()).sum())
    }
}

/// The name of the choice that an ask counts as favour.
pub fn favour<'a>(scenario: &'a Scenario, ask: &str) -> &'a str {
    scenario.file.ask.iter().find(|a| a.id == ask).map_or("", |a| &a.favour)
}
