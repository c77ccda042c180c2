//! Values by cell and unit, gates, and the contrasts that a scenario registered.

use crate::measure::{Missing, Sealed, Value, measure, measures};
use crate::scenario::{Cell, EstimandFile, GateFile, GateKind, Scenario, Unit};
use std::collections::{BTreeMap, BTreeSet};

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
}

/// k of n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub k: u64,
    pub n: u64,
}

/// What a gate says: the tally, its interval, and whether it lets the contrasts through.
#[derive(Clone, Debug)]
pub struct Judged {
    pub tally: Tally,
    pub low: f64,
    pub high: f64,
    pub passed: bool,
}

impl<'a> Results<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        let gates = vec![Tally::default(); scenario.file.gate.len()];
        let (values, missing, known) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { scenario, values, missing, episodes: 0, played: BTreeMap::new(), gates, known }
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
        let mut first = None;
        for file in measures(self.scenario, cell) {
            match measure(self.scenario, file, sealed) {
                Ok(value) => {
                    let cells = self.values.entry(file.outcome.clone()).or_default();
                    cells.entry(cell.clone()).or_default().insert(slot, value);
                }
                Err(Missing::Unscored) if file.optional => {}
                Err(why) => first = first.or(Some(why)),
            }
        }
        if let Some(why) = first {
            *self.missing.entry(why).or_default() += 1;
        }
    }

    fn add_capability(&mut self, name: &str, slot: Slot, sealed: &Sealed) {
        for (at, gate) in self.scenario.file.gate.iter().enumerate() {
            let tally = match gate.kind {
                GateKind::Capability => capability(self.scenario, name, sealed),
                GateKind::Knowledge => match knows(gate, self.scenario, sealed) {
                    Some(true) => {
                        self.known.insert(slot);
                        Tally { k: 1, n: 1 }
                    }
                    Some(false) => Tally { k: 0, n: 1 },
                    None => Tally::default(),
                },
            };
            self.gates[at].k += tally.k;
            self.gates[at].n += tally.n;
        }
    }

    /// The gates, each judged by its own threshold: the rate reaches it and the interval clears
    /// chance.
    pub fn gates(&self) -> Vec<Judged> {
        let judge = |(gate, tally): (&GateFile, &Tally)| {
            let interval = stats::wilson(tally.k, tally.n, 0.95);
            let (low, high) = interval.map_or((0.0, 1.0), |i| (i.low, i.high));
            let rate = tally.k as f64 / tally.n.max(1) as f64;
            let passed = tally.n > 0 && rate >= gate.threshold && low > gate.chance;
            Judged { tally: *tally, low, high, passed }
        };
        self.scenario.file.gate.iter().zip(&self.gates).map(judge).collect()
    }

    /// Why the gates let nothing through, in words; `None` when they do.
    pub fn barred(&self) -> Option<String> {
        let judged = self.gates();
        let failed = self.scenario.file.gate.iter().zip(&judged).find(|(_, j)| !j.passed)?;
        let (gate, j) = failed;
        Some(format!(
            "only {} of {} were right [{:.2}, {:.2}] where it must show that it {}; {:.2} and an interval above \
             chance ({:.2}) are needed",
            j.tally.k, j.tally.n, j.low, j.high, gate.what, gate.threshold, gate.chance
        ))
    }

    /// Values of an outcome in a cell.
    pub fn cell(&self, outcome: &str, cell: &Cell) -> Option<&BTreeMap<Slot, Value>> {
        self.values.get(outcome)?.get(cell)
    }

    /// Cells in which an outcome was measured.
    pub fn cells(&self, outcome: &str) -> impl Iterator<Item = (&Cell, &BTreeMap<Slot, Value>)> {
        self.values.get(outcome).into_iter().flatten()
    }

    /// The paired differences of an estimand, one per unit: averaged over all pairs of played cells
    /// that differ in the contrast's factor alone and agree with the pins.
    pub fn differences(&self, e: &EstimandFile) -> BTreeMap<Unit, f64> {
        let mut sums: BTreeMap<Unit, (f64, u32)> = BTreeMap::new();
        for base in self.bases(e) {
            let Some(effect) = self.effect(e, base) else { continue };
            let subtracted =
                if e.unlike.is_empty() { None } else { Some(self.effect(e, &self.moved(base, &e.unlike))) };
            for (slot, mut difference) in effect {
                match &subtracted {
                    None => {}
                    Some(Some(other)) if other.contains_key(&slot) => difference -= other[&slot],
                    Some(_) => continue,
                }
                if e.given.is_some() && !self.known.iter().any(|(unit, _)| unit.state == slot.0.state) {
                    continue;
                }
                let sum = sums.entry(slot.0).or_default();
                sum.0 += difference;
                sum.1 += 1;
            }
        }
        sums.into_iter().map(|(unit, (sum, n))| (unit, sum / f64::from(n))).collect()
    }

    /// Whether some unit played the cells that an estimand compares. In stars, units play other cells.
    pub fn registered(&self, e: &EstimandFile) -> bool {
        let treated = |base: &Cell| base.with(self.scenario, &e.contrast.factor, &e.contrast.level);
        let pairs = |base: &Cell| [base.clone(), treated(base)];
        let whole = |base: &&Cell| {
            let unlike = (!e.unlike.is_empty()).then(|| pairs(&self.moved(base, &e.unlike)));
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
        let fits = |cell: &&Cell| {
            cell.level(self.scenario, &e.contrast.factor) == e.contrast.versus
                && e.at.iter().all(|(factor, level)| cell.level(self.scenario, factor) == level)
                && e.unlike.keys().all(|f| e.at.contains_key(f) || !cell.levels.contains_key(f))
        };
        self.played.keys().filter(fits).collect()
    }

    fn moved(&self, cell: &Cell, levels: &BTreeMap<String, String>) -> Cell {
        levels.iter().fold(cell.clone(), |c, (factor, level)| c.with(self.scenario, factor, level))
    }

    fn effect(&self, e: &EstimandFile, base: &Cell) -> Option<BTreeMap<Slot, f64>> {
        let treated = base.with(self.scenario, &e.contrast.factor, &e.contrast.level);
        let (with, without) = (self.cell(&e.outcome, &treated)?, self.cell(&e.outcome, base)?);
        let pair = |(slot, value): (&Slot, &Value)| Some((*slot, value.value - without.get(slot)?.value));
        Some(with.iter().filter_map(pair).collect())
    }
}

/// How many of a capability cell's expected decisions are right. A missing answer is a wrong one.
fn capability(scenario: &Scenario, name: &str, sealed: &Sealed) -> Tally {
    let Some(file) = scenario.file.capability.iter().find(|c| c.name == name) else {
        return Tally::default();
    };
    let mut tally = Tally::default();
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
            tally.k += u64::from(sealed.corrected(&id, neutral, &choice).is_ok_and(|d| d.log_odds > 0.0));
        }
    }
    tally
}

/// Whether an item's knowledge question was answered rightly in enough wordings. `None` where the
/// cell does not ask it.
fn knows(gate: &GateFile, scenario: &Scenario, sealed: &Sealed) -> Option<bool> {
    let ask = scenario.file.ask.iter().find(|a| Some(&a.id) == gate.ask.as_ref())?;
    let id = |w: usize| format!("{}.{w}", ask.id);
    let wordings = 0..ask.favouring.len();
    if !wordings.clone().any(|w| sealed.was_asked(&id(w))) {
        return None;
    }
    let right = |w: &usize| sealed.decision(&id(*w), &ask.favour).is_ok_and(|d| d.log_odds > 0.0);
    Some(wordings.filter(right).count() as u32 >= gate.at_least)
}
