//! Means when whole clusters, not values, were randomised.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check;
use crate::special::{t_critical, t_two_sided_p};
use crate::{Interval, Result, StatsError};

/// The sum and the size of each cluster, by ascending label.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    pub(crate) sums: Vec<f64>,
    pub(crate) sizes: Vec<f64>,
}

impl Groups {
    pub(crate) fn of(values: &[f64], clusters: &[usize]) -> Result<Self> {
        check::same_length(values.len(), clusters.len())?;
        check::values(values)?;
        let mut groups: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (value, label) in values.iter().zip(clusters) {
            let (sum, size) = groups.entry(*label).or_default();
            *sum += value;
            *size += 1.0;
        }
        let (sums, sizes): (Vec<f64>, Vec<f64>) = groups.into_values().unzip();
        // One finite bound on everything that is added up later.
        check::finite("sum of the values", sums.iter().map(|s| s.abs()).sum())?;
        Ok(Self { sums, sizes })
    }

    /// The mean over all values.
    pub(crate) fn mean(&self) -> f64 {
        self.sums.iter().sum::<f64>() / self.sizes.iter().sum::<f64>()
    }
}

/// The mean of each cluster, by ascending cluster label, in the unit of the values.
///
/// # Errors
/// Empty input, different lengths, a value that is not finite.
pub fn cluster_means(values: &[f64], clusters: &[usize]) -> Result<Vec<f64>> {
    let groups = Groups::of(values, clusters)?;
    let pairs = groups.sums.iter().zip(&groups.sizes);
    Ok(pairs.map(|(sum, size)| sum / size).collect())
}

/// What a p value rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Student's t with the estimated standard error.
    StudentT,
    /// The sign-flip test, because the clusters do not vary and t does not exist.
    SignFlip,
}

/// A mean with a cluster-robust standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusterTest {
    /// The mean over all values, with its t interval. Of zero width when `basis` is
    /// [`Basis::SignFlip`]: then it says nothing about precision, and a bound such as
    /// [`crate::zero_events_upper`] over clusters is the honest report.
    pub interval: Interval,
    /// The standard error, in the unit of the values.
    pub se: f64,
    /// Degrees of freedom: clusters − 1.
    pub df: f64,
    /// Two-sided p against a mean of 0. Never 0 for lack of variance.
    pub p: f64,
    /// What `p` rests on.
    pub basis: Basis,
    /// Number of clusters.
    pub clusters: usize,
    /// Number of values.
    pub n: usize,
}

/// The mean of all values, with clusters as sampling units: the CR1 standard error
/// √(G/(G−1) · Σ_g (Σ_i e_gi)²) / n and t with G − 1 degrees of freedom (Liang & Zeger 1986;
/// Cameron & Miller 2015). Equals statsmodels' OLS on a constant with `cov_type="cluster"`.
///
/// Large clusters weigh more; for equal weight per cluster pass the [`cluster_means`], each as
/// its own cluster. With few clusters of very unequal size the interval is too short: prefer
/// [`crate::sign_flip_interval`].
///
/// When the clusters do not vary (se = 0) a t test would claim p = 0 after two identical
/// clusters. The p is then that of the sign-flip test, 2^(1−G) (1 if the mean is 0).
///
/// # Errors
/// Empty input, different lengths, values that are not finite or too large to square, `level`
/// not strictly between 0 and 1, or fewer than two clusters.
pub fn cluster_robust(values: &[f64], clusters: &[usize], level: f64) -> Result<ClusterTest> {
    let groups = Groups::of(values, clusters)?;
    check::inside_unit("level", level)?;
    let g = groups.sums.len();
    if g < 2 {
        return Err(StatsError::TooFewClusters { clusters: g, needed: 2 });
    }
    let estimate = groups.mean();
    let se = robust_se(&groups, estimate, values)?;
    let df = (g - 1) as f64;
    let half = t_critical(1.0 - level, df) * se;
    let (p, basis) = match (se > 0.0, estimate == 0.0) {
        (true, _) => (t_two_sided_p(estimate / se, df), Basis::StudentT),
        (false, true) => (1.0, Basis::SignFlip),
        (false, false) => (0.5_f64.powf(df), Basis::SignFlip),
    };
    Ok(ClusterTest {
        interval: Interval::around(estimate, estimate - half, estimate + half, level)?,
        se,
        df,
        p,
        basis,
        clusters: g,
        n: values.len(),
    })
}

/// Exactly 0 when the residual sums are no more than rounding.
fn robust_se(groups: &Groups, mean: f64, values: &[f64]) -> Result<f64> {
    let g = groups.sums.len() as f64;
    let n: f64 = groups.sizes.iter().sum();
    let residuals = groups.sums.iter().zip(&groups.sizes);
    let meat: f64 = residuals.map(|(s, m)| (s - m * mean).powi(2)).sum();
    let se = (g / (g - 1.0) * meat).sqrt() / n;
    let scale = values.iter().fold(0.0_f64, |top, v| top.max(v.abs()));
    let se = check::finite("variance of the values", se)?;
    Ok(if se <= 1e-13 * scale { 0.0 } else { se })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_per_cluster_is_the_ordinary_t_test() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let test = cluster_robust(&values, &[9, 8, 7, 6, 5], 0.95).unwrap();
        assert!((test.se - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(format!("{:.4}", test.interval), "3.0000 [1.0368, 4.9632]");
        assert_eq!((test.df, test.clusters, test.n), (4.0, 5, 5));
    }

    #[test]
    fn clusters_that_do_not_vary_never_give_p_zero() {
        let test = cluster_robust(&[0.1; 12], &[0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], 0.95).unwrap();
        assert_eq!((test.se, test.basis), (0.0, Basis::SignFlip));
        assert_eq!(test.p, 0.125);
        let flip = crate::sign_flip(&[0.1; 4], 1, 1 << 10).unwrap();
        assert_eq!(test.p, flip);
        assert_eq!(cluster_robust(&[0.0; 3], &[0, 1, 2], 0.95).unwrap().p, 1.0);
    }

    #[test]
    fn means_come_by_ascending_label() {
        let means = cluster_means(&[1.0, 5.0, 3.0], &[7, 2, 7]).unwrap();
        assert_eq!(means, [5.0, 2.0]);
    }
}
