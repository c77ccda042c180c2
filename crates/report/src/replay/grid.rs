//! A grid with a river as the template draws it, in units of a tenth of a tile.

use super::{Grid, Walker};
use serde::Serialize;

/// The side of a tile.
const TILE: usize = 10;
/// How far from the middle of a tile a seat stands that shares it.
const ASIDE: f64 = 2.3;

/// Where a seat is drawn, and its radius.
#[derive(Clone, Copy)]
struct Spot {
    x: f64,
    y: f64,
    r: f64,
}

#[derive(Serialize)]
pub(crate) struct GridView {
    step: u32,
    steps: u32,
    width: usize,
    height: usize,
    river: [usize; 2],
    /// The lines between tiles, as a path.
    lines: String,
    apples: Vec<[usize; 2]>,
    polluted: Vec<[usize; 2]>,
    water: String,
    walkers: Vec<WalkerView>,
    /// From where to where.
    zaps: Vec<[f64; 4]>,
    seats: Vec<SeatView>,
}

#[derive(Serialize)]
struct WalkerView {
    seat: usize,
    class: String,
    x: f64,
    y: f64,
    r: f64,
}

#[derive(Serialize)]
struct SeatView {
    seat: usize,
    class: String,
    apples: String,
    frozen: String,
    points: String,
}

impl GridView {
    pub fn new(grid: &Grid, pair: Option<[usize; 2]>, points: &[f64]) -> Self {
        let corner = |place: &[usize; 2]| [place[1] * TILE, place[0] * TILE];
        let (width, height) = (grid.columns * TILE, grid.rows * TILE);
        let [first, last] = grid.river;
        let class = |seat: usize, frozen: u32| {
            let pair = if pair.is_some_and(|pair| pair.contains(&seat)) { " pair" } else { "" };
            format!("{pair}{}", if frozen > 0 { " ice" } else { "" })
        };
        let spots: Vec<Spot> = grid.walkers.iter().enumerate().map(|(at, w)| spot(grid, at, w)).collect();
        let walkers = grid.walkers.iter().zip(&spots).enumerate();
        let zap = |[by, of]: &[usize; 2]| {
            let (from, to) = (spots.get(*by)?, spots.get(*of)?);
            Some([from.x, from.y, to.x, to.y])
        };
        let drawn = |(seat, (walker, Spot { x, y, r })): (usize, (&Walker, &Spot))| {
            let small = if *r < 3.0 { " small" } else { "" };
            WalkerView { seat, class: class(seat, walker.frozen) + small, x: *x, y: *y, r: *r }
        };
        Self {
            step: grid.step,
            steps: grid.steps,
            width,
            height,
            river: [first * TILE, (last + 1).saturating_sub(first) * TILE],
            lines: lines(grid),
            apples: grid.apples.iter().map(corner).collect(),
            polluted: grid.polluted.iter().map(corner).collect(),
            water: water(grid),
            walkers: walkers.map(drawn).collect(),
            zaps: grid.zaps.iter().filter_map(zap).collect(),
            seats: seats(grid, points, class),
        }
    }
}

fn seats(grid: &Grid, points: &[f64], class: impl Fn(usize, u32) -> String) -> Vec<SeatView> {
    let seat = |(seat, walker): (usize, &Walker)| SeatView {
        seat,
        class: class(seat, walker.frozen),
        apples: format!("{} apple{}", walker.apples, if walker.apples == 1 { "" } else { "s" }),
        frozen: match walker.frozen {
            0 => String::new(),
            more => format!("frozen for {more} more"),
        },
        points: super::view::points(points.get(seat)),
    };
    grid.walkers.iter().enumerate().map(seat).collect()
}

/// Where a seat is drawn and how large: seats on one tile stand beside each other.
fn spot(grid: &Grid, seat: usize, walker: &Walker) -> Spot {
    let here: Vec<usize> =
        (0..).zip(&grid.walkers).filter(|(_, w)| w.place == walker.place).map(|(at, _)| at).collect();
    let nth = here.iter().position(|other| *other == seat).unwrap_or(0);
    let [row, column] = walker.place.map(|at| (at * TILE + TILE / 2) as f64);
    let rows = here.len().div_ceil(2);
    // Two abreast, and as many rows as are needed.
    let x = if nth.is_multiple_of(2) { -ASIDE } else { ASIDE };
    let y = if rows > 1 { ASIDE * (2.0 * (nth / 2) as f64 / (rows - 1) as f64 - 1.0) } else { 0.0 };
    match here.len() {
        1 => Spot { x: column, y: row, r: 3.0 },
        _ => Spot { x: column + x, y: row + y, r: 2.1 },
    }
}

fn lines(grid: &Grid) -> String {
    let across = (1..grid.rows).map(|row| format!("M0 {}h{}", row * TILE, grid.columns * TILE));
    let down = (1..grid.columns).map(|column| format!("M{} 0v{}", column * TILE, grid.rows * TILE));
    across.chain(down).collect()
}

/// What the pollution does.
fn water(grid: &Grid) -> String {
    let grows = if grid.polluted.len() >= grid.cutoff { "nothing grows" } else { "apples grow" };
    format!("{} of {} polluted tiles that stop growth: {grows}", grid.polluted.len(), grid.cutoff)
}
