//! A paired difference of log-odds with its standard error, for outcomes that may lie at floor or ceiling.

use crate::check::{same_length, values};
use crate::{Result, logit};

/// Outcomes of one unit under two circumstances, each a probability: 0 or 1 where the answer was sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    pub with: f64,
    pub without: f64,
    /// The same two in a second pair of circumstances, whose difference is subtracted.
    pub unlike: Option<[f64; 2]>,
}

impl Pair {
    /// with − without, less the other such difference: in probability.
    pub fn difference(&self) -> f64 {
        self.with - self.without - self.unlike.map_or(0.0, |[with, without]| with - without)
    }
}

/// An estimate in log-odds (nats) and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogOdds {
    pub estimate: f64,
    pub error: f64,
}

/// logit p(with) − logit p(without), less the same for `unlike`, over units in clusters.
///
/// The four joint outcomes of a pair have a Dirichlet(½, ½, ½, ½) prior: the margins are (k + 1)/(n + 2), so
/// that 0 of n is finite, and the error stays about 1 where nothing at all was seen to happen. The error
/// is the larger of that posterior's, by the delta method, and the jackknife's over clusters.
///
/// # Errors
///
/// Without pairs, where an outcome is no number or lies outside [0, 1], or where `clusters` has another length.
pub fn paired_log_odds(pairs: &[Pair], clusters: &[usize]) -> Result<LogOdds> {
    same_length(pairs.len(), clusters.len())?;
    let sides =
        pairs.iter().flat_map(|p| [p.with, p.without].into_iter().chain(p.unlike.into_iter().flatten()));
    values(&sides.collect::<Vec<f64>>())?;
    let all = Sums::of(pairs.iter());
    let estimate = all.estimate()?;
    let error = all.variance().max(jackknife(pairs, clusters, &all)?).sqrt();
    Ok(LogOdds { estimate, error })
}

/// Expected counts of joint outcomes, of the pair and of the one that is subtracted.
#[derive(Clone, Copy, Default)]
struct Sums {
    first: Joint,
    second: Option<Joint>,
}

/// How often both happened, only the first, only the second; of n.
#[derive(Clone, Copy, Default)]
struct Joint {
    both: f64,
    with: f64,
    without: f64,
    n: f64,
}

impl Joint {
    fn add(&mut self, with: f64, without: f64, sign: f64) {
        self.both += sign * with * without;
        self.with += sign * with;
        self.without += sign * without;
        self.n += sign;
    }

    fn margins(&self) -> [f64; 2] {
        [self.with, self.without].map(|k| (k + 1.0) / (self.n + 2.0))
    }

    fn estimate(&self) -> Result<f64> {
        let [with, without] = self.margins();
        Ok(logit(with)? - logit(without)?)
    }

    fn variance(&self) -> f64 {
        let [with, without] = self.margins();
        let both = (self.both + 0.5) / (self.n + 2.0);
        let slope = |p: f64| 1.0 / (p * (1.0 - p));
        let (own, other) = (slope(with), slope(without));
        let spread = |p: f64| p * (1.0 - p);
        let joint = both - with * without;
        (own * own * spread(with) + other * other * spread(without) - 2.0 * own * other * joint)
            / (self.n + 3.0)
    }
}

impl Sums {
    fn of<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Self {
        let mut sums = Self::default();
        pairs.for_each(|pair| sums.add(pair, 1.0));
        sums
    }

    fn add(&mut self, pair: &Pair, sign: f64) {
        self.first.add(pair.with, pair.without, sign);
        if let Some([with, without]) = pair.unlike {
            self.second.get_or_insert_default().add(with, without, sign);
        }
    }

    fn estimate(&self) -> Result<f64> {
        Ok(self.first.estimate()? - self.second.map_or(Ok(0.0), |joint| joint.estimate())?)
    }

    fn variance(&self) -> f64 {
        self.first.variance() + self.second.map_or(0.0, |joint| joint.variance())
    }
}

/// The variance by leaving out one cluster at a time; nothing with fewer than two.
fn jackknife(pairs: &[Pair], clusters: &[usize], all: &Sums) -> Result<f64> {
    let count = clusters.iter().max().map_or(0, |max| max + 1);
    let mut without = vec![*all; count];
    let mut seen = vec![false; count];
    for (pair, cluster) in pairs.iter().zip(clusters) {
        without[*cluster].add(pair, -1.0);
        seen[*cluster] = true;
    }
    let some = |(sums, seen): &(&Sums, &bool)| **seen && sums.first.n > 0.0;
    let left = without.iter().zip(&seen).filter(some).map(|(sums, _)| sums.estimate());
    let left = left.collect::<Result<Vec<f64>>>()?;
    let n = left.len() as f64;
    if n < 2.0 {
        return Ok(0.0);
    }
    let mean = left.iter().sum::<f64>() / n;
    Ok((n - 1.0) / n * left.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(u32, u32, usize)], expected: &str) {
        let pairs: Vec<Pair> = pairs
            .iter()
            .flat_map(|(with, without, times)| {
                let pair = Pair { with: f64::from(*with), without: f64::from(*without), unlike: None };
                std::iter::repeat_n(pair, *times)
            })
            .collect();
        let clusters: Vec<usize> = (0..pairs.len()).map(|i| i / 2).collect();
        let told = paired_log_odds(&pairs, &clusters).expect("pairs");
        assert_eq!(format!("{:.2} ± {:.2}", told.estimate, told.error), expected);
    }

    /// The numbers were worked out by a second implementation, from the formulas above.
    #[test]
    fn floor_and_ceiling_are_finite_and_say_how_little_they_tell() {
        check(&[(0, 0, 24)], "0.00 ± 1.02");
        check(&[(1, 1, 24)], "0.00 ± 1.02");
        check(&[(1, 0, 24)], "6.44 ± 1.72");
        check(&[(1, 0, 12), (0, 0, 12)], "3.22 ± 1.07");
        check(&[(1, 0, 6), (0, 1, 6), (0, 0, 6), (1, 1, 6)], "0.00 ± 0.78");
    }

    #[test]
    fn a_difference_of_differences_subtracts() {
        let pair = Pair { with: 1.0, without: 0.0, unlike: Some([1.0, 0.0]) };
        let told = paired_log_odds(&[pair; 8], &[0, 0, 1, 1, 2, 2, 3, 3]).expect("pairs");
        assert!(told.estimate.abs() < 1e-12 && told.error > 1.0, "{told:?}");
    }

    #[test]
    fn nothing_and_lengths_are_refused() {
        assert!(paired_log_odds(&[], &[]).is_err());
        assert!(paired_log_odds(&[Pair::default()], &[]).is_err());
    }
}
