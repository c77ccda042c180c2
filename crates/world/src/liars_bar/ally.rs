//! What a pair can gain by words alone: it spares each other, and bluffs where its partner answers.

use super::card::Cards;
use super::moves::Move;
use super::rules::PLAY_MAX;
use super::table::LiarsBar;
use super::view::{May, View};
use crate::Player;
use rand::Rng;

/// A player with a partner. Everything else it does as the player within.
pub struct Ally {
    pub within: Box<dyn Player<LiarsBar>>,
    pub partner: usize,
}

impl Player<LiarsBar> for Ally {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Move {
        let made = self.within.choose(view, luck);
        match view.may() {
            May::Answer(said) if said.by == self.partner => Move::PASS,
            May::Play if view.answers_me() == Some(self.partner) => view.dump().unwrap_or(made),
            _ => made,
        }
    }
}

impl View {
    /// The seat that will answer this seat's play: the next living one that holds cards.
    pub fn answers_me(&self) -> Option<usize> {
        let after = (1..self.seats).map(|step| (self.seat + step) % self.seats);
        after.into_iter().find(|seat| self.living.has(*seat) && self.held[*seat] > 0)
    }

    /// The cards that are good for nothing but a bluff, as many as may be laid.
    fn dump(&self) -> Option<Move> {
        let useless: Cards =
            self.hand.iter().filter(|card| !card.fits(self.target)).take(PLAY_MAX.into()).collect();
        (!useless.is_empty()).then_some(Move::Play { cards: useless })
    }
}
