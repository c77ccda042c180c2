//! `ephor show`: facts, factors and the very text that a model would read.

use super::json;
use crate::args::Show;
use crate::exit::Exit;
use crate::screen;
use std::fmt::Write as _;
use study::scenario::{Cell, Scenario, Unit, compile};
use trace::{Brief, Role};

pub fn show(args: &Show) -> Result<(), Exit> {
    let scenario = Scenario::load(&args.scenario)?;
    if let Some(seat) = args.seat.as_ref().filter(|s| **s != scenario.file.seat) {
        return Err(Exit::usage(format!("there is no seat `{seat}`\naccepted: {}", scenario.file.seat)));
    }
    let cell = Cell::parse(&scenario, args.cell.as_deref().unwrap_or("baseline")).map_err(|mut fault| {
        (fault.file, fault.line, fault.column) = ("--cell".into(), 0, 0);
        fault
    })?;
    let unit = Unit { wording: args.wording, state: args.state };
    let compiled = compile(&scenario, &cell, unit)?;
    if args.json {
        let form = serde_json::to_value(&compiled.form).map_err(Exit::broken)?;
        let brief = serde_json::to_value(&compiled.brief).map_err(Exit::broken)?;
        return json(&serde_json::json!({
            "scenario": scenario.file.name, "hash": scenario.hash, "cell": cell.to_string(),
            "wording": unit.wording, "state": unit.state, "brief": brief, "form": form,
        }));
    }
    let mut text = String::new();
    if args.cell.is_none() && !args.diff {
        facts(&scenario, &mut text);
    }
    if args.diff {
        let base = compile(&scenario, &Cell::default(), unit)?;
        difference(&base.brief, &compiled.brief, &mut text);
    } else {
        told(&compiled.brief, &mut text);
        for (at, turn) in compiled.form.turns.iter().enumerate().filter(|(_, asks)| !asks.is_empty()) {
            let _ = writeln!(
                text,
                "--- asked in turn {} (each apart, as the last paragraph of the user's message)",
                at + 1
            );
            for ask in turn {
                let options: Vec<&str> = ask.menu.iter().map(|c| c.text.as_str()).collect();
                let _ = writeln!(
                    text,
                    "{}: {}  [{}]",
                    ask.id,
                    report::visible(&ask.text, 4_000),
                    options.join(" | ")
                );
            }
        }
    }
    screen::out(&text);
    Ok(())
}

fn facts(scenario: &Scenario, text: &mut String) {
    let file = &scenario.file;
    let _ = writeln!(text, "{} {}: {}", file.name, file.version, file.question);
    let _ = writeln!(
        text,
        "source: {}   world: {}   seat: {}   hash: {}",
        file.source,
        file.world,
        file.seat,
        &scenario.hash[..12]
    );
    for factor in &file.factor {
        let levels: Vec<&str> = factor.level.iter().map(|l| l.name.as_str()).collect();
        let _ = writeln!(text, "factor {}: {}   {}", factor.name, levels.join(", "), factor.about);
    }
    for e in &file.estimand {
        let _ = writeln!(text, "estimand {}: {} in {} (margin {})", e.name, e.words(), e.outcome, e.margin);
    }
    for control in &file.control {
        let _ = writeln!(text, "control {}: {}", control.name, control.summary);
    }
    for limit in &file.limits {
        let _ = writeln!(text, "limit: {limit}");
    }
    let _ = writeln!(text);
}

fn told(brief: &Brief, text: &mut String) {
    for (role, name) in [(Role::System, "system"), (Role::User, "user")] {
        let said = brief.text(role, "\n\n");
        if !said.is_empty() {
            let _ = writeln!(text, "--- {name}\n{}\n", report::visible(&said, 100_000));
        }
    }
}

/// Clauses that are not the same in both briefs.
fn difference(base: &Brief, other: &Brief, text: &mut String) {
    let of = |brief: &Brief, slot: &str| brief.clauses.iter().find(|c| c.slot == slot).map(|c| c.text());
    let mut slots: Vec<&String> = base.clauses.iter().chain(&other.clauses).map(|c| &c.slot).collect();
    slots.dedup();
    let mut seen = Vec::new();
    for slot in slots {
        let (was, is) = (of(base, slot), of(other, slot));
        if was == is || seen.contains(&slot) {
            continue;
        }
        seen.push(slot);
        let _ = writeln!(text, "clause {slot}");
        for (sign, said) in [("-", was), ("+", is)] {
            for line in said.iter().flat_map(|s| s.lines()) {
                let _ = writeln!(text, "{sign} {}", report::visible(line, 4_000));
            }
        }
    }
    if text.is_empty() {
        let _ = writeln!(text, "this cell reads the same as the baseline");
    }
}
