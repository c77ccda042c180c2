//! The sign-flip test and the interval that inverts it.
//!
//! Flipping the sign of some cluster means x − δ splits the clusters into two parts, A and B.
//! The flipped |sum| reaches the observed one exactly when δ lies between the mean of A and the
//! mean of B (limits included):
//!
//! ```text
//! |Σ_A (x−δ) − Σ_B (x−δ)| ≥ |Σ_A (x−δ) + Σ_B (x−δ)|   ⇔   (mean_A − δ)(mean_B − δ) ≤ 0
//! ```
//!
//! So p(δ) counts the splits whose span [lower mean, higher mean] covers δ, every span covers
//! the overall mean, and the confidence limits are order statistics of the span ends. No search.

use serde::{Deserialize, Serialize};

use crate::check;
use crate::cluster::cluster_means;
use crate::rng::Stream;
use crate::{Interval, Result, StatsError};

/// The mean of cluster means with the sign-flip interval and p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignFlip {
    /// The unweighted mean of the cluster means; its limits are the shifts that the test does
    /// not reject.
    pub interval: Interval,
    /// Two-sided p against 0, from the same sign vectors as the interval: `p <= 1 - level`
    /// exactly when the interval leaves 0 out.
    pub p: f64,
    /// Number of clusters.
    pub clusters: usize,
    /// Whether all sign vectors were enumerated.
    pub exact: bool,
}

/// Two-sided p of the sign-flip test: is the mean of `cluster_means` zero? Under the null each
/// mean is as likely to have the opposite sign (Fisher 1935; for paired differences, the paired
/// permutation test).
///
/// Means of zero do not matter and are left out. If the 2^G sign vectors of the others are at
/// most `max_draws`, all are enumerated and p is exact, at least 2^(1−G); otherwise `max_draws`
/// are drawn and p = (1 + hits) / (1 + draws) (Phipson & Smyth 2010). All means zero: p = 1.
///
/// # Errors
/// No means, means that are not finite, `max_draws` 0 or above 2^22.
pub fn sign_flip(cluster_means: &[f64], seed: u64, max_draws: usize) -> Result<f64> {
    let moving: Vec<f64> = cluster_means.iter().copied().filter(|x| *x != 0.0).collect();
    check::values(cluster_means)?;
    check::draws(max_draws)?;
    if moving.is_empty() {
        return Ok(1.0);
    }
    let test = Splits::new(&moving, max_draws)?;
    let (mut hits, mut total) = (0_u32, 0_u32);
    test.visit(seed, |split| {
        total += 1;
        hits += u32::from(test.reaches(split));
    });
    Ok(f64::from(hits) / f64::from(total))
}

/// The mean of the cluster means with the confidence interval that inverts [`sign_flip`], and
/// its p. Each cluster weighs the same, whatever its size: the estimate differs from
/// [`crate::cluster_robust`]'s when sizes differ.
///
/// Valid for any number of clusters if their means are independent and symmetric around the
/// true mean; with a skewed distribution it can fall short. Clusters that do not vary give an
/// interval of zero width, but only where `level` is reachable at all: 0.95 needs six clusters.
/// The cost is that of [`sign_flip`]: microseconds for twelve clusters.
///
/// # Errors
/// Empty input, different lengths, values that are not finite, `level` not strictly between 0
/// and 1, `max_draws` 0 or above 2^22; [`StatsError::TooFewClusters`] or
/// [`StatsError::TooFewDraws`] where the test cannot reject at this level, so that the interval
/// would be the whole line.
pub fn sign_flip_interval(
    values: &[f64],
    clusters: &[usize],
    level: f64,
    seed: u64,
    max_draws: usize,
) -> Result<SignFlip> {
    let means = cluster_means(values, clusters)?;
    check::inside_unit("level", level)?;
    check::draws(max_draws)?;
    let alpha = 1.0 - level;
    reachable(means.len(), alpha)?;
    let test = Splits::new(&means, max_draws)?;
    let (mut lows, mut highs, mut hits) = (Vec::new(), Vec::new(), 0_u32);
    test.visit(seed, |split| {
        let (low, high) = test.span(split);
        lows.push(low);
        highs.push(high);
        hits += u32::from(test.reaches(split));
    });
    // A shift stays in the interval while more than alpha * total spans cover it.
    let rejected = (alpha * highs.len() as f64 * (1.0 + 1e-12)).floor() as usize;
    let rank = rejected.min(highs.len() - 1);
    let p = f64::from(hits) / highs.len() as f64;
    let (_, high, _) = highs.select_nth_unstable_by(rank, |a, b| b.total_cmp(a));
    let (_, low, _) = lows.select_nth_unstable_by(rank, f64::total_cmp);
    if !(low.is_finite() && high.is_finite()) {
        return Err(StatsError::TooFewDraws { draws: max_draws, needed: (1.0 / alpha).ceil() as usize });
    }
    Ok(SignFlip {
        interval: Interval::around(test.mean(), *low, *high, level)?,
        p,
        clusters: means.len(),
        exact: test.exact,
    })
}

/// The smallest possible p is 2^(1−G); it has to reach `alpha`.
fn reachable(clusters: usize, alpha: f64) -> Result<()> {
    let needed = 1 + (-alpha.log2() - 1e-9).ceil().max(0.0) as usize;
    if clusters < needed {
        return Err(StatsError::TooFewClusters { clusters, needed });
    }
    Ok(())
}

/// One part of a split: the sum and the number of the clusters in it.
#[derive(Clone, Copy, Default)]
struct Part {
    sum: f64,
    count: u32,
}

/// The splits to look at, with what all of them share.
struct Splits {
    /// For every eight clusters, the part that each of 256 choices adds.
    tables: Vec<Box<[Part]>>,
    clusters: u32,
    sum: f64,
    tolerance: f64,
    exact: bool,
    draws: usize,
}

impl Splits {
    fn new(means: &[f64], max_draws: usize) -> Result<Self> {
        let scale = means.iter().map(|x| x.abs()).sum();
        let clusters = u32::try_from(means.len())
            .map_err(|_| StatsError::TooMany { what: "clusters", limit: u64::from(u32::MAX) })?;
        Ok(Self {
            tables: means.chunks(8).map(byte_table).collect(),
            clusters,
            sum: means.iter().sum(),
            tolerance: 1e-12 * check::finite("sum of the cluster means", scale)?,
            exact: clusters < usize::BITS && (1_usize << clusters) <= max_draws,
            draws: max_draws,
        })
    }

    fn mean(&self) -> f64 {
        self.sum / f64::from(self.clusters)
    }

    /// Calls `see` with the parts of all splits (the last cluster stays outside: a split and
    /// its mirror are one), or with the observed and `draws` random ones.
    fn visit(&self, seed: u64, mut see: impl FnMut(Part)) {
        if self.exact {
            (0..1_u64 << (self.clusters - 1)).for_each(|mask| see(self.part(|_| mask)));
            return;
        }
        see(Part::default());
        let mut stream = Stream::new(seed);
        let mut words = vec![0; self.tables.len().div_ceil(8)];
        for _ in 0..self.draws {
            words.fill_with(|| stream.word());
            see(self.part(|word| words[word]));
        }
    }

    /// The clusters whose bit is set; bit `i` of word `w` stands for cluster `64 w + i`.
    fn part(&self, word: impl Fn(usize) -> u64) -> Part {
        let mut part = Part::default();
        for (byte, table) in self.tables.iter().enumerate() {
            let choice = (word(byte / 8) >> (8 * (byte % 8))) & 0xff;
            let more = table[choice as usize % table.len()];
            part.sum += more.sum;
            part.count += more.count;
        }
        part
    }

    /// Whether the flipped |sum| is at least the observed one, up to rounding.
    fn reaches(&self, part: Part) -> bool {
        (2.0 * part.sum - self.sum).abs() >= self.sum.abs() - self.tolerance
    }

    /// The mean of either side, ordered; the whole line when one side is empty. Where 0 is
    /// covered up to rounding, it is covered.
    fn span(&self, part: Part) -> (f64, f64) {
        let rest = self.clusters - part.count;
        if part.count == 0 || rest == 0 {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        let inside = part.sum / f64::from(part.count);
        let outside = (self.sum - part.sum) / f64::from(rest);
        let (low, high) = (inside.min(outside), inside.max(outside));
        if self.reaches(part) { (low.min(0.0), high.max(0.0)) } else { (low, high) }
    }
}

/// The parts of all 2^k choices among up to eight means.
fn byte_table(means: &[f64]) -> Box<[Part]> {
    let mut table = vec![Part::default()];
    for mean in means {
        let with: Vec<Part> =
            table.iter().map(|part| Part { sum: part.sum + mean, count: part.count + 1 }).collect();
        table.extend(with);
    }
    table.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(means: &[f64], max_draws: usize) -> Result<SignFlip> {
        let labels: Vec<usize> = (0..means.len()).collect();
        sign_flip_interval(means, &labels, 0.95, 3, max_draws)
    }

    #[test]
    fn all_alike_is_the_smallest_p_and_never_zero() {
        assert_eq!(sign_flip(&[1.0; 5], 0, 1 << 10), Ok(2.0 / 32.0));
        assert_eq!(sign_flip(&[0.1; 8], 0, 1 << 10), Ok(2.0 / 256.0));
        assert_eq!(sign_flip(&[0.0; 4], 0, 1 << 10), Ok(1.0));
        let p = sign_flip(&[1.0; 60], 0, 999).unwrap();
        assert_eq!(p, 0.001);
    }

    #[test]
    fn zeros_do_not_matter() {
        let with = sign_flip(&[0.0, 1.0, 0.0, 2.0, -0.5, 0.0], 0, 64).unwrap();
        assert_eq!(Ok(with), sign_flip(&[1.0, 2.0, -0.5], 0, 8));
        // |±1 ±2 ±.5| >= 2.5 for 4 of 8.
        assert_eq!(with, 0.5);
    }

    #[test]
    fn five_clusters_cannot_reach_95_percent() {
        let refused = interval(&[1.0, 1.1, 1.2, 1.3, 1.4], 4096);
        let expected = StatsError::TooFewClusters { clusters: 5, needed: 6 };
        assert_eq!(refused, Err(expected));
        // At six only the two whole-line vectors may be left out: the extremes remain.
        let six = interval(&[1.0, 1.1, 1.2, 1.3, 1.4, 1.5], 4096).unwrap();
        assert!(six.exact && six.p == 2.0 / 64.0);
        assert!((six.interval.low - 1.0).abs() < 1e-12 && (six.interval.high - 1.5).abs() < 1e-12);
    }

    /// The definition, slowly: shift, flip everything, count.
    fn p_at(means: &[f64], shift: f64) -> f64 {
        let shifted: Vec<f64> = means.iter().map(|x| x - shift).collect();
        sign_flip(&shifted, 0, 1 << 20).unwrap()
    }

    #[test]
    fn the_interval_holds_the_shifts_that_the_test_keeps() {
        let means = [0.3, -0.2, 0.55, 0.1, 0.42, 0.07, -0.11, 0.61, 0.2];
        let found = interval(&means, 1 << 12).unwrap();
        let Interval { low, high, .. } = found.interval;
        let step = 1e-9;
        assert!(p_at(&means, low + step) > 0.05 && p_at(&means, low - step) <= 0.05);
        assert!(p_at(&means, high - step) > 0.05 && p_at(&means, high + step) <= 0.05);
        assert_eq!(found.p, p_at(&means, 0.0));
    }

    #[test]
    fn drawn_and_enumerated_agree() {
        let means: Vec<f64> = (0..14).map(|i| 0.3 + f64::from(i * 7 % 11) / 9.0).collect();
        let exact = interval(&means, 1 << 14).unwrap();
        let drawn = interval(&means, (1 << 14) - 1).unwrap();
        assert!(exact.exact && !drawn.exact);
        assert!((exact.interval.low - drawn.interval.low).abs() < 0.02);
        assert!((exact.interval.high - drawn.interval.high).abs() < 0.02);
    }
}
