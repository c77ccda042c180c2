//! Many sequences as one pass in which every shared prefix is computed once.

use crate::cache::Tree;
use crate::decoder::{Decoder, Passed, Span};
use crate::pages::{SLOTS, View, slice};
use std::sync::Arc;

/// A sequence to run.
pub(crate) struct Sequence {
    pub(crate) tokens: Vec<u32>,
    /// Positions whose state is wanted, rising.
    pub(crate) wanted: Vec<usize>,
    /// How many tokens from the beginning the cache keeps.
    pub(crate) keep: usize,
}

/// What a batch gave.
pub(crate) struct Ran {
    pub(crate) passed: Passed,
    /// For each sequence, the rows of `passed` that hold its wanted positions.
    pub(crate) rows: Vec<Vec<usize>>,
    /// For each sequence with `keep > 0`, the keys and values of its first `keep` tokens.
    pub(crate) views: Vec<Vec<View>>,
    /// Tokens that went through the model.
    pub(crate) computed: usize,
}

/// Runs `sequences`, and beside them `steps` (spans without parents that go on from their own
/// pages). Rows of `passed` belong to the steps first.
pub(crate) fn run(
    decoder: &Decoder,
    tree: &mut Tree,
    sequences: &[Sequence],
    steps: &mut Vec<Span>,
    taps: &[usize],
) -> Ran {
    let mut trie = Trie { tree, spans: std::mem::take(steps), edges: Vec::new(), sequences };
    let step_count = trie.spans.len();
    trie.edges.extend((0..step_count).map(|_| Edge { from: 0, start: 0 }));
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by(|a, b| sequences[*a].tokens.cmp(&sequences[*b].tokens));
    let mut ends = vec![None; sequences.len()];
    trie.grow(&order, 0, None, &mut ends);
    let Trie { mut spans, edges, .. } = trie;

    let passed = decoder.pass(&mut spans, taps);
    let first_rows: Vec<usize> = spans
        .iter()
        .scan(0, |next, span| {
            let first = *next;
            *next += span.wanted.len();
            Some(first)
        })
        .collect();
    let computed = spans.iter().map(|s| s.tokens.len()).sum();
    let rows = sequences
        .iter()
        .zip(&ends)
        .map(|(s, end)| s.wanted.iter().map(|w| row(&spans, &edges, &first_rows, *end, *w)).collect())
        .collect();
    let prompts = spans.split_off(step_count);
    *steps = spans;
    let chains = freeze(prompts, step_count);
    let keep = |(s, end): (&Sequence, &Option<usize>)| {
        if s.keep == 0 {
            return Vec::new();
        }
        let chain = end.map_or(&[][..], |e| &chains[e - step_count]);
        slice(chain, 0, s.keep)
    };
    let views: Vec<Vec<View>> = sequences.iter().zip(&ends).map(keep).collect();
    for (sequence, views) in sequences.iter().zip(&views) {
        if sequence.keep > 0 {
            tree.insert(&sequence.tokens[..sequence.keep], views);
        }
    }
    Ran { passed, rows, views, computed }
}

/// Where a span's edge lies in its sequences: it begins at `from`, its new tokens at `start`.
struct Edge {
    from: usize,
    start: usize,
}

struct Trie<'a> {
    tree: &'a mut Tree,
    spans: Vec<Span>,
    edges: Vec<Edge>,
    sequences: &'a [Sequence],
}

impl Trie<'_> {
    /// Makes the spans of the sequences `order` (sorted), which agree in their first `depth`
    /// tokens, behind the span `parent`. Notes in `ends` the last span of each sequence.
    fn grow(&mut self, order: &[usize], depth: usize, parent: Option<usize>, ends: &mut [Option<usize>]) {
        let sequences = self.sequences;
        let token = |i: usize| sequences[i].tokens.get(depth).copied();
        for group in order.chunk_by(|a, b| token(*a) == token(*b)) {
            let (first, last) = (group[0], group[group.len() - 1]);
            if token(first).is_none() {
                group.iter().for_each(|i| ends[*i] = parent);
                continue;
            }
            let common = sequences[first].tokens.iter().zip(&sequences[last].tokens);
            let end = common.take_while(|(a, b)| a == b).count();
            let span = self.span(group, depth, end, parent);
            self.grow(group, end, Some(span), ends);
        }
    }

    /// The span of positions `from..end`, which all of `group` share.
    fn span(&mut self, group: &[usize], from: usize, end: usize, parent: Option<usize>) -> usize {
        let tokens = &self.sequences[group[0]].tokens[..end];
        let mut wanted: Vec<usize> = group
            .iter()
            .flat_map(|i| self.sequences[*i].wanted.iter().copied())
            .filter(|w| (from..end).contains(w))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let views = self.tree.find(tokens);
        let known = crate::pages::held(&views);
        let start = known.min(wanted.first().copied().unwrap_or(end)).clamp(from, end);
        self.spans.push(Span {
            tokens: tokens[start..].to_vec(),
            parent,
            past: slice(&views, from, start),
            own: Vec::new(),
            filled: 0,
            wanted: wanted.iter().map(|w| w - start).collect(),
        });
        self.edges.push(Edge { from, start });
        self.spans.len() - 1
    }
}

/// The row of position `wanted` on the path that ends in span `end`.
fn row(spans: &[Span], edges: &[Edge], first_rows: &[usize], end: Option<usize>, wanted: usize) -> usize {
    let mut at = end;
    while let Some(span) = at {
        if edges[span].from <= wanted {
            let index = wanted - edges[span].start;
            let nth = spans[span].wanted.iter().position(|w| *w == index);
            return first_rows[span] + nth.unwrap_or_default();
        }
        at = spans[span].parent;
    }
    0
}

/// Makes the pages of the spans shareable and returns each span's path from the beginning.
fn freeze(spans: Vec<Span>, offset: usize) -> Vec<Vec<View>> {
    let mut chains: Vec<Vec<View>> = Vec::with_capacity(spans.len());
    for span in spans {
        let mut chain = span.parent.map_or_else(Vec::new, |p| chains[p - offset].clone());
        chain.extend(span.past);
        let mut left = span.tokens.len();
        for page in span.own {
            let len = left.min(SLOTS);
            chain.push(View { page: Arc::new(page), start: 0, len });
            left -= len;
        }
        chains.push(chain);
    }
    chains
}
