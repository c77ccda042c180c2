//! The only source of chance: ChaCha with a seed that the caller names.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random words. Bounded numbers are made here rather than by `rand`, whose
/// sampling algorithms may change between versions: a published p value must not.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on `0..n` (multiply and shift; the bias is below n / 2^64). Zero for `n = 0`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }
}
