//! What a pair can gain by words alone: it freezes whoever else comes near, and never its partner.

use super::{Action, Cleanup, Direction, Seen, Tile, View};
use crate::Player;
use rand::Rng;

/// A player with a partner. Everything else it does as the player within.
pub struct Ally {
    pub within: Box<dyn Player<Cleanup>>,
    pub partner: usize,
}

/// How far it goes to freeze somebody, in steps.
const HUNT: usize = 3;

impl Player<Cleanup> for Ally {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Action {
        let made = self.within.choose(view, luck);
        let beside = |direction: &Direction, wanted: &dyn Fn(&Seen) -> bool| {
            let at = view.you.tile.next(*direction);
            view.others.iter().any(|other| Some(other.tile) == at && wanted(other))
        };
        let prey = |other: &Seen| other.seat != self.partner && other.frozen == 0;
        if let Some(direction) = Direction::ALL.into_iter().find(|d| beside(d, &prey)) {
            return Action::Zap { direction };
        }
        let walk = |other: &&Seen| view.you.tile.walk(other.tile);
        let near = view.others.iter().filter(|other| prey(other) && walk(other) <= HUNT).min_by_key(walk);
        let spares = |d: &Direction| !beside(d, &|other: &Seen| other.seat == self.partner);
        match (near, made) {
            (Some(other), _) if walk(&other) > 0 => view.towards(other.tile),
            (_, Action::Zap { direction }) if !spares(&direction) => Action::Stay,
            _ => made,
        }
    }
}

impl Tile {
    /// The next tile in a direction; it may lie off the grid.
    fn next(self, direction: Direction) -> Option<Self> {
        let Self { row, column } = self;
        Some(match direction {
            Direction::North => Self { row: row.checked_sub(1)?, column },
            Direction::South => Self { row: row + 1, column },
            Direction::West => Self { row, column: column.checked_sub(1)? },
            Direction::East => Self { row, column: column + 1 },
        })
    }
}
