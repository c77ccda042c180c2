//! Parameters, and the constants of the rules as players are told them.

use serde::{Deserialize, Serialize};

pub(super) const SEATS_MAX: usize = 4;
pub(super) const HAND: usize = 5;
pub(super) const BAYS: u8 = 6;
/// Most cards of one play.
pub(super) const PLAY_MAX: u8 = 3;

/// Points, each for one occasion.
pub(super) mod points {
    pub const SURVIVED_A_DEATH: i32 = 1;
    pub const LAST_SURVIVOR: i32 = 3;
    pub const SECOND_LAST: i32 = 2;
    pub const CAUGHT_A_BLUFF: i32 = 2;
    pub const EMPTIED: i32 = 2;
    pub const PASSED_THE_TRUTH: i32 = 2;
    pub const CHALLENGED_THE_TRUTH: i32 = -1;
    pub const DIED: i32 = -2;
}

/// What a scenario may set. The three artefacts are those of the published code, which departs from
/// what it tells its players; all are off by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LiarsBarRules {
    /// Two to four.
    pub seats: u8,
    /// Rounds after which a game that still has several survivors stops. A round in which everybody
    /// passes need not end in a shot, so without this a game might not end.
    pub rounds_max: u32,
    /// Artefact: every hand is two of the target, two of the other ranks and one wild.
    pub fixed_hands: bool,
    /// Artefact: every revolver kills at its sixth shot.
    pub sixth_shot: bool,
    /// Artefact: a seat's challenge deals and counts the next round twice and pays the last survivor
    /// twice, and the last survivor wins whatever the points.
    pub double_reset: bool,
}

impl Default for LiarsBarRules {
    fn default() -> Self {
        Self { seats: 4, rounds_max: 60, fixed_hands: false, sixth_shot: false, double_reset: false }
    }
}

impl LiarsBarRules {
    /// Counts of a seat stay within 16 bits.
    const ROUNDS_LIMIT: u32 = 1000;

    pub(super) fn check(&self) -> Result<(), String> {
        if !(2..=SEATS_MAX).contains(&self.seats.into()) {
            return Err(format!("`seats` is {}; 2 to {SEATS_MAX} are accepted", self.seats));
        }
        if !(1..=Self::ROUNDS_LIMIT).contains(&self.rounds_max) {
            let limit = Self::ROUNDS_LIMIT;
            return Err(format!("`rounds_max` is {}; 1 to {limit} are accepted", self.rounds_max));
        }
        Ok(())
    }
}
