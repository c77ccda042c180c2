//! Whether every name of a charter is somebody's or something's, and every rule of it can apply.
//!
//! A rule over a name that nobody has matches nothing and says nothing: whoever wrote it is guarded by a typing
//! error. So what cannot apply is refused, and never passed over.

use crate::mutant::{Mutant, planted};
use crate::rooms::weigh::{Budget, Carrier, Weighing};
use crate::{Charter, Fault, Pattern, charter, shape};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// # Errors
/// The first [`Fault`]: a name that is unknown, a rule that nothing can meet.
pub fn check(charter: &Charter) -> Result<(), Fault> {
    if planted(Mutant::UnknownNamesPass) {
        return Ok(());
    }
    named(charter, "classes", &charter.classes, "no call is in it")?;
    named(charter, "switch.sealed", &charter.switch.sealed, "no call writes it")?;
    reaches(charter)?;
    weights(charter)
}

/// Things that are named by the calls that they stand for: each by some.
fn named(
    charter: &Charter,
    at: &str,
    all: &BTreeMap<String, Vec<Pattern>>,
    nothing: &str,
) -> Result<(), Fault> {
    for (name, patterns) in all {
        let at = format!("{at}.{name}");
        if patterns.is_empty() {
            return Err(Fault::new(at, format!("{nothing}: a list of calls would be accepted")));
        }
        patterns.iter().try_for_each(|pattern| charter.check_pattern(&at, pattern))?;
    }
    Ok(())
}

/// A way leads from somebody to somebody or something. What lies between needs no other name, but a way to it
/// and a way on from it.
fn reaches(charter: &Charter) -> Result<(), Fault> {
    let ways = &charter.switch.reaches;
    let known: BTreeSet<&str> = charter
        .principals
        .keys()
        .chain(charter.roles.keys())
        .chain(charter.switch.sealed.keys())
        .map(String::as_str)
        .collect();
    let forth: Vec<(&str, &str)> =
        ways.iter().flat_map(|(from, to)| to.iter().map(|to| (from.as_str(), to.as_str()))).collect();
    let back: Vec<(&str, &str)> = forth.iter().map(|(from, to)| (*to, *from)).collect();
    let accepted = || known.iter().copied().collect::<Vec<_>>().join(", ");
    let unknown = |from: &str, name: &str| {
        let why = format!("`{name}` is nobody and nothing that is sealed; there are: {}", accepted());
        Fault::new(format!("switch.reaches.{from}"), why)
    };
    let (led_to, leading) = (spread(&known, &forth), spread(&known, &back));
    if let Some(from) = ways.keys().find(|from| !led_to.contains(from.as_str())) {
        return Err(unknown(from, from));
    }
    match forth.iter().find(|(_, to)| !leading.contains(to)) {
        Some((from, to)) => Err(unknown(from, to)),
        None => Ok(()),
    }
}

/// Everything that some ways lead to from these names, with the names.
fn spread<'a>(from: &BTreeSet<&'a str>, ways: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    let mut all = from.clone();
    let mut waiting: Vec<&str> = from.iter().copied().collect();
    while let Some(here) = waiting.pop() {
        waiting.extend(ways.iter().filter(|(from, to)| *from == here && all.insert(to)).map(|(_, to)| *to));
    }
    all
}

/// The first of two for one name is the one that counts, and nobody says so.
fn once<'a>(names: impl Iterator<Item = (String, &'a str)>, what: &str) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (at, name) in names {
        if !seen.insert(name) {
            return Err(Fault::new(at, format!("`{name}` has {what} already: one is accepted")));
        }
    }
    Ok(())
}

fn weights(charter: &Charter) -> Result<(), Fault> {
    let weighing = &charter.weigh;
    let carriers = weighing.carriers.iter().enumerate();
    once(carriers.map(|(n, carrier)| (format!("weigh.carriers.{n}"), carrier.parts().0)), "a carrier")?;
    if let Some(place) = weighing.objects.keys().find(|place| !place.contains('/')) {
        return Err(Fault::new(format!("weigh.objects.{place}"), "a place is `store/name`"));
    }
    let labels: BTreeSet<&str> = weighing.objects.values().map(|object| object.label.as_str()).collect();
    let unlabelled = |label: &str| {
        let labels: Vec<&str> = labels.iter().copied().collect();
        format!("no object has the label `{label}`; there are: {}", labels.join(", "))
    };
    if let Some(label) = weighing.linear.iter().find(|label| !labels.contains(label.as_str())) {
        return Err(Fault::new("weigh.linear", unlabelled(label)));
    }
    for (n, budget) in weighing.budgets.iter().enumerate() {
        let at = format!("weigh.budgets.{n}");
        if let Some(label) = budget.label.as_deref().filter(|label| !labels.contains(label)) {
            return Err(Fault::new(at, unlabelled(label)));
        }
        if !weighing.carriers.iter().any(|carrier| draws(charter, weighing, carrier, budget)) {
            let why =
                format!("nothing is carried to `{}`: a sink of a carrier would be accepted", budget.sink);
            return Err(Fault::new(at, why));
        }
    }
    Ok(())
}

/// Whether some call of a carrier draws on a budget.
fn draws(charter: &Charter, weighing: &Weighing, carrier: &Carrier, budget: &Budget) -> bool {
    match carrier {
        // What is sent has no label.
        Carrier::Send { sink, .. } => *sink == budget.sink && budget.label.is_none(),
        Carrier::Copy { tool, to, .. } | Carrier::Move { tool, to, .. } => {
            let Some(tool) = charter.tools().find(|known| known.name == *tool) else { return false };
            let sink = Value::from(budget.sink.as_str());
            !weighing.objects.is_empty() && shape::check(charter::property(tool, to), &sink, "it").is_ok()
        }
        Carrier::Rename { .. } | Carrier::Delete { .. } => false,
    }
}
