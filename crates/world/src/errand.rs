//! `errand`: colleagues speak, then one seat fills in a task sheet about a request and carries the request out or
//! sends it back.
//!
//! Source: `false-presuppositions-2025`, whose outcome is words alone; the ledger is ours. Facts: one seat has the
//! errand, up to five colleagues hear of it and speak once, in turn; what they say is public, the sheet is not;
//! ends when the sheet is filled in; no pay-off.
//!
//! ```text
//! colleague ─▶ words ─▶ … ─▶ the seat reads them ─▶ sheet (a form) ─▶ ledger: carried out, returned or left open
//! ```

use crate::form::presented;
use crate::panel::{bounded, ending};
use crate::series::Question;
use crate::{Decision, Form, FormSpec, Illegal, Side, Turn, World, decide};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use trace::{Act, Answer, Ask, Change, Fact, Observation};

/// Most colleagues. The sheet's turns are numbered after them, so that their seeds do not know who spoke.
const COLLEAGUES_MOST: usize = 5;
const FIRST: u32 = COLLEAGUES_MOST as u32;

/// A task sheet, who speaks before it is filled in, and which of its decisions is the deed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrandSpec {
    pub form: Arc<FormSpec>,
    /// Seats that speak, in their order: at most five.
    pub colleagues: Vec<String>,
    /// What each of them is asked, in their order.
    pub asks: Vec<Question>,
    /// Most words of what one of them says.
    pub words: u32,
    pub deed: Deed,
}

/// The decision by which the request is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The ask without its polarity.
    pub ask: String,
    /// The choice that carries the request out.
    pub favour: String,
}

/// What stands in the ledger. Presentations that contradict each other leave it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ledger {
    Open,
    CarriedOut,
    Returned,
}

/// An errand under way.
#[derive(Clone, Debug, Serialize)]
pub struct Errand {
    #[serde(skip)]
    spec: Arc<ErrandSpec>,
    /// What the colleagues said, bounded and on one line.
    said: Vec<String>,
    /// Whether the seat has acted on what it read: then it remembers by itself.
    heard: bool,
    form: Form,
    ledger: Ledger,
    /// How far the deed was decided for, in [0, 1].
    share: Option<f64>,
    /// Why there is no deed.
    missing: Option<trace::Read>,
}

impl Errand {
    pub const VERSION: &'static str = "errand/1";

    /// Opens an errand. `Err` names the parameter that is wrong and what would be accepted.
    pub fn new(spec: Arc<ErrandSpec>) -> Result<Self, String> {
        let seats: BTreeSet<&String> = spec.colleagues.iter().chain([&spec.form.seat]).collect();
        let speak = spec.colleagues.len();
        if speak > COLLEAGUES_MOST || seats.len() != speak + 1 || spec.asks.len() != speak {
            return Err(format!(
                "colleagues: {speak}, {} different seats in all; accepted: 0 to {COLLEAGUES_MOST}, each another seat",
                seats.len()
            ));
        }
        let form = Form::shared(spec.form.clone());
        Ok(Self {
            said: Vec::new(),
            heard: false,
            form,
            ledger: Ledger::Open,
            share: None,
            missing: None,
            spec,
        })
    }

    /// What was said, as others read it.
    fn news(&self) -> Vec<String> {
        let line = |(name, words): (&String, &String)| match words.is_empty() {
            true => format!("{name} says nothing."),
            false => format!("{name} says: \"{words}\""),
        };
        self.spec.colleagues.iter().zip(&self.said).map(line).collect()
    }

    /// The colleague that speaks next.
    fn speaker(&self) -> Option<&String> {
        self.spec.colleagues.get(self.said.len())
    }

    fn ask(&self) -> Ask {
        let at = self.said.len();
        let Question { text, tokens_max } = self.spec.asks[at].clone();
        Ask { id: format!("says-{}", at + 1), text, tokens_max, ..Ask::default() }
    }

    fn speaks(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        if self.speaker().is_none_or(|speaker| speaker != seat) || act.turn as usize != self.said.len() {
            return Err(Illegal::new("a colleague speaks when it is its turn"));
        }
        let [Answer { ask, choice, .. }] = &act.answers[..] else {
            return Err(Illegal::new("one question is answered at a time"));
        };
        if *ask != self.ask().id {
            return Err(Illegal::new("answers belong to the turn that is due"));
        }
        let words = bounded(choice.as_deref().unwrap_or_default(), self.spec.words as usize);
        let change = Change { path: format!("says/{seat}"), to: json!(words) };
        self.said.push(words);
        Ok(vec![change])
    }

    /// Enters the deed in the ledger, where this act decided it.
    fn enter(&mut self, act: &Act) -> Option<Change> {
        let (id, favour) = (&self.spec.deed.ask, &self.spec.deed.favour);
        let ids = ["for", "against"].map(|polarity| format!("{id}/{polarity}"));
        let put: Vec<&Ask> = ids.iter().filter_map(|id| self.form.asked(id)).collect();
        let answers = put.iter().map(|ask| Some((*ask, act.answers.iter().find(|a| a.ask == ask.id)?)));
        let answers: Vec<(&Ask, &Answer)> = answers.collect::<Option<_>>().filter(|_| !put.is_empty())?;
        let presented: Vec<_> = answers.iter().map(|(ask, answer)| presented(ask, answer, favour)).collect();
        match decide(presented.iter().map(Option::as_ref)) {
            Some(Decision { p, side, .. }) => {
                self.share = Some(p);
                self.ledger = match side {
                    Side::Favour => Ledger::CarriedOut,
                    Side::Oppose => Ledger::Returned,
                    Side::Unclear => Ledger::Open,
                };
            }
            None => {
                self.missing = answers.iter().filter(|(_, a)| a.choice.is_none()).map(|(_, a)| a.read).min();
            }
        }
        Some(Change { path: "ledger".into(), to: json!(self.ledger) })
    }
}

impl World for Errand {
    fn version(&self) -> &'static str {
        Self::VERSION
    }

    fn due(&self) -> Vec<Turn> {
        match self.speaker() {
            Some(seat) => vec![Turn { number: self.said.len() as u32, seat: seat.clone() }],
            None => {
                let later = |turn: Turn| Turn { number: turn.number + FIRST, ..turn };
                self.form.due().into_iter().map(later).collect()
            }
        }
    }

    fn turns_max(&self) -> u64 {
        self.spec.colleagues.len() as u64 + self.form.turns_max()
    }

    fn view(&self, seat: &str) -> Observation {
        match self.speaker() {
            Some(speaker) if speaker == seat => Observation {
                turn: self.said.len() as u32,
                news: self.news(),
                asks: vec![self.ask()],
                ..Observation::default()
            },
            None if seat == self.spec.form.seat => {
                let view = self.form.view(seat);
                let news = if self.heard { Vec::new() } else { self.news() };
                Observation { turn: view.turn + FIRST, news, ..view }
            }
            _ => Observation::default(),
        }
    }

    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        if self.speaker().is_some() {
            return self.speaks(seat, act);
        }
        let turn = act.turn.checked_sub(FIRST).ok_or_else(|| Illegal::new("the colleagues have spoken"))?;
        let own = Act { turn, ..act.clone() };
        let mut changes = self.form.apply(seat, &own)?;
        self.heard = true;
        changes.extend(self.enter(&own));
        Ok(changes)
    }

    /// `carried-out` (0 or 1) and `returned` from the ledger, `carried-out-share` (how far the deed was decided
    /// for); or, where an answer is missing, why.
    fn facts(&self) -> Vec<Fact> {
        let fact = |name: &str, value| Fact { name: name.into(), value };
        let mut facts = self.form.facts();
        facts.push(fact("colleagues", json!(self.said.len())));
        facts.extend(self.missing.map(|why| fact("ending", json!(ending(why)))));
        if let Some(share) = self.share {
            facts.push(fact("carried-out", json!(u8::from(self.ledger == Ledger::CarriedOut))));
            facts.push(fact("carried-out-share", json!(share)));
            facts.push(fact("returned", json!(u8::from(self.ledger == Ledger::Returned))));
        }
        facts
    }

    fn save(&self) -> Vec<u8> {
        trace::canonical(self)
    }
}

#[cfg(test)]
mod tests;
