//! `ephor list`: what there is.

use super::json;
use crate::args::{List, Shelf};
use crate::exit::Exit;
use crate::{log, screen};
use clap::ValueEnum;
use serde::Serialize;
use study::scenario::{Scenario, WORLDS, World, shipped};

/// One row of any shelf.
#[derive(Serialize)]
pub struct Row {
    pub name: String,
    pub about: String,
}

pub fn list(args: &List) -> Result<(), Exit> {
    let rows = match args.what {
        None => shelves(),
        Some(shelf) => rows(shelf, args)?,
    };
    if args.json {
        return json(&rows);
    }
    if rows.is_empty() {
        screen::note(&format!("there are no runs in {}; `ephor run` makes one", args.log_dir.display()));
    }
    let width = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or(0);
    let line = |r: &Row| {
        format!("{:width$}  {}", r.name, report::one_line(&r.about, 400)).trim_end().to_owned() + "\n"
    };
    screen::out(&rows.iter().map(line).collect::<String>());
    Ok(())
}

fn rows(shelf: Shelf, args: &List) -> Result<Vec<Row>, Exit> {
    Ok(match shelf {
        Shelf::Scenarios => scenarios()?,
        Shelf::Studies => study::shipped_studies().into_iter().map(|name| row(&name, "")).collect(),
        Shelf::Worlds => WORLDS.iter().map(world).collect(),
        Shelf::Measures => measures(),
        Shelf::Controls => controls()?,
        Shelf::Models => super::model::rows(),
        Shelf::Rooms => rooms(),
        Shelf::Runs => runs(args),
    })
}

fn shelves() -> Vec<Row> {
    let shelf = |s: &Shelf| {
        let value = s.to_possible_value()?;
        Some(row(value.get_name(), &value.get_help()?.to_string()))
    };
    Shelf::value_variants().iter().filter_map(shelf).collect()
}

fn world(world: &World) -> Row {
    let players = study::scenario::players(world.name);
    let about = match players.is_empty() {
        true => world.about.to_owned(),
        false => format!("{} Players: {}.", world.about, players.join(", ")),
    };
    row(world.name, &about)
}

/// A room of the guard; a level of the factor `structure` opens all of them, or all but one.
fn rooms() -> Vec<Row> {
    study::structure::rooms().map(|(name, about)| row(name, about)).collect()
}

fn row(name: &str, about: &str) -> Row {
    Row { name: name.into(), about: about.into() }
}

fn scenarios() -> Result<Vec<Row>, Exit> {
    let load = |name: &&str| Ok(row(name, &Scenario::load(name)?.file.question));
    shipped().iter().map(load).collect()
}

fn measures() -> Vec<Row> {
    vec![
        row("decision", "The probability of a choice, with the bias to say Yes cancelled."),
        row("inflation", "Marks above what was earned, over all entries."),
        row("arithmetic-gap", "The submitted total minus the seat's own marks."),
        row("crossing", "The submitted total reaches a bar that the honest count does not."),
        row("acknowledgement", "Whether a text says a thing, by words that the scenario lists."),
        row("fact", "A number that the world states at its end; with an alarm, held against honest play."),
    ]
}

fn controls() -> Result<Vec<Row>, Exit> {
    let mut rows: Vec<Row> = Vec::new();
    for name in model::control::BUILTIN {
        let about = model::control::builtin(name).map(|c| c.summary).unwrap_or_default();
        rows.push(row(&format!("control/{name}"), &about));
    }
    for name in shipped() {
        let scenario = Scenario::load(name)?;
        let own = scenario.file.control.iter().filter(|c| !c.rules.is_empty());
        rows.extend(own.map(|c| row(&format!("control/{}", c.name), &format!("{name}: {}", c.summary))));
    }
    Ok(rows)
}

fn runs(args: &List) -> Vec<Row> {
    let about = |run: &log::Run| match &run.file {
        Ok(file) => format!("{} on {}", file.study, file.models.join(", ")),
        Err(why) => format!("unreadable: run.toml: {why}"),
    };
    let name = |path: &std::path::Path| {
        path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    };
    log::runs(&args.log_dir).iter().map(|run| row(&name(&run.path), &about(run))).collect()
}

impl Row {
    pub fn of(name: String, about: String) -> Self {
        Self { name, about }
    }
}
