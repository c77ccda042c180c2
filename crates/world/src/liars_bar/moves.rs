//! What a player may write.

use super::card::{Card, Cards};
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
