//! Quantities of one product under linear inverse demand.

use super::rules::{check_costs, check_positive};
use crate::Seats;
use serde::{Deserialize, Serialize};

/// Everything sells at `intercept - slope * (sum of quantities)`, and never below nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cournot {
    pub intercept: f64,
    pub slope: f64,
    pub costs: Vec<f64>,
}

impl Cournot {
    pub(super) fn check(&self) -> Result<(), String> {
        check_costs(&self.costs)?;
        check_positive("slope", self.slope)?;
        let cheapest = self.cheapest(Seats::all(self.costs.len()));
        match self.intercept.is_finite() && self.intercept > cheapest {
            true => Ok(()),
            false => Err(format!("intercept: more than the lowest cost ({cheapest}) is accepted")),
        }
    }

    pub(super) fn profits(&self, quantities: &[f64]) -> Vec<f64> {
        let price = (self.intercept - self.slope * quantities.iter().sum::<f64>()).max(0.0);
        quantities.iter().zip(&self.costs).map(|(quantity, cost)| (price - cost) * quantity).collect()
    }

    /// Sets the group's quantities to their joint best against the others' quantities.
    pub(super) fn respond(&self, group: Seats, quantities: &mut [f64]) {
        let others = (0..quantities.len()).filter(|seller| !group.has(*seller));
        let rivals: f64 = others.map(|seller| quantities[seller]).sum();
        let room = self.intercept - self.cheapest(group) - self.slope * rivals;
        self.produce(group, (room / (2.0 * self.slope)).max(0.0), quantities);
    }

    /// The equilibrium among groups that each act as one, in closed form: of the groups that
    /// produce, with costs `c`, the price is `(intercept + sum of c) / (their number + 1)`, and those
    /// produce whose cost lies below it.
    pub(super) fn equilibrium(&self, groups: &[Seats]) -> Vec<f64> {
        let mut costs: Vec<_> = groups.iter().map(|group| self.cheapest(*group)).collect();
        costs.sort_by(f64::total_cmp);
        let enter = |(sum, number): (f64, f64), cost: &f64| (sum + cost, number + 1.0);
        let price_of = |(sum, number): (f64, f64)| sum / (number + 1.0);
        let producing = costs.iter().fold((self.intercept, 0.0), |so_far, cost| {
            let entered = enter(so_far, cost);
            if *cost < price_of(entered) { entered } else { so_far }
        });
        let price = price_of(producing);
        let mut quantities = vec![0.0; self.costs.len()];
        for group in groups {
            let total = (price - self.cheapest(*group)).max(0.0) / self.slope;
            self.produce(*group, total, &mut quantities);
        }
        quantities
    }

    fn cheapest(&self, group: Seats) -> f64 {
        group.iter().map(|seller| self.costs[seller]).fold(f64::INFINITY, f64::min)
    }

    /// A group makes its total where that costs least; equally cheap members share it.
    fn produce(&self, group: Seats, total: f64, quantities: &mut [f64]) {
        let least = self.cheapest(group);
        let makes = |seller: &usize| self.costs[*seller] == least;
        let makers = group.iter().filter(makes).count() as f64;
        for seller in group.iter() {
            quantities[seller] = if makes(&seller) { total / makers } else { 0.0 };
        }
    }
}
