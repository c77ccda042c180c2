//! `ephor show`: facts, factors and the very text that a model would read.

use super::json;
use crate::args::Show;
use crate::exit::Exit;
use crate::screen;
use std::fmt::Write as _;
use study::scenario::{Cell, Compiled, Scenario, Unit, compile};
use trace::{Ask, Brief, Role};
use world::FormSpec;

pub fn show(args: &Show) -> Result<(), Exit> {
    let scenario = Scenario::load(&args.scenario)?;
    let cell = super::cell(&scenario, args.cell.as_deref())?;
    let unit = Unit { wording: args.wording, state: args.state };
    let compiled = compile(&scenario, &cell, unit)?;
    let seat = seat(&compiled, args.seat.as_deref())?;
    if args.json {
        let world = match &compiled.setup {
            world::Setup::Form(_) => "form",
            world::Setup::Company(_) => "company",
            world::Setup::Panel(_) => "panel",
            world::Setup::Errand(_) => "errand",
            _ => "series",
        };
        return json(&serde_json::json!({
            "scenario": scenario.file.name, "hash": scenario.hash, "cell": cell.to_string(),
            "wording": unit.wording, "state": unit.state, "seat": compiled.seats[seat].seat,
            "brief": *compiled.seats[seat].brief, world: compiled.setup,
        }));
    }
    let mut text = String::new();
    if args.cell.is_none() && !args.diff {
        facts(&scenario, &mut text);
    }
    if args.diff {
        let base = compile(&scenario, &Cell::default(), unit)?;
        difference(&base, &compiled, seat, &mut text);
    } else {
        told(&compiled.seats[seat].brief, &mut text);
        for paper in compiled.clauses(seat).skip(compiled.seats[seat].brief.clauses.len()) {
            let _ = writeln!(text, "--- {}\n{}\n", paper.slot, report::visible(&paper.text(), 100_000));
        }
        match compiled.form().filter(|form| form.seat == compiled.seats[seat].seat) {
            Some(form) => asked_of(form, &mut text),
            None => first_turn(&compiled, seat, &mut text)?,
        }
    }
    screen::out(&text);
    Ok(())
}

/// The place of the seat that was named, or of the first.
fn seat(compiled: &Compiled, named: Option<&str>) -> Result<usize, Exit> {
    let Some(named) = named else { return Ok(0) };
    let known: Vec<&str> = compiled.seats.iter().map(|s| s.seat.as_str()).collect();
    let place = known.iter().position(|seat| *seat == named);
    place.ok_or_else(|| Exit::usage(format!("there is no seat `{named}`\naccepted: {}", known.join(", "))))
}

fn asked_of(form: &FormSpec, text: &mut String) {
    for (at, turn) in form.turns.iter().enumerate().filter(|(_, asks)| !asks.is_empty()) {
        let _ = writeln!(
            text,
            "--- asked in turn {} (each apart, as the last paragraph of the user's message)",
            at + 1
        );
        asked(turn, text);
    }
}

/// What a game shows and asks first. What comes later depends on how it is played.
fn first_turn(compiled: &Compiled, seat: usize, text: &mut String) -> Result<(), Exit> {
    let world = compiled.setup.open().map_err(Exit::usage)?;
    let view = world.view(&compiled.seats[seat].seat);
    let due: Vec<String> = world.due().into_iter().map(|turn| turn.seat).collect();
    if view.asks.is_empty() {
        let _ = writeln!(text, "--- asked nothing in turn 1: {} acts", due.join(", "));
        return Ok(());
    }
    let _ = writeln!(text, "--- told in turn 1");
    for news in &view.news {
        let _ = writeln!(text, "{}\n", report::visible(news, 100_000));
    }
    for paragraph in &view.told {
        let said: String = paragraph.iter().map(|span| span.text.as_str()).collect();
        let _ = writeln!(text, "{}\n", report::visible(&said, 100_000));
    }
    let _ = writeln!(text, "--- asked in turn 1");
    asked(&view.asks, text);
    Ok(())
}

fn asked(asks: &[Ask], text: &mut String) {
    for ask in asks {
        let options: Vec<&str> = ask.menu.iter().map(|c| c.text.as_str()).collect();
        let fits = ask.schema.as_ref().map(|schema| format!("fits {schema}"));
        let tools: Vec<&str> = ask.tools.iter().map(|tool| tool.name.as_str()).collect();
        let fits = if tools.is_empty() { fits } else { Some(format!("calls one of: {}", tools.join(", "))) };
        let options = fits.unwrap_or_else(|| options.join(" | "));
        let _ = writeln!(text, "{}: {}  [{options}]", ask.id, report::visible(&ask.text, 4_000));
    }
}

fn facts(scenario: &Scenario, text: &mut String) {
    let file = &scenario.file;
    let _ = writeln!(text, "{} {}: {}", file.name, file.version, file.question);
    let _ = writeln!(
        text,
        "source: {}   world: {}   seat: {}   hash: {}",
        file.source,
        file.world,
        if file.seat.is_empty() { "numbered" } else { &file.seat },
        &scenario.hash[..12]
    );
    if let Some(items) = &file.items {
        let licence = items.licence.as_deref().unwrap_or("the scenario's own");
        let _ = writeln!(
            text,
            "items: {}, {} rows, clusters by {}   licence: {}",
            items.file,
            scenario.items.len(),
            items.cluster,
            report::visible(licence, 200)
        );
    }
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

/// Clauses that are not the same in both cells.
fn difference(base: &Compiled, other: &Compiled, seat: usize, text: &mut String) {
    let of = |c: &Compiled, slot: &str| c.clauses(seat).find(|c| c.slot == slot).map(|c| c.text());
    let mut slots: Vec<&String> = base.clauses(seat).chain(other.clauses(seat)).map(|c| &c.slot).collect();
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
