//! `--until`: units in a random order, and each contrast stops as soon as its interval is narrow enough.
//!
//! ```text
//! part + model ─▶ Deck (units in a seeded random order)
//!    record ─▶ results ─▶ Deck::round ─▶ sheets to play next, or nothing
//!                     └─▶ Deck::told  ─▶ intervals that hold at any stop
//! ```
//!
//! The mean that is estimated is that of the units that the design has: its items, in its wordings. They are a
//! fixed set, and the only chance is the order, so the draws are without replacement and the interval has no
//! width once all are played. Nothing is claimed of other items: `docs/design/0017-stopping.md`.
//!
//! Where answers are sampled, a unit's value is a draw as well, and playing all units does not end the doubt:
//! then units count as draws from more of their kind, with replacement.

use crate::estimate::{ALPHA, LEVEL, Raw};
use crate::measure::unit;
use crate::plan::Sheet;
use crate::results::Results;
use crate::scenario::{Cell, EstimandFile, GateKind, Scenario, Unit};
use crate::study::Part;
use stats::{Bets, betting_limits, betting_p_larger};
use std::collections::{BTreeMap, BTreeSet};
use trace::{Sampling, seed_of};

/// A round plays this share of the units, and at least so many.
const ROUNDS: usize = 16;
const ROUND_MIN: usize = 8;
/// Largest share of the capital that a bet can lose: near 1, since differences of scored answers vary little.
const STAKE_MAX: f64 = 0.9;

/// How an estimate of a stopped contrast was made, where answers are exact and where they are sampled.
const EXACT: &str = "paired differences of these units in a random order without replacement, betting \
                          confidence sequence, valid at any stop; Holm";
const SAMPLED: &str = "paired differences of sampled answers, units in a random order as draws from more of their \
                       kind, betting confidence sequence, valid at any stop; Holm";

/// A part's units in the order in which a model plays them, each with its sheets.
pub struct Deck<'a> {
    scenario: &'a Scenario,
    sheets: &'a [Sheet],
    units: Vec<(Unit, Vec<usize>)>,
    /// Whether the same unit gives the same answer again.
    exact: bool,
}

/// What is to be played next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// Places of sheets; empty when nothing is left that a contrast needs.
    pub next: Vec<usize>,
    /// Contrasts that are not told yet: name and half-width.
    pub open: Vec<(String, Option<f64>)>,
    /// Units played so far by the contrast that has played most, and units of the design.
    pub played: (usize, usize),
}

/// Where one contrast stands.
pub struct Standing {
    /// The units on record that it rests on, in order.
    pub units: Vec<Unit>,
    /// Units that the design has for it.
    pub of: usize,
    /// The interval at [`LEVEL`]; none where nothing is played or the outcome has no bounds.
    pub limits: Option<(f64, f64)>,
    /// Units after which the interval was narrow enough.
    pub stopped_at: Option<usize>,
    values: Vec<Option<f64>>,
    bound: Option<f64>,
    exact: bool,
}

impl Standing {
    pub fn half_width(&self) -> Option<f64> {
        self.limits.map(|(low, high)| (high - low) / 2.0)
    }

    /// Whether units are left that it needs.
    pub fn is_open(&self) -> bool {
        self.stopped_at.is_none() && self.units.len() < self.of
    }
}

impl<'a> Deck<'a> {
    /// The order is drawn from the scenario's name and the unit, so it knows neither cell nor model nor
    /// how many units there are.
    ///
    /// A script draws its answers, and so does a model at a temperature above 0.
    pub fn of(part: &'a Part, model: &str, sampling: &Sampling) -> Self {
        let scenario = &part.scenario;
        let mut units: BTreeMap<Unit, Vec<usize>> = BTreeMap::new();
        for (at, sheet) in part.played_by(model) {
            units.entry(sheet.unit).or_default().push(at);
        }
        let mut units: Vec<_> = units.into_iter().collect();
        let rank = |unit: &Unit| {
            let (wording, state) = (unit.wording.to_string(), unit.state.to_string());
            seed_of("until", &[&scenario.file.name, &wording, &state])
        };
        units.sort_by_key(|(unit, _)| (rank(unit), *unit));
        let exact = sampling.temperature == 0.0 && !trace::is_scripted(model);
        Self { scenario, sheets: &part.sheets, units, exact }
    }

    /// How its estimates are made.
    pub fn method(&self) -> &'static str {
        if self.exact { EXACT } else { SAMPLED }
    }

    /// What to play after what is on record (`read`, by a sheet's place).
    pub fn round(&self, results: &Results, read: &[bool], half_width: f64) -> Round {
        let unread =
            |places: &[usize]| -> Vec<usize> { places.iter().copied().filter(|at| !read[*at]).collect() };
        let all = |wanted: &dyn Fn(&Cell) -> bool| -> Vec<usize> {
            let places = self.units.iter().flat_map(|(_, places)| places).copied();
            places.filter(|at| wanted(&self.sheets[*at].cell)).collect()
        };
        let step = (self.units.len() / ROUNDS).max(ROUND_MIN);
        let mut round = Round { played: (0, self.units.len()), ..Round::default() };
        let knowledge = unread(&all(&|cell| self.asks_knowledge(cell)));
        let mut next = BTreeSet::new();
        for e in &self.scenario.file.estimand {
            if !self.registered(e) {
                continue;
            }
            if e.given.is_some() && !knowledge.is_empty() {
                // Which units there are is known when all were asked what they know.
                round.open.push((e.id(), None));
                next.extend(&knowledge);
                continue;
            }
            let population = self.population(e, results);
            let standing = self.standing(e, results, read, Some(half_width));
            round.played.0 = round.played.0.max(standing.units.len());
            if !standing.is_open() {
                continue;
            }
            round.open.push((e.id(), standing.half_width()));
            let begin = standing.units.len();
            for (unit, places, needs) in population.iter().skip(begin).take(step) {
                next.extend(unread(needs));
                let capability = |at: &&usize| {
                    let sheet = &self.sheets[**at];
                    sheet.unit == *unit && sheet.cell.capability.is_some()
                };
                next.extend(unread(&places.iter().filter(capability).copied().collect::<Vec<_>>()));
            }
        }
        // A gate that fails on few units is judged on all of them, once.
        if next.is_empty() && results.barred().is_some() {
            next.extend(unread(&all(&|cell| cell.capability.is_some())));
        }
        round.next = next.into_iter().collect();
        round
    }

    /// Where a contrast stands. With a `half_width` it also says after how many units it could stop.
    pub fn standing(
        &self,
        e: &EstimandFile,
        results: &Results,
        read: &[bool],
        half_width: Option<f64>,
    ) -> Standing {
        let population = self.population(e, results);
        let differences = results.differences(e);
        let on_record = |needs: &[usize]| needs.iter().all(|at| read[*at]);
        let seen = population.iter().take_while(|(_, _, needs)| on_record(needs));
        let units: Vec<Unit> = seen.map(|(unit, ..)| *unit).collect();
        let values: Vec<Option<f64>> = units.iter().map(|unit| differences.get(unit).copied()).collect();
        let bound = self.bound(e).filter(|b| values.iter().flatten().all(|v| v.abs() <= *b + 1e-9));
        let of = population.len();
        let mut standing =
            Standing { units, of, limits: None, stopped_at: None, values, bound, exact: self.exact };
        let n = standing.values.len();
        standing.limits = standing.at(n, LEVEL);
        if let Some(wanted) = half_width.filter(|wanted| standing.half_width().is_some_and(|h| h <= *wanted))
        {
            // Intervals only narrow: the first that fits is found by halving.
            let fits = |n: usize| standing.at(n, LEVEL).is_some_and(|(low, high)| high - low <= 2.0 * wanted);
            let (mut too_few, mut enough) = (0, n);
            while enough - too_few > 1 {
                let middle = too_few + (enough - too_few) / 2;
                if fits(middle) { enough = middle } else { too_few = middle }
            }
            standing.stopped_at = Some(enough);
        }
        standing
    }

    /// A contrast's numbers, valid wherever it stopped; an error says why there are none.
    pub fn told(&self, e: &EstimandFile, results: &Results, read: &[bool]) -> Option<Result<Raw, String>> {
        let standing = self.standing(e, results, read, None);
        // Without bounds there is no betting: the fixed-size test tells of what was played to the end.
        self.bound(e)?;
        let Some(bound) = standing.bound else {
            return Some(Err("a value lies outside of the bounds of a probability".into()));
        };
        let told: Vec<f64> = standing.values.iter().flatten().copied().collect();
        let (Some((low, high)), false) = (standing.limits, told.is_empty()) else {
            return Some(Err("nothing was scored in both arms".into()));
        };
        let mean = told.iter().sum::<f64>() / told.len() as f64;
        let (low, high) = (low.min(mean), high.max(mean));
        let bets = bets(standing.of, LEVEL);
        let turned: Vec<f64> = standing.with(bound).into_iter().map(|d| -d).collect();
        let one = |values: &[f64]| {
            betting_p_larger(values, standing.population(), (-bound, bound), 0.0, &bets).unwrap_or(1.0)
        };
        let p = one(&standing.with(-bound)).min(one(&turned));
        let narrow = standing.at(standing.values.len(), 1.0 - 2.0 * ALPHA);
        let equivalent = narrow.is_some_and(|(low, high)| low > -e.margin && high < e.margin);
        let clusters: BTreeSet<&str> = standing.units.iter().map(|unit| self.cluster(*unit)).collect();
        Some(Ok(Raw { estimate: mean, low, high, p, clusters: clusters.len(), equivalent }))
    }

    /// Whether the part plays the cells that an estimand compares.
    pub fn registered(&self, e: &EstimandFile) -> bool {
        self.units.iter().any(|(_, places)| !self.needs(e, places).is_empty())
    }

    /// The cells of a contrast: those with the level, and those without; where another contrast is
    /// subtracted, also its two arms.
    pub fn arms(&self, e: &EstimandFile) -> Vec<BTreeSet<Cell>> {
        let mut arms = vec![BTreeSet::new(); if e.unlike.is_empty() { 2 } else { 4 }];
        for (_, places) in &self.units {
            for quad in self.quads(e, places) {
                for (arm, cell) in arms.iter_mut().zip(quad) {
                    arm.insert(cell);
                }
            }
        }
        arms
    }

    fn cluster(&self, unit: Unit) -> &'a str {
        self.sheets.iter().find(|s| s.unit == unit).map_or("", |s| &s.cluster)
    }

    /// The largest size of a difference; none where an outcome is no probability.
    fn bound(&self, e: &EstimandFile) -> Option<f64> {
        let file = self.scenario.file.measure.iter().find(|m| m.outcome == e.outcome)?;
        let one = unit(file) == "probability";
        one.then_some(if e.unlike.is_empty() { 1.0 } else { 2.0 })
    }

    /// The units that a contrast is about, in order: each with all its sheets and those that it needs.
    fn population(&self, e: &EstimandFile, results: &Results) -> Vec<(Unit, &[usize], Vec<usize>)> {
        let meant = |unit: &Unit| e.given.is_none() || results.knows(*unit);
        let of = |(unit, places): &'_ (Unit, Vec<usize>)| (*unit, self.needs(e, places));
        let each = self.units.iter().filter(|(unit, _)| meant(unit)).map(|all| {
            let (unit, needs) = of(all);
            (unit, &all.1[..], needs)
        });
        each.filter(|(_, _, needs)| !needs.is_empty()).collect()
    }

    /// The sheets of a unit that a contrast compares.
    fn needs(&self, e: &EstimandFile, places: &[usize]) -> Vec<usize> {
        let cells: BTreeSet<Cell> = self.quads(e, places).into_iter().flatten().collect();
        places.iter().copied().filter(|at| cells.contains(&self.sheets[*at].cell)).collect()
    }

    /// The cells that stand against each other in a unit: treated and not, and those of what is subtracted.
    fn quads(&self, e: &EstimandFile, places: &[usize]) -> Vec<Vec<Cell>> {
        let s = self.scenario;
        let played: BTreeSet<&Cell> = places.iter().map(|at| &self.sheets[*at].cell).collect();
        let quad = |base: &&Cell| {
            let mut quad = vec![e.treated(s, base), (*base).clone()];
            if !e.unlike.is_empty() {
                let moved = e.moved(s, base);
                quad.extend([e.treated(s, &moved), moved]);
            }
            quad
        };
        let bases = played.iter().filter(|cell| cell.capability.is_none() && e.is_base(s, cell));
        bases.map(quad).filter(|quad| quad.iter().all(|cell| played.contains(cell))).collect()
    }

    fn asks_knowledge(&self, cell: &Cell) -> bool {
        let Some(capability) = &cell.capability else { return false };
        let file = &self.scenario.file;
        let asks = file.gate.iter().filter(|g| g.kind == GateKind::Knowledge).filter_map(|g| g.ask.as_ref());
        let found = file.ask.iter().filter(|ask| asks.clone().any(|id| id == &ask.id));
        found.clone().any(|ask| ask.only.is_empty() || ask.only.contains(capability))
    }
}

impl Standing {
    /// The fixed set that values are drawn from, where they are exact.
    fn population(&self) -> Option<usize> {
        self.exact.then_some(self.of)
    }

    /// The values with something in the place of what is missing.
    fn with(&self, stand_in: f64) -> Vec<f64> {
        self.values.iter().map(|value| value.unwrap_or(stand_in)).collect()
    }

    /// The interval after the first `n` units. A unit without a value counts as the least possible for the
    /// lower limit and as the most possible for the upper one: who refuses could have said anything.
    fn at(&self, n: usize, level: f64) -> Option<(f64, f64)> {
        let bound = self.bound.filter(|_| n > 0)?;
        let bets = bets(self.of, level);
        let limits = |stand_in| {
            betting_limits(&self.with(stand_in)[..n], self.population(), (-bound, bound), &bets).ok()
        };
        Some((limits(-bound)?.0, limits(bound)?.1))
    }
}

/// Bets that are best at half of the units: later the rest of them decides.
fn bets(units: usize, level: f64) -> Bets {
    Bets { level, stake_max: STAKE_MAX, horizon: Some(units.div_ceil(2).max(1)) }
}
