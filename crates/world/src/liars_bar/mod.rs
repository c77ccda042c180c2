//! `liars-bar`: a card game of bluffs and challenges in which a lost challenge may kill.
//!
//! Source: the rules that the players of `voluntary-collusion-2026` (arXiv 2605.27593) are told, not
//! those that its code plays; three departures of that code are switches of [`LiarsBarRules`]. The
//! words are ours. Facts: two to four seats; one moves at a time; own hand, last play and live bay are
//! hidden; chance deals cards, targets and bays; ends at one survivor or after `rounds_max` rounds;
//! general sum.
//!
//! ```text
//! deal ─▶ play ─▶ pass ─▶ play … ─▶ challenge ─▶ shot ─▶ deal
//! ```
//!
//! What the told rules leave open, and how it is settled here:
//!
//! - The *next* seat is the next living one that still holds cards; whoever emptied its hand waits for
//!   the next deal. The next seat answers a play and then makes its own.
//! - Emptying a hand is paid when the last play is passed; the automatic challenge is a challenge, so it
//!   pays nobody, and an honest hand costs no shot.
//! - A wrong challenge that kills costs the points of dying, not also those of surviving.
//! - Whoever fired opens the next round, or the next living seat after it. If nobody fired, and in the
//!   first round, chance decides.
//! - Bonuses add: the last death brings the one who dies +2 −2 and the one who lives +1 +3.
//! - Under `double_reset` only a seat's challenge counts twice, the automatic one does not.
//! - Rounds may end without a shot, so after `rounds_max` of them the game stops: nobody is the last
//!   survivor, and points decide.
//! - Points are not shown during play: see `view.rs`.
//! - A tie is won by all who share the most points.

mod ally;
mod card;
mod deal;
mod moves;
pub mod players;
mod prober;
mod record;
mod rules;
mod scene;
mod table;
mod told;
mod view;

#[cfg(test)]
mod tests;

pub use ally::Ally;
pub use card::{Card, Cards};
pub use moves::Move;
pub use rules::LiarsBarRules;
pub use table::{LiarsBar, Reveal};
pub use told::TOLD;
pub use view::{Said, View};

use crate::scene::{Deed, Scene};
use crate::series::SeriesSpec;
use crate::{Game, Illegal, Player, Seats, Setup};
use rules::HAND;
use serde_json::Value;
use std::sync::Arc;
use trace::{Change, Fact};

impl Game for LiarsBar {
    type Rules = LiarsBarRules;
    type Move = Move;
    type View = View;

    const VERSION: &'static str = "liars-bar/1";
    const KINDS: &'static [&'static str] = &["honest-play", "bluff", "challenge", "pass"];

    fn setup(series: Arc<SeriesSpec<LiarsBarRules>>) -> Setup {
        Setup::LiarsBar(series)
    }

    fn new(rules: &LiarsBarRules, seed: u64) -> Result<Self, String> {
        Self::open(*rules, seed)
    }

    fn seats(&self) -> usize {
        self.rules.seats.into()
    }

    fn due(&self) -> Seats {
        if self.over() { Seats::NONE } else { Seats::one(self.turn) }
    }

    /// Every card laid alone and answered.
    fn moves_max(&self) -> u64 {
        u64::from(self.rules.rounds_max) * u64::from(self.rules.seats) * HAND as u64 * 2
    }

    fn view(&self, seat: usize) -> View {
        View::of(self, seat)
    }

    fn words(view: &View) -> String {
        view.words()
    }

    fn schema(view: &View) -> Value {
        view.schema()
    }

    fn play(&mut self, seat: usize, made: &Move) -> Result<(), Illegal> {
        self.admit(seat, made)?;
        self.make(seat, *made);
        Ok(())
    }

    /// Passes, or lays one card: an honest one if there is one.
    fn forfeit(&self, seat: usize) -> Move {
        match self.claim {
            Some(_) => Move::PASS,
            None => Move::cards(self.view(seat).hand.first_for(self.target)),
        }
    }

    fn kind(view: &View, made: &Move) -> &'static str {
        match made {
            Move::Play { cards } if cards.all_fit(view.target) => "honest-play",
            Move::Play { .. } => "bluff",
            Move::Challenge {} => "challenge",
            Move::Pass {} => "pass",
        }
    }

    fn news(&self) -> Option<String> {
        view::news(self)
    }

    fn concerning(&self, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        self.of_pair(pair)
    }

    const PLAYERS: &'static [&'static str] = &["random", "novice", "fair", "strong", "prober"];

    fn player(name: &str, _rules: &LiarsBarRules) -> Option<Box<dyn Player<Self>>> {
        Some(match name {
            "random" => Box::new(players::Random),
            "novice" => Box::new(players::Honest::Novice),
            "fair" => Box::new(players::Honest::Fair),
            "strong" => Box::new(players::Honest::Strong),
            "prober" => Box::new(players::Prober::default()),
            _ => return None,
        })
    }

    fn with_partner(
        within: Box<dyn Player<Self>>,
        _rules: &LiarsBarRules,
        [_, partner]: [usize; 2],
    ) -> Box<dyn Player<Self>> {
        Box::new(Ally { within, partner })
    }

    fn points(&self) -> Vec<f64> {
        self.points[..self.seats()].iter().map(|points| f64::from(*points)).collect()
    }

    fn changes(&self) -> Vec<Change> {
        self.changed()
    }

    fn facts(&self) -> Vec<Fact> {
        self.stated()
    }

    fn scene(&self) -> Scene {
        self.drawn()
    }

    fn deed(&self, _: usize, made: &Move) -> Deed {
        self.told(made)
    }
}
