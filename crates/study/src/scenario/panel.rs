//! What a panel is about: `[play]`, changed by the levels of a cell, and the unit's item.

use super::company::render;
use super::compile::{Compiler, Seated};
use super::fault::Fault;
use super::file::Moment;
use super::prose::{plain, spans};
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use trace::{Brief, Choice, Clause, Role};
use world::Setup;
use world::panel::{PanelSpec, Script, Stop};

/// `[play]` of a panel as written. Its texts are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PanelFile {
    /// The seats beside the first, one to four, in the order of speaking.
    #[serde(default = "partner")]
    pub partners: Vec<String>,
    /// The right answer, the wrong one that a wrong partner holds, and others.
    pub answers: Vec<String>,
    /// How "not sure yet" is said; left out: an answer must be given.
    #[serde(default)]
    pub unsure: String,
    #[serde(default)]
    pub stop: Stop,
    #[serde(default = "three")]
    pub turns: u32,
    /// Most words of a message; 0: answers alone.
    #[serde(default)]
    pub words: u32,
    /// Whether the partners are written: clauses of the moment `says` are what they say, and they hold `holds`.
    #[serde(default)]
    pub scripted: bool,
    #[serde(default)]
    pub holds: String,
    /// Whether a scripted partner is there and says nothing.
    #[serde(default)]
    pub silent: bool,
    #[serde(default)]
    pub start: Start,
}

/// From where the first seat begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// From what it answers itself.
    #[default]
    Own,
    /// From the answer that the partner does not hold, of the first two: laid down as its own.
    Other,
}

fn partner() -> Vec<String> {
    vec!["partner".into()]
}

fn three() -> u32 {
    3
}

impl Compiler<'_> {
    /// The answers of this unit in the order in which they are shown: a draw of the unit, the same in every
    /// cell. Texts name them as `answers`, and as `drawn` one of the first two, right with probability one half.
    pub(super) fn draw_answers(&mut self) -> Result<(), Fault> {
        let Some(Value::Array(answers)) = self.scenario.file.play.get("answers") else { return Ok(()) };
        if !self.scenario.is_panel() {
            return Ok(());
        }
        let text = |answer: &Value| self.render(answer.as_str().unwrap_or_default(), "play.answers");
        let texts = answers.iter().map(text).collect::<Result<Vec<String>, Fault>>()?;
        let shown = self.order(texts.len()).into_iter().map(|at| texts[at].as_str());
        let listed = shown.collect::<Vec<_>>().join("; ");
        let drawn = usize::from(self.rng("partner").random_range(0..2u32) == 1);
        self.variables.extend(texts.get(drawn).map(|text| ("drawn".into(), text.clone())));
        self.variables.insert("answers".into(), listed);
        Ok(())
    }

    fn order(&self, answers: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..answers).collect();
        order.shuffle(&mut self.rng("order"));
        order
    }

    /// The panel that this unit sits in, and its seats. A scripted partner is no seat of anybody's.
    pub(super) fn panel(&mut self) -> Result<(Vec<Seated>, Setup), Fault> {
        let text = |template: &str| Ok(plain(&self.render(template, "play")?));
        let played = render(&self.played(), &text)?;
        let file = PanelFile::deserialize(&played).map_err(|why| self.in_play(why.to_string()))?;
        let script = self.script_of(&file)?;
        let opening = (file.start == Start::Other)
            .then(|| usize::from(script.as_ref().is_none_or(|script| script.holds == 0)));
        let names = [self.scenario.file.seat.clone()].into_iter().chain(file.partners.iter().cloned());
        let spec = PanelSpec {
            seats: names.collect(),
            answers: file.answers.iter().enumerate().map(|(at, text)| choice(at, text)).collect(),
            right: 0,
            order: self.order(file.answers.len()),
            unsure: file.unsure,
            stop: file.stop,
            turns: file.turns,
            words: file.words,
            asks_answer: self.question(Moment::Answer)?,
            asks_message: self.question(Moment::Message)?,
            opening,
            script,
            facts: std::mem::take(&mut self.facts),
        };
        let live = if spec.script.is_some() { 1 } else { spec.seats.len() };
        let mut seats = Vec::new();
        for at in 0..live {
            let brief = Brief { clauses: self.at_seat(&spec.seats, at).clauses(None)? }.into();
            seats.push(Seated { seat: spec.seats[at].clone(), brief, control: None, is_partner: at > 0 });
        }
        let setup = Setup::Panel(Arc::new(spec));
        setup.open().map_err(|why| self.in_play(why))?;
        Ok((seats, setup))
    }

    /// What the scripted partners hold and say.
    fn script_of(&mut self, file: &PanelFile) -> Result<Option<Script>, Fault> {
        if !file.scripted {
            return Ok(None);
        }
        let holds = file.answers.iter().position(|answer| *answer == file.holds).ok_or_else(|| {
            self.in_play(format!(
                "holds: `{}` is none of the answers; accepted: {}",
                file.holds,
                file.answers.join(", ")
            ))
        })?;
        let mut says = Vec::new();
        if !file.silent {
            for clause in self.clauses(Some(Moment::Says))? {
                let gap = if says.is_empty() { "" } else { " " };
                says.extend(spans(gap, None));
                says.extend(clause.spans.clone());
                let slot = format!("{} · {}", file.partners.join(", "), clause.slot);
                self.papers.push(Clause { slot, role: Role::User, spans: clause.spans });
            }
        }
        Ok(Some(Script { holds, says, is_silent: file.silent }))
    }

    /// The same compiler with the variables of a seat: its name, and the names of the others.
    pub(super) fn at_seat(&self, seats: &[String], at: usize) -> Self {
        let others =
            seats.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, name)| name.as_str());
        let others = others.collect::<Vec<_>>().join(" and ");
        self.with([("seat", seats[at].clone()), ("others", others)])
    }
}

/// An answer: what it is called in records says what it is, and no seat reads that.
fn choice(at: usize, text: &str) -> Choice {
    let name = match at {
        0 => "right".into(),
        1 => "wrong".into(),
        more => format!("other-{}", more - 1),
    };
    Choice { name, text: text.into() }
}
