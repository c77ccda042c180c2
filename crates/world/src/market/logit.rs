//! Prices under logit demand: buyers choose one product or none, with Gumbel-distributed tastes.

use super::rules::{check_costs, check_positive};
use crate::Seats;
use serde::{Deserialize, Serialize};

/// Each product's quality and cost, the value of buying nothing, and how much tastes differ (`mu`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logit {
    pub qualities: Vec<f64>,
    pub costs: Vec<f64>,
    pub outside: f64,
    pub mu: f64,
}

impl Default for Logit {
    /// The baseline of Calvano et al.
    fn default() -> Self {
        Self { qualities: vec![2.0; 2], costs: vec![1.0; 2], outside: 0.0, mu: 0.25 }
    }
}

impl Logit {
    pub(super) fn check(&self) -> Result<(), String> {
        check_costs(&self.costs)?;
        check_positive("mu", self.mu)?;
        if self.qualities.len() != self.costs.len() || !self.qualities.iter().all(|q| q.is_finite()) {
            return Err("qualities: one finite number per seller is accepted".into());
        }
        match self.outside.is_finite() {
            true => Ok(()),
            false => Err("outside: a finite number is accepted".into()),
        }
    }

    pub(super) fn profits(&self, prices: &[f64]) -> Vec<f64> {
        let utility = |seller: usize| (self.qualities[seller] - prices[seller]) / self.mu;
        let sellers = 0..self.costs.len();
        let all = log_sum_exp(sellers.clone().map(utility).chain([self.outside / self.mu]));
        sellers.map(|seller| (prices[seller] - self.costs[seller]) * (utility(seller) - all).exp()).collect()
    }

    /// Sets the group's prices to their joint best against the others' prices. The group's products
    /// then share one margin `mu / (1 - share of the group)`, a Lambert function of the rest.
    pub(super) fn respond(&self, group: Seats, prices: &mut [f64]) {
        let sellers = 0..self.costs.len();
        let at_cost = |seller: usize| (self.qualities[seller] - self.costs[seller]) / self.mu;
        let utility = |seller: usize| (self.qualities[seller] - prices[seller]) / self.mu;
        let own = log_sum_exp(group.iter().map(at_cost));
        let others = sellers.filter(|seller| !group.has(*seller)).map(utility);
        let rest = log_sum_exp(others.chain([self.outside / self.mu]));
        let margin = self.mu * (1.0 + wright_omega(own - 1.0 - rest));
        group.iter().for_each(|seller| prices[seller] = self.costs[seller] + margin);
    }
}

fn log_sum_exp(terms: impl Iterator<Item = f64>) -> f64 {
    let terms: Vec<_> = terms.collect();
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + terms.iter().map(|term| (term - top).exp()).sum::<f64>().ln()
}

/// The `w` with `w + ln w = x`, that is the Lambert function of `exp(x)` without its overflow.
///
/// Newton's method in `ln w`: the function is convex and increasing, and the start lies above the
/// root, so steps go one way.
fn wright_omega(x: f64) -> f64 {
    let mut log = if x > 1.0 { x.ln() } else { x };
    for _ in 0..64 {
        let step = (log.exp() + log - x) / (log.exp() + 1.0);
        log -= step;
        if step.abs() <= f64::EPSILON * log.abs().max(1.0) {
            break;
        }
    }
    log.exp()
}

#[cfg(test)]
mod tests {
    use super::wright_omega;

    #[test]
    fn omega_inverts_its_definition() {
        for x in [-40.0, -3.0, 0.0, 0.5, 1.0, 2.0, 30.0, 1e4] {
            let w = wright_omega(x);
            assert!((w + w.ln() - x).abs() < 1e-12 * x.abs().max(1.0), "{x}: {w}");
        }
        assert!((wright_omega(1.0) - 1.0).abs() < 1e-15);
    }
}
