//! `ephor check`: laws for a user's own scenario or study.

use super::json;
use crate::args::Check;
use crate::exit::Exit;
use crate::screen;
use study::scenario::{Cell, Compiled, Scenario, Seated, Unit, all, compile, warnings};
use study::{Changes, Study};
use world::Setup;

pub fn check(args: &Check) -> Result<(), Exit> {
    let mut told = Vec::new();
    for name in &args.what {
        let changes = Changes { models: vec!["control/random".into()], ..Changes::default() };
        let study = Study::resolve(std::slice::from_ref(name), &changes)?;
        for part in &study.parts {
            let violations = violations(&part.scenario)?;
            if !violations.is_empty() {
                return Err(Exit::failed(format!("{}: {}", part.scenario.file.name, violations.join("\n"))));
            }
            let warned: Vec<String> = warnings(&part.scenario).iter().map(ToString::to_string).collect();
            for warning in &warned {
                screen::note(&format!("warning: {}", report::visible(warning, 4_000)));
            }
            let (cells, contrasts) = (all(&part.scenario).len(), part.scenario.file.estimand.len());
            let controls = part.scenario.file.control.len();
            told.push((part.scenario.file.name.clone(), cells, contrasts, controls, warned));
        }
    }
    if args.json {
        let rows: Vec<_> = told
            .iter()
            .map(|(name, cells, contrasts, controls, warnings)| {
                serde_json::json!({"scenario": name, "cells": cells, "contrasts": contrasts, "controls": controls, "violations": [], "warnings": warnings})
            })
            .collect();
        return json(&rows);
    }
    for (name, cells, contrasts, controls, _) in told {
        screen::out(&format!(
            "{name}: {cells} cells, {contrasts} contrasts, {controls} controls; no law is broken\n"
        ));
    }
    Ok(())
}

/// The world's laws for a form of every level, and that a level changes only what is marked as its
/// own.
fn violations(scenario: &Scenario) -> Result<Vec<String>, Exit> {
    let unit = Unit { wording: 0, state: 0 };
    let base = compile(scenario, &Cell::default(), unit)?;
    let mut found = Vec::new();
    for factor in &scenario.file.factor {
        for level in factor.level.iter().skip(1) {
            let cell = Cell::default().with(scenario, &factor.name, &level.name);
            let compiled = compile(scenario, &cell, unit)?;
            // It was opened when it was compiled.
            let make = || compiled.setup.open().unwrap_or_else(|why| unreachable!("{why}"));
            found.extend(world::laws::all(&make).into_iter().map(|v| format!("{cell}: {v}")));
            let texts = |c: &Compiled| {
                let of = |role, s: &Seated| s.brief.text(role, "\n");
                let seats = c
                    .seats
                    .iter()
                    .map(|s| (of(trace::Role::User, s), of(trace::Role::System, s), s.control.clone()));
                let guard = c.post.as_ref().map(|post| post.hash.clone());
                (seats.collect::<Vec<_>>(), trace::canonical(&asked(&c.setup)), guard)
            };
            if texts(&compiled) == texts(&base) {
                found.push(format!("{cell}: this level changes nothing"));
            }
            found.extend(beside(scenario, &factor.name, &cell)?);
            let told = (0..compiled.seats.len()).flat_map(|seat| compiled.clauses(seat));
            let strangers = told.flat_map(|c| &c.spans).filter_map(|s| s.factor.as_ref());
            if let Some(other) = strangers.into_iter().find(|f| **f != factor.name) {
                found.push(format!("{cell}: factor `{other}` speaks as well"));
            }
        }
    }
    Ok(found)
}

/// Clauses that a level changes outside of its own words, in any of four wordings, with both renderings.
fn beside(scenario: &Scenario, factor: &str, cell: &Cell) -> Result<Option<String>, Exit> {
    for wording in 0..4 {
        let unit = Unit { wording, state: wording };
        let (base, other) = (compile(scenario, &Cell::default(), unit)?, compile(scenario, cell, unit)?);
        for (was, is) in base.seats.iter().zip(&other.seats) {
            for clause in &is.brief.clauses {
                let Some(before) = was.brief.clauses.iter().find(|c| c.slot == clause.slot) else { continue };
                let shared = clause.spans.iter().filter(|s| s.factor.as_deref() != Some(factor));
                let shared: Vec<&str> = shared.map(|s| s.text.as_str()).collect();
                let owned = shared.len() < clause.spans.len();
                let (old, new) = (before.text(), clause.text());
                let same = if owned { holds_in_order(&old, &shared) } else { old == new };
                let own = scenario
                    .file
                    .clause
                    .iter()
                    .any(|c| c.slot == clause.slot && c.factor.as_deref() == Some(factor));
                if !same && !own {
                    let line = |sign: &str, text: &str| format!("{sign} {}", report::one_line(text, 2_000));
                    return Ok(Some(format!(
                        "{cell}: clause `{}` changes outside of the words of `{factor}`\n{}\n{}",
                        clause.slot,
                        line("-", &old),
                        line("+", &new)
                    )));
                }
            }
        }
    }
    Ok(None)
}

/// Whether a text has these pieces one after the other.
fn holds_in_order(text: &str, pieces: &[&str]) -> bool {
    let mut rest = text;
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    true
}

/// What a world asks and plays, without the truths that no seat is shown.
fn asked(setup: &Setup) -> serde_json::Value {
    let mut value = serde_json::to_value(setup).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("facts");
    }
    value
}
