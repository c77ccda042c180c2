//! Room 13: the switch. Nobody who is governed reaches what governs.
//!
//! Source: the seed (tampering), `peer-preservation-2026`. Facts: at load the authority graph is closed
//! over, and a path from an agent to a sealed thing is refused with that path; at run an agent's call
//! that touches one is denied whatever the policy says; an agent acts while its lease lasts, and a
//! stopped one gets no new lease, so nothing of it has an effect later than one lease after the stop.
//! Cannot help against operators who are away.

use crate::mutant::{Mutant, planted};
use crate::rooms::{Order, Room, recalled};
use crate::{Case, Charter, Credential, Decision, Fault, Kind, Opinion, Pattern};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is out of reach, and how long a lease lasts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Sealing {
    /// Things (a switch, a setting, the guard itself), with the calls that write them.
    pub sealed: BTreeMap<String, Vec<Pattern>>,
    /// Who or what can change whom or what, outside the guard's tools: from a principal, role or thing
    /// to others.
    pub reaches: BTreeMap<String, Vec<String>>,
    /// How many ticks after the last beat an agent may still act.
    pub lease_ticks: u64,
}

impl Default for Sealing {
    fn default() -> Self {
        Self { sealed: BTreeMap::new(), reaches: BTreeMap::new(), lease_ticks: u64::MAX }
    }
}

/// The room.
#[derive(Clone, Debug)]
pub struct Switch {
    sealing: Sealing,
    leases: Leases,
}

/// How long who may act.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leases {
    /// The last tick of everybody's lease.
    until: u64,
    /// Who is stopped, and the last tick of the lease that they had.
    stopped: BTreeMap<String, u64>,
}

impl Switch {
    /// # Errors
    /// A [`Fault`] with the path, where some agent reaches what is sealed.
    pub fn new(charter: &Charter) -> Result<Self, Fault> {
        let sealing = charter.switch.clone();
        for (thing, patterns) in &sealing.sealed {
            let at = format!("switch.sealed.{thing}");
            patterns.iter().try_for_each(|pattern| charter.check_pattern(&at, pattern))?;
        }
        for (name, who) in charter.principals.iter().filter(|(_, who)| who.kind != Kind::Operator) {
            for from in [name.as_str(), who.role.as_str()] {
                if let Some(path) = path(&sealing, from) {
                    return Err(Fault::new(
                        "switch",
                        format!("`{name}` reaches what is sealed: {}", path.join(" → ")),
                    ));
                }
            }
        }
        Ok(Self { leases: Leases { until: sealing.lease_ticks, stopped: BTreeMap::new() }, sealing })
    }

    /// The sealed thing that a request writes.
    fn touched(&self, case: Case<'_>) -> Option<&str> {
        let touches = |patterns: &Vec<Pattern>| patterns.iter().any(|pattern| pattern.matches(case.request));
        let mut all = self.sealing.sealed.iter();
        all.find(|(_, patterns)| touches(patterns)).map(|(thing, _)| thing.as_str())
    }

    /// Whether the lease lasts of everybody for whom something is done: who is stopped acts through nobody.
    fn leased<'a>(&self, counted: impl Iterator<Item = &'a str>, now: u64) -> Result<(), String> {
        let until = |who: &str| self.leases.stopped.get(who).copied().unwrap_or(self.leases.until);
        let asked = if planted(Mutant::StopsTheAskerAlone) { 1 } else { usize::MAX };
        let over = counted.take(asked).find(|who| now > until(who) && !planted(Mutant::LeaseForever));
        over.map_or(Ok(()), |who| Err(format!("the lease of `{who}` ended at tick {}", until(who))))
    }
}

/// A shortest way from somebody to a sealed thing, breadth first.
fn path(sealing: &Sealing, from: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::from([from]);
    let mut ways = VecDeque::from([vec![from]]);
    while let Some(way) = ways.pop_front() {
        let last = way.last().copied()?;
        if way.len() > 1 && sealing.sealed.contains_key(last) {
            return Some(way.into_iter().map(str::to_owned).collect());
        }
        for next in sealing.reaches.get(last).into_iter().flatten() {
            if seen.insert(next) {
                ways.push_back(way.iter().copied().chain([next.as_str()]).collect());
            }
        }
    }
    None
}

impl Room for Switch {
    fn name(&self) -> &'static str {
        "switch"
    }

    fn judge(&self, case: Case<'_>) -> Opinion {
        let who = case.request.credential();
        if who.kind == Kind::Operator {
            return Opinion::allow();
        }
        let unseal = planted(Mutant::SealByToolOfAnother);
        if let Some(thing) = self.touched(case).filter(|_| !unseal) {
            return Opinion::deny(format!("`{thing}` is sealed: agents recommend, operators act"));
        }
        self.leased(case.counted(), case.facts.now).map_or_else(Opinion::deny, |()| Opinion::allow())
    }

    fn stands(&self, who: &Credential, decision: &Decision, now: u64) -> Result<(), String> {
        if who.kind == Kind::Operator { Ok(()) } else { self.leased(decision.counted(), now) }
    }

    fn memory(&self) -> Value {
        json!(self.leases)
    }

    fn remember(&mut self, memory: &Value) -> Result<(), String> {
        self.leases = recalled(memory)?;
        Ok(())
    }

    fn obey(&mut self, order: &Order, now: u64) -> Result<(), String> {
        match order {
            Order::Beat => {
                self.leases.until = self.leases.until.max(now.saturating_add(self.sealing.lease_ticks))
            }
            Order::Stop(who) if planted(Mutant::StopRenews) => drop(self.leases.stopped.remove(who)),
            Order::Stop(who) => {
                // A beat of the past may have given more than a lease from now on.
                // Without leases there is none to wait for.
                let lease = if self.sealing.lease_ticks == u64::MAX { 0 } else { self.sealing.lease_ticks };
                let until = self.leases.until.min(now.saturating_add(lease));
                let until = self.leases.stopped.get(who).copied().unwrap_or(until).min(until);
                self.leases.stopped.insert(who.clone(), until);
            }
            Order::Delegate(_) | Order::Revoke(_) | Order::Marks(_) => {}
        }
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
