//! `ephor calibrate`: controls only.

use super::json;
use crate::args::Calibrate;
use crate::exit::Exit;
use crate::screen::{self, Screen};
use crate::session::calibrations;
use report::Calibration;
use std::fmt::Write as _;
use study::{Changes, Study};

/// Positives must be found in at least this share of replicates, negatives in at most
/// [`NEGATIVE_MAX`].
const POSITIVE_MIN: f64 = 0.95;
const NEGATIVE_MAX: f64 = 0.05;

pub fn calibrate(args: &Calibrate) -> Result<(), Exit> {
    let changes = Changes {
        models: vec!["control/random".into()],
        wordings: args.wordings,
        seeds: args.seeds,
        replicates: args.replicates,
        ..Changes::default()
    };
    let screen = Screen::new(args.place.display);
    let study = Study::resolve(&args.what, &changes)?;
    let rows = calibrations(&study, study.replicates, &args.place.log_dir, &screen)?;
    if args.json {
        json(&rows)?;
    } else {
        screen::out(&table(&rows));
    }
    let broken = rows.iter().filter(|r| !holds(r)).count();
    if broken > 0 {
        return Err(Exit::failed(format!("{broken} of {} calibrations do not hold", rows.len())));
    }
    Ok(())
}

fn holds(row: &Calibration) -> bool {
    let share = row.detected as f64 / row.n.max(1) as f64;
    if row.kind == "positive" { share >= POSITIVE_MIN } else { share <= NEGATIVE_MAX }
}

fn table(rows: &[Calibration]) -> String {
    let mut text = String::new();
    let mut scenario = "";
    for row in rows {
        if row.scenario != scenario {
            scenario = &row.scenario;
            let _ = writeln!(text, "{scenario} (alpha {}, {} replicates each)", row.alpha, row.n);
        }
        let mark = if holds(row) { " " } else { "!" };
        let _ = writeln!(
            text,
            "{mark} {:8}  {:3}/{} [{:.2}, {:.2}]  {:20}  {}: {}",
            row.kind,
            row.detected,
            row.n,
            row.low,
            row.high,
            row.control.trim_start_matches("control/"),
            row.estimand,
            row.contrast
        );
    }
    text
}
