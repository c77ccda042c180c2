//! `ephor diagnose`: which disposition, how sure, which contrasts say so.

use super::{json, report, run};
use crate::args::{Cli, Command, Diagnose, Report};
use crate::exit::Exit;
use crate::screen;
use ::report::{Findings, diagnoses};
use clap::Parser;
use serde_json::json;

pub fn diagnose(args: Diagnose) -> Result<(), Exit> {
    let page = match args.model.is_empty() {
        true => report::page(&Report { run: args.run, html: None, json: args.json, place: args.place })?,
        false => run::page(&*battery(&args)?)?,
    };
    let findings = &page.findings;
    if findings.diagnoses.is_empty() {
        return Err(Exit::usage(none(findings)));
    }
    if args.json {
        return json(&json!({
            "run": findings.run,
            "diagnoses": findings.diagnoses,
            "diagnosers": findings.diagnosers,
            "separations": findings.separations,
            "report": findings.report,
        }));
    }
    screen::out(&diagnoses(findings, screen::width(), screen::colour()));
    screen::note(&format!("dossier: {}", findings.report));
    Ok(())
}

/// `ephor run battery` on these models.
fn battery(args: &Diagnose) -> Result<Box<crate::args::Run>, Exit> {
    let models = args.model.iter().flat_map(|model| ["--model", model]);
    let words = ["ephor", "run", "battery"].into_iter().chain(models);
    let size = (!args.whole).then_some("--quick");
    let cli = Cli::try_parse_from(words.chain(size)).map_err(Exit::usage)?;
    let Command::Run(mut run) = cli.command else { return Err(Exit::usage("no run")) };
    run.place = args.place.clone();
    run.wire = args.wire.clone();
    Ok(run)
}

/// Why a run has no diagnosis, and what to do.
fn none(findings: &Findings) -> String {
    let models = findings.models.iter().map(|m| format!(" --model {m}")).collect::<String>();
    format!(
        "the run {} was not diagnosed: that needs three instruments of the battery, and their controls\n\
         hint: ephor diagnose{models}",
        findings.run
    )
}
