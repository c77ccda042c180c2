//! Players without text: the null, the selfish and the public-spirited.

use super::{Action, Cleanup, Direction, Tile, View};
use crate::Player;
use rand::{Rng, RngExt};

/// Uniform over all eleven actions; what is not legal becomes a stay, as in the published programme.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

/// Walks to the nearest apple and collects it. Never cleans, never zaps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forager;

/// Cleans when one more polluted tile would stop the growth, and forages otherwise.
///
/// Only the seat that is nearest to a polluted tile goes, so that the others keep collecting.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steward;

impl Player<Cleanup> for Random {
    fn choose(&mut self, view: &View, luck: &mut dyn Rng) -> Action {
        let action = Action::ALL[luck.random_range(0..Action::ALL.len())];
        if view.legal.contains(&action) { action } else { Action::Stay }
    }
}

impl Player<Cleanup> for Forager {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Action {
        view.forage()
    }
}

impl Player<Cleanup> for Steward {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Action {
        if view.polluted.len() + 1 < view.pollution_cutoff {
            return view.forage();
        }
        match view.own(&view.polluted) {
            Some(tile) if tile == view.you.tile => Action::Clean,
            Some(tile) => view.towards(tile),
            None => view.forage(),
        }
    }
}

impl View {
    /// The nearest apple that is ours; else the nearest of all, since its owner may be stopped.
    fn forage(&self) -> Action {
        let nearest = || self.apples.iter().copied().min_by_key(|tile| self.you.tile.walk(*tile));
        match self.own(&self.apples).or_else(nearest) {
            Some(tile) if tile != self.you.tile => self.towards(tile),
            _ => Action::Collect,
        }
    }

    /// The nearest of the tiles to which no free seat in sight is nearer; of equals the lower goes.
    fn own(&self, tiles: &[Tile]) -> Option<Tile> {
        let walk = |tile: &Tile| self.you.tile.walk(*tile);
        let is_ours = |tile: &&Tile| {
            let rivals = self.others.iter().filter(|other| other.frozen == 0);
            let mut nearer = rivals.map(|other| (other.tile.walk(**tile), other.seat));
            nearer.all(|rival| (walk(tile), self.you.seat) < rival)
        };
        tiles.iter().filter(is_ours).min_by_key(|tile| walk(tile)).copied()
    }

    /// A move that shortens the way.
    pub(super) fn towards(&self, to: Tile) -> Action {
        let here = self.you.tile;
        let direction = match () {
            () if to.row < here.row => Direction::North,
            () if to.row > here.row => Direction::South,
            () if to.column < here.column => Direction::West,
            () => Direction::East,
        };
        Action::Move { direction }
    }
}
