//! A player that weighs points: what a claim is worth believing, what a shot may cost.

use super::card::Cards;
use super::moves::Move;
use super::players::{DECK, Unseen};
use super::rules::{PLAY_MAX, points};
use super::table::LiarsBar;
use super::view::{May, Said, View};
use crate::Player;
use rand::Rng;

/// Plays and answers by expected points, with chances from its own cards and the deck.
#[derive(Clone, Copy, Debug)]
pub struct Prober {
    /// Points that a seat that lives on still expects to win.
    pub life: f64,
    /// Chance that a misfit kept in the hand has to be laid before the round ends.
    pub later: f64,
    /// Share of seats that bluff only when their hand is too poor; the others lay cards blindly.
    pub charity: f64,
}

impl Default for Prober {
    /// Chosen for points at tables of scripted players.
    fn default() -> Self {
        Self { life: 5.0, later: 0.5, charity: 0.25 }
    }
}

impl Player<LiarsBar> for Prober {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Move {
        match view.may() {
            May::Answer(said) if self.challenges(view, said) => Move::CHALLENGE,
            May::Answer(_) | May::Nothing => Move::PASS,
            May::Play => Move::Play { cards: self.best(view) },
        }
    }
}

impl Prober {
    fn belief(self, unseen: Unseen, count: u8) -> f64 {
        self.charity * unseen.dealt_enough(count) + (1.0 - self.charity) * unseen.drawn_blindly(count)
    }

    /// Expected cost of a shot of the seat's own revolver.
    fn shot(self, view: &View) -> f64 {
        view.hazard(view.seat) * (self.life - f64::from(points::DIED))
    }

    fn challenges(self, view: &View, said: Said) -> bool {
        let honest = self.belief(Unseen::by(view), said.count);
        let survive = 1.0 - view.hazard(view.seat);
        let wrong = survive * f64::from(points::CHALLENGED_THE_TRUTH) - self.shot(view);
        let right = f64::from(points::CAUGHT_A_BLUFF) + death_of(view, said.by);
        let pass = honest * f64::from(points::PASSED_THE_TRUTH);
        honest * wrong + (1.0 - honest) * right > pass
    }

    fn best(self, view: &View) -> Cards {
        // The seat that answers knows the deck, but not this hand.
        let trust: [f64; PLAY_MAX as usize] = std::array::from_fn(|at| self.belief(DECK, at as u8 + 1));
        let worth = |cards: Cards| self.worth(view, cards, trust[usize::from(cards.count()) - 1]);
        let options = view.hand.choices().map(|cards| (worth(cards), cards));
        options.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, cards)| cards).unwrap_or_default()
    }

    /// Expected points of laying these cards, if the play is passed with the chance `trust`.
    fn worth(self, view: &View, cards: Cards, trust: f64) -> f64 {
        let rest = view.hand.minus(cards);
        let misfits = f64::from(rest.count() - rest.fitting(view.target));
        let burden = misfits * self.later * (1.0 - trust) * self.shot(view);
        let emptied = if rest.is_empty() { f64::from(points::EMPTIED) } else { 0.0 };
        let honest = cards.all_fit(view.target);
        let challenged = if honest { death_of_other(view) } else { -self.shot(view) };
        trust * (emptied - burden) + (1.0 - trust) * challenged
    }
}

/// Expected points of a shot that another seat fires.
fn death_of(view: &View, seat: usize) -> f64 {
    view.hazard(seat) * f64::from(points::SURVIVED_A_DEATH)
}

/// The same for whoever answers, as the mean of the others that live.
fn death_of_other(view: &View) -> f64 {
    let others = view.living.without(view.seat);
    let sum: f64 = others.iter().map(|seat| death_of(view, seat)).sum();
    sum / f64::from(others.0.count_ones().max(1))
}
