//! The inner loops, in whatever vector width the machine has. The only file with `unsafe`.
//!
//! Why unsafe at all: (1) a function compiled for AVX-512 or AVX2 may only be called after the
//! processor was asked, which the compiler cannot check; (2) the tile loop reads and writes through
//! raw pointers, because bounds checks in it cost a third of the speed; (3) threads write disjoint
//! columns of one output. Each entry below checks the sizes it relies on before it goes unsafe.
//!
//! **Row invariance by construction.** Every output element is one chain of fused multiply-adds
//! over k in rising order, whatever the tile height, the vector width, the blocking of k or the
//! thread: `c = fma(x[k], w[k], c)`. So a row has the same bits alone or in any batch, and on any
//! machine with a fused multiply-add (on others `f32::mul_add` gives the same bits, slowly).
#![allow(unsafe_code)]

use crate::buffer::Buffer;
use crate::panels::{PANEL, Panels};
use rayon::prelude::*;
use std::sync::OnceLock;

/// Most rows of a tile: 12 × 2 vector accumulators leave registers for operands on AVX-512.
pub(crate) const TILE: usize = 12;

/// The instruction set that the loops run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

/// The widest instruction set that this processor has.
pub(crate) fn isa() -> Isa {
    static ISA: OnceLock<Isa> = OnceLock::new();
    *ISA.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            let fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if fma && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
                return Isa::Avx512;
            }
            if fma {
                return Isa::Avx2;
            }
        }
        #[cfg(target_arch = "aarch64")]
        return Isa::Neon;
        #[allow(unreachable_code)]
        Isa::Portable
    })
}

/// A vector register of f32.
trait Lanes: Copy {
    const N: usize;
    /// # Safety
    /// The processor has the instruction set.
    unsafe fn splat(x: f32) -> Self;
    /// # Safety
    /// `N` floats are readable at `p`.
    unsafe fn load(p: *const f32) -> Self;
    /// # Safety
    /// `N` floats are writable at `p`.
    unsafe fn store(self, p: *mut f32);
    /// `a · b + self`, rounded once.
    /// # Safety
    /// The processor has the instruction set.
    unsafe fn fma(self, a: Self, b: Self) -> Self;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    impl super::Lanes for __m512 {
        const N: usize = 16;
        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            unsafe { _mm512_set1_ps(x) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> Self {
            unsafe { _mm512_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut f32) {
            unsafe { _mm512_storeu_ps(p, self) }
        }
        #[inline(always)]
        unsafe fn fma(self, a: Self, b: Self) -> Self {
            unsafe { _mm512_fmadd_ps(a, b, self) }
        }
    }

    impl super::Lanes for __m256 {
        const N: usize = 8;
        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            unsafe { _mm256_set1_ps(x) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> Self {
            unsafe { _mm256_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut f32) {
            unsafe { _mm256_storeu_ps(p, self) }
        }
        #[inline(always)]
        unsafe fn fma(self, a: Self, b: Self) -> Self {
            unsafe { _mm256_fmadd_ps(a, b, self) }
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;

    impl super::Lanes for float32x4_t {
        const N: usize = 4;
        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            unsafe { vdupq_n_f32(x) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> Self {
            unsafe { vld1q_f32(p) }
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut f32) {
            unsafe { vst1q_f32(p, self) }
        }
        #[inline(always)]
        unsafe fn fma(self, a: Self, b: Self) -> Self {
            unsafe { vfmaq_f32(self, a, b) }
        }
    }
}

impl Lanes for [f32; 4] {
    const N: usize = 4;
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        [x; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        unsafe { p.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        unsafe { p.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn fma(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| a[i].mul_add(b[i], self[i]))
    }
}

/// The operands of one tile: `c[r][j] (+)= Σ_k x[k][r] · w[k][j]` for `rows` rows, 32 columns.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    k: usize,
    /// `x[k][r]` stands at `x + k · x_step + r`.
    x: *const f32,
    x_step: usize,
    /// `w[k][j]` stands at `w + k · PANEL + j`.
    w: *const f32,
    c: *mut f32,
    c_step: usize,
    /// Whether the chain goes on from what stands in `c`.
    accumulate: bool,
}

/// `MR` rows × `NV` vectors, from row `r0` and column `j0` of the tile.
#[inline(always)]
unsafe fn micro<L: Lanes, const MR: usize, const NV: usize>(t: &Tile, r0: usize, j0: usize) {
    unsafe {
        let mut acc = [[L::splat(0.0); NV]; MR];
        let c = t.c.add(r0 * t.c_step + j0);
        if t.accumulate {
            for (r, row) in acc.iter_mut().enumerate() {
                for (v, a) in row.iter_mut().enumerate() {
                    *a = L::load(c.add(r * t.c_step + v * L::N));
                }
            }
        }
        let mut x = t.x.add(r0);
        let mut w = t.w.add(j0);
        for _ in 0..t.k {
            let mut b = [L::splat(0.0); NV];
            for (v, b) in b.iter_mut().enumerate() {
                *b = L::load(w.add(v * L::N));
            }
            for (r, row) in acc.iter_mut().enumerate() {
                let a = L::splat(*x.add(r));
                for (v, s) in row.iter_mut().enumerate() {
                    *s = s.fma(a, b[v]);
                }
            }
            x = x.add(t.x_step);
            w = w.add(PANEL);
        }
        for (r, row) in acc.iter().enumerate() {
            for (v, a) in row.iter().enumerate() {
                a.store(c.add(r * t.c_step + v * L::N));
            }
        }
    }
}

/// All rows and the 32 columns of a tile, in pieces of at most `MAX` rows × `NV` vectors.
#[inline(always)]
unsafe fn pieces<L: Lanes, const MAX: usize, const NV: usize>(t: &Tile) {
    let mut r0 = 0;
    while r0 < t.rows {
        let rows = (t.rows - r0).min(MAX);
        let mut j0 = 0;
        while j0 < PANEL {
            unsafe {
                match rows {
                    1 => micro::<L, 1, NV>(t, r0, j0),
                    2 => micro::<L, 2, NV>(t, r0, j0),
                    3 => micro::<L, 3, NV>(t, r0, j0),
                    4 => micro::<L, 4, NV>(t, r0, j0),
                    5 => micro::<L, 5, NV>(t, r0, j0),
                    6 => micro::<L, 6, NV>(t, r0, j0),
                    7 => micro::<L, 7, NV>(t, r0, j0),
                    8 => micro::<L, 8, NV>(t, r0, j0),
                    9 => micro::<L, 9, NV>(t, r0, j0),
                    10 => micro::<L, 10, NV>(t, r0, j0),
                    11 => micro::<L, 11, NV>(t, r0, j0),
                    _ => micro::<L, 12, NV>(t, r0, j0),
                }
            }
            j0 += NV * L::N;
        }
        r0 += rows;
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,fma")]
unsafe fn tile_avx512(t: &Tile) {
    unsafe { pieces::<std::arch::x86_64::__m512, 12, 2>(t) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile_avx2(t: &Tile) {
    unsafe { pieces::<std::arch::x86_64::__m256, 6, 2>(t) }
}

/// # Safety
/// All pointers of `t` are good for its sizes, and `isa` is one that the processor has.
#[inline]
unsafe fn tile(isa: Isa, t: &Tile) {
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => tile_avx512(t),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => tile_avx2(t),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => pieces::<std::arch::aarch64::float32x4_t, 12, 2>(t),
            Isa::Portable => pieces::<[f32; 4], 4, 2>(t),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx2,fma")]
unsafe fn wide_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn wide_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Runs elementwise work compiled for the widest vectors, as far as the compiler inlines it. The
/// compiler never fuses or reorders floating-point operations, so the bits stay the same.
#[inline]
pub(crate) fn wide<R>(work: impl FnOnce() -> R) -> R {
    match isa() {
        // SAFETY: `isa` asked the processor.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { wide_avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { wide_avx2(work) },
        _ => work(),
    }
}

/// One small product on this thread: `c[r][j] (+)= Σ_k x[k][r] · w[k][j]`, 32 columns.
///
/// `x` is `[k][rows]`, `w` is `[k][PANEL]`, `c` is `[rows][≥ PANEL]` with `c_step` floats a row.
pub(crate) fn small(rows: usize, x: &[f32], w: &[f32], c: &mut [f32], c_step: usize, add: bool) {
    let k = w.len() / PANEL;
    assert!(rows > 0 && rows <= TILE && x.len() >= k * rows && c_step >= PANEL);
    assert!(c.len() >= (rows - 1) * c_step + PANEL);
    let t = Tile {
        rows,
        k,
        x: x.as_ptr(),
        x_step: rows,
        w: w.as_ptr(),
        c: c.as_mut_ptr(),
        c_step,
        accumulate: add,
    };
    // SAFETY: the sizes were checked above; `isa` asked the processor.
    unsafe { tile(isa(), &t) }
}

/// Rows packed for the tile loop: tiles of at most [`TILE`] rows, each `[k][rows of the tile]`.
pub(crate) struct Packed {
    pub(crate) rows: usize,
    pub(crate) k: usize,
    pub(crate) data: Buffer,
}

impl Packed {
    /// Packs `rows` rows of `k` floats; `row(r)` writes row `r` into the slice that it gets.
    pub(crate) fn new(rows: usize, k: usize, row: impl Fn(usize, &mut [f32]) + Sync) -> Self {
        let mut data = Buffer::of(rows * k);
        let fill = |(t, tile): (usize, &mut [f32])| {
            let height = tile.len() / k;
            let mut lines = vec![0.0; height * k];
            for (r, line) in lines.chunks_exact_mut(k).enumerate() {
                row(t * TILE + r, line);
            }
            for (i, slot) in tile.chunks_exact_mut(height).enumerate() {
                for (r, x) in slot.iter_mut().enumerate() {
                    *x = lines[r * k + i];
                }
            }
        };
        if rows <= TILE {
            fill((0, &mut data));
        } else {
            data.par_chunks_mut(TILE * k).enumerate().for_each(fill);
        }
        Self { rows, k, data }
    }
}

struct Columns(*mut f32);
// SAFETY: each task writes columns of its own panels only.
unsafe impl Sync for Columns {}

/// `out[r][j] = Σ_k x[r][k] · w[j][k]`: `out` is `[rows][n padded to PANEL]`.
pub(crate) fn matmul(w: &Panels, x: &Packed, out: &mut [f32]) {
    assert_eq!(w.k(), x.k);
    let (rows, k, panels) = (x.rows, x.k, w.panels());
    let width = panels * PANEL;
    assert!(out.len() >= rows * width && x.data.len() >= rows * k);
    let columns = Columns(out.as_mut_ptr());
    let isa = isa();
    let group = w.group(rayon::current_num_threads());
    (0..panels.div_ceil(group)).into_par_iter().for_each(|g| {
        let columns = &columns;
        let first = g * group;
        let last = (first + group).min(panels);
        for r0 in (0..rows).step_by(TILE) {
            let height = (rows - r0).min(TILE);
            for p in first..last {
                let t = Tile {
                    rows: height,
                    k,
                    x: x.data[r0 * k..].as_ptr(),
                    x_step: height,
                    w: w.panel(p).as_ptr(),
                    // SAFETY: row r0 < rows and panel p < panels: inside `out`.
                    c: unsafe { columns.0.add(r0 * width + p * PANEL) },
                    c_step: width,
                    accumulate: false,
                };
                // SAFETY: `out` holds rows × width floats, the panel k × PANEL, the tile of x
                // k × height.
                unsafe { tile(isa, &t) }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut sets = vec![Isa::Portable, isa()];
        #[cfg(target_arch = "x86_64")]
        sets.extend((isa() == Isa::Avx512).then_some(Isa::Avx2));
        let value = |i: usize| ((i * 7919 + 13) % 1009) as f32 / 331.0 - 1.5;
        let w: Vec<f32> = (0..77 * PANEL).map(value).collect();
        for rows in 1..=TILE {
            let x: Vec<f32> = (0..77 * rows).map(|i| value(i + 5)).collect();
            let on = |set: &Isa| {
                let mut c = vec![0.25f32; rows * PANEL];
                let t = Tile {
                    rows,
                    k: 77,
                    x: x.as_ptr(),
                    x_step: rows,
                    w: w.as_ptr(),
                    c: c.as_mut_ptr(),
                    c_step: PANEL,
                    accumulate: true,
                };
                // SAFETY: the vectors have these sizes, and `sets` holds what the processor has.
                unsafe { tile(*set, &t) }
                c.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            };
            let all: Vec<_> = sets.iter().map(on).collect();
            assert!(all.windows(2).all(|w| w[0] == w[1]), "{rows} rows on {sets:?}");
        }
    }
}
