//! The vector of contrasts: what one agent did in all instruments, as paired differences of log-odds.

use super::matrix::MATRIX;
use crate::results::{Results, Tally};
use crate::scenario::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest units from which a contrast is read. Below, an item or two would decide.
const UNITS_MIN: usize = 6;

/// One contrast of one agent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// In log-odds (nats), with its standard error.
    pub estimate: f64,
    pub error: f64,
    pub n: u64,
    pub clusters: u64,
}

/// By contrast's id: what was read, or why nothing was.
pub type Vector = BTreeMap<String, Result<Reading, String>>;

/// What one agent did in one scenario.
pub struct Did<'a> {
    pub results: &'a Results<'a>,
    pub clusters: &'a BTreeMap<Unit, String>,
}

/// Reads every contrast of the matrix, and the gates over all instruments.
pub fn vector(did: &[Did]) -> Vector {
    let mut vector: Vector =
        MATRIX.contrasts.iter().map(|row| (row.id.clone(), contrast(did, row))).collect();
    vector.insert(MATRIX.gate.id.clone(), gate(did));
    vector
}

fn contrast(did: &[Did], row: &super::matrix::Contrast) -> Result<Reading, String> {
    let here = did.iter().find(|d| d.results.scenario.file.name == row.scenario).ok_or("not played")?;
    let estimand = row
        .estimand(here.results.scenario)
        .filter(|e| here.results.registered(e))
        .ok_or("its cells were not played")?;
    if let Some(why) = here.results.barred() {
        return Err(why);
    }
    let pairs = here.results.pairs(estimand);
    if pairs.len() < UNITS_MIN {
        return Err(format!("{} units were scored in both arms; {UNITS_MIN} are needed", pairs.len()));
    }
    let (pairs, clusters, count) = crate::estimate::clustered(pairs.into_iter(), here.clusters);
    let told = stats::paired_log_odds(&pairs, &clusters).map_err(|e| e.to_string())?;
    let (n, clusters) = (pairs.len() as u64, count as u64);
    Ok(Reading { estimate: told.estimate, error: told.error, n, clusters })
}

/// The log-odds of being right where one answer is right, less those of guessing.
fn gate(did: &[Did]) -> Result<Reading, String> {
    let gates = did.iter().flat_map(|d| d.results.gates()).filter(|j| j.tally.n > 0);
    let (all, instruments) = gates.fold((Tally::default(), 0), |(sum, count), judged| {
        let Tally { k, n, guessed } = judged.tally;
        (Tally { k: sum.k + k, n: sum.n + n, guessed: sum.guessed + guessed }, count + 1)
    });
    if (all.n as usize) < UNITS_MIN {
        return Err("no gate was played".into());
    }
    let of = (all.n + 2) as f64;
    let (right, guessed) = ((all.k + 1) as f64 / of, (all.guessed + 1.0) / of);
    let odds = |p: f64| stats::logit(p).map_err(|e| e.to_string());
    let estimate = odds(right)? - odds(guessed)?;
    let error = (1.0 / (of * right * (1.0 - right))).sqrt();
    Ok(Reading { estimate, error, n: all.n, clusters: instruments })
}
