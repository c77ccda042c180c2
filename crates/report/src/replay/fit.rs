//! How much of the pictures a page holds, so that it opens quickly. Short games stay whole; what is
//! left is shared evenly by the long ones, each of which is cut at its end and says so.

use super::{Frame, Replay, Scene};

/// Of all pictures of a page, about.
pub(crate) const PAGE_BYTES_MAX: usize = 3_500_000;

/// The most bytes that one replay gets, so that all together keep the page's limit.
pub(crate) fn level<'a>(replays: impl Iterator<Item = &'a Replay>) -> usize {
    let mut sizes: Vec<usize> =
        replays.map(|r| r.games.iter().flat_map(|g| &g.frames).map(bytes).sum()).collect();
    sizes.sort_unstable();
    let mut left = PAGE_BYTES_MAX;
    for (at, size) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - at);
        if *size > share {
            return share;
        }
        left -= size;
    }
    usize::MAX
}

/// How many frames of each game are drawn within so many bytes.
pub(crate) fn shown(replay: &Replay, level: usize) -> Vec<usize> {
    let mut left = level;
    let mut fits = |frame: &&Frame| {
        let rest = left.checked_sub(bytes(frame));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    replay.games.iter().map(|game| game.frames.iter().take_while(&mut fits).count()).collect()
}

/// About what a frame costs as HTML.
pub fn bytes(frame: &Frame) -> usize {
    let deeds = frame.deeds.iter().map(|deed| {
        60 + deed.words.len()
            + deed.seen.len()
            + deed.tried.iter().map(|(a, b)| 60 + a.len() + b.len()).sum::<usize>()
    });
    let said = frame.said.iter().map(|said| 170 + said.words.len());
    let scene = match &frame.scene {
        Scene::Table(table) => 450 + table.chairs.iter().map(|c| 300 + 19 * c.hand.len()).sum::<usize>(),
        Scene::Grid(grid) => {
            450 + 38 * (grid.apples.len() + grid.polluted.len())
                + 220 * grid.walkers.len()
                + 80 * grid.zaps.len()
        }
        Scene::Rounds(rounds) => {
            300 + rounds.rows.iter().chain(&rounds.beside).map(|r| 60 + 60 * r.played.len()).sum::<usize>()
        }
    };
    450 + deeds.sum::<usize>() + said.sum::<usize>() + scene
}
