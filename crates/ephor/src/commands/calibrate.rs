//! `ephor calibrate`: controls only.

use super::json;
use crate::args::Calibrate;
use crate::exit::Exit;
use crate::screen::{self, Screen};
use crate::session::calibrations;
use report::Calibration;
use std::fmt::Write as _;
use study::{Changes, Study};

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
    let rows = calibrations(&study, study.replicates, &args.place.log_dir, &screen)?.rows;
    if args.json {
        json(&rows)?;
    } else {
        screen::out(&table(&rows));
    }
    let broken = rows.iter().filter(|r| !r.holds()).count();
    if broken > 0 {
        return Err(Exit::failed(format!("{broken} of {} calibrations do not hold", rows.len())));
    }
    Ok(())
}

fn table(rows: &[Calibration]) -> String {
    let mut text = String::new();
    let mut scenario = "";
    for row in rows {
        if row.scenario != scenario {
            scenario = &row.scenario;
            let _ = writeln!(text, "{scenario} (alpha {}, {} replicates each)", row.alpha, row.n);
        }
        let digits = if row.n < 1000 { 2 } else { 4 };
        let mark = if row.holds() { " " } else { "!" };
        let _ = writeln!(
            text,
            "{mark} {:8}  {:3}/{} [{:.digits$}, {:.digits$}]  {:20}  {}: {}",
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
