//! How much of the pictures a page holds, so that it opens quickly. Short games stay whole; what is
//! left is shared evenly by the long ones, each of which is cut at its end and says so. Models come before
//! controls.

use super::{Frame, Replay, Scene};

/// Of all pictures of a page, about.
const PAGE_BYTES_MAX: usize = 4_200_000;
/// What the games of models may take of it, however much those of controls would.
const MODELS_BYTES_MAX: usize = PAGE_BYTES_MAX / 5 * 3;

/// The most bytes that the pictures of one transcript get.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub models: usize,
    pub controls: usize,
}

impl Room {
    pub fn of(models: &[&Replay], controls: &[&Replay]) -> Self {
        let (sizes, others) = (sizes(models), sizes(controls));
        let unasked = PAGE_BYTES_MAX.saturating_sub(others.iter().sum());
        let most = level(&sizes, unasked.max(MODELS_BYTES_MAX));
        let taken: usize = sizes.iter().map(|size| *size.min(&most)).sum();
        Self { models: most, controls: level(&others, PAGE_BYTES_MAX.saturating_sub(taken)) }
    }
}

/// Bytes of whole replays, the smallest first.
fn sizes(replays: &[&Replay]) -> Vec<usize> {
    let size = |replay: &&Replay| replay.games.iter().flat_map(|game| &game.frames).map(bytes).sum();
    let mut sizes: Vec<usize> = replays.iter().map(size).collect();
    sizes.sort_unstable();
    sizes
}

/// The most that one of these gets, so that all together keep within `left`.
fn level(sizes: &[usize], mut left: usize) -> usize {
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
pub(crate) fn shown(replay: &Replay, room: usize) -> Vec<usize> {
    let mut left = room;
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

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn small_ones_stay_whole_and_large_ones_share() {
        assert_eq!(level(&[10, 20, 30], 60), usize::MAX);
        assert_eq!(level(&[10, 100, 200], 110), 50);
        assert_eq!(level(&[100, 100], 60), 30);
        assert_eq!(level(&[], 60), usize::MAX);
    }
}
