//! Forests from estimates: one of all contrasts of a scenario, and one of each contrast where several
//! models are compared.

use crate::figure::{distinct, together};
use crate::size::Sizes;
use crate::words::{is_control, numbers};
use crate::{Estimate, Figure, Forest, ForestRow, Page, Profile, Verdict};

/// One forest for each unit: probabilities and items do not share an axis.
pub(crate) fn forests(page: &Page, scenario: &str) -> Vec<(String, Figure)> {
    let of: Vec<&Estimate> = page.findings.estimates.iter().filter(|e| e.scenario == scenario).collect();
    let units = distinct(of.iter().map(|e| e.unit.clone()));
    let alone = units.len() == 1;
    units
        .into_iter()
        .map(|unit| {
            let name = if alone { "forest".to_owned() } else { format!("forest-{unit}") };
            let of = of.iter().copied().filter(|e| e.unit == unit).collect();
            (name, Figure::Forest(forest(page, of)))
        })
        .collect()
}

/// Where several models are compared: one figure for each contrast with a row for each model. Controls
/// stand in the forest of all contrasts; here they would hide how the estimate moves with size.
pub(crate) fn contrasts(page: &Page, scenario: &str) -> Vec<(String, Figure)> {
    let f = &page.findings;
    let of = f.estimates.iter().filter(|e| e.scenario == scenario && !is_control(&e.model)).collect();
    let of: Vec<&Estimate> = together(of, |e| group(e), |_| ());
    let several = |g: &&[&Estimate]| distinct(g.iter().map(|e| &e.model)).len() > 1;
    let figure = |g: &[&Estimate]| {
        let estimand = g.first().map(|e| e.estimand.clone()).unwrap_or_default();
        let contrasts = distinct(of.iter().filter(|e| e.estimand == estimand).map(|e| &e.contrast));
        // An estimand may be registered for several contrasts.
        let name = g.first().filter(|_| contrasts.len() > 1).map_or(estimand.clone(), |e| group(e));
        let title = format!("{scenario}: {estimand}, by model");
        let drawn = Forest { title, estimand: Some(estimand), ..forest(page, g.to_vec()) };
        (name, Figure::Forest(drawn))
    };
    of.chunk_by(|a, b| group(a) == group(b)).filter(several).map(figure).collect()
}

/// One figure for each contrast that a scenario wants level by level: groups are levels, rows are models.
pub(crate) fn profiles(page: &Page, scenario: &str) -> Vec<(String, Figure)> {
    let of: Vec<&Profile> = page.findings.profiles.iter().filter(|p| p.scenario == scenario).collect();
    let key = |p: &&Profile| (p.estimand.clone(), p.contrast.clone(), p.factor.clone());
    let sizes = Sizes::of(&page.findings);
    let figure = |(estimand, contrast, factor): (String, String, String)| {
        let same = of.iter().filter(|p| key(p) == (estimand.clone(), contrast.clone(), factor.clone()));
        let unit = same.clone().next().map_or("", |p| &p.unit);
        let forest = Forest {
            scenario: scenario.to_owned(),
            title: format!("{scenario}: {estimand} ({contrast}), by {factor}"),
            x_label: format!("difference in {unit}, with its 95 % interval; described, not tested"),
            zero: 0.0,
            rows: together(
                same.map(|p| profile_row(p, &sizes)).collect(),
                |r: &ForestRow| r.group.clone(),
                |r| sizes.rank(&r.label),
            ),
            estimand: Some(estimand.clone()),
            by: Some(factor.clone()),
        };
        (format!("{estimand}-by-{factor}"), Figure::Forest(forest))
    };
    // Where nothing could be told at any level there is nothing to draw.
    let told = |p: &&&Profile| p.estimate.is_some();
    distinct(of.iter().filter(told).map(key)).into_iter().map(figure).collect()
}

fn profile_row(p: &Profile, sizes: &Sizes) -> ForestRow {
    ForestRow {
        group: p.level.clone(),
        label: p.model.clone(),
        parameters: sizes.shown(&p.model),
        control: is_control(&p.model),
        estimate: p.estimate,
        low: p.low,
        high: p.high,
        margin: p.margin,
        verdict: match (p.low, p.high) {
            (Some(low), _) if low > 0.0 => Verdict::Positive,
            (_, Some(high)) if high < 0.0 => Verdict::Negative,
            (Some(_), Some(_)) => Verdict::Undecided,
            _ => Verdict::CannotTell,
        },
        n: p.n,
    }
}

fn group(e: &Estimate) -> String {
    format!("{} · {}", e.estimand, e.contrast)
}

/// Estimates of one scenario and one unit, of which there is at least one.
fn forest(page: &Page, of: Vec<&Estimate>) -> Forest {
    let sizes = Sizes::of(&page.findings);
    let first = of.first();
    let (scenario, unit) = first.map_or(("", ""), |e| (&*e.scenario, &*e.unit));
    let level = first.map_or(0.95, |e| e.level) * 100.0;
    let rows = of.iter().map(|e| row(e, &sizes)).collect();
    Forest {
        scenario: scenario.to_owned(),
        title: format!("{scenario}: contrasts"),
        estimand: None,
        by: None,
        x_label: format!("difference in {unit}, with its {level:.0} % interval"),
        zero: 0.0,
        rows: together(rows, |r: &ForestRow| r.group.clone(), |r| sizes.rank(&r.label)),
    }
}

fn row(e: &Estimate, sizes: &Sizes) -> ForestRow {
    let shown = numbers(e).filter(|_| e.verdict != Verdict::CannotTell);
    ForestRow {
        group: group(e),
        label: e.model.clone(),
        parameters: sizes.shown(&e.model),
        control: is_control(&e.model),
        estimate: shown.map(|s| s.0),
        low: shown.map(|s| s.1),
        high: shown.map(|s| s.2),
        margin: e.margin,
        verdict: e.verdict,
        n: e.n,
    }
}
