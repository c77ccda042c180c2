//! `ephor report`: tables and figures again, from the record.

use super::json;
use crate::args::Report;
use crate::exit::Exit;
use crate::screen::{self, Screen};
use crate::session::{Calibrated, Session, calibrations};
use crate::{figures, log};
use ::report::{self, Cost, Findings, Page};
use store::RunFolder;

pub fn report(args: &Report) -> Result<(), Exit> {
    let page = page(args)?;
    if args.json {
        return json(&page.findings);
    }
    screen::out(&report::terminal(&page, screen::width(), screen::colour()));
    Ok(())
}

/// Reads a run again and writes its page.
pub fn page(args: &Report) -> Result<Page, Exit> {
    let screen = Screen::new(args.place.display);
    let folder = log::find(&args.place.log_dir, &args.run)?;
    let file = log::run_file(&folder)?;
    let study = file.study().map_err(Exit::usage)?;
    let log_dir = folder.path.parent().unwrap_or(&args.place.log_dir).to_path_buf();
    let calibration = match file.calibrated {
        true => calibrations(&study, study.replicates, &log_dir, &screen)?,
        false => Calibrated::default(),
    };
    let session = Session::recorded(&file, study)?;
    let mut page = session.page(&folder, calibration)?;
    let path = args.html.clone().unwrap_or_else(|| folder.path.join("report.html"));
    page.findings.report = path.to_string_lossy().into_owned();
    keep_cost(&folder, &mut page.findings);
    figures::write(&folder, &page, Some(&path))?;
    Ok(page)
}

/// What playing cost is not on record with the episodes: it is carried over from the last summary.
fn keep_cost(folder: &RunFolder, findings: &mut Findings) {
    let known = folder.read("summary.json").ok();
    if let Some(before) = known.and_then(|text| serde_json::from_str::<Findings>(&text).ok()) {
        let Cost { cached, usd, wall_s, prompt_tokens_computed, .. } = before.cost;
        findings.cost = Cost { cached, usd, wall_s, prompt_tokens_computed, ..findings.cost.clone() };
    }
}
