//! What a new user waits for.

use super::Bench;
use super::table::{Better, Peer, Row};
use crate::place::models;
use crate::{Result, child};
use serde_json::Value;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let (_, variables) = models()?;
    child::measure(bench.ephor().args(["model", "fetch"]).envs(variables.clone()))?;
    let mut command = bench.ephor();
    command.args(["run", "--json", "--display", "none", "--log-dir"]).arg(bench.fresh("runs"));
    if bench.quick {
        command.arg("--quick");
    }
    let taken = child::measure(command.envs(variables))?;
    let found: Value = serde_json::from_str(&taken.stdout)?;
    let cost = |field: &str| found["cost"][field].as_u64().ok_or(format!("the findings tell no {field}"));
    let tokens = cost("prompt_tokens_computed")?;
    let name = if bench.quick { "ephor run --quick" } else { "ephor run" };
    let how = format!(
        "the study first-look on the embedded model and the controls, calibration and report included, from \
         an empty log folder with the model fetched before; n = 1 run, {} requests, {} prompt tokens of which \
         {tokens} computed (the others shared a prefix), {:.0} s CPU, {:.0} MB at its peak.",
        cost("requests")?,
        cost("prompt_tokens")?,
        taken.cpu.as_secs_f64(),
        taken.peak_bytes as f64 / 1e6,
    );
    let row = |figure, value, unit, target| Row {
        figure: format!("{name}, {figure}"),
        value,
        unit,
        better: Better::Less,
        target: Some(target),
        peer: Peer::None,
        how: how.clone(),
    };
    Ok(vec![
        row("wall time", taken.wall.as_secs_f64(), "s", 360.0),
        row("prompt tokens computed", tokens as f64, "tokens", 65_000.0),
    ])
}
