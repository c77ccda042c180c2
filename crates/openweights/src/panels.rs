//! A weight matrix in the order in which the tile loop reads it.

use crate::gguf::{Gguf, GgufError, Tensor};
use rayon::prelude::*;

/// Columns (output features) of a panel.
pub(crate) const PANEL: usize = 32;

/// Bytes of weights that a thread keeps in its second-level cache while the rows pass by.
const GROUP_BYTES: usize = 400_000;

/// `[n outputs × k inputs]` in f32, stored as panels of 32 outputs, each `[k][32]`; the last panel
/// is padded with zeros.
pub(crate) struct Panels {
    k: usize,
    panels: usize,
    data: Vec<f32>,
}

impl Panels {
    /// Dequantises and packs the rows of `sources` one below the other. All have `k` inputs.
    pub(crate) fn load(gguf: &Gguf, sources: &[&Tensor], k: usize) -> Result<Self, GgufError> {
        let n: usize = sources.iter().map(|t| t.rows()).sum();
        let panels = n.div_ceil(PANEL);
        let mut data = vec![0.0; panels * PANEL * k];
        let fill = |(p, panel): (usize, &mut [f32])| -> Result<(), GgufError> {
            let mut first = 0; // the first output of the source at hand
            for source in sources {
                let last = first + source.rows();
                let from = (p * PANEL).max(first);
                let to = ((p + 1) * PANEL).min(last);
                if from < to {
                    let rows = gguf.rows(source, from - first, to - from)?;
                    transpose(&rows, k, from - p * PANEL, panel);
                }
                first = last;
            }
            Ok(())
        };
        data.par_chunks_mut(PANEL * k).enumerate().try_for_each(fill)?;
        Ok(Self { k, panels, data })
    }

    /// Inputs of a row.
    pub(crate) fn k(&self) -> usize {
        self.k
    }

    pub(crate) fn panels(&self) -> usize {
        self.panels
    }

    /// Outputs, padding included.
    pub(crate) fn width(&self) -> usize {
        self.panels * PANEL
    }

    /// How many panels one task takes: few enough to balance, small enough for the cache.
    pub(crate) fn group(&self, threads: usize) -> usize {
        let fit = (GROUP_BYTES / (self.k * PANEL * 4)).max(1);
        self.panels.div_ceil(threads * 3).clamp(1, fit)
    }

    /// Panel `p`: `[k][32]`.
    pub(crate) fn panel(&self, p: usize) -> &[f32] {
        &self.data[p * self.k * PANEL..][..self.k * PANEL]
    }

    /// Writes row `j` (the weights of output `j`) into `out`, `k` floats.
    pub(crate) fn row(&self, j: usize, out: &mut [f32]) {
        let panel = self.panel(j / PANEL);
        for (x, lane) in out.iter_mut().zip(panel.chunks_exact(PANEL)) {
            *x = lane[j % PANEL];
        }
    }
}

/// Writes rows of `k` floats into the lanes of a panel, from lane `j0` on.
fn transpose(rows: &[f32], k: usize, j0: usize, panel: &mut [f32]) {
    for (i, lane) in panel.chunks_exact_mut(PANEL).enumerate() {
        for (j, row) in rows.chunks_exact(k).enumerate() {
            lane[j0 + j] = row[i];
        }
    }
}
