//! `form`: documents, items and structured answers. Questions without a game.
//!
//! Source: ours. Facts: one seat; perfect information about the documents, none about the truth;
//! ends after as many turns as the form has; no pay-off.

use crate::{Illegal, Presented, Side, Turn, World, decide};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Act, Answer, Ask, Change, Fact, Observation, Read};

/// Stands in an ask's text for the count that the [`Tally`] gives when the ask is shown.
pub const OWN: &str = "⟦own⟧";

/// What a form asks, turn by turn, and what is true of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FormSpec {
    pub seat: String,
    /// Asks of each turn.
    pub turns: Vec<Vec<Ask>>,
    /// What later asks call the seat's own count.
    #[serde(default)]
    pub tally: Tally,
    /// Truths that no seat is shown.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
}

/// How many decisions went in favour: each entry lists the asks that present one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub favour: String,
    pub decisions: Vec<Vec<String>>,
}

/// A form being filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Form {
    spec: Arc<FormSpec>,
    turn: usize,
    answers: BTreeMap<String, Answer>,
}

impl Form {
    pub fn new(spec: FormSpec) -> Self {
        Self::shared(Arc::new(spec))
    }

    /// A form of a specification that others fill in as well.
    pub fn shared(spec: Arc<FormSpec>) -> Self {
        let mut form = Self { spec, turn: 0, answers: BTreeMap::new() };
        form.skip_empty();
        form
    }

    /// A turn without questions passes, and the others keep their numbers.
    fn skip_empty(&mut self) {
        while self.spec.turns.get(self.turn).is_some_and(Vec::is_empty) {
            self.turn += 1;
        }
    }

    /// The asks of the turn that is due.
    fn asks(&self) -> &[Ask] {
        self.spec.turns.get(self.turn).map_or(&[], Vec::as_slice)
    }

    /// How many decisions of the tally went in favour so far.
    fn own(&self) -> usize {
        let tally = &self.spec.tally;
        let favoured = |asks: &&Vec<String>| {
            let presented = asks.iter().map(|id| self.presented(id, &tally.favour)).collect::<Vec<_>>();
            decide(presented.iter().map(Option::as_ref))
                .is_some_and(|d| d.side == Side::Favour || (d.side == Side::Unclear && d.log_odds > 0.0))
        };
        tally.decisions.iter().filter(favoured).count()
    }

    fn presented<'a>(&'a self, id: &str, favour: &'a str) -> Option<Presented<'a>> {
        presented(self.asked(id)?, self.answers.get(id)?, favour)
    }

    /// The ask of that name, of any turn.
    pub(crate) fn asked(&self, id: &str) -> Option<&Ask> {
        self.spec.turns.iter().flatten().find(|a| a.id == id)
    }

    fn check(&self, seat: &str, act: &Act) -> Result<(), Illegal> {
        let illegal = |rule: &str| Err(Illegal { rule: rule.into() });
        if seat != self.spec.seat {
            return illegal("only the form's own seat fills it in");
        }
        if act.turn as usize != self.turn || self.asks().is_empty() {
            return illegal("answers belong to the turn that is due");
        }
        if act.answers.len() != self.asks().len() {
            return illegal("every question is answered once");
        }
        for (ask, answer) in self.asks().iter().zip(&act.answers) {
            if ask.id != answer.ask {
                return illegal("answers come in the order of the questions");
            }
            fits_menu(ask, answer)?;
        }
        Ok(())
    }
}

/// An answer with its place in the menu of what was asked; none where the menu has no such choice.
pub(crate) fn presented<'a>(ask: &Ask, answer: &'a Answer, favour: &'a str) -> Option<Presented<'a>> {
    let index = ask.menu.iter().position(|c| c.name == favour)?;
    Some(Presented { answer, favour, index })
}

/// An answer names an option of its menu, where there is one, and scores each of them.
pub(crate) fn fits_menu(ask: &Ask, answer: &Answer) -> Result<(), Illegal> {
    let offered = |name: &String| ask.menu.is_empty() || ask.menu.iter().any(|c| &c.name == name);
    if !answer.choice.as_ref().is_none_or(offered) {
        return Err(Illegal::new("a choice is one of the options"));
    }
    if answer.read == Read::Scored && answer.logp.len() != ask.menu.len() {
        return Err(Illegal::new("scores are one per option"));
    }
    Ok(())
}

impl World for Form {
    fn version(&self) -> &'static str {
        "form/1"
    }

    fn due(&self) -> Vec<Turn> {
        let more = self.turn < self.spec.turns.len();
        let turn = || Turn { number: self.turn as u32, seat: self.spec.seat.clone() };
        more.then(turn).into_iter().collect()
    }

    fn turns_max(&self) -> u64 {
        self.spec.turns.len() as u64
    }

    fn view(&self, seat: &str) -> Observation {
        let mut asks = if seat == self.spec.seat { self.asks().to_vec() } else { Vec::new() };
        for ask in asks.iter_mut().filter(|a| a.text.contains(OWN)) {
            ask.text = ask.text.replace(OWN, &self.own().to_string());
        }
        Observation { turn: self.turn as u32, asks, ..Observation::default() }
    }

    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        self.check(seat, act)?;
        let mut changes = Vec::with_capacity(act.answers.len());
        for answer in &act.answers {
            let to = answer.choice.clone().map_or(Value::Null, Value::String);
            changes.push(Change { path: format!("answers/{}", answer.ask), to });
            self.answers.insert(answer.ask.clone(), answer.clone());
        }
        self.turn += 1;
        self.skip_empty();
        Ok(changes)
    }

    fn facts(&self) -> Vec<Fact> {
        let fact = |(name, value): (&String, &Value)| Fact { name: name.clone(), value: value.clone() };
        self.spec.facts.iter().map(fact).collect()
    }

    fn save(&self) -> Vec<u8> {
        trace::canonical(self)
    }
}
