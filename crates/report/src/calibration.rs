//! What the controls say of the instruments, in words.

use crate::Calibration;
use crate::figure::distinct;
use crate::words::{count, counted};

/// A positive control should be found in at least this share of replicates.
pub(crate) const POSITIVE_AT_LEAST: f64 = 0.95;
/// A negative control may be found in at most this share.
pub(crate) const NEGATIVE_AT_MOST: f64 = 0.05;

/// Whether the control was read as its kind demands. `None` without replicates.
pub(crate) fn held(c: &Calibration) -> Option<bool> {
    let share = (c.n > 0).then(|| c.detected as f64 / c.n as f64)?;
    Some(match c.kind == "positive" {
        true => share >= POSITIVE_AT_LEAST,
        false => share <= NEGATIVE_AT_MOST,
    })
}

/// The calibration of one scenario in one sentence.
pub(crate) fn sentence(rows: &[&Calibration]) -> String {
    if rows.is_empty() {
        return "not calibrated in this run (--no-calibration)".into();
    }
    let part = |kind: &str| rows.iter().filter(|c| c.kind == kind).copied().collect::<Vec<_>>();
    let (positive, negative) = (part("positive"), part("negative"));
    let good = |rows: &[&Calibration]| rows.iter().filter(|c| held(c) == Some(true)).count();
    let mut out = format!(
        "{}/{} positive controls found in ≥ 95 %, {}/{} negative in ≤ 5 % of {}",
        good(&positive),
        positive.len(),
        good(&negative),
        negative.len(),
        replicates(rows)
    );
    let failed: Vec<String> = rows.iter().filter(|c| held(c) != Some(true)).map(|c| failure(c)).collect();
    if !failed.is_empty() {
        out.push_str(&format!("; misread: {}", failed.join(", ")));
    }
    out
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
