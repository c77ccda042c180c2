//! The command line: one file per command. Each parses, calls and prints; none decides.
//!
//! Standard output carries what was asked for (a table, one JSON document); everything else goes to
//! standard error. Exit codes are API: see [`exit`].

mod args;
mod commands;
mod exit;
mod figures;
mod gate;
mod log;
mod providers;
mod screen;
mod session;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let _ = dotenvy::dotenv();
    match commands::dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            if !exit.told {
                screen::error(&exit.message);
            }
            ExitCode::from(exit.code.number())
        }
    }
}
