//! What a game looks like to somebody who sees everything: for the reader of a report, never for a
//! seat.
//!
//! Nothing here can be read back ([`serde::Deserialize`]), so that no [`crate::Game::View`] and no
//! observation can carry it:
//!
//! ```compile_fail
//! fn carried_by_a_view<T: serde::de::DeserializeOwned>() {}
//! carried_by_a_view::<world::Stage>();
//! ```

use crate::Seats;
use crate::liars_bar::{Card, Reveal};
use serde::Serialize;
use std::fmt;

/// Who can see something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    All,
    Only(Seats),
    /// Seats at most so many rows and columns away.
    Near(usize),
    Nobody,
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all seats"),
            Self::Only(seats) => only(*seats, f),
            Self::Near(1) => f.write_str("seats at most 1 tile away"),
            Self::Near(tiles) => write!(f, "seats at most {tiles} tiles away"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

fn only(seats: Seats, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let names: Vec<String> = seats.iter().map(|seat| seat.to_string()).collect();
    match names.as_slice() {
        [] => f.write_str("nobody"),
        [one] => write!(f, "seat {one} alone"),
        [first @ .., last] => write!(f, "seats {} and {last} alone", first.join(", ")),
    }
}

/// An act in one line, and who learns of it when it is made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deed {
    pub words: String,
    pub seen: Sight,
}

/// Something written over a line, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    pub by: usize,
    pub words: String,
    /// What kind of move the writer says that its next one will be.
    pub plan: Option<String>,
    /// Whose prompts it reaches, besides the writer's own.
    pub readers: Seats,
}

/// A game of a series with what stands around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// From 0.
    pub game: u32,
    pub games: u32,
    /// The two who may get the tool, where there is one.
    pub pair: Option<[usize; 2]>,
    /// Whether they hold it.
    pub holds: bool,
    /// Of this game so far, what was paid for declining included.
    pub points: Vec<f64>,
    /// What the line said last, in the order of writing.
    pub said: Vec<Said>,
    pub scene: Scene,
}

/// A whole state of a game.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scene {
    pub board: Board,
    /// What a state consists of, and who may see it: a function of the rules.
    pub seen: Vec<(&'static str, String)>,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Board {
    Table(Table),
    Grid(Grid),
    Rounds(Rounds),
}

/// A table of cards.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    pub round: u32,
    pub target: Card,
    pub chairs: Vec<Chair>,
    /// Cards face down that wait for an answer.
    pub claim: Option<Laid>,
    /// How the last round ended, where the last move ended it.
    pub reveal: Option<Reveal>,
    /// Who plays or answers.
    pub turn: Option<usize>,
}

/// A seat at the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chair {
    pub hand: Vec<Card>,
    pub lives: bool,
    pub shots: u8,
    /// The live bay of its revolver, from 0.
    pub bay: u8,
}

/// Cards face down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Laid {
    pub by: usize,
    pub cards: Vec<Card>,
    pub honest: bool,
}

/// A place as row and column.
pub type Place = [usize; 2];

/// A grid with a river.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grid {
    pub step: u32,
    pub steps: u32,
    pub rows: usize,
    pub columns: usize,
    /// First and last column of the river.
    pub river: [usize; 2],
    pub apples: Vec<Place>,
    pub polluted: Vec<Place>,
    /// Nothing grows while so many tiles are polluted.
    pub cutoff: usize,
    pub bodies: Vec<Walker>,
    /// Who froze whom in the last step.
    pub zaps: Vec<[usize; 2]>,
}

/// A seat on the grid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Walker {
    pub place: Place,
    /// Moves still lost.
    pub frozen: u32,
    pub apples: u32,
}

/// A game of sealed moves and pay-offs: a row for each of the last rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rounds {
    /// What a seat sets or chooses (`choice`, `price`).
    pub lever: &'static str,
    /// Rounds that are over.
    pub over: u32,
    /// Most rounds.
    pub most: u32,
    /// The last ones, oldest first.
    pub rows: Vec<Row>,
    /// What a reader holds the numbers against (`equilibrium`).
    pub beside: Vec<Row>,
}

/// What each seat played in one round, and what it got.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub played: Vec<String>,
    pub paid: Vec<f64>,
}
