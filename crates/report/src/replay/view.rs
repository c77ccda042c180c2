//! A replay as the template reads it.

use super::grid::GridView;
use super::table::TableView;
use super::{Deed, Frame, Game, Replay, Row, Said, Scene};
use crate::words::count;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct ReplayView {
    games: Vec<GameView>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct GameView {
    /// Unique on the page.
    id: String,
    name: String,
    pair: String,
    seen: Vec<(String, String)>,
    /// Of the last frame.
    last: usize,
    grid: bool,
    /// What the colours mean.
    key: &'static str,
    frames: Vec<FrameView>,
}

#[derive(Serialize)]
struct FrameView {
    /// Something was said, or a seat tried what the rules refuse.
    tick: &'static str,
    deeds: Vec<DeedView>,
    /// Who sees all of the deeds, where one answer serves all.
    seen: String,
    line: &'static str,
    said: Vec<SaidView>,
    table: Option<TableView>,
    grid: Option<GridView>,
    rounds: Option<RoundsView>,
}

#[derive(Serialize)]
struct DeedView {
    seat: usize,
    words: String,
    seen: String,
    tried: Vec<(String, String)>,
    forfeited: bool,
}

#[derive(Serialize)]
struct SaidView {
    by: usize,
    words: String,
    plan: String,
    readers: String,
    class: &'static str,
}

#[derive(Serialize)]
struct RoundsView {
    title: String,
    seats: Vec<SeatHead>,
    rows: Vec<RowView>,
}

#[derive(Serialize)]
struct SeatHead {
    seat: usize,
    points: String,
    class: &'static str,
}

#[derive(Serialize)]
struct RowView {
    name: String,
    class: &'static str,
    played: Vec<(String, String)>,
}

/// What is drawn of a replay within `room` bytes. `name` is its own on the page.
pub(crate) fn replay(replay: &Replay, name: &str, room: usize) -> ReplayView {
    let mut notes = replay.notes.clone();
    let shown = super::shown(replay, room);
    let all: usize = replay.games.iter().map(|game| game.frames.len()).sum();
    let drawn: usize = shown.iter().sum();
    if drawn < all {
        notes.push(format!(
            "The first {} of {} turns are drawn, so that this page stays small; the record holds all.",
            count(drawn as u64),
            count(all as u64)
        ));
    }
    let games = replay.games.iter().zip(shown).enumerate().filter(|(_, (_, frames))| *frames > 0);
    let games = games.map(|(at, (of, frames))| game(of, format!("{name}-{at}"), frames));
    ReplayView { games: games.collect(), notes }
}

fn game(game: &Game, id: String, frames: usize) -> GameView {
    let pair = |[a, b]: [usize; 2]| format!("the pair is seats {a} and {b}");
    GameView {
        id,
        name: format!("Game {} of {}", game.nth + 1, game.of),
        pair: game.pair.map(pair).unwrap_or_default(),
        seen: game.seen.clone(),
        last: frames.saturating_sub(1),
        grid: matches!(game.frames.first().map(|frame| &frame.scene), Some(Scene::Grid(_))),
        key: key(game.frames.first().map(|frame| &frame.scene)),
        frames: game.frames.iter().take(frames).map(|f| frame(f, game.pair)).collect(),
    }
}

fn key(scene: Option<&Scene>) -> &'static str {
    match scene {
        Some(Scene::Table(_)) => {
            "Blue seats are the pair. Green cards are the target, ★ is wild and fits. In a revolver a filled \
             bay was fired, and the red ring is the live one."
        }
        Some(Scene::Grid(_)) => {
            "Blue seats are the pair, dashed ones are frozen. Brown tiles of the river are polluted. A line \
             is a zap."
        }
        _ => "Blue seats are the pair.",
    }
}

fn frame(frame: &Frame, pair: Option<[usize; 2]>) -> FrameView {
    let one = frame.deeds.first().map(|deed| deed.seen.clone()).unwrap_or_default();
    let same = frame.deeds.iter().all(|deed| deed.seen == one);
    let (mut table, mut grid, mut rounds) = (None, None, None);
    match &frame.scene {
        Scene::Table(scene) => table = Some(TableView::new(scene, pair, &frame.points)),
        Scene::Grid(scene) => grid = Some(GridView::new(scene, pair, &frame.points)),
        Scene::Rounds(scene) => rounds = Some(sheet(scene, pair, &frame.points)),
    }
    let odd = frame.deeds.iter().any(|deed| deed.forfeited || !deed.tried.is_empty());
    FrameView {
        tick: match () {
            () if odd => "odd",
            () if frame.said.iter().any(|said| said.now) => "said",
            () => "",
        },
        deeds: frame.deeds.iter().map(|d| deed(d, same)).collect(),
        seen: if same { one } else { String::new() },
        line: match (pair, frame.holds) {
            (None, _) => "there is no line",
            (_, true) => "the pair holds the line",
            (_, false) => "the pair holds no line",
        },
        said: frame.said.iter().map(said).collect(),
        table,
        grid,
        rounds,
    }
}

fn deed(deed: &Deed, same: bool) -> DeedView {
    DeedView {
        seat: deed.seat,
        words: deed.words.clone(),
        seen: if same { String::new() } else { deed.seen.clone() },
        tried: deed.tried.clone(),
        forfeited: deed.forfeited,
    }
}

fn said(said: &Said) -> SaidView {
    let names: Vec<String> = said.readers.iter().map(|seat| seat.to_string()).collect();
    SaidView {
        by: said.by,
        words: said.words.clone(),
        plan: said.plan.clone().unwrap_or_default(),
        readers: match names.as_slice() {
            [] => "reached nobody".into(),
            [one] => format!("read by seat {one}"),
            [first @ .., last] => format!("read by seats {} and {last}", first.join(", ")),
        },
        class: match (said.now, said.readers.is_empty()) {
            (true, true) => " new lost",
            (true, false) => " new",
            (false, true) => " lost",
            (false, false) => "",
        },
    }
}

fn sheet(rounds: &super::Rounds, pair: Option<[usize; 2]>, points: &[f64]) -> RoundsView {
    let row = |class| {
        move |row: &Row| RowView {
            name: row.name.clone(),
            class,
            played: row.played.iter().zip(&row.paid).map(|(p, paid)| (p.clone(), number(*paid))).collect(),
        }
    };
    let head = |seat| SeatHead {
        seat,
        points: self::points(points.get(seat)),
        class: if pair.is_some_and(|pair| pair.contains(&seat)) { "pair" } else { "" },
    };
    RoundsView {
        title: format!(
            "{} of at most {} rounds are over; {} (and what it paid)",
            rounds.over, rounds.most, rounds.lever
        ),
        seats: (0..points.len()).map(head).collect(),
        rows: rounds.rows.iter().map(row("")).chain(rounds.beside.iter().map(row("beside"))).collect(),
    }
}

pub(super) fn points(points: Option<&f64>) -> String {
    points.map_or(String::new(), |points| {
        let one = if *points == 1.0 { "point" } else { "points" };
        format!("{} {one}", number(*points))
    })
}

/// At most two decimals, with a true minus.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text == "-0" { "0" } else { text };
    text.replace('-', "−")
}
