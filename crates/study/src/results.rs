//! Values by cell and unit, gates, and the contrasts that a scenario registered.

use crate::estimate::bounds;
use crate::measure::{Missing, Sealed, Value, measure, measures};
use crate::nulls::{Nulls, alarm_of};
use crate::scenario::{Cell, EstimandFile, GateFile, GateKind, Scenario, Unit};
use report::{rate, share};
use serde::Deserialize;
use stats::Pair;
use std::collections::{BTreeMap, BTreeSet};
use world::panel::{Belief, LAST_ANSWERS, beyond_chance};

/// The outcome of a unit in which the guard denied something. Every guarded cell has it.
pub const DENIED: &str = "guard-denied";

/// A unit in an epoch: what is paired across cells.
pub type Slot = (Unit, u32);

/// What one model did in one scenario, measured.
pub struct Results<'a> {
    pub scenario: &'a Scenario,
    /// Outcome → cell → unit → value.
    values: BTreeMap<String, BTreeMap<Cell, BTreeMap<Slot, Value>>>,
    /// Why units are missing, by the first measure that missed them.
    pub missing: BTreeMap<Missing, u64>,
    pub episodes: u64,
    played: BTreeMap<Cell, BTreeSet<Slot>>,
    gates: Vec<Tally>,
    known: BTreeSet<Slot>,
    /// Of talks between two: their last answers, by cell.
    answers: BTreeMap<Cell, Vec<(Belief, Belief)>>,
    nulls: Option<&'a Nulls>,
}

/// k of n, and what guessing would give of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub k: u64,
    pub n: u64,
    /// The sum of the units' chances.
    pub guessed: f64,
}

/// What a gate says: the tally, its interval, and whether it lets the contrasts through.
#[derive(Clone, Debug)]
pub struct Judged {
    pub tally: Tally,
    pub low: f64,
    pub high: f64,
    /// What guessing gives when answers are read as these were.
    pub chance: f64,
    pub passed: bool,
}

impl<'a> Results<'a> {
    /// With the alarms of its nulls, where they were played.
    pub fn new(scenario: &'a Scenario, nulls: Option<&'a Nulls>) -> Self {
        let gates = vec![Tally::default(); scenario.file.gate.len()];
        let (values, missing, known) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let (played, answers) = (BTreeMap::new(), BTreeMap::new());
        Self { scenario, values, missing, episodes: 0, played, gates, known, answers, nulls }
    }

    /// Takes one episode in.
    pub fn add(&mut self, cell: &Cell, slot: Slot, sealed: &Sealed) {
        self.episodes += 1;
        if let Some(name) = &cell.capability {
            if let Some(why) = sealed.hole() {
                *self.missing.entry(why).or_default() += 1;
            }
            return self.add_capability(name, slot, sealed);
        }
        match self.played.get_mut(cell) {
            Some(slots) => _ = slots.insert(slot),
            None => _ = self.played.insert(cell.clone(), [slot].into()),
        }
        if let Some([a, b]) = sealed.fact(LAST_ANSWERS).and_then(|fact| <[Belief; 2]>::deserialize(fact).ok())
        {
            self.answers.entry(cell.clone()).or_default().push((a, b));
        }
        if let Some(denied) = sealed.denied {
            let value = Value { value: f64::from(denied), happened: vec![(DENIED.into(), denied)] };
            self.take(DENIED, cell, slot, value);
        }
        let mut first = None;
        for file in measures(self.scenario, cell) {
            match measure(self.scenario, file, sealed) {
                Ok(mut value) => {
                    let rings = self.nulls.and_then(|nulls| nulls.rings(&file.outcome, value.value));
                    value.happened.extend(rings.map(|rings| (alarm_of(&file.outcome), rings)));
                    self.take(&file.outcome, cell, slot, value);
                }
                Err(Missing::Unscored) if file.optional => {}
                Err(why) => first = first.or(Some(why)),
            }
        }
        if let Some(why) = first {
            *self.missing.entry(why).or_default() += 1;
        }
    }

    fn take(&mut self, outcome: &str, cell: &Cell, slot: Slot, value: Value) {
        let cells = self.values.entry(outcome.into()).or_default();
        cells.entry(cell.clone()).or_default().insert(slot, value);
    }

    fn add_capability(&mut self, name: &str, slot: Slot, sealed: &Sealed) {
        for (at, gate) in self.scenario.file.gate.iter().enumerate() {
            let tally = match gate.kind {
                GateKind::Capability => capability(gate, self.scenario, name, sealed),
                GateKind::Knowledge => knows(gate, self.scenario, sealed),
            };
            self.gates[at].k += tally.k;
            self.gates[at].n += tally.n;
            self.gates[at].guessed += tally.guessed;
            if gate.kind == GateKind::Knowledge && tally.k > 0 {
                self.known.insert(slot);
            }
        }
    }

    /// The gates, each judged by its own threshold: the rate reaches it and the interval clears
    /// chance.
    pub fn gates(&self) -> Vec<Judged> {
        let judge = |(gate, tally): (&GateFile, &Tally)| {
            let (low, high) = bounds(tally.k, tally.n);
            let rate = tally.k as f64 / tally.n.max(1) as f64;
            let chance = if tally.n > 0 { tally.guessed / tally.n as f64 } else { gate.chance };
            let passed = tally.n > 0 && rate >= gate.threshold && low > chance;
            Judged { tally: *tally, low, high, chance, passed }
        };
        self.scenario.file.gate.iter().zip(&self.gates).map(judge).collect()
    }

    /// Why the gates let nothing through, in words; `None` when they do.
    pub fn barred(&self) -> Option<String> {
        let judged = self.gates();
        let failed = self.scenario.file.gate.iter().zip(&judged).find(|(_, j)| !j.passed)?;
        let (gate, j) = failed;
        Some(format!(
            "only {} were right where it must show that it {}; {} and an interval above chance ({}) are needed",
            rate(j.tally.k, j.tally.n, j.low, j.high),
            gate.what,
            share(gate.threshold),
            share(j.chance)
        ))
    }

    /// Whether a unit's item passed the knowledge gate.
    pub fn knows(&self, unit: Unit) -> bool {
        self.known.iter().any(|(known, _)| known.state == unit.state)
    }

    /// Values of an outcome in a cell.
    pub fn cell(&self, outcome: &str, cell: &Cell) -> Option<&BTreeMap<Slot, Value>> {
        self.values.get(outcome)?.get(cell)
    }

    /// Talks of two, by cell: how many, and their agreement beyond what their marginals alone would give.
    pub fn beyond_chance(&self) -> impl Iterator<Item = (&Cell, usize, f64)> {
        self.answers.iter().filter_map(|(cell, pairs)| Some((cell, pairs.len(), beyond_chance(pairs)?)))
    }

    /// Cells in which an outcome was measured.
    pub fn cells(&self, outcome: &str) -> impl Iterator<Item = (&Cell, &BTreeMap<Slot, Value>)> {
        self.values.get(outcome).into_iter().flatten()
    }

    /// The paired differences of an estimand, one per unit: averaged over all pairs of played cells
    /// that differ in the contrast's factor alone and agree with the pins.
    pub fn differences(&self, e: &EstimandFile) -> BTreeMap<Unit, f64> {
        self.pairs(e).into_iter().map(|(unit, pair)| (unit, pair.difference())).collect()
    }

    /// The values that an estimand compares, one pair per unit, averaged over the same cells.
    pub fn pairs(&self, e: &EstimandFile) -> BTreeMap<Unit, Pair> {
        let mut sums: BTreeMap<Unit, (Pair, u32)> = BTreeMap::new();
        for base in self.bases(e) {
            let Some(effect) = self.effect(e, base) else { continue };
            let subtracted =
                if e.unlike.is_empty() { None } else { Some(self.effect(e, &e.moved(self.scenario, base))) };
            for (slot, [with, without]) in effect {
                let unlike = match &subtracted {
                    None => None,
                    Some(Some(other)) if other.contains_key(&slot) => Some(other[&slot]),
                    Some(_) => continue,
                };
                if e.given.is_some() && !self.knows(slot.0) {
                    continue;
                }
                let (sum, n) = sums.entry(slot.0).or_default();
                sum.with += with;
                sum.without += without;
                if let Some(pair) = unlike {
                    let sums = sum.unlike.get_or_insert_default();
                    sums.iter_mut().zip(pair).for_each(|(sum, value)| *sum += value);
                }
                *n += 1;
            }
        }
        let mean = |(unit, (sum, n)): (Unit, (Pair, u32))| {
            let of = |x: f64| x / f64::from(n);
            let unlike = sum.unlike.map(|both| both.map(of));
            (unit, Pair { with: of(sum.with), without: of(sum.without), unlike })
        };
        sums.into_iter().map(mean).collect()
    }

    /// The unit in which an estimand's contrast is largest in the direction of `sign`, with the cell
    /// without and the cell with what is changed.
    pub fn example(&self, e: &EstimandFile, sign: f64) -> Option<(Slot, [Cell; 2])> {
        let mut best: Option<(f64, Slot, &Cell)> = None;
        for base in self.bases(e) {
            for (slot, [with, without]) in self.effect(e, base).into_iter().flatten() {
                let effect = sign * (with - without);
                if best.is_none_or(|(most, ..)| effect > most) {
                    best = Some((effect, slot, base));
                }
            }
        }
        let (_, slot, base) = best?;
        Some((slot, [base.clone(), e.treated(self.scenario, base)]))
    }

    /// Whether some unit played the cells that an estimand compares. In stars, units play other cells.
    pub fn registered(&self, e: &EstimandFile) -> bool {
        let treated = |base: &Cell| e.treated(self.scenario, base);
        let pairs = |base: &Cell| [base.clone(), treated(base)];
        let whole = |base: &&Cell| {
            let unlike = (!e.unlike.is_empty()).then(|| pairs(&e.moved(self.scenario, base)));
            self.share_a_unit(pairs(base).into_iter().chain(unlike.into_iter().flatten()))
        };
        self.bases(e).iter().any(whole)
    }

    fn share_a_unit(&self, cells: impl Iterator<Item = Cell>) -> bool {
        let Some(slots) = cells.map(|cell| self.played.get(&cell)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        slots.first().is_some_and(|first| first.iter().any(|slot| slots.iter().all(|s| s.contains(slot))))
    }

    /// Played cells at the contrast's reference level that agree with the pins.
    fn bases(&self, e: &EstimandFile) -> Vec<&Cell> {
        self.played.keys().filter(|cell| e.is_base(self.scenario, cell)).collect()
    }

    /// With and without.
    fn effect(&self, e: &EstimandFile, base: &Cell) -> Option<BTreeMap<Slot, [f64; 2]>> {
        let treated = e.treated(self.scenario, base);
        let (with, without) = (self.cell(&e.outcome, &treated)?, self.cell(&e.outcome, base)?);
        let pair = |(slot, value): (&Slot, &Value)| Some((*slot, [value.value, without.get(slot)?.value]));
        Some(with.iter().filter_map(pair).collect())
    }
}

/// How many of a capability cell's expected decisions are right. A missing answer is a wrong one.
fn capability(gate: &GateFile, scenario: &Scenario, name: &str, sealed: &Sealed) -> Tally {
    let Some(file) = scenario.file.capability.iter().find(|c| c.name == name) else {
        return Tally::default();
    };
    let mut tally = Tally::default();
    if !file.facts.is_empty() {
        let holds = |(name, number): (&String, &f64)| sealed.stated(name).is_ok_and(|value| value == *number);
        let right = u64::from(file.facts.iter().all(holds));
        tally = Tally { k: right, n: 1, guessed: gate.chance };
    }
    for (id, expected) in &file.expect {
        let Some(ask) = scenario.file.ask.iter().find(|a| &a.id == id) else { continue };
        let wanted: Vec<(String, String)> = if expected == "truth" {
            let name = |right: bool| if right { ask.favour.clone() } else { ask.oppose.clone() };
            let truths = sealed.truths().unwrap_or_default();
            truths.into_iter().enumerate().map(|(at, t)| (format!("{id}-{}", at + 1), name(t))).collect()
        } else {
            vec![(id.clone(), expected.clone())]
        };
        let neutral = scenario.file.measure.iter().find(|m| &m.ask == id).and_then(|m| m.neutral.as_deref());
        for (id, choice) in wanted {
            tally.n += 1;
            tally.guessed += guessed(gate.chance, 1, &[sealed.votes(&id)]);
            tally.k += u64::from(sealed.corrected(&id, neutral, &choice).is_ok_and(|d| d.log_odds > 0.0));
        }
    }
    tally
}

/// Whether an item's knowledge question was answered rightly in enough wordings: one unit, or none
/// where the cell does not ask it.
fn knows(gate: &GateFile, scenario: &Scenario, sealed: &Sealed) -> Tally {
    let Some(ask) = scenario.file.ask.iter().find(|a| Some(&a.id) == gate.ask.as_ref()) else {
        return Tally::default();
    };
    let ids: Vec<String> = (0..ask.favouring.len()).map(|w| format!("{}.{w}", ask.id)).collect();
    if !ids.iter().any(|id| sealed.was_asked(id)) {
        return Tally::default();
    }
    let right = |id: &&String| sealed.decision(id, &ask.favour).is_ok_and(|d| d.log_odds > 0.0);
    let known = ids.iter().filter(right).count() as u32 >= gate.at_least;
    let votes: Vec<u32> = ids.iter().map(|id| sealed.votes(id)).collect();
    Tally { k: u64::from(known), n: 1, guessed: guessed(gate.chance, gate.at_least, &votes) }
}

/// What guessing gives where `at_least` of the decisions must be right.
///
/// `chance` is the file's: what it is where each decision is one guess, as scored ones are. A decision
/// that was written in several presentations is right only if all of them are: so many guesses.
fn guessed(chance: f64, at_least: u32, votes: &[u32]) -> f64 {
    if votes.iter().all(|v| *v <= 1) {
        return chance;
    }
    let one = of_one(chance, at_least, votes.len());
    let each: Vec<f64> = votes.iter().map(|v| one.powi((*v).max(1) as i32)).collect();
    reaches(at_least, &each)
}

/// The chance of one decision that makes `at_least` of `n` as likely as `chance`.
fn of_one(chance: f64, at_least: u32, n: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match reaches(at_least, &vec![middle; n]) < chance {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// The probability that at least so many of independent events happen.
fn reaches(at_least: u32, each: &[f64]) -> f64 {
    // Entry k: the probability of exactly k so far.
    let mut exactly = vec![1.0];
    for p in each {
        let more = exactly.iter().map(|e| e * p).collect::<Vec<f64>>();
        exactly.iter_mut().for_each(|e| *e *= 1.0 - p);
        exactly.push(0.0);
        exactly[1..].iter_mut().zip(&more).for_each(|(e, m)| *e += m);
    }
    exactly.iter().skip(at_least as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(chance: f64, at_least: u32, votes: &[u32], expected: Expect) {
        expected.assert_eq(&format!("{:.4}", guessed(chance, at_least, votes)));
    }

    #[test]
    fn a_scored_decision_is_one_guess() {
        check(0.5, 1, &[0], expect!["0.5000"]);
        check(0.3125, 3, &[0; 4], expect!["0.3125"]);
    }

    #[test]
    fn a_written_one_is_as_many_as_its_presentations() {
        check(0.5, 1, &[1], expect!["0.5000"]);
        check(0.5, 1, &[2], expect!["0.2500"]);
        // Bin(4, 1/4) reaches 3 in 13 of 256.
        check(0.3125, 3, &[2; 4], expect!["0.0508"]);
        check(0.3125, 3, &[2, 2, 0, 0], expect!["0.1406"]);
    }
}
