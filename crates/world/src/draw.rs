//! What chance decides, as a function of a seed and a place.
//!
//! Draws are addressed, not consumed: the apples of step 7 are the same whatever was played before.
//! So two cells on one seed share their luck as long as they can, and a saved state needs no
//! generator.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// A seed whose draws are addressed by a number (a step, a round).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draw {
    seed: u64,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The generator of one place: always the same draws in the same order.
    pub fn at(self, place: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(place);
        rng
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn places_are_independent_and_repeatable() {
        let draw = Draw::new(7);
        let mut first = draw.at(3);
        let _ = first.next_u64();
        let (again, next) = (draw.at(3).next_u64(), draw.at(4).next_u64());
        assert_eq!(again, draw.at(3).next_u64());
        assert_ne!(again, next);
        assert_ne!(again, Draw::new(8).at(3).next_u64());
    }
}
