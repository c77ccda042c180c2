//! Figures as data. The caller writes them as `figures/*.json`, so that anyone can draw them again;
//! [`crate::svg`] draws them here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::forest::{contrasts, forests, profiles};
use crate::frontier::frontiers;
use crate::size::Sizes;
use crate::wording::wordings;
use crate::words::is_control;
use crate::{Calibration, Cell, Page, Remedies, Verdict};

/// A figure: what is drawn, not how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Figure {
    /// Contrasts with their intervals, over models.
    Forest(Forest),
    /// How often each outcome was seen in each cell.
    Cells(Rates),
    /// How often each outcome was seen with each wording.
    Wordings(Rates),
    /// How often the instrument finds the effect in controls of known disposition.
    Calibration(Detections),
    /// Remedies by gain and harm.
    Frontier(Remedies),
}

impl Figure {
    /// The scenario that the figure belongs to.
    pub fn scenario(&self) -> &str {
        match self {
            Self::Forest(f) => &f.scenario,
            Self::Cells(f) | Self::Wordings(f) => &f.scenario,
            Self::Calibration(f) => &f.scenario,
            Self::Frontier(f) => &f.scenario,
        }
    }

    /// The figure's heading.
    pub fn title(&self) -> &str {
        match self {
            Self::Forest(f) => &f.title,
            Self::Cells(f) | Self::Wordings(f) => &f.title,
            Self::Calibration(f) => &f.title,
            Self::Frontier(f) => &f.title,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    pub scenario: String,
    pub title: String,
    /// In a figure of one contrast over several models its estimand; without it all contrasts stand here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimand: Option<String>,
    /// The factor whose levels are the groups, in a figure of one contrast level by level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub x_label: String,
    /// Where no effect lies.
    pub zero: f64,
    pub rows: Vec<ForestRow>,
}

/// One contrast for one model. Without an estimate it is a row without a mark, never left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForestRow {
    /// Estimand and contrast: rows of one group stand together.
    pub group: String,
    /// The model.
    pub label: String,
    /// Where several models are compared and this is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<u64>,
    pub control: bool,
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The equivalence band is zero ± this.
    pub margin: f64,
    pub verdict: Verdict,
    pub n: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    pub scenario: String,
    pub title: String,
    pub x_label: String,
    pub rows: Vec<RateRow>,
}

/// How often one outcome was seen in one cell of one model, or with one wording; with its Wilson interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateRow {
    /// The outcome.
    pub group: String,
    /// The cell or the wording.
    pub label: String,
    pub model: String,
    /// Where several models are compared and this is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<u64>,
    pub control: bool,
    pub k: u64,
    pub n: u64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detections {
    pub scenario: String,
    pub title: String,
    pub x_label: String,
    /// Positive controls should be found at least this often …
    pub positive_at_least: f64,
    /// … and negative ones at most this often.
    pub negative_at_most: f64,
    pub rows: Vec<DetectionRow>,
}

/// How often the effect was found in one control, over replicates of the study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionRow {
    /// Estimand and contrast.
    pub group: String,
    /// The control.
    pub label: String,
    pub positive: bool,
    pub detected: u64,
    pub n: u64,
    pub alpha: f64,
    pub low: f64,
    pub high: f64,
}

/// The figures of a page with names that are safe as file names.
pub fn figures(page: &Page) -> Vec<(String, Figure)> {
    let mut taken = BTreeSet::new();
    let mut out = Vec::new();
    for scenario in scenarios(page) {
        for (kind, figure) in of_scenario(page, &scenario) {
            out.push((free_name(&mut taken, &scenario, &kind), figure));
        }
    }
    out
}

/// The scenarios in the page's order, then those that only the findings name.
pub(crate) fn scenarios(page: &Page) -> Vec<String> {
    let f = &page.findings;
    let told = page.scenarios.iter().map(|s| &s.name);
    let found = f.estimates.iter().map(|e| &e.scenario);
    let seen = f.cells.iter().map(|c| &c.scenario);
    let calibrated = f.calibration.iter().map(|c| &c.scenario);
    let missing = f.missing.iter().map(|m| &m.scenario);
    distinct(told.chain(found).chain(seen).chain(calibrated).chain(missing).cloned())
}

/// The items in the order of their first appearance.
pub(crate) fn distinct<T: Ord + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}

fn of_scenario(page: &Page, scenario: &str) -> Vec<(String, Figure)> {
    let mut out = forests(page, scenario);
    out.extend(rates(page, scenario).map(|f| ("cells".to_owned(), f)));
    out.extend(detections(page, scenario).map(|f| ("calibration".to_owned(), f)));
    out.extend(wordings(page, scenario).map(|f| ("wordings".to_owned(), f)));
    out.extend(frontiers(page, scenario));
    // Last, since estimands may be called as the others are.
    out.extend(contrasts(page, scenario));
    out.extend(profiles(page, scenario));
    out
}

fn rates(page: &Page, scenario: &str) -> Option<Figure> {
    let of = page.findings.cells.iter().filter(|c| c.scenario == scenario);
    let sizes = Sizes::of(&page.findings);
    let rows: Vec<RateRow> = of.map(|c| rate_row(c, &sizes)).collect();
    (!rows.is_empty()).then(|| {
        Figure::Cells(Rates {
            scenario: scenario.to_owned(),
            title: format!("{scenario}: cells"),
            x_label: "share of units, with its 95 % Wilson interval".into(),
            rows: together(rows, |r| r.group.clone(), |r| sizes.rank(&r.model)),
        })
    })
}

fn rate_row(c: &Cell, sizes: &Sizes) -> RateRow {
    RateRow {
        parameters: sizes.shown(&c.model),
        group: c.outcome.clone(),
        label: c.cell.clone(),
        model: c.model.clone(),
        control: is_control(&c.model),
        k: c.k,
        n: c.n,
        low: c.low,
        high: c.high,
    }
}

fn detections(page: &Page, scenario: &str) -> Option<Figure> {
    let of = page.findings.calibration.iter().filter(|c| c.scenario == scenario);
    let rows: Vec<DetectionRow> = of.map(detection_row).collect();
    (!rows.is_empty()).then(|| {
        Figure::Calibration(Detections {
            scenario: scenario.to_owned(),
            title: format!("{scenario}: calibration of the instrument"),
            x_label: "share of replicates in which the effect is found".into(),
            positive_at_least: crate::calibration::POSITIVE_AT_LEAST,
            negative_at_most: crate::calibration::NEGATIVE_AT_MOST,
            rows: together(rows, |r| r.group.clone(), |r| !r.positive),
        })
    })
}

fn detection_row(c: &Calibration) -> DetectionRow {
    DetectionRow {
        group: format!("{} · {}", c.estimand, c.contrast),
        label: c.control.clone(),
        positive: c.kind == "positive",
        detected: c.detected,
        n: c.n,
        alpha: c.alpha,
        low: c.low,
        high: c.high,
    }
}

/// Rows of one group stand together, groups in the order of their first row; within a group the rows
/// go by `rank`, and equals stay as they are.
pub(crate) fn together<T, K: Ord>(
    rows: Vec<T>,
    group: impl Fn(&T) -> String,
    rank: impl Fn(&T) -> K,
) -> Vec<T> {
    let groups = distinct(rows.iter().map(&group));
    let place = |row: &T| groups.iter().position(|g| *g == group(row));
    let mut rows = rows;
    rows.sort_by_cached_key(|row| (place(row), rank(row)));
    rows
}

fn free_name(taken: &mut BTreeSet<String>, scenario: &str, kind: &str) -> String {
    let base = format!("{}-{}", safe(scenario), safe(kind));
    let mut name = base.clone();
    for i in 2.. {
        if taken.insert(name.clone()) {
            break;
        }
        name = format!("{base}-{i}");
    }
    name
}

/// Lower-case letters, digits and single hyphens, at most 60.
fn safe(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(60) {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "unnamed".into() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_distinct() {
        let mut taken = BTreeSet::new();
        assert_eq!(free_name(&mut taken, "../etc/passwd", "forest"), "etc-passwd-forest");
        assert_eq!(free_name(&mut taken, "etc\\passwd", "forest"), "etc-passwd-forest-2");
        assert_eq!(free_name(&mut taken, "\u{202e}", "cells"), "unnamed-cells");
    }

    #[test]
    fn groups_stand_together() {
        let rows = together(vec!["b1", "a1", "b0", "a0"], |r| r[..1].into(), |r| r.ends_with('1'));
        assert_eq!(rows, ["b0", "b1", "a0", "a1"]);
    }
}
