//! Strategies that remember one turn.

use super::rules::check_probability;
use super::{Choice, Dilemma, Move, Outcome, View};
use crate::Player;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Probabilities of cooperation: in the first turn, and after each outcome (own choice first).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryOne {
    pub first: f64,
    pub after_cc: f64,
    pub after_cd: f64,
    pub after_dc: f64,
    pub after_dd: f64,
}

impl MemoryOne {
    pub const ALWAYS_COOPERATE: Self = Self::new(1.0, [1.0, 1.0, 1.0, 1.0]);
    pub const ALWAYS_DEFECT: Self = Self::new(0.0, [0.0, 0.0, 0.0, 0.0]);
    pub const TIT_FOR_TAT: Self = Self::new(1.0, [1.0, 0.0, 1.0, 0.0]);
    pub const WIN_STAY_LOSE_SHIFT: Self = Self::new(1.0, [1.0, 0.0, 0.0, 1.0]);
    /// Grim trigger as long as there is no noise: a flipped own choice looks like a provoked one.
    pub const GRIM: Self = Self::new(1.0, [1.0, 0.0, 0.0, 0.0]);
    pub const RANDOM: Self = Self::new(0.5, [0.5, 0.5, 0.5, 0.5]);

    /// After `cc`, `cd`, `dc` and `dd`, in this order.
    pub const fn new(first: f64, after: [f64; 4]) -> Self {
        let [after_cc, after_cd, after_dc, after_dd] = after;
        Self { first, after_cc, after_cd, after_dc, after_dd }
    }

    /// The 32 strategies without dice: 16 reactions, each with both openings.
    pub fn deterministic() -> impl Iterator<Item = Self> {
        let bit = |code: u8, at: u8| f64::from(code >> at & 1);
        (0..32).map(move |code| Self::new(bit(code, 4), [0, 1, 2, 3].map(|at| bit(code, at))))
    }

    /// Probability of cooperation after an outcome; `None` opens the game.
    pub fn after(&self, last: Option<Outcome>) -> f64 {
        match last {
            None => self.first,
            Some(Outcome::Cc) => self.after_cc,
            Some(Outcome::Cd) => self.after_cd,
            Some(Outcome::Dc) => self.after_dc,
            Some(Outcome::Dd) => self.after_dd,
        }
    }

    /// What its choices amount to when each is flipped with probability `noise`.
    pub fn with_noise(&self, noise: f64) -> Self {
        let flip = |p: f64| p * (1.0 - noise) + (1.0 - p) * noise;
        Self::new(flip(self.first), Outcome::ALL.map(|last| flip(self.after(Some(last)))))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        check_probability("first", self.first)?;
        check_probability("after_cc", self.after_cc)?;
        check_probability("after_cd", self.after_cd)?;
        check_probability("after_dc", self.after_dc)?;
        check_probability("after_dd", self.after_dd)
    }
}

impl Player<Dilemma> for MemoryOne {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Move {
        let cooperates = luck.random::<f64>() < self.after(view.history.last().copied());
        Move { choice: if cooperates { Choice::Cooperate } else { Choice::Defect } }
    }
}
