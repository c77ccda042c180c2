//! The parameters of a game and the geometry that follows from them.

use super::Direction;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::ops::RangeInclusive;

pub const SEATS_MAX: usize = 8;
const SIDE_MAX: usize = 16;
const STEPS_MAX: u32 = 100_000;

/// A place on the grid; row 0 is the northern edge, column 0 the western.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tile {
    pub row: usize,
    pub column: usize,
}

impl Tile {
    /// Steps to walk from one tile to the other.
    pub fn walk(self, other: Self) -> usize {
        self.row.abs_diff(other.row) + self.column.abs_diff(other.column)
    }

    /// Rows or columns between two tiles, whichever are more.
    pub fn sight(self, other: Self) -> usize {
        self.row.abs_diff(other.row).max(self.column.abs_diff(other.column))
    }
}

/// Parameters; the defaults are the published game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CleanupRules {
    pub rows: usize,
    pub columns: usize,
    /// Columns in the middle that are river; all others are orchard.
    pub river_columns: usize,
    /// Seats start in the corners; the fifth shares the corner of the first, and so on.
    pub seats: usize,
    pub steps: u32,
    /// Chance that an empty orchard tile bears an apple in a step.
    pub apple_probability: f64,
    /// Nothing grows while this many tiles are polluted.
    pub pollution_cutoff: usize,
    /// Tiles polluted at the start.
    pub pollution_start: usize,
    /// One more tile is polluted every so many steps, in the first step too.
    pub pollution_period: u32,
    /// A zap costs this step's collection and cleaning, and the moves of one step fewer than this.
    pub freeze_steps: u32,
    /// Tiles that a zap flies.
    pub zap_reach: usize,
    /// How many rows and columns away a seat sees; all, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// As published: zaps of these two hit an outsider without aiming and never each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alliance: Option<[usize; 2]>,
}

impl Default for CleanupRules {
    fn default() -> Self {
        Self {
            rows: 5,
            columns: 6,
            river_columns: 2,
            seats: 4,
            steps: 30,
            apple_probability: 0.2,
            pollution_cutoff: 6,
            pollution_start: 1,
            pollution_period: 5,
            freeze_steps: 5,
            zap_reach: 1,
            window: None,
            alliance: None,
        }
    }
}

impl CleanupRules {
    pub(super) fn validate(&self) -> Result<(), String> {
        within("rows", self.rows, 2..=SIDE_MAX)?;
        within("columns", self.columns, 3..=SIDE_MAX)?;
        within("river_columns", self.river_columns, 1..=self.columns - 2)?;
        within("seats", self.seats, 1..=SEATS_MAX)?;
        within("steps", self.steps, 1..=STEPS_MAX)?;
        within("apple_probability", self.apple_probability, 0.0..=1.0)?;
        within("pollution_cutoff", self.pollution_cutoff, 1..=SIDE_MAX * SIDE_MAX)?;
        within("pollution_start", self.pollution_start, 0..=self.rows * self.river_columns)?;
        within("pollution_period", self.pollution_period, 1..=STEPS_MAX)?;
        within("freeze_steps", self.freeze_steps, 1..=STEPS_MAX)?;
        within("zap_reach", self.zap_reach, 1..=SIDE_MAX)?;
        within("window", self.window.unwrap_or(0), 0..=SIDE_MAX)?;
        if (self.columns - self.river_columns) % 2 == 1 {
            return Err(format!(
                "river_columns is {}; accepted: as many as leave two equal banks of the {} columns",
                self.river_columns, self.columns
            ));
        }
        self.validate_alliance()
    }

    fn validate_alliance(&self) -> Result<(), String> {
        match self.alliance {
            Some([a, b]) if a == b || a.max(b) >= self.seats => {
                Err(format!("alliance is [{a}, {b}]; accepted: two different seats below {}", self.seats))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_ally(&self, seat: usize) -> bool {
        self.alliance.is_some_and(|allies| allies.contains(&seat))
    }

    /// The corner in which a seat starts.
    pub(super) fn start(&self, seat: usize) -> Tile {
        let row = if seat % 4 < 2 { 0 } else { self.rows - 1 };
        let column = if seat.is_multiple_of(2) { 0 } else { self.columns - 1 };
        Tile { row, column }
    }

    /// The tile in that direction; `None` beyond the edge.
    pub(super) fn next(&self, tile: Tile, direction: Direction) -> Option<Tile> {
        let Tile { row, column } = tile;
        let next = match direction {
            Direction::North => Tile { row: row.checked_sub(1)?, column },
            Direction::East => Tile { row, column: column + 1 },
            Direction::South => Tile { row: row + 1, column },
            Direction::West => Tile { row, column: column.checked_sub(1)? },
        };
        (next.row < self.rows && next.column < self.columns).then_some(next)
    }

    /// Columns that are river.
    pub(super) fn river(&self) -> RangeInclusive<usize> {
        let bank = (self.columns - self.river_columns) / 2;
        bank..=bank + self.river_columns - 1
    }

    pub(super) fn is_river(&self, tile: Tile) -> bool {
        self.river().contains(&tile.column)
    }

    /// All tiles, row by row.
    pub(super) fn tiles(&self) -> impl Iterator<Item = Tile> + use<> {
        let columns = self.columns;
        (0..self.rows).flat_map(move |row| (0..columns).map(move |column| Tile { row, column }))
    }
}

fn within<T: PartialOrd + Display>(name: &str, value: T, accepted: RangeInclusive<T>) -> Result<(), String> {
    if accepted.contains(&value) {
        return Ok(());
    }
    Err(format!("{name} is {value}; accepted: {} to {}", accepted.start(), accepted.end()))
}
