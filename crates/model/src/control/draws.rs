//! Chance of a control: hashes of its salt and of what it read.

use trace::seed_of;

/// The draws of one replicate of a control.
#[derive(Clone, Debug)]
pub struct Draws {
    salt: String,
}

impl Draws {
    /// Another salt is another replicate of the same disposition.
    pub fn new(salt: u64) -> Self {
        Self { salt: salt.to_string() }
    }

    /// A number in [0, 1), the same for the same parts.
    pub fn unit(&self, purpose: &str, parts: &[&str]) -> f64 {
        let mut all = vec![self.salt.as_str()];
        all.extend(parts);
        uniform(seed_of(purpose, &all))
    }

    /// The size of an effect within its range: one per replicate and rule.
    pub fn between(&self, [low, high]: [f64; 2], rule: usize) -> f64 {
        low + (high - low) * self.unit("effect", &[&rule.to_string()])
    }
}

/// A seed as a number in [0, 1).
pub fn uniform(seed: u64) -> f64 {
    (seed >> 11) as f64 / (1u64 << 53) as f64
}
