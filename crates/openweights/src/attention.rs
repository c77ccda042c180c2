//! Attention of the new positions of many sequences over their own pasts.
//!
//! A tile is up to 12 queries (rows × heads) that share a key/value head. Scores are one chain over
//! the head's dimensions, the softmax sums in 16 fixed lanes, values are one chain over positions
//! in rising order: nothing depends on where page borders lie or on who else is in the batch.

use crate::buffer::Buffer;
use crate::kernel::{TILE, small};
use crate::math::softmax_unnormalised;
use crate::pages::{Page, SLOTS, padded};
use crate::weights::Shape;
use rayon::prelude::*;

/// A run of slots that a sequence attends to.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) page: &'a Page,
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// The new rows of one span and everything that they attend to, themselves included.
pub(crate) struct Lookback<'a> {
    pub(crate) pieces: Vec<Piece<'a>>,
    /// The first of its rows among all rows of the pass.
    pub(crate) first_row: usize,
    pub(crate) rows: usize,
    /// The position of the first row in its sequence.
    pub(crate) position: usize,
}

/// Up to 12 queries of one span and one key/value head.
struct Task {
    span: usize,
    kv_head: usize,
    /// The first query, counted as row × group + head in group.
    query: usize,
    queries: usize,
}

/// What attention gives, still in the order of its tasks.
pub(crate) struct Attended {
    data: Buffer,
    /// For each row of the pass: the first task of its span, its tiles per head, its row there.
    places: Vec<(usize, usize, usize)>,
    head_dim: usize,
    group: usize,
}

impl Attended {
    /// Writes the heads of row `row` one after another: `[heads × head_dim]`.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        let (task, tiles, row) = self.places[row];
        let wide = padded(self.head_dim);
        for (head, out) in out.chunks_exact_mut(self.head_dim).enumerate() {
            let query = row * self.group + head % self.group;
            let task = task + head / self.group * tiles + query / TILE;
            let at = (task * TILE + query % TILE) * wide;
            out.copy_from_slice(&self.data[at..][..self.head_dim]);
        }
    }
}

/// Attends in block `layer`. `queries` holds, per row, `width` floats that begin with the rotated
/// queries of all heads.
pub(crate) fn attend(
    shape: &Shape,
    layer: usize,
    spans: &[Lookback<'_>],
    queries: &[f32],
    width: usize,
) -> Attended {
    let group = shape.heads / shape.kv_heads;
    let mut tasks = Vec::new();
    let mut places = Vec::new();
    for (span, back) in spans.iter().enumerate() {
        let all = back.rows * group;
        let tiles = all.div_ceil(TILE);
        places.extend((0..back.rows).map(|row| (tasks.len(), tiles, row)));
        for kv_head in 0..shape.kv_heads {
            tasks.extend((0..all).step_by(TILE).map(|query| Task {
                span,
                kv_head,
                query,
                queries: (all - query).min(TILE),
            }));
        }
    }
    let wide = padded(shape.head_dim);
    let mut data = Buffer::of(tasks.len() * TILE * wide);
    let run = |scratch: &mut Scratch, (task, out): (&Task, &mut [f32])| {
        let back = &spans[task.span];
        scratch.pack(shape, back, task, queries, width);
        scratch.scores(shape, layer, back, task);
        scratch.softmax(back, task, group);
        scratch.values(shape, layer, back, task, out);
    };
    tasks
        .par_iter()
        .zip(data.par_chunks_mut(TILE * wide))
        .with_min_len(4)
        .for_each_init(Scratch::default, run);
    Attended { data, places, head_dim: shape.head_dim, group }
}

#[derive(Default)]
struct Scratch {
    /// `[head_dim][queries]`
    queries: Vec<f32>,
    /// `[queries][positions, padded]`
    scores: Vec<f32>,
    /// `[positions][queries]`
    weights: Vec<f32>,
    sums: [f32; TILE],
    corner: Vec<f32>,
}

/// How many positions query `q` sees.
fn seen(back: &Lookback<'_>, group: usize, q: usize) -> usize {
    back.position + q / group + 1
}

impl Scratch {
    fn pack(&mut self, shape: &Shape, back: &Lookback<'_>, task: &Task, queries: &[f32], width: usize) {
        let (dim, group) = (shape.head_dim, shape.heads / shape.kv_heads);
        let scale = 1.0 / (dim as f32).sqrt();
        self.queries.resize(dim * task.queries, 0.0);
        for i in 0..task.queries {
            let (row, head) = ((task.query + i) / group, (task.query + i) % group);
            let at = (back.first_row + row) * width + (task.kv_head * group + head) * dim;
            for (d, x) in queries[at..][..dim].iter().enumerate() {
                self.queries[d * task.queries + i] = x * scale;
            }
        }
    }

    /// The step between the score rows of two queries.
    fn step(back: &Lookback<'_>, group: usize, task: &Task) -> usize {
        seen(back, group, task.query + task.queries - 1).next_multiple_of(SLOTS) + SLOTS
    }

    fn scores(&mut self, shape: &Shape, layer: usize, back: &Lookback<'_>, task: &Task) {
        let group = shape.heads / shape.kv_heads;
        let n = seen(back, group, task.query + task.queries - 1);
        let step = Self::step(back, group, task);
        self.scores.resize(task.queries * step, 0.0);
        self.corner.resize(task.queries * SLOTS, 0.0);
        let mut at = 0;
        for piece in &back.pieces {
            if at >= n {
                break;
            }
            let keys = piece.page.keys(layer, task.kv_head);
            if piece.start == 0 {
                // What stands past `len` is overwritten by the next piece or never read.
                small(task.queries, &self.queries, keys, &mut self.scores[at..], step, false);
            } else {
                small(task.queries, &self.queries, keys, &mut self.corner, SLOTS, false);
                for (q, line) in self.corner.chunks_exact(SLOTS).enumerate() {
                    let to = &mut self.scores[q * step + at..][..piece.len];
                    to.copy_from_slice(&line[piece.start..][..piece.len]);
                }
            }
            at += piece.len;
        }
    }

    fn softmax(&mut self, back: &Lookback<'_>, task: &Task, group: usize) {
        let n = seen(back, group, task.query + task.queries - 1);
        let step = Self::step(back, group, task);
        self.weights.resize(n * task.queries, 0.0);
        for q in 0..task.queries {
            let line = &mut self.scores[q * step..][..n];
            let own = seen(back, group, task.query + q);
            self.sums[q] = softmax_unnormalised(&mut line[..own]);
            line[own..].fill(0.0);
        }
        for (j, slot) in self.weights.chunks_exact_mut(task.queries).enumerate() {
            for (q, x) in slot.iter_mut().enumerate() {
                *x = self.scores[q * step + j];
            }
        }
    }

    fn values(&mut self, shape: &Shape, layer: usize, back: &Lookback<'_>, task: &Task, out: &mut [f32]) {
        let n = self.weights.len() / task.queries;
        out.fill(0.0);
        let wide = padded(shape.head_dim);
        let mut at = 0;
        for piece in &back.pieces {
            let len = piece.len.min(n - at);
            if len == 0 {
                break;
            }
            let weights = &self.weights[at * task.queries..];
            for panel in 0..wide / SLOTS {
                let slots = (piece.start, len);
                let values = piece.page.values(layer, task.kv_head, panel, slots);
                small(task.queries, weights, values, &mut out[panel * SLOTS..], wide, true);
            }
            at += len;
        }
        for (line, sum) in out.chunks_exact_mut(wide).zip(&self.sums).take(task.queries) {
            let scale = 1.0 / sum;
            line.iter_mut().for_each(|x| *x *= scale);
        }
    }
}
