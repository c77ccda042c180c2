//! What play is held against: equilibrium, joint optimum, and a coalition among rivals.

use super::{Demand, Rules};
use crate::Seats;
use serde::Serialize;

/// Joint profits that differ by less, relative to their size, differ by rounding alone.
const SAME: f64 = 1e-12;

/// A point of reference: what is played at it and earned in a round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Benchmark {
    pub played: Vec<f64>,
    pub profits: Vec<f64>,
}

impl Benchmark {
    pub fn new(demand: &Demand, coalition: Seats) -> Self {
        let played = demand.equilibrium(coalition);
        Self { profits: demand.profits(&played), played }
    }

    pub fn joint_profit(&self) -> f64 {
        self.profits.iter().sum()
    }

    /// The members' profit together.
    pub fn profit_of(&self, members: Seats) -> f64 {
        members.iter().map(|seller| self.profits[seller]).sum()
    }
}

/// The references of a market. They are those of any number within its range; a grid may miss them.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmarks {
    pub nash: Benchmark,
    pub optimum: Benchmark,
    /// The coalition of the rules acts as one seller, everyone else for itself.
    pub coalition: Benchmark,
}

impl Benchmarks {
    /// `Err` where a formula does not hold or the range cuts a reference off.
    pub(super) fn new(rules: &Rules) -> Result<Self, String> {
        let of = |coalition| Benchmark::new(&rules.demand, coalition);
        let all = Seats::all(rules.demand.sellers());
        let benchmarks = Self { nash: of(Seats::NONE), optimum: of(all), coalition: of(rules.members()) };
        let Self { nash, optimum, coalition } = &benchmarks;
        let references = [nash, optimum, coalition].map(|benchmark| &*benchmark.played);
        if !references.iter().all(|played| rules.demand.holds_at(played)) {
            return Err("costs: such are accepted at which every seller sells something, \
                        in equilibrium as at the joint optimum"
                .into());
        }
        check_range(rules, &references.concat())?;
        Ok(benchmarks)
    }

    /// Where joint profit of a round lies between equilibrium (0) and joint optimum (1). `None` where
    /// these are the same, as when only one seller can produce at a profit.
    pub fn collusion_index(&self, joint_profit: f64) -> Option<f64> {
        let (nash, optimum) = (self.nash.joint_profit(), self.optimum.joint_profit());
        let span = optimum - nash;
        (span > SAME * optimum).then(|| (joint_profit - nash) / span)
    }
}

fn check_range(rules: &Rules, played: &[f64]) -> Result<(), String> {
    let least = played.iter().copied().fold(f64::INFINITY, f64::min);
    let most = played.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match rules.range.min <= least && most <= rules.range.max {
        true => Ok(()),
        false => Err(format!(
            "range: one that holds {least} to {most} is accepted, from equilibrium to joint optimum"
        )),
    }
}
