//! A grid with a river as the template draws it, in units of a tenth of a tile.

use super::Grid;
use serde::Serialize;

/// The side of a tile.
const TILE: usize = 10;

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
        let middles: Vec<[f64; 2]> = (0..grid.walkers.len()).map(|seat| middle(grid, seat)).collect();
        let walkers = grid.walkers.iter().zip(&middles).enumerate();
        let zap = |[by, of]: &[usize; 2]| Some([middles.get(*by)?, middles.get(*of)?].map(|m| *m).concat());
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
            walkers: walkers
                .map(|(seat, (walker, [x, y]))| WalkerView {
                    seat,
                    class: class(seat, walker.frozen),
                    x: *x,
                    y: *y,
                })
                .collect(),
            zaps: grid.zaps.iter().filter_map(zap).filter_map(|z| z.try_into().ok()).collect(),
            seats: seats(grid, points, class),
        }
    }
}

fn seats(grid: &Grid, points: &[f64], class: impl Fn(usize, u32) -> String) -> Vec<SeatView> {
    let seat = |(seat, walker): (usize, &super::Walker)| SeatView {
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

/// Where a seat is drawn: seats on one tile stand beside each other.
fn middle(grid: &Grid, seat: usize) -> [f64; 2] {
    let Some(walker) = grid.walkers.get(seat) else { return [0.0; 2] };
    let here: Vec<usize> =
        (0..grid.walkers.len()).filter(|other| grid.walkers[*other].place == walker.place).collect();
    let nth = here.iter().position(|other| *other == seat).unwrap_or(0);
    let aside = if here.len() > 1 { 4.0 * (nth as f64 / (here.len() - 1) as f64 - 0.5) } else { 0.0 };
    let [row, column] = walker.place.map(|at| (at * TILE) as f64 + TILE as f64 / 2.0);
    [column + aside, row]
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
