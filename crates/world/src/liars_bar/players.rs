//! Scripted players, from the one that knows nothing to the one that counts.

use super::moves::Move;
pub use super::prober::Prober;
use super::rules::HAND;
use super::table::LiarsBar;
use super::view::{May, Said, View};
use crate::Player;
use rand::seq::IteratorRandom;
use rand::{Rng, RngExt};

/// Uniform over the different legal moves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Player<LiarsBar> for Random {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Move {
        match view.may() {
            May::Answer(_) if luck.random_bool(0.5) => Move::CHALLENGE,
            May::Answer(_) | May::Nothing => Move::PASS,
            May::Play => Move::Play { cards: view.hand.choices().choose(luck).unwrap_or_default() },
        }
    }
}

/// Never bluffs while it holds a fitting card, and challenges what it takes for less than 40 % likely. Its
/// strength is what it knows of the chance that a claim is true.
#[derive(Clone, Copy, Debug)]
pub enum Honest {
    /// Every claim is an even chance: it never challenges.
    Novice,
    /// Knows the deck and thinks that the other bluffs only when its hand is too poor.
    Fair,
    /// Counts its own cards and expects a play like one drawn blindly from the rest.
    Strong,
}

/// What an honest player believes less than this, it challenges.
const DOUBT: f64 = 0.4;

impl Honest {
    fn belief(self, view: &View, said: Said) -> f64 {
        match self {
            Self::Novice => 0.5,
            Self::Fair => DECK.dealt_enough(said.count),
            Self::Strong => Unseen::by(view).drawn_blindly(said.count),
        }
    }
}

impl Player<LiarsBar> for Honest {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Move {
        match view.may() {
            May::Answer(said) if self.belief(view, said) < DOUBT => Move::CHALLENGE,
            May::Answer(_) | May::Nothing => Move::PASS,
            May::Play => Move::cards(view.hand.first_for(view.target)),
        }
    }
}

/// The cards that somebody does not see, and how many of them fit the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unseen {
    all: u8,
    fitting: u8,
}

/// What is unseen before one looks at one's own hand.
pub(super) const DECK: Unseen = Unseen { all: 28, fitting: 12 };

impl Unseen {
    pub fn by(view: &View) -> Self {
        let own = view.hand.plus(view.laid);
        Self { all: DECK.all - own.count(), fitting: DECK.fitting - own.fitting(view.target) }
    }

    /// Chance that a hand was dealt at least this many fitting cards.
    pub fn dealt_enough(self, count: u8) -> f64 {
        self.at_least(count, HAND as u8)
    }

    /// Chance that this many cards all fit when nobody chose them.
    pub fn drawn_blindly(self, count: u8) -> f64 {
        self.at_least(count, count)
    }

    /// Hypergeometric tail.
    fn at_least(self, wanted: u8, drawn: u8) -> f64 {
        let ways = |hits| choose(self.fitting, hits) * choose(self.all - self.fitting, drawn - hits);
        let good: u32 = (wanted..=drawn).map(ways).sum();
        f64::from(good) / f64::from(choose(self.all, drawn))
    }
}

fn choose(n: u8, k: u8) -> u32 {
    PASCAL[usize::from(n)][usize::from(k)]
}

/// Ways to choose up to a hand from up to the deck.
const PASCAL: [[u32; HAND + 1]; 29] = {
    let mut rows = [[0; HAND + 1]; 29];
    let mut n = 0;
    while n < rows.len() {
        rows[n][0] = 1;
        let mut k = 1;
        while n > 0 && k <= HAND {
            rows[n][k] = rows[n - 1][k - 1] + rows[n - 1][k];
            k += 1;
        }
        n += 1;
    }
    rows
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Against counts by hand: C(12,1)/28, and 1 - C(16,5)/C(28,5) = 1 - 4368/98280.
    #[test]
    fn chances_are_hypergeometric() {
        assert!((DECK.drawn_blindly(1) - 12.0 / 28.0).abs() < 1e-12);
        assert!((DECK.drawn_blindly(2) - 12.0 * 11.0 / (28.0 * 27.0)).abs() < 1e-12);
        assert!((DECK.dealt_enough(1) - (1.0 - 4368.0 / 98280.0)).abs() < 1e-12);
    }
}
