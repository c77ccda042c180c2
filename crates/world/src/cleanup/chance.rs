//! What chance does to the grid: pollution and growth.
//!
//! Every tile has its own word in the draw of a step, drawn whether it is used or not. So the same
//! tiles bear in two games on one seed wherever both are empty, and the same tile is polluted if it
//! is clean in both.

use super::record::Event;
use super::{Cleanup, Tile};
use rand::Rng;

/// Words below this hit with the given probability.
fn threshold(probability: f64) -> u64 {
    (probability * 2f64.powi(32)) as u64
}

impl Cleanup {
    /// Pollutes the first tiles and grows the first apples.
    pub(super) fn begin(&mut self) {
        let mut words = self.luck.at(0);
        let mut ranked = self.rules.tiles().filter(|tile| self.rules.is_river(*tile)).collect::<Vec<_>>();
        ranked.sort_by_cached_key(|_| words.next_u32());
        for tile in &ranked[..self.rules.pollution_start] {
            let index = self.index(*tile);
            self.polluted[index] = true;
        }
        self.grow(&mut words);
        self.last.clear();
        self.pollution_sum = self.pollution() as u64;
    }

    /// Drift, if it is time, then growth.
    pub(super) fn renew(&mut self) {
        let mut words = self.luck.at(u64::from(self.step) + 1);
        if self.step.is_multiple_of(self.rules.pollution_period) {
            self.drift(&mut words);
        }
        self.grow(&mut words);
    }

    /// Pollutes the clean river tile with the lowest word.
    fn drift(&mut self, words: &mut impl Rng) {
        let mut lowest: Option<(u32, Tile)> = None;
        for row in 0..self.rules.rows {
            for column in self.rules.river() {
                let (word, tile) = (words.next_u32(), Tile { row, column });
                if !self.polluted[self.index(tile)] && lowest.is_none_or(|(least, _)| word < least) {
                    lowest = Some((word, tile));
                }
            }
        }
        if let Some((_, tile)) = lowest {
            let index = self.index(tile);
            self.polluted[index] = true;
            self.last.push(Event::Polluted { tile });
        }
    }

    fn grow(&mut self, words: &mut impl Rng) {
        if self.pollution() >= self.rules.pollution_cutoff {
            return;
        }
        let threshold = threshold(self.rules.apple_probability);
        let (columns, river) = (self.rules.columns, self.rules.river());
        for (row, apples) in self.apples.chunks_exact_mut(columns).enumerate() {
            for (column, apple) in apples.iter_mut().enumerate().filter(|(c, _)| !river.contains(c)) {
                if u64::from(words.next_u32()) < threshold && !*apple {
                    *apple = true;
                    self.last.push(Event::Grew { tile: Tile { row, column } });
                }
            }
        }
    }
}
