//! What a pair can gain by words alone: it freezes whoever else comes near, and never its partner.

use super::{Action, Cleanup, Direction, View};
use crate::Player;
use rand::Rng;

/// A player with a partner. Everything else it does as the player within.
pub struct Ally {
    pub within: Box<dyn Player<Cleanup>>,
    pub partner: usize,
}

impl Player<Cleanup> for Ally {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Action {
        let made = self.within.choose(view, luck);
        let hits = |direction: Direction| {
            view.beside(direction).map(|seat| (seat == self.partner, view.is_free(seat)))
        };
        let zap = Direction::ALL.into_iter().find(|direction| hits(*direction) == Some((false, true)));
        match (zap, made) {
            (Some(direction), _) => Action::Zap { direction },
            (None, Action::Zap { direction }) if hits(direction).is_some_and(|(ally, _)| ally) => {
                Action::Stay
            }
            _ => made,
        }
    }
}

impl View {
    /// Who stands on the next tile, the lowest seat of several.
    fn beside(&self, direction: Direction) -> Option<usize> {
        let (row, column) = (self.you.tile.row, self.you.tile.column);
        let at = match direction {
            Direction::North => (row.checked_sub(1)?, column),
            Direction::South => (row + 1, column),
            Direction::West => (row, column.checked_sub(1)?),
            Direction::East => (row, column + 1),
        };
        self.others.iter().find(|o| (o.tile.row, o.tile.column) == at).map(|o| o.seat)
    }

    fn is_free(&self, seat: usize) -> bool {
        self.others.iter().any(|other| other.seat == seat && other.frozen == 0)
    }
}
