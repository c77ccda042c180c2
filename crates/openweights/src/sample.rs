//! Choosing the next token. The draw depends on the request's seed and the step, never on the batch.

use crate::constraint::masked;
use crate::math::exp;
use llguidance::toktrie::SimpleVob;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use trace::Sampling;

/// The seeded draws of one request.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// `sample` tells independent answers to the same request apart.
    pub(crate) fn new(seed: u64, sample: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(sample));
        Self(rng)
    }

    /// The next number in [0, 1).
    pub(crate) fn next(&mut self) -> f64 {
        self.0.random()
    }
}

/// How a token is to be chosen.
pub(crate) struct Choice {
    pub(crate) sampling: Sampling,
    /// In [0, 1).
    pub(crate) draw: f64,
    /// The tokens to choose from; `None` for all.
    pub(crate) allowed: Option<SimpleVob>,
}

impl Choice {
    pub(crate) fn token(&self, logits: &[f32]) -> u32 {
        match &self.allowed {
            Some(allowed) => choose(&masked(logits, allowed), &self.sampling, self.draw),
            None => choose(logits, &self.sampling, self.draw),
        }
    }
}

/// The next token by `sampling`, given a draw in [0, 1).
fn choose(logits: &[f32], sampling: &Sampling, draw: f64) -> u32 {
    if sampling.temperature <= 0.0 {
        return likeliest(logits);
    }
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let heat = sampling.temperature as f32;
    let weight = |l: &f32| exp((l - max) / heat);
    let mut tokens: Vec<(f32, u32)> = logits.iter().map(weight).zip(0..).collect();
    let mut total: f64 = tokens.iter().map(|(w, _)| f64::from(*w)).sum();
    if sampling.top_p < 1.0 {
        tokens.retain(|(w, _)| *w > 0.0);
        tokens.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (enough, mut kept) = (sampling.top_p * total, 0.0);
        let before = |(w, _): &(f32, u32)| {
            let more = kept < enough;
            kept += f64::from(*w);
            more
        };
        let count = tokens.iter().map(before).take_while(|more| *more).count();
        tokens.truncate(count.max(1));
        total = tokens.iter().map(|(w, _)| f64::from(*w)).sum();
    }
    let mut left = draw * total;
    for (w, token) in &tokens {
        left -= f64::from(*w);
        if left < 0.0 {
            return *token;
        }
    }
    tokens.iter().rev().find(|(w, _)| *w > 0.0).map_or(0, |(_, token)| *token)
}

/// The likeliest token, among equals the one with the lowest id.
pub(crate) fn likeliest(logits: &[f32]) -> u32 {
    let best = |best: (f32, u32), (l, id): (&f32, u32)| if *l > best.0 { (*l, id) } else { best };
    logits.iter().zip(0..).fold((f32::NEG_INFINITY, 0), best).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(temperature: f64, top_p: f64) -> Sampling {
        Sampling { temperature, top_p, ..Sampling::default() }
    }

    #[test]
    fn draws_follow_the_distribution() {
        let logits = [0.0, 1.0, 2.0, -1.0];
        let mut draws = Draws::new(7, 0);
        let mut counts = [0u32; 4];
        for _ in 0..20_000 {
            counts[choose(&logits, &sampling(1.0, 1.0), draws.next()) as usize] += 1;
        }
        let total: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
        for (count, logit) in counts.iter().zip(logits) {
            let p = f64::from(logit).exp() / total;
            assert!((f64::from(*count) / 20_000.0 - p).abs() < 0.015);
        }
    }

    #[test]
    fn top_p_keeps_the_smallest_sufficient_set() {
        let logits = [2.0, 1.9, -3.0, -3.0];
        for i in 0..100 {
            let draw = f64::from(i) / 100.0;
            assert_eq!(choose(&logits, &sampling(1.0, 0.1), draw), 0);
            assert!(choose(&logits, &sampling(1.0, 0.9), draw) < 2);
        }
    }

    #[test]
    fn temperature_zero_is_greedy_and_samples_are_apart() {
        assert_eq!(choose(&[0.0, 3.0, 3.0], &sampling(0.0, 1.0), 0.9), 1);
        let line = |sample| {
            let mut draws = Draws::new(1, sample);
            (0..4).map(|_| draws.next()).collect::<Vec<_>>()
        };
        assert_eq!(line(0), line(0));
        assert_ne!(line(0), line(1));
    }
}
