//! `ephor check`: laws for a user's own scenario or study.

use super::json;
use crate::args::Check;
use crate::exit::Exit;
use crate::screen;
use study::scenario::{Cell, Compiled, Scenario, Seated, Unit, all, compile};
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
            let (cells, contrasts) = (all(&part.scenario).len(), part.scenario.file.estimand.len());
            told.push((part.scenario.file.name.clone(), cells, contrasts, part.scenario.file.control.len()));
        }
    }
    if args.json {
        let rows: Vec<_> = told
            .iter()
            .map(|(name, cells, contrasts, controls)| {
                serde_json::json!({"scenario": name, "cells": cells, "contrasts": contrasts, "controls": controls, "violations": []})
            })
            .collect();
        return json(&rows);
    }
    for (name, cells, contrasts, controls) in told {
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
            let told = (0..compiled.seats.len()).flat_map(|seat| compiled.clauses(seat));
            let strangers = told.flat_map(|c| &c.spans).filter_map(|s| s.factor.as_ref());
            if let Some(other) = strangers.into_iter().find(|f| **f != factor.name) {
                found.push(format!("{cell}: factor `{other}` speaks as well"));
            }
        }
    }
    Ok(found)
}

/// What a world asks and plays, without the truths that no seat is shown.
fn asked(setup: &Setup) -> serde_json::Value {
    let mut value = serde_json::to_value(setup).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("facts");
    }
    value
}
