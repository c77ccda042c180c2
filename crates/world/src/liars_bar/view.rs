//! What one seat knows, the same in words, and what it may write.
//!
//! Points are not in the view: the two points for a pass would tell whether the play was honest.

use super::card::{Card, Cards};
use super::moves::Move;
use super::rules::{BAYS, PLAY_MAX};
use super::table::{LiarsBar, PerSeat, Reveal};
use crate::Seats;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write;

/// What one seat may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub seat: usize,
    pub seats: usize,
    pub round: u32,
    pub target: Card,
    pub hand: Cards,
    /// What this seat itself laid down in this round.
    pub laid: Cards,
    /// How many cards each seat holds.
    pub held: PerSeat<u8>,
    pub living: Seats,
    /// Shots that each seat has fired.
    pub shots: PerSeat<u8>,
    /// Who plays or answers; nobody at the end.
    pub turn: Option<usize>,
    /// The play that waits for its answer.
    pub claim: Option<Said>,
    /// How the round before this one ended.
    pub reveal: Option<Reveal>,
}

/// A play as it looks from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub by: usize,
    pub count: u8,
}

/// What the seat may do now.
pub(super) enum May {
    Nothing,
    Play,
    Answer(Said),
}

impl View {
    pub(super) fn of(game: &LiarsBar, seat: usize) -> Self {
        let own = |heaps: &PerSeat<Cards>| heaps.get(seat).copied().unwrap_or_default();
        Self {
            seat,
            seats: game.rules.seats.into(),
            round: game.round,
            target: game.target,
            hand: own(&game.hands),
            laid: own(&game.laid),
            held: game.hands.map(Cards::count),
            living: game.living,
            shots: game.shots,
            turn: (!game.over()).then_some(game.turn),
            claim: game.claim.map(|claim| Said { by: claim.by, count: claim.cards.count() }),
            reveal: game.reveal,
        }
    }

    pub(super) fn may(&self) -> May {
        match self.claim {
            _ if self.turn != Some(self.seat) => May::Nothing,
            Some(said) => May::Answer(said),
            None => May::Play,
        }
    }

    /// Chance that the next shot of a seat's revolver kills, for those who do not know the bay.
    pub fn hazard(&self, seat: usize) -> f64 {
        1.0 / f64::from(BAYS.saturating_sub(self.shots[seat]).max(1))
    }

    pub(super) fn schema(&self) -> Value {
        match self.may() {
            May::Nothing => Value::Bool(false),
            May::Answer(_) => object(json!({ "move": { "enum": ["challenge", "pass"] } })),
            May::Play => object(json!({ "move": { "const": "play" }, "cards": { "enum": self.plays() } })),
        }
    }

    /// Every play in every order. A list, because what holds a model to a schema rarely counts: `contains`
    /// is read by few.
    fn plays(&self) -> Vec<Vec<Card>> {
        let left = |play: &[Card], card: Card| {
            let laid = play.iter().filter(|laid| **laid == card).count();
            usize::from(self.hand.of(card)) > laid
        };
        let longer = |play: &Vec<Card>| {
            let more = Card::ALL.into_iter().filter(|card| left(play, *card));
            more.map(|card| [play.as_slice(), &[card]].concat()).collect::<Vec<_>>()
        };
        let mut plays = Vec::new();
        let mut longest = vec![Vec::new()];
        for _ in 0..PLAY_MAX {
            longest = longest.iter().flat_map(longer).collect();
            plays.extend_from_slice(&longest);
        }
        plays
    }

    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, to: &mut String) -> std::fmt::Result {
        let Self { seat, round, target, hand, laid, .. } = self;
        let target = target.name();
        if let Some(reveal) = &self.reveal {
            write_reveal(reveal, to)?;
        }
        writeln!(to, "You are seat {seat}. Round {round}. The target is {target}.")?;
        if self.living.has(*seat) {
            writeln!(to, "Your hand: {hand}. You have laid down in this round: {laid}.")?;
        }
        for other in 0..self.seats {
            self.write_seat(other, to)?;
        }
        self.write_turn(to)
    }

    fn write_seat(&self, seat: usize, to: &mut String) -> std::fmt::Result {
        let (held, shots) = (self.held[seat], self.shots[seat]);
        let you = if seat == self.seat { " (you)" } else { "" };
        if self.living.has(seat) {
            let cards = if held == 1 { "card" } else { "cards" };
            writeln!(to, "Seat {seat}{you}: {held} {cards} in hand, {shots} of {BAYS} bays fired.")
        } else {
            writeln!(to, "Seat {seat}{you}: dead.")
        }
    }

    fn write_turn(&self, to: &mut String) -> std::fmt::Result {
        let target = self.target.name();
        if let Some(Said { by, count }) = self.claim {
            let each =
                if count == 1 { "card face down and says it is" } else { "cards face down and says each is" };
            writeln!(to, "Seat {by} lays {count} {each} {target} or wild.")?;
        }
        match (self.may(), self.turn) {
            (May::Play, _) => {
                write!(to, "It is your turn. Lay one to three cards of your hand face down as {target}.")
            }
            (May::Answer(_), _) => write!(to, "You alone may challenge this."),
            (May::Nothing, Some(turn)) => write!(to, "Seat {turn} is to move."),
            (May::Nothing, None) => write!(to, "The game is over."),
        }
    }
}

/// What all seats learn from the last move.
pub(super) fn news(game: &LiarsBar) -> Option<String> {
    let last = game.last?;
    let mut line = match last.made {
        Move::Play { cards } => {
            format!("Seat {} laid {} as {}.", last.seat, cards.count(), game.target.name())
        }
        Move::Challenge {} => format!("Seat {} challenged.", last.seat),
        Move::Pass {} => format!("Seat {} passed.", last.seat),
    };
    if let Some(reveal) = game.reveal.filter(|_| last.ended_round) {
        line.push(' ');
        let _ = write_reveal(&reveal, &mut line);
    }
    Some(line.trim_end().to_owned())
}

fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(|o| o.keys()).collect();
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

fn write_reveal(reveal: &Reveal, to: &mut String) -> std::fmt::Result {
    let Reveal { by, cards, .. } = reveal;
    write!(to, "The last round ended so: ")?;
    match reveal.challenger {
        Some(challenger) => write!(to, "seat {challenger} challenged seat {by}, who had laid {cards}: ")?,
        None => write!(to, "seat {by} alone had cards left and had to show {cards}: ")?,
    }
    write!(to, "{}. ", if reveal.honest { "an honest play" } else { "a bluff" })?;
    match reveal.fired {
        Some(seat) if reveal.died => writeln!(to, "Seat {seat} fired and is dead."),
        Some(seat) => writeln!(to, "Seat {seat} fired and lives."),
        None => writeln!(to, "Nobody fired."),
    }
}
