//! `panel`: two to five seats solve one task by talking in turn.
//!
//! Source: `collaborative-reasoner-2025` (its protocol, stop rule and measures), repaired: the belief of
//! a turn is an option that is chosen, so no other model reads it from prose; turns can go on after
//! agreement, or be sealed; a partner can be written, right or wrong by design. Facts: perfect information
//! of what was said, none of the key; turns of fixed order, or one sealed round; ends by agreement or after
//! `turns`; no pay-off.
//!
//! ```text
//! turn: [message ─▶] answer ─▶ all seats read both ─▶ agreed? ─▶ the next seat's turn, or the end
//! ```

mod facts;
mod metrics;
mod spec;
#[cfg(test)]
mod tests;

pub(crate) use facts::ending;
pub use metrics::{Belief, Switch, Talk, Tally, beyond_chance, switch};
pub use spec::{PanelSpec, Script, Stop};

use crate::form::fits_menu;
use crate::{Illegal, Turn, World};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Act, Answer, Ask, Change, Choice, Fact, Observation, Read};

/// What stands in records for "not sure yet".
pub const UNSURE: &str = "unsure";
/// The fact that holds each seat's last answer, by its place.
pub const LAST_ANSWERS: &str = "last-answers";
/// The longest message, in bytes: words can be long.
const BYTES_MAX: usize = 1_200;

/// A turn that is over.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Spoken {
    seat: usize,
    /// Bounded and on one line, as the others read it; none where nothing was said.
    words: String,
    belief: Belief,
    /// Whether the seat wrote nothing at all, its answer included: a partner who is there and silent.
    silent: bool,
    /// Probabilities of the answers, where options were scored.
    shares: Option<Vec<f64>>,
    /// Why there is no answer.
    unread: Option<Read>,
}

/// A task being talked about.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    #[serde(skip)]
    spec: Arc<PanelSpec>,
    spoken: Vec<Spoken>,
    /// What the seat that is due has said in this turn, before its answer.
    said: Option<String>,
    /// Turns that each seat has read.
    read: Vec<usize>,
}

impl Panel {
    pub const VERSION: &'static str = "panel/1";

    /// Opens a panel. `Err` names the parameter that is wrong.
    pub fn new(spec: Arc<PanelSpec>) -> Result<Self, String> {
        spec.check()?;
        let mut panel = Self { spoken: Vec::new(), said: None, read: vec![0; spec.seats.len()], spec };
        panel.written();
        Ok(panel)
    }

    fn is_sealed(&self) -> bool {
        self.spec.stop == Stop::Sealed
    }

    fn seat_of(&self, turn: usize) -> usize {
        turn % self.spec.seats.len()
    }

    /// Whether an agent takes this turn.
    fn is_live(&self, turn: usize) -> bool {
        self.spec.script.is_none() || self.seat_of(turn) == 0
    }

    /// Turns until the end.
    fn turns(&self) -> usize {
        if self.is_sealed() { self.spec.seats.len() } else { self.spec.turns as usize }
    }

    fn is_over(&self) -> bool {
        let agreed = self.spec.stop == Stop::OnAgreement && self.talk().agreed().is_some();
        agreed || self.spoken.len() >= self.turns()
    }

    /// The beliefs so far, for the measures.
    fn talk(&self) -> Talk {
        let beliefs = self.spoken.iter().map(|turn| turn.belief).collect();
        Talk { beliefs, seats: self.spec.seats.len(), right: self.spec.right }
    }

    /// Turns that the scenario has written: an opening, and those of a scripted partner.
    fn written(&mut self) {
        let opening = self.spec.opening.filter(|_| !self.is_sealed());
        while !self.is_over() {
            let turn = self.spoken.len();
            let seat = self.seat_of(turn);
            let line = match (turn, seat, opening, &self.spec.script) {
                (0, _, Some(answer), _) => Spoken::of(seat, String::new(), Some(answer)),
                (_, 1.., _, Some(script)) if script.is_silent => {
                    Spoken { silent: true, ..Spoken::of(seat, String::new(), None) }
                }
                (_, 1.., _, Some(script)) => {
                    Spoken::of(seat, bounded(&script.text(), usize::MAX), Some(script.holds))
                }
                _ => return,
            };
            self.spoken.push(line);
        }
    }

    /// A turn as a seat reads it. Its own words it remembers by itself.
    fn lines(&self, at: usize, seat: usize) -> Vec<String> {
        let Spoken { seat: by, words, belief, silent, .. } = &self.spoken[at];
        let name = &self.spec.seats[*by];
        let head = format!("Turn {}", at + 1);
        if *silent {
            return vec![format!("{head}: {name} says nothing.")];
        }
        let mut lines = Vec::new();
        if !words.is_empty() && *by != seat {
            lines.push(format!("{head}: {name} says: \"{words}\""));
        }
        let whose = if *by == seat { "your".into() } else { format!("{name}'s") };
        lines.push(format!("{head}: {whose} answer: {}", self.text_of(*belief)));
        lines
    }

    fn text_of(&self, belief: Belief) -> &str {
        belief.map_or(&*self.spec.unsure, |at| &self.spec.answers[at].text)
    }

    /// The turn (from 0) that a seat is to act in now.
    fn turn_of(&self, seat: &str) -> Option<usize> {
        let turn = self.due().into_iter().find(|turn| turn.seat == seat)?.number;
        Some(turn as usize / 2 - 1)
    }

    /// Whether a message comes before the answer of this turn.
    fn wants_words(&self) -> bool {
        self.spec.words > 0 && self.said.is_none() && !self.is_sealed()
    }

    fn ask(&self, turn: usize) -> Ask {
        if self.wants_words() {
            let question = &self.spec.asks_message;
            let (text, tokens_max) = (question.text.clone(), question.tokens_max);
            return Ask { id: format!("message-{}", turn + 1), text, tokens_max, ..Ask::default() };
        }
        let id = format!("answer-{}", turn + 1);
        Ask { id, text: self.spec.asks_answer.text.clone(), menu: self.menu(), ..Ask::default() }
    }

    /// The answers in the order of the unit, and at last "not sure yet", where that is an answer.
    fn menu(&self) -> Vec<Choice> {
        let unsure = Choice { name: UNSURE.into(), text: self.spec.unsure.clone() };
        let some = (!self.spec.unsure.is_empty()).then_some(unsure);
        self.spec.order.iter().map(|at| self.spec.answers[*at].clone()).chain(some).collect()
    }

    fn check(&self, seat: &str, act: &Act) -> Result<(usize, Ask), Illegal> {
        let due = self.due().into_iter().find(|turn| turn.seat == seat);
        let due = due.ok_or_else(|| Illegal::new("a seat speaks when it is its turn"))?;
        let ask = self.ask(due.number as usize / 2 - 1);
        let [answer] = &act.answers[..] else {
            return Err(Illegal::new("one question is answered at a time"));
        };
        if act.turn != due.number || answer.ask != ask.id {
            return Err(Illegal::new("answers belong to the turn that is due"));
        }
        fits_menu(&ask, answer)?;
        Ok((due.number as usize / 2 - 1, ask))
    }

    /// Takes a belief in.
    fn believes(&mut self, seat: usize, answer: &Answer) -> Spoken {
        let menu = self.menu();
        let place = |name: &str| self.spec.answers.iter().position(|choice| choice.name == name);
        let shares = (answer.read == Read::Scored).then(|| {
            let mut shares = vec![0.0; self.spec.answers.len()];
            for (choice, logp) in menu.iter().zip(&answer.logp) {
                place(&choice.name).into_iter().for_each(|at| shares[at] = logp.exp());
            }
            shares
        });
        let belief = answer.choice.as_deref().and_then(place);
        let unread = answer.choice.is_none().then_some(answer.read);
        let words = self.said.take().unwrap_or_default();
        Spoken { shares, unread, ..Spoken::of(seat, words, belief) }
    }
}

impl Spoken {
    fn of(seat: usize, words: String, belief: Belief) -> Self {
        Self { seat, words, belief, silent: false, shares: None, unread: None }
    }

    /// How much of the belief is this answer: its probability, or all or nothing.
    fn share(&self, answer: usize) -> f64 {
        let certain = if self.belief == Some(answer) { 1.0 } else { 0.0 };
        self.shares.as_ref().and_then(|shares| shares.get(answer)).copied().unwrap_or(certain)
    }
}

/// What was written, as others may read it: so many words, on one line, without a quotation mark that could
/// end the quotation it stands in, and without control characters.
pub(crate) fn bounded(text: &str, words_max: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut words = clean.split_whitespace().take(words_max).collect::<Vec<_>>().join(" ");
    words = words.replace(['"', '“', '”', '„'], "'");
    words.truncate(words.floor_char_boundary(BYTES_MAX));
    words
}

impl World for Panel {
    fn version(&self) -> &'static str {
        Self::VERSION
    }

    /// A turn has two numbers, of its message and of its answer, whether or not there is a message: so the
    /// third turn has the same luck in every cell.
    fn due(&self) -> Vec<Turn> {
        if self.is_over() {
            return Vec::new();
        }
        let turn = |at: usize| Turn {
            number: 2 * at as u32 + 2 + u32::from(!self.wants_words()),
            seat: self.spec.seats[self.seat_of(at)].clone(),
        };
        match self.is_sealed() {
            // Each has answered in the order of seats, unseen.
            true => (self.spoken.len()..self.turns()).filter(|at| self.is_live(*at)).map(turn).collect(),
            false => vec![turn(self.spoken.len())],
        }
    }

    fn turns_max(&self) -> u64 {
        2 * self.turns() as u64
    }

    fn view(&self, seat: &str) -> Observation {
        let at = self.spec.seats.iter().position(|name| name == seat);
        let Some((seat, turn)) = at.zip(self.turn_of(seat)) else { return Observation::default() };
        // What a sealed round holds is opened at its end.
        let seen = if self.is_sealed() { 0 } else { self.spoken.len() };
        let news = (self.read[seat]..seen).flat_map(|turn| self.lines(turn, seat)).collect();
        let number = 2 * turn as u32 + 2 + u32::from(!self.wants_words());
        Observation { turn: number, news, asks: vec![self.ask(turn)], ..Observation::default() }
    }

    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        let (turn, ask) = self.check(seat, act)?;
        let at = self.seat_of(turn);
        self.read[at] = self.spoken.len();
        let path = |what: &str| format!("turn/{}/{what}", turn + 1);
        let answer = &act.answers[0];
        if ask.menu.is_empty() {
            let words = bounded(answer.choice.as_deref().unwrap_or_default(), self.spec.words as usize);
            let change = Change { path: path("says"), to: json!(words) };
            self.said = Some(words);
            return Ok(vec![change]);
        }
        // Sealed seats act in the order of their turns: `due` lists them so.
        if turn != self.spoken.len() {
            return Err(Illegal::new("sealed answers are opened in the order of seats"));
        }
        let spoken = self.believes(at, answer);
        let to = answer.choice.clone().map_or(Value::Null, Value::String);
        self.spoken.push(spoken);
        self.written();
        Ok(vec![Change { path: path("answer"), to }])
    }

    fn facts(&self) -> Vec<Fact> {
        facts::facts(self)
    }

    fn save(&self) -> Vec<u8> {
        trace::canonical(self)
    }
}
