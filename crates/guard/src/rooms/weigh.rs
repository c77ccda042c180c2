//! Room 15: the file. Bytes are weighed for life, and what is labelled a weight exists once.
//!
//! Source: the seed (covert copying); arXiv 2511.02620 for budgets of bytes instead of rates. Facts:
//! each principal has a lifetime budget for each sink, and what a delegate sends counts for whoever lent;
//! splitting, retrying and renaming do not help, for every call is weighed with the most that it can
//! carry; an object of a linear label is never copied, and moved only from where it is to one place; what
//! was not weighed cannot be carried, nothing is carried onto something, and where a linear object has
//! been nothing takes its place: a tool may have failed, and the object may still lie there. Cannot see
//! what the bytes of a legitimate reply mean.

use crate::mutant::{Mutant, planted};
use crate::rooms::{Room, recalled};
use crate::{Case, Charter, Fault, Opinion};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is weighed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Weighing {
    /// Objects, by `store/name`.
    pub objects: BTreeMap<String, Object>,
    /// Labels of which no object may exist twice.
    pub linear: BTreeSet<String>,
    /// The calls that carry something.
    pub carriers: Vec<Carrier>,
    /// A sink without a budget takes nothing.
    pub budgets: Vec<Budget>,
}

/// Something that lies in a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    pub bytes: u64,
    pub label: String,
}

/// A tool that carries, and which of its arguments say what and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "verb")]
pub enum Carrier {
    /// The call's own bytes go to a sink.
    Send {
        tool: String,
        sink: String,
    },
    /// An object goes from one store to another, at most so many bytes with each call.
    Copy {
        tool: String,
        name: String,
        from: String,
        to: String,
        call_bytes_max: u64,
    },
    Move {
        tool: String,
        name: String,
        from: String,
        to: String,
        call_bytes_max: u64,
    },
    /// An object gets another name in its store.
    Rename {
        tool: String,
        store: String,
        name: String,
        to: String,
    },
    Delete {
        tool: String,
        store: String,
        name: String,
    },
}

/// What a principal may send to a sink in all its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    pub sink: String,
    /// Of one label; of everything where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub bytes: u64,
}

/// What a request would carry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Haul {
    verb: Verb,
    /// Where it is now and where it would be, as `store/name`.
    from: String,
    to: String,
    sink: String,
    label: String,
    bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Send,
    Copy,
    Move,
    Rename,
    Delete,
}

/// The room.
#[derive(Clone, Debug)]
pub struct Weigh {
    weighing: Weighing,
    ledger: Ledger,
}

/// What was carried so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    /// What lies where now, each with the place where it lay first: what it is, whatever it is called.
    objects: BTreeMap<String, (Object, String)>,
    /// Bytes spent, by principal and number of the budget.
    spent: BTreeMap<String, BTreeMap<usize, u64>>,
    /// Bytes that have arrived, by where from and where to.
    arrived: BTreeMap<String, BTreeMap<String, u64>>,
    /// Places that a linear object has left, as far as the guard was told, and which one.
    left: BTreeMap<String, String>,
}

impl Weigh {
    pub fn new(charter: &Charter) -> Result<Self, Fault> {
        for (n, carrier) in charter.weigh.carriers.iter().enumerate() {
            let (tool, arguments) = carrier.parts();
            charter.check_arguments(&format!("weigh.carriers.{n}"), tool, arguments)?;
        }
        let ledger = Ledger {
            objects: charter
                .weigh
                .objects
                .iter()
                .map(|(at, o)| (at.clone(), (o.clone(), at.clone())))
                .collect(),
            spent: BTreeMap::new(),
            arrived: BTreeMap::new(),
            left: BTreeMap::new(),
        };
        Ok(Self { weighing: charter.weigh.clone(), ledger })
    }

    /// What a request carries: nothing, or a haul, or something that was never weighed.
    fn haul(&self, case: Case<'_>) -> Result<Option<Haul>, String> {
        let tool = case.request.tool();
        let carrier = self.weighing.carriers.iter().find(|carrier| carrier.parts().0 == tool);
        let Some(carrier) = carrier.filter(|_| case.request.method() == "call") else { return Ok(None) };
        let argument = |name: &str| {
            let value = case.request.arguments().get(name).and_then(|value| value.as_str());
            value.map(str::to_owned).ok_or_else(|| format!("`{name}` is no text"))
        };
        // A name with a slash would be another store to the tool, and none to a budget.
        let named = |name: &str| argument(name).and_then(plain);
        let (verb, from, to, sink, most) = match carrier {
            Carrier::Send { sink, .. } => {
                let (bytes, label) = (case.facts.size_bytes, String::new());
                let (from, to) = Default::default();
                return Ok(Some(Haul { verb: Verb::Send, from, to, sink: sink.clone(), label, bytes }));
            }
            Carrier::Copy { name, from, to, call_bytes_max, .. } => {
                let (name, from, to) = (named(name)?, argument(from)?, argument(to)?);
                (Verb::Copy, format!("{from}/{name}"), format!("{to}/{name}"), to, *call_bytes_max)
            }
            Carrier::Move { name, from, to, call_bytes_max, .. } => {
                let (name, from, to) = (named(name)?, argument(from)?, argument(to)?);
                (Verb::Move, format!("{from}/{name}"), format!("{to}/{name}"), to, *call_bytes_max)
            }
            Carrier::Rename { store, name, to, .. } => {
                let (store, name, to) = (argument(store)?, named(name)?, named(to)?);
                (Verb::Rename, format!("{store}/{name}"), format!("{store}/{to}"), store, 0)
            }
            Carrier::Delete { store, name, .. } => {
                let (store, name) = (argument(store)?, named(name)?);
                (Verb::Delete, format!("{store}/{name}"), String::new(), store, 0)
            }
        };
        let (object, _) =
            self.ledger.objects.get(&from).ok_or_else(|| format!("`{from}` was never weighed"))?;
        Ok(Some(Haul { verb, from, to, sink, label: object.label.clone(), bytes: object.bytes.min(most) }))
    }

    /// The budgets that a haul draws on, by number.
    fn drawn<'a>(&'a self, haul: &'a Haul) -> impl Iterator<Item = (usize, &'a Budget)> {
        let applies = |budget: &Budget| {
            budget.sink == haul.sink && budget.label.as_ref().is_none_or(|label| *label == haul.label)
        };
        self.weighing.budgets.iter().enumerate().filter(move |(_, budget)| applies(budget))
    }

    fn fits(&self, who: &str, haul: &Haul) -> Result<(), String> {
        if matches!(haul.verb, Verb::Rename | Verb::Delete) {
            return Ok(());
        }
        let mut some = false;
        for (n, budget) in self.drawn(haul) {
            some = true;
            let spent = self.ledger.spent.get(who).and_then(|own| own.get(&n)).copied().unwrap_or(0);
            if weight(haul) > budget.bytes.saturating_sub(spent) {
                return Err(format!(
                    "{} bytes to `{}`: {spent} of {} are spent",
                    haul.bytes, haul.sink, budget.bytes
                ));
            }
        }
        if some { Ok(()) } else { Err(format!("nothing may go to `{}`", haul.sink)) }
    }

    /// No second copy of what is linear, not even a part of one.
    fn stays_one(&self, haul: &Haul) -> Result<(), String> {
        if !self.weighing.linear.contains(&haul.label) || planted(Mutant::CopiesWeights) {
            return Ok(());
        }
        let ways = self.ledger.arrived.get(&haul.from).into_iter().flat_map(BTreeMap::keys);
        let elsewhere = ways.into_iter().any(|to| *to != haul.to);
        match haul.verb {
            Verb::Copy => Err(format!("`{}` is linear: it is not copied", haul.from)),
            _ if elsewhere => Err(format!("`{}` is on its way elsewhere", haul.from)),
            Verb::Send | Verb::Move | Verb::Rename | Verb::Delete => Ok(()),
        }
    }

    /// Nothing comes to lie where a weight would be taken for it.
    fn has_room(&self, haul: &Haul) -> Result<(), String> {
        if matches!(haul.verb, Verb::Send | Verb::Delete) || planted(Mutant::LabelsAreLost) {
            return Ok(());
        }
        let Ledger { objects, left, .. } = &self.ledger;
        // Only what left a place may come back to it.
        let home = objects.get(&haul.from).map(|(_, home)| home);
        if objects.contains_key(&haul.to) || left.get(&haul.to).is_some_and(|who| Some(who) != home) {
            return Err(format!("something else lies or lay at `{}`", haul.to));
        }
        Ok(())
    }

    /// The object is where it was carried, if all of it has arrived.
    fn carry(&mut self, haul: &Haul) {
        let Ledger { objects, arrived, left, .. } = &mut self.ledger;
        let Some((object, home)) = objects.get(&haul.from).cloned() else { return };
        let ways = arrived.entry(haul.from.clone()).or_default();
        let bytes = ways.get(&haul.to).map_or(haul.bytes, |bytes| bytes.saturating_add(haul.bytes));
        if matches!(haul.verb, Verb::Copy | Verb::Move) && bytes < object.bytes {
            ways.insert(haul.to.clone(), bytes);
            return;
        }
        ways.remove(&haul.to);
        if haul.verb != Verb::Copy {
            objects.remove(&haul.from);
            if self.weighing.linear.contains(&object.label) {
                left.insert(haul.from.clone(), home.clone());
                left.remove(&haul.to);
            }
        }
        if haul.verb != Verb::Delete {
            let home = if haul.verb == Verb::Copy { haul.to.clone() } else { home };
            objects.insert(haul.to.clone(), (object, home));
        }
    }
}

fn plain(name: String) -> Result<String, String> {
    match name.contains('/') && !planted(Mutant::NamesHavePaths) {
        true => Err(format!("`{name}` is a way and no name")),
        false => Ok(name),
    }
}

fn weight(haul: &Haul) -> u64 {
    if planted(Mutant::CountsMessages) { 1 } else { haul.bytes }
}

impl Carrier {
    /// The tool, and the arguments that no call can leave out.
    pub(crate) fn parts(&self) -> (&str, Vec<&str>) {
        match self {
            Self::Send { tool, .. } => (tool, vec![]),
            Self::Copy { tool, name, from, to, .. } | Self::Move { tool, name, from, to, .. } => {
                (tool, vec![name, from, to])
            }
            Self::Rename { tool, store, name, to } => (tool, vec![store, name, to]),
            Self::Delete { tool, store, name } => (tool, vec![store, name]),
        }
    }
}

impl Room for Weigh {
    fn name(&self) -> &'static str {
        "weigh"
    }

    fn judge(&self, case: Case<'_>) -> Opinion {
        let checked = self.haul(case).and_then(|haul| match haul {
            Some(haul) => {
                self.stays_one(&haul)?;
                self.has_room(&haul)?;
                case.counted().try_for_each(|who| self.fits(who, &haul))
            }
            None => Ok(()),
        });
        checked.map_or_else(Opinion::deny, |()| Opinion::allow())
    }

    fn note(&mut self, case: Case<'_>) {
        let Ok(Some(haul)) = self.haul(case) else { return };
        let drawn: Vec<usize> = self.drawn(&haul).map(|(n, _)| n).collect();
        for who in case.counted() {
            let own = self.ledger.spent.entry(who.to_owned()).or_default();
            for n in &drawn {
                let spent = own.entry(*n).or_default();
                *spent = spent.saturating_add(weight(&haul));
            }
        }
        if haul.verb != Verb::Send && !planted(Mutant::ForgetsMoves) {
            self.carry(&haul);
        }
    }

    fn memory(&self) -> Value {
        json!(self.ledger)
    }

    fn remember(&mut self, memory: &Value) -> Result<(), String> {
        let ledger = recalled(memory)?;
        if !planted(Mutant::RestartRefills) {
            self.ledger = ledger;
        }
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
