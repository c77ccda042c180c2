//! The whole grid, for the reader of a report.

use super::record::Event;
use super::{Action, Cleanup, Direction, Tile};
use crate::scene::{Board, Deed, Grid, Scene, Sight, Walker};

impl Cleanup {
    pub(super) fn drawn(&self) -> Scene {
        let rules = &self.rules;
        let marked = |marks: &[bool]| -> Vec<[usize; 2]> {
            rules.tiles().zip(marks).filter(|(_, mark)| **mark).map(|(tile, _)| place(tile)).collect()
        };
        let zap = |event: &Event| match event {
            Event::Zapped { by, of } => Some([*by, *of]),
            _ => None,
        };
        let walker =
            |body: &super::Body| Walker { place: place(body.tile), frozen: body.frozen, apples: body.apples };
        let grid = Grid {
            step: self.step,
            steps: rules.steps,
            rows: rules.rows,
            columns: rules.columns,
            river: [*rules.river().start(), *rules.river().end()],
            apples: marked(&self.apples),
            polluted: marked(&self.polluted),
            cutoff: rules.pollution_cutoff,
            bodies: self.bodies.iter().map(walker).collect(),
            zaps: self.last.iter().filter_map(zap).collect(),
        };
        Scene { board: Board::Grid(grid), seen: self.who_sees() }
    }

    /// Who sees what, as `view.rs` has it.
    fn who_sees(&self) -> Vec<(&'static str, String)> {
        vec![
            ("the grid: seats, apples, pollution, who is frozen, apples collected", self.sight().to_string()),
            ("who froze whom", Sight::All.to_string()),
            ("a move", "nobody before all have moved; then what it led to is seen".into()),
        ]
    }

    fn sight(&self) -> Sight {
        self.rules.window.map_or(Sight::All, Sight::Near)
    }

    pub(super) fn told(&self, made: &Action) -> Deed {
        let words = match made {
            Action::Stay => "stays".into(),
            Action::Move { direction } => format!("moves {}", name(*direction)),
            Action::Collect => "collects".into(),
            Action::Clean => "cleans".into(),
            Action::Zap { direction } => format!("zaps {}", name(*direction)),
        };
        Deed { words, seen: self.sight() }
    }
}

fn place(tile: Tile) -> [usize; 2] {
    [tile.row, tile.column]
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::North => "north",
        Direction::East => "east",
        Direction::South => "south",
        Direction::West => "west",
    }
}
