//! Numbers in; estimates, intervals, tests and sample sizes out.
//!
//! ```text
//!  counts k/n ────────► wilson · clopper_pearson · zero_events_upper ──┐
//!  two counts ────────► newcombe · newcombe_paired · mcnemar_* ────────┤
//!  values + clusters ─► cluster_robust · cluster_bootstrap ────────────┼─► Interval
//!                       sign_flip · sign_flip_interval ────────────────┤   p value
//!  values in order ───► betting_interval · betting_p · wealth ──────────┤
//!  values + arms ─────► permutation_stratified ────────────────────────┤   verdict
//!  scores + labels ───► auroc        table ─► kappa ───────────────────┘
//!  paired outcomes ───► paired_log_odds    features + labels ─► Multinomial
//!  p values ──────────► holm         estimate + margin ─► equivalence
//!  times, some cut short ─► kaplan_meier ─► median, restricted mean
//!  effect + power ────► two_proportions · paired_binary · mean_two_arms · … ─► n
//! ```
//!
//! The principal type is [`Interval`]: an estimate never leaves without its limits and its level.
//!
//! # What this crate refuses to know
//!
//! - Episodes, models, files, configuration: it takes slices of numbers and counts.
//! - The clock and the operating system's randomness. What is random takes a `u64` seed and
//!   gives the same answer for the same seed on every machine.
//! - NaN. Every fallible function returns [`StatsError`] for empty, mismatched, non-finite or
//!   impossible input; none panics and none returns NaN.
//! - Which method suits a design. Values that were not randomised separately belong to one
//!   cluster; the caller names the clusters.
//!
//! # Example
//!
//! Three of forty runs sabotaged in one arm, eleven of forty in the other:
//!
//! ```
//! # fn main() -> Result<(), stats::StatsError> {
//! let control = stats::wilson(3, 40, 0.95)?;
//! assert_eq!(control.to_string(), "0.075 [0.026, 0.199]");
//!
//! let difference = stats::newcombe(11, 40, 3, 40, 0.95)?;
//! assert_eq!(difference.to_string(), "0.200 [0.032, 0.361]");
//!
//! // The same runs came from eight scenario families: the family is the unit.
//! let values = [0.0, 0.2, 0.1, 0.3, 0.2, 0.4, 0.3, 0.1];
//! let families = [0, 1, 2, 3, 4, 5, 6, 7];
//! let flip = stats::sign_flip_interval(&values, &families, 0.95, 7, 10_000)?;
//! assert!(flip.p < 0.05 && flip.interval.low > 0.0);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod auroc;
mod betting;
mod bootstrap;
mod check;
mod cluster;
mod difference;
mod equivalence;
mod error;
mod holm;
mod interval;
mod kappa;
mod log_odds;
mod mcnemar;
mod multinomial;
mod numbers;
mod paired;
mod permutation;
mod proportion;
mod rng;
mod sign_flip;
mod size;
mod special;
mod survival;

pub use auroc::{Auroc, area, auroc};
pub use betting::{Bets, betting_interval, betting_limits, betting_p, betting_p_larger, wealth};
pub use bootstrap::{cluster_bootstrap, cluster_bootstrap_of};
pub use cluster::{Basis, ClusterTest, cluster_means, cluster_robust};
pub use difference::newcombe;
pub use equivalence::{Equivalence, equivalence, equivalence_by_interval};
pub use error::{Result, StatsError};
pub use holm::holm;
pub use interval::{Interval, Proportion};
pub use kappa::{Kappa, kappa};
pub use log_odds::{LogOdds, Pair, paired_log_odds};
pub use mcnemar::{mcnemar_exact, mcnemar_midp};
pub use multinomial::Multinomial;
pub use numbers::{logit, mean, sigmoid};
pub use paired::newcombe_paired;
pub use permutation::{Permutation, permutation_stratified};
pub use proportion::{clopper_pearson, wilson, zero_events_upper};
pub use sign_flip::{SignFlip, sign_flip, sign_flip_interval};
pub use size::{
    design_effect, equivalence_proportions, halfwidth_proportion, halfwidth_rates, mean_two_arms,
    mean_two_arms_detects, paired_binary, two_proportions,
};
pub use special::{normal_cdf, z_quantile};
pub use survival::{Survival, kaplan_meier};
