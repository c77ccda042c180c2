//! A game that a reader steps through: plain data, in the order of play. What is drawn of it is in
//! `view.rs`, how much of it a page holds in `fit.rs`.

mod fit;
mod grid;
mod table;
mod view;

pub use fit::bytes;
pub(crate) use fit::{Room, shown};
pub(crate) use view::{ReplayView, replay};

use serde::{Deserialize, Serialize};

/// The games of an episode.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    pub games: Vec<Game>,
    /// What a reader must know of it (`the record ends before the game does`).
    pub notes: Vec<String>,
}

/// One game of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// From 0.
    pub nth: u32,
    pub of: u32,
    /// The two who may get a private line.
    pub pair: Option<[usize; 2]>,
    /// What there is to see, and who sees it.
    pub seen: Vec<(String, String)>,
    pub frames: Vec<Frame>,
}

/// What was done in a turn, and what the game looked like after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Empty before the first act.
    pub deeds: Vec<Deed>,
    /// Whether the pair holds the line.
    pub holds: bool,
    /// What the line said last.
    pub said: Vec<Said>,
    pub points: Vec<f64>,
    pub scene: Scene,
}

/// What a seat did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    pub seat: usize,
    pub words: String,
    /// Who learns of it (`all seats`).
    pub seen: String,
    /// What it tried before, and the rule that refused it: hostile.
    pub tried: Vec<(String, String)>,
    /// The game's own move was made for it.
    pub forfeited: bool,
}

/// A message, word for word: hostile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub by: usize,
    pub words: String,
    pub plan: Option<String>,
    /// The seats that read it, besides the writer.
    pub readers: Vec<usize>,
    /// Whether it was written in this turn.
    pub now: bool,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scene {
    Table(Table),
    Grid(Grid),
    Rounds(Rounds),
}

/// A table of cards, named by their ranks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub round: u32,
    pub target: String,
    pub chairs: Vec<Chair>,
    /// Cards face down.
    pub claim: Option<Claim>,
    /// How the last move ended a round.
    pub reveal: Option<Reveal>,
    /// Who plays or answers.
    pub turn: Option<usize>,
}

/// A card, and whether it is what a claim says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub rank: String,
    pub fits: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chair {
    pub hand: Vec<Card>,
    pub lives: bool,
    pub shots: u8,
    /// The live bay of its revolver, from 0.
    pub bay: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub by: usize,
    pub cards: Vec<Card>,
    pub honest: bool,
}

/// Cards that a challenge showed, and what followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reveal {
    pub by: usize,
    pub cards: Vec<Card>,
    pub honest: bool,
    /// Nobody, where the rules challenge.
    pub challenger: Option<usize>,
    pub fired: Option<usize>,
    pub died: bool,
}

/// A grid with a river; a place is row and column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub step: u32,
    pub steps: u32,
    pub rows: usize,
    pub columns: usize,
    /// First and last column of the river.
    pub river: [usize; 2],
    pub apples: Vec<[usize; 2]>,
    pub polluted: Vec<[usize; 2]>,
    /// Nothing grows while so many tiles are polluted.
    pub cutoff: usize,
    pub walkers: Vec<Walker>,
    /// Who froze whom.
    pub zaps: Vec<[usize; 2]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walker {
    pub place: [usize; 2],
    /// Moves still lost.
    pub frozen: u32,
    pub apples: u32,
}

/// The last rounds of a game of sealed moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rounds {
    /// What is set (`price`).
    pub lever: String,
    pub over: u32,
    pub most: u32,
    pub rows: Vec<Row>,
    /// What a reader holds the numbers against.
    pub beside: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub played: Vec<String>,
    pub paid: Vec<f64>,
}
