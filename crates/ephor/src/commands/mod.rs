//! One file per command.

mod calibrate;
mod check;
mod diagnose;
mod guard;
mod label;
mod list;
mod model;
mod replay;
mod report;
mod run;
mod show;
pub mod until;
mod world;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use study::scenario::{Cell, Fault, Scenario};

pub fn dispatch(cli: Cli) -> Result<(), Exit> {
    let Cli { log_dir, mut command } = cli;
    match &mut command {
        Command::Run(args) => args.place.log_dir = log_dir,
        Command::Calibrate(args) => args.place.log_dir = log_dir,
        Command::Report(args) => args.place.log_dir = log_dir,
        Command::Diagnose(args) => args.place.log_dir = log_dir,
        Command::List(args) => args.log_dir = log_dir,
        Command::Replay(args) => args.log_dir = log_dir,
        Command::Label(args) => args.log_dir = log_dir,
        Command::Show(_) | Command::Check(_) | Command::Model(_) | Command::World(_) | Command::Guard(_) => {}
    }
    match command {
        Command::Run(args) => run::run(&args),
        Command::List(args) => list::list(&args),
        Command::Show(args) => show::show(&args),
        Command::Check(args) => check::check(&args),
        Command::Calibrate(args) => calibrate::calibrate(&args),
        Command::Report(args) => report::report(&args),
        Command::Diagnose(args) => diagnose::diagnose(args),
        Command::Replay(args) => replay::replay(&args),
        Command::Label(args) => label::label(&args),
        Command::Model(args) => model::model(&args.command),
        Command::World(args) => world::world(&args.command),
        Command::Guard(args) => guard::guard(&args.command),
    }
}

/// A runtime for the commands that wait.
fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Exit::broken)
}

/// One JSON document on standard output.
fn json<T: serde::Serialize>(value: &T) -> Result<(), Exit> {
    let text = serde_json::to_string_pretty(value).map_err(Exit::broken)?;
    crate::screen::out(&format!("{text}\n"));
    Ok(())
}

/// The cell that `--cell` names, or the baseline.
fn cell(scenario: &Scenario, named: Option<&str>) -> Result<Cell, Fault> {
    Cell::parse(scenario, named.unwrap_or("baseline")).map_err(|mut fault| {
        (fault.file, fault.line, fault.column) = ("--cell".into(), 0, 0);
        fault
    })
}
