//! How well a score separates two classes.

use serde::{Deserialize, Serialize};

use crate::check;
use crate::special::{bisect, z_two_sided};
use crate::{Interval, Result, StatsError};

/// The area under the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Auroc {
    /// The area with a score interval that keeps a width at perfect separation.
    pub interval: Interval,
    /// DeLong's standard error; 0 at perfect separation, where it means nothing.
    pub se: f64,
    /// Number of positives.
    pub positives: usize,
    /// Number of negatives.
    pub negatives: usize,
}

/// The chance that a random positive (`labels` true) scores above a random negative, ties
/// counting half. The interval inverts the Hanley–McNeil variance (Newcombe 2006, Confidence
/// intervals for an effect size measure based on the Mann–Whitney statistic, part 2, method 5);
/// the standard error is DeLong's (DeLong, DeLong & Clarke-Pearson 1988). Sorting dominates the
/// cost. Cases must be independent; average over clusters first where they are not.
///
/// # Errors
/// Different lengths, scores that are NaN, no positives or no negatives, `level` not strictly
/// between 0 and 1. One case per class has no standard error: it is then reported as 0.
pub fn auroc(scores: &[f64], labels: &[bool], level: f64) -> Result<Auroc> {
    check::same_length(scores.len(), labels.len())?;
    let z = z_two_sided(check::inside_unit("level", level)?);
    if scores.iter().any(|s| s.is_nan()) {
        return Err(StatsError::NotFinite { what: "scores" });
    }
    let positives = sorted_class(scores, labels, true);
    let negatives = sorted_class(scores, labels, false);
    if positives.is_empty() || negatives.is_empty() {
        return Err(StatsError::Empty { what: "positives or negatives" });
    }
    let above: Vec<f64> = positives.iter().map(|s| placement(&negatives, *s)).collect();
    let below: Vec<f64> = negatives.iter().map(|s| placement(&positives, *s)).collect();
    let area = above.iter().sum::<f64>() / above.len() as f64;
    let (low, high) = score_limits(area, above.len() as f64, below.len() as f64, z);
    Ok(Auroc {
        interval: Interval::around(area, low, high, level)?,
        se: (variance_of_mean(&above) + variance_of_mean(&below)).sqrt(),
        positives: above.len(),
        negatives: below.len(),
    })
}

/// The area alone, without an interval: the chance that one of `positives` lies above one of `negatives`, ties
/// counting half. Nothing where a class is empty or a score is NaN.
pub fn area(positives: &[f64], negatives: &[f64]) -> Option<f64> {
    if positives.is_empty() || negatives.is_empty() || positives.iter().chain(negatives).any(|s| s.is_nan()) {
        return None;
    }
    let mut sorted: Vec<f64> = negatives.iter().map(|s| s + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(positives.iter().map(|s| placement(&sorted, *s)).sum::<f64>() / positives.len() as f64)
}

fn sorted_class(scores: &[f64], labels: &[bool], class: bool) -> Vec<f64> {
    let members = scores.iter().zip(labels).filter(|(_, label)| **label == class);
    // Adding 0 turns −0 into 0, so that total_cmp sees the tie.
    let mut chosen: Vec<f64> = members.map(|(score, _)| score + 0.0).collect();
    chosen.sort_unstable_by(f64::total_cmp);
    chosen
}

/// The share of `sorted` below `score`, ties counting half.
fn placement(sorted: &[f64], score: f64) -> f64 {
    let below = sorted.partition_point(|s| *s < score);
    let up_to = sorted.partition_point(|s| *s <= score);
    0.5 * (below + up_to) as f64 / sorted.len() as f64
}

fn variance_of_mean(xs: &[f64]) -> f64 {
    let n = xs.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = xs.iter().sum::<f64>() / n;
    xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
}

/// The areas whose distance to the estimate is z standard errors, the error being theirs.
fn score_limits(area: f64, positives: f64, negatives: f64, z: f64) -> (f64, f64) {
    let typical = 0.5 * (positives + negatives) - 1.0;
    let se = |t: f64| {
        let shape = typical * ((1.0 - t) / (2.0 - t) + t / (1.0 + t));
        (t * (1.0 - t) * (1.0 + shape) / (positives * negatives)).sqrt()
    };
    let low = bisect(0.0, area, |t| area - t <= z * se(t));
    let high = bisect(area, 1.0, |t| t - area >= z * se(t));
    (if area == 0.0 { 0.0 } else { low }, if area == 1.0 { 1.0 } else { high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_widths_of_the_science_table() {
        let half = |area, m, n| {
            let (low, high) = score_limits(area, m, n, 1.96);
            0.5 * (high - low)
        };
        assert!((half(0.75, 200.0, 200.0) - 0.05_f64).abs() < 0.005);
        assert!((half(0.92, 51.0, 55.0) - 0.06_f64).abs() < 0.005);
    }

    #[test]
    fn perfect_separation_keeps_a_width() {
        let found = auroc(&[1.0, 2.0, 3.0, 4.0], &[false, false, true, true], 0.95).unwrap();
        assert_eq!((found.interval.estimate, found.interval.high), (1.0, 1.0));
        assert!(found.interval.low < 0.7 && found.interval.low > 0.1);
        let tied = auroc(&[0.0, -0.0], &[true, false], 0.95).unwrap();
        assert_eq!(tied.interval.estimate, 0.5);
    }
}
