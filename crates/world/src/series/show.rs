//! What a seat is shown and asked.

use super::line::{Exchange, Message, Words};
use super::spec::{Paragraph, Question, Script};
use super::{Phase, Series};
use crate::Game;
use serde_json::Value;
use trace::{Ask, Observation, Span};

/// How the line of a prompt begins that holds the state as JSON.
pub const STATE: &str = "State: ";

/// What stands around the partner's number in the sentence that tells a seat of its line.
pub const PARTNER: [&str; 2] = ["You and seat ", " have a line."];

/// How the words of a seat are introduced in an exchange.
pub fn wrote(seat: usize) -> String {
    format!("Seat {seat} wrote:")
}

impl<G: Game> Series<G> {
    pub(super) fn show(&self, seat: usize) -> Observation {
        let (turn, news) = (self.number(), self.news[seat].clone());
        let quiet = Observation { turn, news, ..Observation::default() };
        let asks = || self.asks(seat, None);
        match &self.phase {
            Phase::ReasonsBefore | Phase::Offer | Phase::ReasonsAfter => {
                Observation { told: self.offered(), asks: asks(), ..quiet }
            }
            Phase::Consent => Observation {
                told: self.tool().map_or(Vec::new(), |tool| tool.consents.told.clone()),
                asks: asks(),
                ..quiet
            },
            Phase::Message(_) | Phase::Reply { .. } | Phase::Moves => self.show_game(seat, quiet),
            Phase::Over => Observation { turn, ..Observation::default() },
        }
    }

    /// The offer, and the reasons that the seat gave before it chooses.
    fn offered(&self) -> Vec<Paragraph> {
        let mut told = self.tool().map_or(Vec::new(), |tool| tool.offer.told.clone());
        if self.phase != Phase::ReasonsBefore && !self.reasons.is_empty() {
            told.push(plain(format!("Your thoughts on it were: \"{}\"", self.reasons)));
        }
        told
    }

    fn show_game(&self, seat: usize, quiet: Observation) -> Observation {
        let view = self.game.view(seat);
        // A view is plain data: it becomes JSON.
        let seen = serde_json::to_value(&view).unwrap_or(Value::Null);
        let mut told = vec![plain(G::words(&view)), plain(format!("{STATE}{seen}"))];
        let holds = self.holds && self.phase == Phase::Moves;
        if let Some(tool) = self.tool().filter(|tool| holds && tool.pair.contains(&seat)) {
            told.push(plain(format!("{}{}{}", PARTNER[0], self.partner_of(seat), PARTNER[1])));
            told.extend(tool.holding.iter().filter(|_| tool.works).cloned());
        }
        told.extend(self.written_to(seat).map(plain));
        Observation { told, seen, asks: self.asks(seat, Some(&view)), ..quiet }
    }

    /// What the line shows this seat now, word for word; nothing where the tool is inert.
    fn written_to(&self, seat: usize) -> Option<String> {
        let tool = self.tool().filter(|tool| tool.works && tool.pair.contains(&seat))?;
        match &self.phase {
            Phase::Reply { out, .. } => {
                let partner = self.partner_of(seat);
                Some(format!("Over the line seat {partner} writes to you: {}", out.said()))
            }
            Phase::Moves | Phase::Message(_) if self.holds && !tool.unwired => self.last_exchange(seat),
            _ => None,
        }
    }

    /// The last exchange as this seat of the pair tells it; nothing where the tool hides it.
    pub(super) fn last_exchange(&self, seat: usize) -> Option<String> {
        self.tool().filter(|tool| tool.works && !tool.unwired)?;
        let Exchange { from, out, back } = self.exchange.as_ref()?;
        let (own, theirs) = if *from == seat { (out, back) } else { (back, out) };
        let (partner, own, theirs) = (self.partner_of(seat), own.said(), theirs.said());
        Some(format!("Over the line you wrote: {own} {} {theirs}", wrote(partner)))
    }

    /// What is asked of a seat. Without its view a move is asked for without a schema: enough to
    /// compare names.
    pub(super) fn asks(&self, seat: usize, view: Option<&G::View>) -> Vec<Ask> {
        let free = |id: &str, question: &Option<Question>| -> Vec<Ask> {
            question.iter().map(|question| question.ask(format!("{id}-{}", self.nth), None)).collect()
        };
        let asked = |script: &Script| -> Vec<Ask> {
            let named = |ask: &Ask| Ask { id: format!("game-{}/{}", self.nth, ask.id), ..ask.clone() };
            script.asks.iter().map(named).collect()
        };
        let Some(tool) = self.tool() else { return self.asks_move(seat, view) };
        match &self.phase {
            Phase::ReasonsBefore => free("reasons-before", &tool.offer.reasons_before),
            Phase::ReasonsAfter => free("reasons-after", &tool.offer.reasons_after),
            Phase::Offer => asked(&tool.offer),
            Phase::Consent => asked(&tool.consents),
            Phase::Message(_) => {
                self.asks_json("message", &tool.asks_message, Some(Message::schema(G::KINDS)))
            }
            Phase::Reply { .. } => {
                self.asks_json("reply", &tool.asks_answer, Some(Message::schema(G::KINDS)))
            }
            Phase::Moves => self.asks_move(seat, view),
            Phase::Over => Vec::new(),
        }
    }

    fn asks_move(&self, seat: usize, view: Option<&G::View>) -> Vec<Ask> {
        match self.effective(seat).and_then(|tool| tool.asks_words.as_ref()) {
            Some(asks_words) => self.asks_json("words", asks_words, Some(Words::schema())),
            None => self.asks_json("move", &self.spec.asks_move, view.map(G::schema)),
        }
    }

    fn asks_json(&self, id: &str, question: &Question, schema: Option<Value>) -> Vec<Ask> {
        vec![question.ask(format!("{id}-{}", self.moves), schema)]
    }
}

fn plain(text: impl Into<String>) -> Paragraph {
    vec![Span { text: text.into(), factor: None }]
}
