//! What one seat may know, as data, as words and as the moves open to it.

use super::{Action, Cleanup, Direction, Tile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What one seat may know. Where a window is set, only the tiles and seats within it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Completed steps.
    pub step: u32,
    pub steps: u32,
    pub rows: usize,
    pub columns: usize,
    /// First and last column of the river.
    pub river: [usize; 2],
    pub pollution_cutoff: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    pub you: Seen,
    /// Other seats in sight.
    pub others: Vec<Seen>,
    /// Apples in sight.
    pub apples: Vec<Tile>,
    /// Polluted tiles in sight.
    pub polluted: Vec<Tile>,
    /// What this seat may play now; empty if it has nothing to play.
    pub legal: Vec<Action>,
}

/// A seat as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub seat: usize,
    #[serde(flatten)]
    pub tile: Tile,
    /// Moves still lost.
    pub frozen: u32,
    /// Apples collected.
    pub collected: u32,
}

impl View {
    pub(super) fn of(game: &Cleanup, seat: usize) -> Self {
        let rules = &game.rules;
        let here = game.bodies[seat].tile;
        let in_sight = |tile: Tile| rules.window.is_none_or(|window| here.sight(tile) <= window);
        let marked = |marks: &[bool]| -> Vec<Tile> {
            rules
                .tiles()
                .zip(marks)
                .filter(|(tile, mark)| **mark && in_sight(*tile))
                .map(|(t, _)| t)
                .collect()
        };
        let others = (0..rules.seats).filter(|other| *other != seat && in_sight(game.bodies[*other].tile));
        Self {
            step: game.step,
            steps: rules.steps,
            rows: rules.rows,
            columns: rules.columns,
            river: [*rules.river().start(), *rules.river().end()],
            pollution_cutoff: rules.pollution_cutoff,
            window: rules.window,
            you: Seen::of(game, seat),
            others: others.map(|other| Seen::of(game, other)).collect(),
            apples: marked(&game.apples),
            polluted: marked(&game.polluted),
            legal: Action::ALL.into_iter().filter(|action| game.check(seat, *action).is_ok()).collect(),
        }
    }

    pub(super) fn schema(&self) -> Value {
        let open = |of: fn(Direction) -> Action| -> Vec<Direction> {
            Direction::ALL.into_iter().filter(|direction| self.legal.contains(&of(*direction))).collect()
        };
        let moves = open(|direction| Action::Move { direction });
        let zaps = open(|direction| Action::Zap { direction });
        let mut shapes = Vec::new();
        if !self.legal.is_empty() {
            shapes.push(shape(&["stay", "collect", "clean"], &[]));
        }
        for (name, directions) in [("move", moves), ("zap", zaps)] {
            if !directions.is_empty() {
                shapes.push(shape(&[name], &directions));
            }
        }
        // An empty `anyOf` is no schema; `false` is the schema that nothing fits.
        if shapes.is_empty() { Value::Bool(false) } else { json!({ "anyOf": shapes }) }
    }

    pub(super) fn words(&self) -> String {
        let [first, last] = self.river;
        let mut lines = vec![
            format!(
                "{} of {} steps are over. The grid has {} rows and {} columns; row 0 is in the north, \
                 column 0 in the west. Columns {first} to {last} are river, the others orchard.",
                self.step, self.steps, self.rows, self.columns
            ),
            format!("You are seat {}: {}.", self.you.seat, self.you.words()),
        ];
        lines.extend(self.others.iter().map(|seen| format!("Seat {}: {}.", seen.seat, seen.words())));
        lines.push(format!("Apples (row, column): {}.", list(&self.apples)));
        lines.push(format!(
            "Polluted (row, column): {}. Nothing grows while {} or more river tiles are polluted.",
            list(&self.polluted),
            self.pollution_cutoff
        ));
        lines.extend(self.window.map(|window| {
            format!("You see at most {window} rows and columns away; what is further is not listed.")
        }));
        lines.join("\n")
    }
}

impl Seen {
    fn of(game: &Cleanup, seat: usize) -> Self {
        let body = &game.bodies[seat];
        Self { seat, tile: body.tile, frozen: body.frozen, collected: body.apples }
    }

    fn words(&self) -> String {
        let Tile { row, column } = self.tile;
        let frozen = match self.frozen {
            0 => String::new(),
            1 => ", frozen for 1 more step".into(),
            more => format!(", frozen for {more} more steps"),
        };
        format!("row {row}, column {column}, {} collected{frozen}", self.collected)
    }
}

fn list(tiles: &[Tile]) -> String {
    let tiles = tiles.iter().map(|tile| format!("({}, {})", tile.row, tile.column)).collect::<Vec<_>>();
    if tiles.is_empty() { "none".into() } else { tiles.join(" ") }
}

/// The schema of moves of these names, with one of these directions if there are any.
fn shape(names: &[&str], directions: &[Direction]) -> Value {
    let mut properties = json!({ "action": { "enum": names } });
    let mut required = vec!["action"];
    if !directions.is_empty() {
        properties["direction"] = json!({ "enum": directions });
        required.push("direction");
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
