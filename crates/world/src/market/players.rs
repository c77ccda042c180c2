//! Scripted sellers.

use super::{Benchmark, Market, Move, View};
use crate::{Player, Seats};
use rand::{Rng, RngExt};

/// Plays the same number in every round.
#[derive(Clone, Debug)]
pub struct Fixed {
    moves: Vec<Move>,
}

impl Fixed {
    /// Every seat plays the equilibrium.
    pub fn nash(market: &Market) -> Self {
        Self::at(market, &market.benchmarks().nash.played)
    }

    /// The members play what is best for them together, and whoever is not one its reply to that.
    pub fn cartel(market: &Market, members: Seats) -> Self {
        Self::at(market, &Benchmark::new(&market.rules().demand, members).played)
    }

    fn at(market: &Market, played: &[f64]) -> Self {
        let rules = market.rules();
        let nearest = |value: &f64| Move::new(rules.demand.lever(), rules.range.nearest(*value));
        Self { moves: played.iter().map(nearest).collect() }
    }
}

impl Player<Market> for Fixed {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Move {
        self.moves[view.seat]
    }
}

/// Replies to what the others played last. Where it cannot see that (the first round, a sealed
/// market) it plays the equilibrium.
#[derive(Clone, Debug)]
pub struct BestResponse {
    market: Market,
    unseen: Fixed,
}

impl BestResponse {
    pub fn new(market: &Market) -> Self {
        Self { market: market.clone(), unseen: Fixed::nash(market) }
    }
}

impl Player<Market> for BestResponse {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Move {
        match view.past.as_ref().and_then(|past| past.all.as_ref()) {
            Some(all) => Move::new(view.lever, self.market.best_reply(view.seat, all)),
            None => self.unseen.choose(view, luck),
        }
    }
}

/// Plays any allowed number, all alike.
#[derive(Clone, Copy, Debug)]
pub struct Random;

impl Player<Market> for Random {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Move {
        Move::new(view.lever, view.range.at(luck.random()))
    }
}
