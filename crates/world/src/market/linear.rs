//! Prices under linear demand for differentiated products.

use super::rules::{check_costs, check_positive};
use crate::Seats;
use serde::{Deserialize, Serialize};

/// A seller sells `size - own * price + cross * (sum of the others' prices)`. A price that nobody pays
/// counts as the lowest one that nobody pays: otherwise a cartel could drive buyers to one product by
/// asking absurd prices for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    pub sizes: Vec<f64>,
    pub costs: Vec<f64>,
    pub own: f64,
    pub cross: f64,
}

impl Linear {
    pub(super) fn check(&self) -> Result<(), String> {
        check_costs(&self.costs)?;
        check_positive("cross", self.cross)?;
        if self.sizes.len() != self.costs.len() {
            return Err("sizes: one number per seller is accepted".into());
        }
        self.sizes.iter().try_for_each(|size| check_positive("sizes", *size))?;
        let rivals = (self.costs.len() - 1) as f64;
        match self.own.is_finite() && self.own > rivals * self.cross {
            true => Ok(()),
            false => Err("own: more than cross times the number of rivals is accepted, \
                          or joint profit has no maximum"
                .into()),
        }
    }

    pub(super) fn profits(&self, prices: &[f64]) -> Vec<f64> {
        let Total { sum, .. } = self.total(prices);
        let profit =
            |seller: usize| (prices[seller] - self.costs[seller]) * self.sold(seller, prices[seller], sum);
        (0..prices.len()).map(profit).collect()
    }

    /// Whether everyone sells something: there the formulas of [`Self::respond`] hold.
    pub(super) fn all_sell(&self, prices: &[f64]) -> bool {
        let Total { sum, .. } = self.total(prices);
        (0..prices.len()).all(|seller| self.sold(seller, prices[seller], sum) > 0.0)
    }

    /// A seller's best price against any prices of the others. Sales fall ever faster in the own price
    /// (rivals come back into the market), so profit is concave and its slope has one root.
    pub(super) fn best_reply(&self, seller: usize, prices: &[f64]) -> f64 {
        let rivals = prices.iter().sum::<f64>() - prices[seller];
        let mut low = self.costs[seller];
        let mut high = low.max((self.sizes[seller] + self.cross * rivals) / self.own);
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return low;
            }
            let rises = self.profit_rises(seller, middle, prices);
            (low, high) = if rises { (middle, high) } else { (low, middle) };
        }
    }

    /// Sets the group's prices to their joint best against the others' prices, where everyone sells:
    /// the first-order conditions, summed over the group, give the sum of its prices, then each.
    pub(super) fn respond(&self, group: Seats, prices: &mut [f64]) {
        let members = group.iter().count() as f64;
        let costs: f64 = group.iter().map(|seller| self.costs[seller]).sum();
        let others = (0..prices.len()).filter(|seller| !group.has(*seller));
        let rivals: f64 = others.map(|seller| prices[seller]).sum();
        let both = self.own + self.cross;
        let pull =
            |seller: usize| self.sizes[seller] + both * self.costs[seller] + self.cross * (rivals - costs);
        let pulls: f64 = group.iter().map(pull).sum();
        let sum = pulls / (2.0 * (both - self.cross * members));
        group
            .iter()
            .for_each(|seller| prices[seller] = (pull(seller) + 2.0 * self.cross * sum) / (2.0 * both));
    }

    fn sold(&self, seller: usize, price: f64, sum: f64) -> f64 {
        (self.sizes[seller] + self.cross * sum - (self.own + self.cross) * price).max(0.0)
    }

    fn profit_rises(&self, seller: usize, price: f64, prices: &[f64]) -> bool {
        let mut prices = prices.to_vec();
        prices[seller] = price;
        let Total { sum, slope } = self.total(&prices);
        let sold = self.sold(seller, price, sum);
        sold > 0.0 && sold > (price - self.costs[seller]) * (self.own + self.cross - self.cross * slope)
    }

    /// The sum `S` with `S = sum of min(price, (size + cross * S) / (own + cross))`: Newton's method
    /// from above. The equation is piecewise linear, so it ends after as many steps as sellers.
    fn total(&self, prices: &[f64]) -> Total {
        let both = self.own + self.cross;
        let mut total = Total { sum: prices.iter().sum(), slope: 1.0 };
        for _ in 0..=prices.len() {
            let (mut paid, mut keep) = (0.0, 1.0);
            for (price, size) in prices.iter().zip(&self.sizes) {
                let unsold = *price > (size + self.cross * total.sum) / both;
                paid += if unsold { size / both } else { *price };
                keep -= if unsold { self.cross / both } else { 0.0 };
            }
            total = Total { sum: paid / keep, slope: 1.0 / keep };
        }
        total
    }
}

/// The sum of the prices that count, and how fast it grows in the price of one who sells.
struct Total {
    sum: f64,
    slope: f64,
}
