//! What a seat can do in a step.

use serde::{Deserialize, Serialize};

/// North is towards row 0, west towards column 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    North,
    East,
    South,
    West,
}

/// A move, written as `{"action":"zap","direction":"north"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    Stay,
    Move { direction: Direction },
    Collect,
    Clean,
    Zap { direction: Direction },
}

impl Direction {
    pub const ALL: [Self; 4] = [Self::North, Self::East, Self::South, Self::West];
}

impl Action {
    pub const ALL: [Self; 11] = [
        Self::Stay,
        Self::Move { direction: Direction::North },
        Self::Move { direction: Direction::East },
        Self::Move { direction: Direction::South },
        Self::Move { direction: Direction::West },
        Self::Collect,
        Self::Clean,
        Self::Zap { direction: Direction::North },
        Self::Zap { direction: Direction::East },
        Self::Zap { direction: Direction::South },
        Self::Zap { direction: Direction::West },
    ];
}
