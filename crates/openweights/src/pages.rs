//! Keys and values in pages of 32 positions, in the order in which attention reads them.

use crate::buffer::Buffer;
use crate::panels::PANEL;
use crate::weights::Shape;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Positions of a page: the width of a panel, so that attention runs through the same tile loop.
pub(crate) const SLOTS: usize = PANEL;

/// Keys and values of up to 32 consecutive positions, for all blocks of the model.
///
/// Per block: the keys of each head as `[head_dim][32 slots]`, then the values of each head as
/// panels of 32 dimensions, each `[32 slots][32]`.
pub(crate) struct Page {
    data: Buffer,
    kv_heads: usize,
    head_dim: usize,
    charged: OnceLock<Arc<AtomicUsize>>,
}

impl Page {
    pub(crate) fn new(shape: &Shape) -> Self {
        let (kv_heads, head_dim) = (shape.kv_heads, shape.head_dim);
        let layer = kv_heads * (head_dim + padded(head_dim)) * SLOTS;
        let data = Buffer::of(shape.blocks * layer);
        Self { data, kv_heads, head_dim, charged: OnceLock::new() }
    }

    fn bytes(&self) -> usize {
        self.data.len() * 4
    }

    /// Counts this page's bytes on `gauge`, once, until it is dropped.
    pub(crate) fn charge(&self, gauge: &Arc<AtomicUsize>) {
        self.charged.get_or_init(|| {
            gauge.fetch_add(self.bytes(), Ordering::Relaxed);
            gauge.clone()
        });
    }

    fn key_at(&self, layer: usize, head: usize) -> usize {
        let all = self.kv_heads * (self.head_dim + padded(self.head_dim)) * SLOTS;
        layer * all + head * self.head_dim * SLOTS
    }

    fn value_at(&self, layer: usize, head: usize) -> usize {
        self.key_at(layer, self.kv_heads) + head * padded(self.head_dim) * SLOTS
    }

    /// The keys of a head: `[head_dim][32]`.
    pub(crate) fn keys(&self, layer: usize, head: usize) -> &[f32] {
        &self.data[self.key_at(layer, head)..][..self.head_dim * SLOTS]
    }

    /// 32 dimensions of the values of a head, slots `start..start + len`: `[len][32]`.
    pub(crate) fn values(&self, layer: usize, head: usize, panel: usize, slots: (usize, usize)) -> &[f32] {
        let at = self.value_at(layer, head) + (panel * SLOTS + slots.0) * PANEL;
        &self.data[at..][..slots.1 * PANEL]
    }

    /// Writes the key and the value of a head at a slot.
    pub(crate) fn write(&mut self, layer: usize, head: usize, slot: usize, key: &[f32], value: &[f32]) {
        let at = self.key_at(layer, head) + slot;
        for (d, x) in key.iter().enumerate() {
            self.data[at + d * SLOTS] = *x;
        }
        let at = self.value_at(layer, head) + slot * PANEL;
        for (panel, xs) in value.chunks(PANEL).enumerate() {
            self.data[at + panel * SLOTS * PANEL..][..xs.len()].copy_from_slice(xs);
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(gauge) = self.charged.get() {
            gauge.fetch_sub(self.bytes(), Ordering::Relaxed);
        }
    }
}

/// The head dimension as values store it: whole panels.
pub(crate) fn padded(head_dim: usize) -> usize {
    head_dim.next_multiple_of(PANEL)
}

/// A run of slots of a page that holds consecutive positions of a sequence.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) page: Arc<Page>,
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// Positions `from..to` of what `views` hold.
pub(crate) fn slice(views: &[View], from: usize, to: usize) -> Vec<View> {
    let mut out = Vec::new();
    let mut at = 0;
    for view in views {
        let (first, last) = (from.max(at), to.min(at + view.len));
        if first < last {
            let page = view.page.clone();
            out.push(View { page, start: view.start + first - at, len: last - first });
        }
        at += view.len;
    }
    out
}

/// Positions that `views` hold.
pub(crate) fn held(views: &[View]) -> usize {
    views.iter().map(|v| v.len).sum()
}
