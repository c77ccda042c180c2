//! What a scenario sets, and the moves it allows.

use super::Demand;
use crate::Seats;
use serde::{Deserialize, Serialize};

const SELLERS_MOST: usize = 32;
const ROUNDS_MOST: u32 = 100_000;
/// How far, in steps, a number may lie from a grid point that it means.
const GRID_SLACK: f64 = 1e-6;

/// What sellers set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lever {
    Price,
    Quantity,
}

impl Lever {
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Quantity => "quantity",
        }
    }
}

/// A move as players write it: `{"price":1.35}` or `{"quantity":12}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    Price(f64),
    Quantity(f64),
}

impl Move {
    pub fn new(lever: Lever, value: f64) -> Self {
        match lever {
            Lever::Price => Self::Price(value),
            Lever::Quantity => Self::Quantity(value),
        }
    }

    pub fn lever(self) -> Lever {
        match self {
            Self::Price(_) => Lever::Price,
            Self::Quantity(_) => Lever::Quantity,
        }
    }

    pub fn value(self) -> f64 {
        match self {
            Self::Price(value) | Self::Quantity(value) => value,
        }
    }
}

/// The numbers that may be played: all from `min` to `max`, or every `step` from `min` on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    #[serde(default)]
    pub min: f64,
    pub max: f64,
    #[serde(default)]
    pub step: Option<f64>,
}

impl Range {
    /// The allowed number that is meant, or the rule against it.
    pub(super) fn read(&self, lever: Lever, value: f64) -> Result<f64, String> {
        let name = lever.name();
        if !value.is_finite() {
            return Err(format!("a {name} is a finite number"));
        }
        if value < self.min || value > self.max {
            return Err(format!("a {name} lies between {} and {}", self.min, self.max));
        }
        // Adding zero turns a negative zero into the other one.
        let Some(step) = self.step else { return Ok(value + 0.0) };
        let steps = (value - self.min) / step;
        match (steps - steps.round()).abs() <= GRID_SLACK {
            true => Ok(self.min + steps.round() * step),
            false => Err(format!("a {name} lies a whole number of steps of {step} above {}", self.min)),
        }
    }

    /// The allowed numbers nearest to `value`, below and above.
    pub fn around(&self, value: f64) -> [f64; 2] {
        let Some(step) = self.step else { return [value.clamp(self.min, self.max); 2] };
        let (steps, last) = ((value - self.min) / step, self.last(step));
        [steps.floor(), steps.ceil()].map(|steps| self.min + steps.clamp(0.0, last) * step)
    }

    pub fn nearest(&self, value: f64) -> f64 {
        let [below, above] = self.around(value);
        if value - below <= above - value { below } else { above }
    }

    /// The allowed number at `share` of the range, from 0 to just below 1.
    pub fn at(&self, share: f64) -> f64 {
        match self.step {
            None => self.min + share * (self.max - self.min),
            Some(step) => self.min + (share * (self.last(step) + 1.0)).floor() * step,
        }
    }

    /// Number of the last grid point.
    fn last(&self, step: f64) -> f64 {
        ((self.max - self.min) / step + GRID_SLACK).floor()
    }

    fn check(&self) -> Result<(), String> {
        if !(self.min >= 0.0 && self.min < self.max && self.max.is_finite()) {
            return Err("range: 0 <= min < max is accepted".into());
        }
        match self.step {
            Some(step) if !(step > 0.0 && step <= self.max - self.min) => {
                Err("range.step: a number above 0 and within the range is accepted".into())
            }
            _ => Ok(()),
        }
    }
}

/// What a scenario sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    pub demand: Demand,
    pub range: Range,
    pub rounds: u32,
    /// Shows every seller what all played in the last round. Otherwise a seller learns its own
    /// profit and nothing else.
    pub announced: bool,
    /// Tells sellers how buyers answer.
    pub demand_told: bool,
    /// Sellers whose joint gain the facts state.
    pub coalition: Vec<usize>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            demand: Demand::default(),
            range: Range { min: 0.0, max: 3.0, step: None },
            rounds: 10,
            announced: true,
            demand_told: false,
            coalition: Vec::new(),
        }
    }
}

impl Rules {
    pub(super) fn members(&self) -> Seats {
        self.coalition.iter().fold(Seats::NONE, |members, seller| members.with(*seller))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.demand.check()?;
        self.range.check()?;
        if self.rounds == 0 || self.rounds > ROUNDS_MOST {
            return Err(format!("rounds: 1 to {ROUNDS_MOST} is accepted, not {}", self.rounds));
        }
        let sellers = self.demand.sellers();
        if self.coalition.iter().any(|seller| *seller >= sellers) {
            return Err(format!("coalition: sellers from 0 to {} are accepted", sellers - 1));
        }
        Ok(())
    }
}

pub(super) fn check_costs(costs: &[f64]) -> Result<(), String> {
    if costs.len() < 2 || costs.len() > SELLERS_MOST {
        return Err(format!("costs: 2 to {SELLERS_MOST} sellers are accepted, not {}", costs.len()));
    }
    match costs.iter().all(|cost| cost.is_finite() && *cost >= 0.0) {
        true => Ok(()),
        false => Err("costs: finite numbers from 0 on are accepted".into()),
    }
}

pub(super) fn check_positive(name: &str, value: f64) -> Result<(), String> {
    match value.is_finite() && value > 0.0 {
        true => Ok(()),
        false => Err(format!("{name}: a finite number above 0 is accepted, not {value}")),
    }
}
