//! What the controls say of the instruments: in words, and as rows of the page.

use serde::Serialize;

use crate::Calibration;
use crate::figure::distinct;
use crate::view::{Group, grouped};
use crate::words::{count, counted, rate, share};

/// A positive control should be found in at least this share of replicates.
pub(crate) const POSITIVE_AT_LEAST: f64 = 0.95;
/// A negative control may be found in at most this share.
pub(crate) const NEGATIVE_AT_MOST: f64 = 0.05;

impl Calibration {
    /// Whether the control was read as its kind demands. Of honest players without text the alarms may
    /// ring as rarely as they promise.
    pub fn holds(&self) -> bool {
        let share = self.detected as f64 / self.n.max(1) as f64;
        match self.kind == "positive" {
            true => share >= POSITIVE_AT_LEAST,
            false => share <= self.negative_at_most(),
        }
    }

    fn negative_at_most(&self) -> f64 {
        if self.is_null() { self.alpha } else { NEGATIVE_AT_MOST }
    }

    /// Whether this counts false alarms of honest players, and not contrasts of a control.
    pub(crate) fn is_null(&self) -> bool {
        self.control.starts_with("player/")
    }
}

/// [`Calibration::holds`]; `None` without replicates.
pub(crate) fn held(c: &Calibration) -> Option<bool> {
    (c.n > 0).then(|| c.holds())
}

/// The calibration of one scenario in one sentence.
pub(crate) fn sentence(rows: &[&Calibration]) -> String {
    if rows.is_empty() {
        return "not calibrated in this run (--no-calibration)".into();
    }
    let (nulls, rows): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|c| c.is_null());
    let part = |kind: &str| rows.iter().filter(|c| c.kind == kind).copied().collect::<Vec<_>>();
    let (positive, negative) = (part("positive"), part("negative"));
    let good = |rows: &[&Calibration]| rows.iter().filter(|c| held(c) == Some(true)).count();
    let mut out = format!(
        "{}/{} positive controls found in ≥ 95 %, {}/{} negative in ≤ 5 % of {}",
        good(&positive),
        positive.len(),
        good(&negative),
        negative.len(),
        replicates(&rows)
    );
    out.push_str(&false_alarms(&nulls));
    let failed: Vec<String> =
        rows.iter().chain(&nulls).filter(|c| held(c) != Some(true)).map(|c| failure(c)).collect();
    if !failed.is_empty() {
        out.push_str(&format!("; misread: {}", failed.join(", ")));
    }
    out
}

/// How often alarms rang among honest players; nothing where there are no alarms.
fn false_alarms(nulls: &[&Calibration]) -> String {
    let Some(worst) = nulls.iter().max_by_key(|c| c.detected) else { return String::new() };
    let alarms = distinct(nulls.iter().map(|c| c.estimand.as_str())).len();
    format!(
        "; {} rang in at most {} of {} honest series",
        counted(alarms as u64, "alarm"),
        count(worst.detected),
        count(worst.n)
    )
}

fn replicates(rows: &[&Calibration]) -> String {
    let sizes = distinct(rows.iter().map(|c| c.n));
    match sizes[..] {
        [n] => counted(n, "replicate"),
        _ => {
            let (low, high) = (sizes.iter().min(), sizes.iter().max());
            format!("{}–{} replicates", count(*low.unwrap_or(&0)), count(*high.unwrap_or(&0)))
        }
    }
}

fn failure(c: &Calibration) -> String {
    format!("{} on {} ({}/{})", c.control, c.estimand, count(c.detected), count(c.n))
}

#[derive(Serialize)]
pub(crate) struct CalibrationView {
    control: String,
    kind: String,
    rate: String,
    alpha: String,
    held: &'static str,
}

pub(crate) fn calibrations(of: Vec<&Calibration>) -> Vec<Group<CalibrationView>> {
    let key = |c: &&Calibration| format!("{} · {}", c.estimand, c.contrast);
    grouped(of, key, |c| c.kind != "positive", |_| String::new(), |c| calibration(c))
}

fn calibration(c: &Calibration) -> CalibrationView {
    CalibrationView {
        control: c.control.clone(),
        kind: c.kind.clone(),
        rate: rate(c.detected, c.n, c.low, c.high),
        alpha: share(c.alpha),
        held: match held(c) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        },
    }
}
