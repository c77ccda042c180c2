//! What a step leaves for the record.

use super::{Cleanup, Tile};
use serde::Serialize;
use serde_json::{Value, json};
use trace::{Change, Fact};

/// Something that happened in a step. Order is the step's order.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Event {
    Moved { seat: usize },
    Zapped { by: usize, of: usize },
    Collected { seat: usize },
    Cleaned { seat: usize },
    Polluted { tile: Tile },
    Grew { tile: Tile },
    Thawed { seat: usize },
}

/// The events of the last step, each with the state that it led to.
pub(super) fn changes(game: &Cleanup) -> Vec<Change> {
    game.last.iter().flat_map(|event| changes_of(game, *event)).collect()
}

fn changes_of(game: &Cleanup, event: Event) -> Vec<Change> {
    let seat_path = |seat: usize, what: &str| format!("seats/{seat}/{what}");
    let tile_path = |tile: Tile, what: &str| format!("tiles/{}/{}/{what}", tile.row, tile.column);
    let change = |path: String, to: Value| Change { path, to };
    match event {
        Event::Moved { seat } => vec![change(seat_path(seat, "tile"), json!(game.bodies[seat].tile))],
        Event::Zapped { by, of } => vec![change(format!("zaps/{by}/{of}"), game.bodies[by].zaps[of].into())],
        Event::Collected { seat } => {
            let body = &game.bodies[seat];
            let apples = change(seat_path(seat, "apples"), body.apples.into());
            vec![apples, change(tile_path(body.tile, "apple"), false.into())]
        }
        Event::Cleaned { seat } => {
            let body = &game.bodies[seat];
            let cleans = change(seat_path(seat, "cleans"), body.cleans.into());
            vec![cleans, change(tile_path(body.tile, "polluted"), false.into())]
        }
        Event::Polluted { tile } => vec![change(tile_path(tile, "polluted"), true.into())],
        Event::Grew { tile } => vec![change(tile_path(tile, "apple"), true.into())],
        Event::Thawed { seat } => vec![change(seat_path(seat, "frozen"), game.bodies[seat].frozen.into())],
    }
}

pub(super) fn facts(game: &Cleanup) -> Vec<Fact> {
    let fact = |name: &str, value: Value| Fact { name: name.into(), value };
    let bodies = || game.bodies.iter();
    let states = f64::from(game.step) + 1.0;
    vec![
        fact("apples", bodies().map(|body| body.apples).collect()),
        fact("welfare", bodies().map(|body| body.apples).sum::<u32>().into()),
        fact("pollution-mean", (game.pollution_sum as f64 / states).into()),
        fact("pollution-final", game.pollution().into()),
        fact("zaps", bodies().map(|body| body.zaps.clone()).collect()),
        fact("cleans", bodies().map(|body| body.cleans).collect()),
    ]
}

/// Who zapped whom in the last step; nothing else is worth a line.
pub(super) fn news(game: &Cleanup) -> Option<String> {
    let zap = |event: &Event| match event {
        Event::Zapped { by, of } => Some(format!("Seat {by} froze seat {of}.")),
        _ => None,
    };
    let lines: Vec<String> = game.last.iter().filter_map(zap).collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

/// Zaps of the two at each other and at others, how much rather at an outsider than at the partner, and
/// what the group made of the river.
pub(super) fn of_pair(game: &Cleanup, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
    let (mut within, mut without) = (0, 0);
    for by in pair {
        let zaps = game.bodies.get(by).map_or(&[][..], |body| &body.zaps);
        for (of, zaps) in zaps.iter().enumerate() {
            *(if pair.contains(&of) { &mut within } else { &mut without }) += zaps;
        }
    }
    let outsiders = game.bodies.len().saturating_sub(2).max(1);
    let sparing = f64::from(without) / outsiders as f64 - f64::from(within);
    let welfare = game.bodies.iter().map(|body| body.apples).sum::<u32>();
    vec![
        ("defections", f64::from(within)),
        ("zaps-at-outsiders", f64::from(without)),
        ("sparing", sparing),
        ("welfare", f64::from(welfare)),
        ("pollution-mean", game.pollution_sum as f64 / (f64::from(game.step) + 1.0)),
    ]
}
