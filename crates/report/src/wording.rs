//! How often each outcome was seen with each wording: whether a result rests on a few of them.

use serde::Serialize;

use crate::figure::{Rates, distinct, together};
use crate::size::Sizes;
use crate::words::{is_control, list, rate};
use crate::{Figure, Page, RateRow, Wording};

/// With many wordings two intervals come apart by chance: the shares must be this far apart as well.
const STRIKING_FROM: f64 = 0.3;

/// What the page says of the wordings of one scenario.
#[derive(Serialize, Default)]
pub(crate) struct WordingsView {
    /// Models whose wordings differ strikingly, in sentences; of controls it is known why.
    pub striking: Vec<String>,
    /// Outcomes in which no two wordings differ.
    pub alike: String,
}

/// The outcomes that some wordings brought about and others not, as a figure.
pub(crate) fn wordings(page: &Page, scenario: &str) -> Option<Figure> {
    let sizes = Sizes::of(&page.findings);
    let rows: Vec<&Wording> = varied(page, scenario).0;
    let rows: Vec<RateRow> = rows.into_iter().map(|w| row(w, &sizes)).collect();
    (!rows.is_empty()).then(|| {
        Figure::Wordings(Rates {
            scenario: scenario.to_owned(),
            title: format!("{scenario}: wordings"),
            x_label: "share of plays over all cells, with its 95 % Wilson interval".into(),
            rows: together(rows, |r| r.group.clone(), |r| sizes.rank(&r.model)),
        })
    })
}

fn row(w: &Wording, sizes: &Sizes) -> RateRow {
    RateRow {
        group: w.outcome.clone(),
        label: format!("wording {}", w.wording),
        model: w.model.clone(),
        parameters: sizes.shown(&w.model),
        control: is_control(&w.model),
        k: w.k,
        n: w.n,
        low: w.low,
        high: w.high,
    }
}

/// What stands beside the figure.
pub(crate) fn view(page: &Page, scenario: &str) -> WordingsView {
    let (rows, alike) = varied(page, scenario);
    let models = rows.iter().filter(|w| !is_control(&w.model));
    let keys = distinct(models.map(|w| (&w.outcome, &w.model)));
    let keys = Sizes::of(&page.findings).sorted(keys, |(_, model)| model);
    let of = |(outcome, model): &(&String, &String)| -> Vec<&Wording> {
        rows.iter().copied().filter(|w| w.outcome == **outcome && w.model == **model).collect()
    };
    WordingsView { striking: keys.iter().filter_map(|key| striking(&of(key))).collect(), alike: list(&alike) }
}

/// The rows of outcomes in which wordings can differ, and the outcomes that happened always or never.
/// Nothing where there are no two wordings.
fn varied<'a>(page: &'a Page, scenario: &str) -> (Vec<&'a Wording>, Vec<String>) {
    let of: Vec<&Wording> = page.findings.wordings.iter().filter(|w| w.scenario == scenario).collect();
    if distinct(of.iter().map(|w| w.wording)).len() < 2 {
        return (Vec::new(), Vec::new());
    }
    let same = |outcome: &String| {
        let of = || of.iter().filter(|w| w.outcome == *outcome);
        of().all(|w| w.k == 0) || of().all(|w| w.k == w.n)
    };
    let alike: Vec<String> =
        distinct(of.iter().map(|w| w.outcome.clone())).into_iter().filter(same).collect();
    (of.into_iter().filter(|w| !alike.contains(&w.outcome)).collect(), alike)
}

/// A sentence where the rarest and the most frequent of one model's wordings are far apart.
fn striking(of: &[&Wording]) -> Option<String> {
    let share = |w: &Wording| w.k as f64 / w.n as f64;
    let played = || of.iter().filter(|w| w.n > 0);
    let least = played().min_by(|a, b| share(a).total_cmp(&share(b)))?;
    let most = played().max_by(|a, b| share(a).total_cmp(&share(b)))?;
    let apart = most.low > least.high && share(most) - share(least) >= STRIKING_FROM;
    let told = |w: &Wording| format!("{} with wording {}", rate(w.k, w.n, w.low, w.high), w.wording);
    apart.then(|| {
        format!(
            "On {}, {} depends on the wording: {}, {}.",
            most.model,
            most.outcome,
            told(most),
            told(least)
        )
    })
}
