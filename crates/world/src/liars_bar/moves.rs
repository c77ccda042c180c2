//! What a player may write, and what is refused.

use super::card::{Card, Cards};
use super::rules::PLAY_MAX;
use super::table::LiarsBar;
use crate::Illegal;
use serde::{Deserialize, Serialize};

/// A move. Braces on the last two, because serde lets a unit variant carry any further field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "lowercase", deny_unknown_fields)]
pub enum Move {
    /// `{"move":"play","cards":["king","wild"]}`
    Play { cards: Cards },
    /// `{"move":"challenge"}`
    Challenge {},
    /// `{"move":"pass"}`
    Pass {},
}

impl Move {
    pub const CHALLENGE: Self = Self::Challenge {};
    pub const PASS: Self = Self::Pass {};

    pub fn cards(cards: impl IntoIterator<Item = Card>) -> Self {
        Self::Play { cards: cards.into_iter().collect() }
    }
}

impl LiarsBar {
    /// The rule that the move breaks, if any.
    pub(super) fn admit(&self, seat: usize, made: &Move) -> Result<(), Illegal> {
        let broken = match (made, self.claim) {
            _ if self.over() => "no move is made after the game's end",
            _ if seat >= usize::from(self.rules.seats) => "only the game's seats make moves",
            _ if !self.living.has(seat) => "dead seats make no moves",
            _ if seat != self.turn => "a seat moves only in its turn",
            (Move::Play { .. }, Some(_)) => "a play is challenged or passed before the next one is made",
            (Move::Play { cards }, None) if !(1..=PLAY_MAX).contains(&cards.count()) => {
                "a play is one, two or three cards"
            }
            (Move::Play { cards }, None) if !self.hands[seat].has(*cards) => {
                "every card played is in the seat's hand"
            }
            (Move::Challenge {} | Move::Pass {}, None) => {
                "only a play that was just made is challenged or passed"
            }
            _ => return Ok(()),
        };
        Err(Illegal { rule: broken.into() })
    }
}
