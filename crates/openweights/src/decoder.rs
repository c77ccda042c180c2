//! The forward pass: spans of new tokens, each behind a past, through all blocks at once.
//!
//! ```text
//! spans ─▶ rows (one per new token, packed) ─▶ [norm ─▶ q,k,v ─▶ rotate ─▶ pages ─▶ attention
//!       ─▶ output ─▶ norm ─▶ gate,up ─▶ silu ─▶ down] × blocks ─▶ norm ─▶ wanted rows ─▶ logits
//! ```
//!
//! Every row goes through the same arithmetic whatever its companions and however its past was
//! split into cached and new tokens: see `kernel` and `attention`.

use crate::attention::{Lookback, Piece, attend};
use crate::buffer::Buffer;
use crate::kernel::{Packed, matmul};
use crate::math::{gate, log_sum_exp, rms_norm, rotate};
use crate::pages::{Page, SLOTS, View, held};
use crate::weights::{Block, Shape, Weights};
use rayon::prelude::*;

/// New tokens of a sequence, or of several sequences that share them.
pub(crate) struct Span {
    pub(crate) tokens: Vec<u32>,
    /// The span before this one, an earlier one of the same pass.
    pub(crate) parent: Option<usize>,
    /// What lies between the parent (or the beginning) and the tokens, computed before.
    pub(crate) past: Vec<View>,
    /// Pages of its own: `filled` slots hold positions behind `past`, the tokens come next.
    pub(crate) own: Vec<Page>,
    pub(crate) filled: usize,
    /// The tokens, by index, whose state is wanted.
    pub(crate) wanted: Vec<usize>,
}

/// What a pass hands out. Rows are the wanted tokens of the spans, in order.
pub(crate) struct Passed {
    /// The state after the last norm: `[wanted × hidden]`.
    pub(crate) last: Vec<f32>,
    /// The residual stream after each tapped block: `[wanted × hidden]` each.
    pub(crate) taps: Vec<Vec<f32>>,
}

/// The model, ready to run. Runs inside the current rayon pool.
pub(crate) struct Decoder {
    pub(crate) weights: Weights,
}

/// Where a span's rows lie.
#[derive(Clone, Copy)]
struct Place {
    first_row: usize,
    position: usize,
}

impl Decoder {
    pub(crate) fn shape(&self) -> &Shape {
        &self.weights.shape
    }

    /// Runs all spans. Their pages hold the new keys and values afterwards. `taps` names blocks
    /// whose output is wanted too.
    ///
    /// Token ids must lie in the vocabulary, positions in the context window: callers check.
    pub(crate) fn pass(&self, spans: &mut [Span], taps: &[usize]) -> Passed {
        let shape = self.shape();
        let h = shape.hidden;
        let places = self.prepare(spans);
        let tokens: Vec<u32> = spans.iter().flat_map(|s| s.tokens.iter().copied()).collect();
        let rows = tokens.len();
        let wanted = wanted_rows(spans, &places);
        let mut x = Buffer::of(rows * h);
        x.par_chunks_mut(h)
            .zip(&tokens)
            .for_each(|(x, token)| self.weights.embedding.row(*token as usize, x));
        let turns = turns(shape, spans, &places);
        let mut passed = Passed { last: vec![0.0; wanted.len() * h], taps: Vec::new() };
        let mut tapped = vec![Vec::new(); taps.len()];
        for (l, block) in self.weights.blocks.iter().enumerate() {
            self.attention(l, block, spans, &places, &turns, &mut x);
            self.feed_forward(block, &mut x);
            for (tap, out) in taps.iter().zip(&mut tapped) {
                if *tap == l {
                    *out = gather(&x, h, &wanted);
                }
            }
        }
        passed.taps = tapped;
        let epsilon = shape.epsilon;
        passed.last.par_chunks_mut(h).zip(&wanted).for_each(|(out, row)| {
            rms_norm(&x[row * h..][..h], &self.weights.output_norm, epsilon, out);
        });
        passed
    }

    /// Gives each span the pages that its tokens need.
    fn prepare(&self, spans: &mut [Span]) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        let mut ends: Vec<usize> = Vec::new();
        let mut first_row = 0;
        for span in spans {
            let before = span.parent.map_or(0, |p| ends[p]);
            let position = before + held(&span.past) + span.filled;
            let pages = (span.filled + span.tokens.len()).div_ceil(SLOTS);
            while span.own.len() < pages {
                span.own.push(Page::new(self.shape()));
            }
            places.push(Place { first_row, position });
            ends.push(position + span.tokens.len());
            first_row += span.tokens.len();
        }
        places
    }

    fn attention(
        &self,
        l: usize,
        block: &Block,
        spans: &mut [Span],
        places: &[Place],
        turns: &[Vec<(f32, f32)>],
        x: &mut [f32],
    ) {
        let shape = self.shape();
        let (h, dim) = (shape.hidden, shape.head_dim);
        let (q, kv) = (shape.heads * dim, shape.kv_heads * dim);
        let rows = x.len() / h;
        let normed = Packed::new(rows, h, |r, out| {
            rms_norm(&x[r * h..][..h], &block.attn_norm, shape.epsilon, out);
        });
        let width = block.qkv.width();
        let mut qkv = Buffer::of(rows * width);
        matmul(&block.qkv, &normed, &mut qkv);
        qkv.par_chunks_mut(width).zip(turns).with_min_len(16).for_each(|(row, turns)| {
            row[..q + kv].chunks_exact_mut(dim).for_each(|head| rotate(head, turns));
        });
        spans.par_iter_mut().zip(places).for_each(|(span, place)| {
            for i in 0..span.tokens.len() {
                let row = &qkv[(place.first_row + i) * width..][..width];
                let slot = span.filled + i;
                let heads = row[q..q + kv].chunks_exact(dim).zip(row[q + kv..].chunks_exact(dim));
                for (head, (key, value)) in heads.take(shape.kv_heads).enumerate() {
                    span.own[slot / SLOTS].write(l, head, slot % SLOTS, key, value);
                }
            }
        });
        let attended = attend(shape, l, &lookbacks(spans, places), &qkv, width);
        let packed = Packed::new(rows, q, |r, out| attended.row(r, out));
        add_product(&block.output, &packed, h, x);
    }

    fn feed_forward(&self, block: &Block, x: &mut [f32]) {
        let (h, f) = (self.shape().hidden, self.shape().feed_forward);
        let rows = x.len() / h;
        let normed = Packed::new(rows, h, |r, out| {
            rms_norm(&x[r * h..][..h], &block.ffn_norm, self.shape().epsilon, out);
        });
        let width = block.gate_up.width();
        let mut wide = Buffer::of(rows * width);
        matmul(&block.gate_up, &normed, &mut wide);
        let gated = Packed::new(rows, f, |r, out| {
            let row = &wide[r * width..][..width];
            gate(&row[..f], &row[f..], out);
        });
        add_product(&block.down, &gated, h, x);
    }

    /// What `each(row, logits, ln Σ e^logit)` makes of every row of `last`, `[rows × hidden]`.
    pub(crate) fn logits<T: Send>(
        &self,
        last: &[f32],
        each: impl Fn(usize, &[f32], f64) -> T + Sync,
    ) -> Vec<T> {
        const CHUNK: usize = 96;
        let h = self.shape().hidden;
        let matrix = self.weights.unembedding.as_ref().unwrap_or(&self.weights.embedding);
        let width = matrix.width();
        let rows = last.len() / h;
        let mut out = Buffer::of(rows.min(CHUNK) * width);
        let mut made = Vec::with_capacity(rows);
        for first in (0..rows).step_by(CHUNK) {
            let count = (rows - first).min(CHUNK);
            let packed = Packed::new(count, h, |r, line| {
                line.copy_from_slice(&last[(first + r) * h..][..h]);
            });
            matmul(matrix, &packed, &mut out);
            let lines = out.par_chunks(width).take(count).enumerate();
            made.par_extend(lines.map(|(r, line)| {
                let logits = &line[..self.shape().vocabulary];
                each(first + r, logits, log_sum_exp(logits))
            }));
        }
        made
    }
}

/// `x += w · packed`.
fn add_product(w: &crate::panels::Panels, packed: &Packed, h: usize, x: &mut [f32]) {
    let width = w.width();
    let mut product = Buffer::of(packed.rows * width);
    matmul(w, packed, &mut product);
    x.par_chunks_mut(h).zip(product.par_chunks(width)).with_min_len(16).for_each(|(x, y)| {
        x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
    });
}

/// Cosine and sine of each pair, for each row.
fn turns(shape: &Shape, spans: &[Span], places: &[Place]) -> Vec<Vec<(f32, f32)>> {
    let of = |position: usize| {
        let turn = |frequency: &f64| {
            let angle = position as f64 * frequency;
            (angle.cos() as f32, angle.sin() as f32)
        };
        shape.frequencies.iter().map(turn).collect()
    };
    let positions = spans.iter().zip(places);
    positions.flat_map(|(s, p)| p.position..p.position + s.tokens.len()).map(of).collect()
}

fn wanted_rows(spans: &[Span], places: &[Place]) -> Vec<usize> {
    let of = |(span, place): (&Span, &Place)| {
        let first = place.first_row;
        span.wanted.iter().map(move |i| first + i).collect::<Vec<_>>()
    };
    spans.iter().zip(places).flat_map(of).collect()
}

fn gather(x: &[f32], h: usize, rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|row| x[row * h..][..h].iter().copied()).collect()
}

/// What each span attends to: its parents' pieces, its past, its own pages.
fn lookbacks<'a>(spans: &'a [Span], places: &[Place]) -> Vec<Lookback<'a>> {
    let mut all: Vec<Lookback<'a>> = Vec::with_capacity(spans.len());
    for (span, place) in spans.iter().zip(places) {
        let mut pieces = match span.parent {
            Some(parent) => all[parent].pieces.clone(),
            None => Vec::new(),
        };
        pieces.extend(span.past.iter().map(|v| Piece { page: &v.page, start: v.start, len: v.len }));
        let mut left = span.filled + span.tokens.len();
        for page in &span.own {
            let len = left.min(SLOTS);
            pieces.push(Piece { page, start: 0, len });
            left -= len;
        }
        let Place { first_row, position } = *place;
        all.push(Lookback { pieces, first_row, rows: span.tokens.len(), position });
    }
    all
}
