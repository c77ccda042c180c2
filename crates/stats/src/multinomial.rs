//! Multinomial logistic regression with shrinkage, for few examples and labels that may be shared.

use crate::check::{positive, same_length, values};
use crate::{Result, StatsError};

/// Steps of the descent. It stops earlier where nothing moves any more.
const STEPS: usize = 2_000;
/// Largest slope at which the descent is over.
const FLAT: f64 = 1e-6;

/// A fitted model: class scores are linear in standardised features, probabilities their softmax.
#[derive(Clone, Debug, PartialEq)]
pub struct Multinomial {
    /// By feature: what is subtracted and what it is divided by.
    centre: Vec<f64>,
    scale: Vec<f64>,
    /// By class: the intercept, then one weight for each feature.
    weights: Vec<Vec<f64>>,
}

impl Multinomial {
    /// Fits `labels` (examples × classes, each row a distribution) to `features` (examples × features)
    /// by maximum likelihood with a Gaussian prior: `ridge` is its precision on standardised weights, in
    /// units of one example. The intercepts are not shrunk.
    ///
    /// The descent is Nesterov's with a fixed step: it has no randomness, and its result does not depend on
    /// the order of the examples beyond rounding.
    ///
    /// # Errors
    ///
    /// Without examples, with rows of unequal length, with numbers that are not finite, or where `ridge` is
    /// not positive.
    pub fn fit(features: &[Vec<f64>], labels: &[Vec<f64>], ridge: f64) -> Result<Self> {
        let (Some(first), Some(label)) = (features.first(), labels.first()) else {
            return Err(StatsError::Empty { what: "examples" });
        };
        same_length(features.len(), labels.len())?;
        for (row, width) in features.iter().map(|r| (r, first)).chain(labels.iter().map(|l| (l, label))) {
            same_length(row.len(), width.len())?;
            values(row)?;
        }
        positive("ridge", ridge)?;
        let (centre, scale) = standard(features);
        let mut model = Self { centre, scale, weights: vec![vec![0.0; first.len() + 1]; label.len()] };
        let rows: Vec<Vec<f64>> = features.iter().map(|row| model.standardised(row)).collect();
        model.descend(&rows, labels, ridge);
        Ok(model)
    }

    /// The probability of each class.
    ///
    /// # Errors
    ///
    /// Where `features` has another length than those that were fitted, or is not finite.
    pub fn predict(&self, features: &[f64]) -> Result<Vec<f64>> {
        same_length(features.len(), self.centre.len())?;
        values(features)?;
        Ok(softmax(&self.weights, &self.standardised(features)))
    }

    fn standardised(&self, row: &[f64]) -> Vec<f64> {
        row.iter().zip(&self.centre).zip(&self.scale).map(|((x, c), s)| (x - c) / s).collect()
    }

    fn descend(&mut self, rows: &[Vec<f64>], labels: &[Vec<f64>], ridge: f64) {
        let n = rows.len() as f64;
        // The curvature of a softmax is at most half of that of its inputs; their trace bounds it.
        let squares = rows.iter().flatten().map(|x| x * x).sum::<f64>() / n + 1.0;
        let step = 1.0 / (0.5 * squares + ridge / n);
        let (mut before, mut ahead) = (self.weights.clone(), self.weights.clone());
        let mut momentum = 1.0_f64;
        for _ in 0..STEPS {
            let slopes = slopes(&ahead, rows, labels, ridge / n);
            let next: Vec<Vec<f64>> = ahead
                .iter()
                .zip(&slopes)
                .map(|(w, g)| w.iter().zip(g).map(|(w, g)| w - step * g).collect())
                .collect();
            let faster = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
            let push = (momentum - 1.0) / faster;
            for ((ahead, next), before) in ahead.iter_mut().zip(&next).zip(&before) {
                for ((a, n), b) in ahead.iter_mut().zip(next).zip(before) {
                    *a = n + push * (n - b);
                }
            }
            (before, momentum) = (next, faster);
            if slopes.iter().flatten().all(|g| g.abs() < FLAT) {
                break;
            }
        }
        self.weights = before;
    }
}

/// By class and weight: the slope of the mean loss.
fn slopes(weights: &[Vec<f64>], rows: &[Vec<f64>], labels: &[Vec<f64>], ridge: f64) -> Vec<Vec<f64>> {
    let mut slopes: Vec<Vec<f64>> = weights
        .iter()
        .map(|w| std::iter::once(0.0).chain(w[1..].iter().map(|w| w * ridge)).collect())
        .collect();
    let n = rows.len() as f64;
    for (row, label) in rows.iter().zip(labels) {
        for ((slope, p), wanted) in slopes.iter_mut().zip(softmax(weights, row)).zip(label) {
            let error = (p - wanted) / n;
            slope[0] += error;
            slope[1..].iter_mut().zip(row).for_each(|(s, x)| *s += error * x);
        }
    }
    slopes
}

fn softmax(weights: &[Vec<f64>], row: &[f64]) -> Vec<f64> {
    let score = |w: &Vec<f64>| w[0] + w[1..].iter().zip(row).map(|(w, x)| w * x).sum::<f64>();
    let scores: Vec<f64> = weights.iter().map(score).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.into_iter().map(|e| e / total).collect()
}

/// Mean and standard deviation by feature; 1 where a feature never varies.
fn standard(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    let width = rows.first().map_or(0, Vec::len);
    let column = |at: usize| rows.iter().map(move |row| row[at]);
    let centre: Vec<f64> = (0..width).map(|at| column(at).sum::<f64>() / n).collect();
    let spread = |at: usize| (column(at).map(|x| (x - centre[at]).powi(2)).sum::<f64>() / n).sqrt();
    let scale = (0..width).map(|at| Some(spread(at)).filter(|s| *s > 1e-12).unwrap_or(1.0)).collect();
    (centre, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes at the corners of a triangle.
    fn corners() -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let at = |class: usize, i: usize| {
            let wobble = (i as f64 * 0.7).sin() * 0.3;
            let [x, y] = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]][class];
            (vec![x + wobble, y - wobble], (0..3).map(|c| f64::from(u8::from(c == class))).collect())
        };
        (0..3).flat_map(|class| (0..12).map(move |i| at(class, i))).unzip()
    }

    #[test]
    fn corners_are_told_apart_and_the_middle_is_not() {
        let (rows, labels) = corners();
        let model = Multinomial::fit(&rows, &labels, 0.5).unwrap();
        for (row, label) in rows.iter().zip(&labels) {
            let p = model.predict(row).unwrap();
            let right = label.iter().position(|l| *l == 1.0).unwrap();
            assert!(p[right] > 0.8, "{row:?} -> {p:?}");
        }
        let middle = model.predict(&[2.0 / 3.0, 2.0 / 3.0]).unwrap();
        assert!(middle.iter().all(|p| *p < 0.6), "{middle:?}");
    }

    #[test]
    fn the_slope_at_the_end_is_flat() {
        let (rows, labels) = corners();
        let model = Multinomial::fit(&rows, &labels, 0.5).unwrap();
        let standardised: Vec<_> = rows.iter().map(|row| model.standardised(row)).collect();
        let slopes = slopes(&model.weights, &standardised, &labels, 0.5 / rows.len() as f64);
        assert!(slopes.iter().flatten().all(|g| g.abs() < 1e-5), "{slopes:?}");
    }

    #[test]
    fn shared_labels_are_shared_probabilities() {
        let (rows, labels) = (vec![vec![1.0]; 8], vec![vec![0.75, 0.25]; 8]);
        let p = Multinomial::fit(&rows, &labels, 1.0).unwrap().predict(&[1.0]).unwrap();
        assert!((p[0] - 0.75).abs() < 1e-3, "{p:?}");
    }

    #[test]
    fn more_shrinkage_is_less_certain() {
        let (rows, labels) = corners();
        let top = |ridge: f64| {
            let model = Multinomial::fit(&rows, &labels, ridge).unwrap();
            model.predict(&rows[0]).unwrap()[0]
        };
        assert!(top(0.1) > top(10.0) && top(10.0) > 1.0 / 3.0);
    }

    #[test]
    fn unfit_input_is_refused() {
        assert!(Multinomial::fit(&[], &[], 1.0).is_err());
        assert!(Multinomial::fit(&[vec![1.0]], &[vec![1.0], vec![1.0]], 1.0).is_err());
        assert!(Multinomial::fit(&[vec![1.0], vec![]], &[vec![1.0], vec![1.0]], 1.0).is_err());
        assert!(Multinomial::fit(&[vec![f64::NAN]], &[vec![1.0]], 1.0).is_err());
        assert!(Multinomial::fit(&[vec![1.0]], &[vec![1.0]], 0.0).is_err());
    }
}
