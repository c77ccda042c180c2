//! The stratified permutation test.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check;
use crate::rng::Stream;
use crate::{Result, StatsError};

/// A difference between arms with its permutation p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Permutation {
    /// Treated minus untreated, in the unit of the values, averaged over strata with equal
    /// weight.
    pub difference: f64,
    /// Two-sided p: (1 + hits) / (1 + draws).
    pub p: f64,
    /// Random reassignments drawn.
    pub draws: usize,
}

/// Is the difference of means between arms zero, when assignment was random within strata?
/// Labels are reshuffled within each stratum (Fisher 1935; Phipson & Smyth 2010 for the p).
/// The statistic is the difference of means per stratum, averaged with equal weight.
///
/// # Errors
/// Empty input, different lengths, values that are not finite, a stratum with values in one arm
/// only (leaving it out is the caller's decision), `draws` 0 or above 2^22.
pub fn permutation_stratified(
    x: &[f64],
    treated: &[bool],
    strata: &[usize],
    seed: u64,
    draws: usize,
) -> Result<Permutation> {
    check::same_length(x.len(), treated.len())?;
    check::same_length(x.len(), strata.len())?;
    check::values(x)?;
    check::draws(draws)?;
    let mut strata = strata_of(x, treated, strata)?;
    let scale: f64 = x.iter().map(|v| v.abs()).sum();
    let tolerance = 1e-12 * check::finite("sum of the values", scale)?;
    let difference = average(&strata);
    let mut stream = Stream::new(seed);
    let mut hits = 0;
    for _ in 0..draws {
        strata.iter_mut().for_each(|s| s.shuffle(&mut stream));
        hits += usize::from(average(&strata).abs() >= difference.abs() - tolerance);
    }
    Ok(Permutation {
        difference: check::finite("difference", difference)?,
        p: (1 + hits) as f64 / (1 + draws) as f64,
        draws,
    })
}

/// The values of a stratum, the treated first.
struct Stratum {
    values: Vec<f64>,
    treated: usize,
}

impl Stratum {
    fn difference(&self) -> f64 {
        let (treated, others) = self.values.split_at(self.treated);
        let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len() as f64;
        mean(treated) - mean(others)
    }

    /// Draws a new treated arm: the first steps of a Fisher–Yates shuffle.
    fn shuffle(&mut self, stream: &mut Stream) {
        for place in 0..self.treated {
            let other = place + stream.below(self.values.len() - place);
            self.values.swap(place, other);
        }
    }
}

fn average(strata: &[Stratum]) -> f64 {
    strata.iter().map(Stratum::difference).sum::<f64>() / strata.len() as f64
}

fn strata_of(x: &[f64], treated: &[bool], labels: &[usize]) -> Result<Vec<Stratum>> {
    let mut arms: BTreeMap<usize, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for ((value, treated), label) in x.iter().zip(treated).zip(labels) {
        let (with, without) = arms.entry(*label).or_default();
        if *treated { with } else { without }.push(*value);
    }
    let stratum = |(stratum, (mut values, without)): (usize, (Vec<f64>, Vec<f64>))| {
        let treated = values.len();
        if treated == 0 || without.is_empty() {
            return Err(StatsError::OneArmedStratum { stratum });
        }
        values.extend(without);
        Ok(Stratum { values, treated })
    };
    arms.into_iter().map(stratum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_weigh_the_same_and_a_clear_difference_is_rare() {
        let x = [1.0, 0.0, 0.0, 0.0, 5.0, 2.0];
        let treated = [true, false, false, false, true, false];
        let strata = [0, 0, 0, 0, 1, 1];
        let test = permutation_stratified(&x, &treated, &strata, 1, 4_000).unwrap();
        assert_eq!(test.difference, 2.0);
        // By enumeration: 1 of 4 x 2 assignments reaches +2; none reaches −2.
        assert!((test.p - 0.125).abs() < 0.03, "p = {}", test.p);
    }

    #[test]
    fn a_stratum_with_one_arm_is_named() {
        let refused = permutation_stratified(&[1.0, 2.0, 3.0], &[true, false, true], &[0, 0, 4], 1, 9);
        assert_eq!(refused, Err(StatsError::OneArmedStratum { stratum: 4 }));
    }

    #[test]
    fn the_observed_assignment_counts_as_one() {
        let x: Vec<f64> = (0..40).map(f64::from).collect();
        let treated: Vec<bool> = (0..40).map(|i| i >= 20).collect();
        let test = permutation_stratified(&x, &treated, &[0; 40], 1, 99).unwrap();
        assert_eq!(test.p, 0.01);
    }
}
