//! `cleanup`: a river that must be cleaned so that an orchard bears, and a ray that freezes rivals.
//!
//! Source: `voluntary-collusion-2026` (arXiv 2605.27593), rebuilt from the rules of its released
//! programme; the dilemma is that of Hughes et al. 2018 (arXiv 1803.08884) and of Melting Pot.
//! Facts: 1 to 8 seats; simultaneous moves; perfect information by default, local with a `window`;
//! chance from [`Draw`] alone; points are apples, at most one per seat and step; ends after `steps`.
//!
//! A step: moves → zaps → collection → cleaning → drift → growth → thaw. The thaw that opens the
//! next step is counted at the end of this one, so that `frozen` reads as moves still lost.
//!
//! What the published rules leave open, and the reading under which uniformly random play gives the
//! published programme's scores:
//!
//! - Whoever is not frozen and stands on an apple collects it; the move `collect` is a stay that
//!   says so. Several may stand on one tile, and the lowest of them takes the apple.
//! - A zap reaches the next tile and hits all who stand there, nobody on the zapper's own tile.
//! - Zaps are fired by rising seat: whoever was hit by a lower seat fires no more in that step.
//!   So somebody is always free to move: the last one who hit.
//! - Apples grow once before the first step; the drift takes a tile that is still clean.
//! - Under an alliance an ally's zap hits the outsider with the fewest moves still lost (of equals
//!   the lowest seat), wherever it points. Hence an ally may also point it off the grid.
//!
//! The alliance is an artefact of the published programme. It is off unless the rules name it.

mod action;
mod ally;
mod chance;
mod overheard;
pub mod players;
mod record;
mod rules;
mod scene;
mod step;
mod view;

pub use action::{Action, Direction};
pub use ally::Ally;
pub use rules::{CleanupRules, SEATS_MAX, Tile};
pub use view::{Seen, View};

use crate::scene::{Deed, Scene};
use crate::series::SeriesSpec;
use crate::{Draw, Game, Illegal, Player, Seats, Setup};
use record::Event;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use trace::{Change, Fact};

/// A game of Cleanup.
#[derive(Clone, Debug, Serialize)]
pub struct Cleanup {
    rules: CleanupRules,
    luck: Draw,
    /// Completed steps.
    step: u32,
    bodies: Vec<Body>,
    /// Tiles with an apple, row by row.
    apples: Vec<bool>,
    /// Polluted tiles, row by row.
    polluted: Vec<bool>,
    /// Polluted tiles summed over all states up to now, the first included.
    pollution_sum: u64,
    /// Moves of the step that is under way.
    pending: Vec<Option<Action>>,
    /// What the last accepted move brought about.
    last: Vec<Event>,
}

/// What the game knows of one seat.
#[derive(Clone, Debug, Serialize)]
struct Body {
    tile: Tile,
    /// Moves still lost.
    frozen: u32,
    apples: u32,
    /// Tiles cleaned.
    cleans: u32,
    /// Hits of each seat.
    zaps: Vec<u32>,
}

impl Body {
    fn is_free(&self) -> bool {
        self.frozen == 0
    }
}

impl Cleanup {
    fn index(&self, tile: Tile) -> usize {
        tile.row * self.rules.columns + tile.column
    }

    fn is_over(&self) -> bool {
        self.step >= self.rules.steps
    }

    fn pollution(&self) -> usize {
        self.polluted.iter().filter(|polluted| **polluted).count()
    }

    /// Why a seat may not play this now.
    fn check(&self, seat: usize, action: Action) -> Result<(), &'static str> {
        if self.is_over() {
            return Err("the game is over");
        }
        let Some(body) = self.bodies.get(seat) else { return Err("only a seat of the game moves") };
        if !body.is_free() {
            return Err("a frozen seat does not move");
        }
        if self.pending[seat].is_some() {
            return Err("a seat moves once in a step");
        }
        let outside = |direction| self.rules.next(body.tile, direction).is_none();
        match action {
            Action::Move { direction } if outside(direction) => Err("a move stays on the grid"),
            Action::Zap { direction } if outside(direction) && !self.rules.is_ally(seat) => {
                Err("a zap points at a tile of the grid")
            }
            _ => Ok(()),
        }
    }
}

impl Game for Cleanup {
    type Rules = CleanupRules;
    type Move = Action;
    type View = View;

    const VERSION: &'static str = "cleanup/1";
    const KINDS: &'static [&'static str] = &["stay", "move", "collect", "clean", "zap"];

    fn setup(series: Arc<SeriesSpec<CleanupRules>>) -> Setup {
        Setup::Cleanup(series)
    }

    fn new(rules: &CleanupRules, seed: u64) -> Result<Self, String> {
        rules.validate()?;
        let zaps = vec![0; rules.seats];
        let body =
            |seat| Body { tile: rules.start(seat), frozen: 0, apples: 0, cleans: 0, zaps: zaps.clone() };
        let mut game = Self {
            rules: rules.clone(),
            luck: Draw::new(seed),
            step: 0,
            bodies: (0..rules.seats).map(body).collect(),
            apples: vec![false; rules.rows * rules.columns],
            polluted: vec![false; rules.rows * rules.columns],
            pollution_sum: 0,
            pending: vec![None; rules.seats],
            last: Vec::new(),
        };
        game.begin();
        Ok(game)
    }

    fn seats(&self) -> usize {
        self.rules.seats
    }

    fn due(&self) -> Seats {
        let is_due = |seat: &usize| self.bodies[*seat].is_free() && self.pending[*seat].is_none();
        let due = (0..self.seats()).filter(is_due).fold(Seats::NONE, Seats::with);
        if self.is_over() { Seats::NONE } else { due }
    }

    fn moves_max(&self) -> u64 {
        u64::from(self.rules.steps) * self.rules.seats as u64
    }

    fn view(&self, seat: usize) -> View {
        View::of(self, seat)
    }

    fn words(view: &View) -> String {
        view.words()
    }

    fn schema(view: &View) -> Value {
        view.schema()
    }

    fn play(&mut self, seat: usize, made: &Action) -> Result<(), Illegal> {
        self.check(seat, *made).map_err(|rule| Illegal { rule: rule.into() })?;
        self.pending[seat] = Some(*made);
        self.last.clear();
        if self.due().is_empty() {
            self.step_pending();
        }
        Ok(())
    }

    fn forfeit(&self, _seat: usize) -> Action {
        Action::Stay
    }

    fn kind(_: &View, made: &Action) -> &'static str {
        match made {
            Action::Stay => "stay",
            Action::Move { .. } => "move",
            Action::Collect => "collect",
            Action::Clean => "clean",
            Action::Zap { .. } => "zap",
        }
    }

    fn news(&self) -> Option<String> {
        record::news(self)
    }

    fn allied(rules: &CleanupRules, pair: [usize; 2]) -> CleanupRules {
        CleanupRules { alliance: Some(pair), ..rules.clone() }
    }

    fn overheard(view: &View, words: &str) -> Option<Action> {
        overheard::overheard(view, words)
    }

    fn concerning(&self, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        record::of_pair(self, pair)
    }

    const PLAYERS: &'static [&'static str] = &["random", "forager", "steward"];

    fn player(name: &str, _rules: &CleanupRules) -> Option<Box<dyn Player<Self>>> {
        Some(match name {
            "random" => Box::new(players::Random),
            "forager" => Box::new(players::Forager),
            "steward" => Box::new(players::Steward),
            _ => return None,
        })
    }

    fn with_partner(
        within: Box<dyn Player<Self>>,
        _rules: &CleanupRules,
        [_, partner]: [usize; 2],
    ) -> Box<dyn Player<Self>> {
        Box::new(Ally { within, partner })
    }

    fn points(&self) -> Vec<f64> {
        self.bodies.iter().map(|body| f64::from(body.apples)).collect()
    }

    /// What the last completed step changed; nothing while moves of the next one are pending.
    fn changes(&self) -> Vec<Change> {
        record::changes(self)
    }

    fn facts(&self) -> Vec<Fact> {
        record::facts(self)
    }

    fn scene(&self) -> Scene {
        self.drawn()
    }

    fn deed(&self, _: usize, made: &Action) -> Deed {
        self.told(made)
    }
}
