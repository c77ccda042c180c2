//! What a scenario sets, and the four things that can happen in a turn.

use super::MemoryOne;
use serde::{Deserialize, Serialize};

/// Above this, plans and records of a game would no longer be small.
const TURNS_MOST: u32 = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    Cooperate,
    Defect,
}

impl Choice {
    pub const BOTH: [Self; 2] = [Self::Cooperate, Self::Defect];

    pub fn flipped(self) -> Self {
        match self {
            Self::Cooperate => Self::Defect,
            Self::Defect => Self::Cooperate,
        }
    }
}

/// A move as players write it: `{"choice":"cooperate"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    pub choice: Choice,
}

/// What both seats did in a turn, the own choice first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Cc,
    Cd,
    Dc,
    Dd,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Cc, Self::Cd, Self::Dc, Self::Dd];

    pub fn of(own: Choice, other: Choice) -> Self {
        match (own, other) {
            (Choice::Cooperate, Choice::Cooperate) => Self::Cc,
            (Choice::Cooperate, Choice::Defect) => Self::Cd,
            (Choice::Defect, Choice::Cooperate) => Self::Dc,
            (Choice::Defect, Choice::Defect) => Self::Dd,
        }
    }

    pub fn own(self) -> Choice {
        match self {
            Self::Cc | Self::Cd => Choice::Cooperate,
            Self::Dc | Self::Dd => Choice::Defect,
        }
    }

    pub fn other(self) -> Choice {
        self.seen_by(1).own()
    }

    /// The same turn as `seat` sees it, when `self` is how seat 0 sees it (and back).
    pub fn seen_by(self, seat: usize) -> Self {
        match (seat, self) {
            (0, same) => same,
            (_, Self::Cd) => Self::Dc,
            (_, Self::Dc) => Self::Cd,
            (_, same) => same,
        }
    }
}

/// Points of a turn for the seat that plays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payoffs {
    /// For defecting on one who cooperates.
    pub temptation: f64,
    /// For cooperation of both.
    pub reward: f64,
    /// For defection of both.
    pub punishment: f64,
    /// For cooperating with one who defects.
    pub sucker: f64,
}

impl Default for Payoffs {
    fn default() -> Self {
        Self { temptation: 5.0, reward: 3.0, punishment: 1.0, sucker: 0.0 }
    }
}

impl Payoffs {
    pub fn of(&self, outcome: Outcome) -> f64 {
        match outcome {
            Outcome::Cc => self.reward,
            Outcome::Cd => self.sucker,
            Outcome::Dc => self.temptation,
            Outcome::Dd => self.punishment,
        }
    }

    /// Points of both seats, in the order of the outcome.
    pub fn of_both(&self, outcome: Outcome) -> [f64; 2] {
        [self.of(outcome), self.of(outcome.seen_by(1))]
    }

    fn is_dilemma(&self) -> bool {
        self.temptation > self.reward && self.reward > self.punishment && self.punishment > self.sucker
    }

    fn is_finite(&self) -> bool {
        Outcome::ALL.iter().all(|o| self.of(*o).is_finite())
    }
}

/// What a scenario sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    pub payoffs: Payoffs,
    /// Takes payoffs that are no dilemma (stag hunt, chicken) as well.
    pub any_payoffs: bool,
    /// Most turns.
    pub turns: u32,
    /// Probability that a choice is turned into the other one.
    pub noise: f64,
    /// Probability that the game goes on after a turn.
    pub continuation: f64,
    /// What the seats are known to play. Never shown to a seat; the facts then hold exact values.
    pub known: [Option<MemoryOne>; 2],
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            payoffs: Payoffs::default(),
            any_payoffs: false,
            turns: 10,
            noise: 0.0,
            continuation: 1.0,
            known: [None; 2],
        }
    }
}

impl Rules {
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.payoffs.is_finite() {
            return Err("payoffs: four finite numbers are accepted".into());
        }
        if !self.any_payoffs && !self.payoffs.is_dilemma() {
            return Err("payoffs: temptation > reward > punishment > sucker is accepted, \
                        and any four numbers with any_payoffs = true"
                .into());
        }
        if self.turns == 0 || self.turns > TURNS_MOST {
            return Err(format!("turns: 1 to {TURNS_MOST} is accepted, not {}", self.turns));
        }
        check_probability("noise", self.noise)?;
        check_probability("continuation", self.continuation)?;
        self.known.iter().flatten().try_for_each(MemoryOne::check)
    }
}

pub(super) fn check_probability(name: &str, value: f64) -> Result<(), String> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(()),
        false => Err(format!("{name}: a probability from 0 to 1 is accepted, not {value}")),
    }
}
