//! A model's dossier as the template reads it: the fingerprint, the diagnosis with its doubt, the plays that
//! show it best, the gates.

use crate::figure::distinct;
use crate::size::Sizes;
use crate::transcript::{AskView, ClauseView, ask, clause};
use crate::view::{GateView, gate};
use crate::words::{cost, share, signed};
use crate::{Diagnosis, DiagnosisContrast, Findings, Gate, Page, ScenarioPage, Transcript, TranscriptPair};
use serde::Serialize;

/// Log-odds at the edge of the fingerprint.
const EDGE: f64 = 7.0;
/// Questions that a side of a pair shows.
const ASKS: usize = 4;

#[derive(Serialize)]
pub(crate) struct DossierView {
    id: String,
    model: String,
    verdict: Option<String>,
    because: String,
    settles: Option<String>,
    shares: Vec<ShareView>,
    against: String,
    contrasts: Vec<ContrastView>,
    /// Contrasts that could not be read, by reason.
    missing: Vec<(String, String)>,
    gates: Vec<GateView>,
    pairs: Vec<PairView>,
    cost: String,
}

#[derive(Serialize)]
struct ShareView {
    disposition: String,
    says: String,
    matrix: String,
    fitted: String,
    words: String,
    behaviour: String,
    /// Of the bar, in per cent.
    width: String,
}

#[derive(Serialize)]
struct ContrastView {
    id: String,
    says: String,
    scenario: String,
    estimate: String,
    interval: String,
    n: String,
    weight: String,
    /// What the likeliest disposition expects, and the one that it is weighed against.
    expects: String,
    /// Of the bar, in per cent of its room.
    from: String,
    width: String,
    mark: String,
    /// Its interval excludes nothing.
    open: bool,
}

#[derive(Serialize)]
struct PairView {
    contrast: String,
    says: String,
    scenario: String,
    shared: Vec<ClauseView>,
    sides: Vec<SideView>,
}

#[derive(Serialize)]
struct SideView {
    head: String,
    cell: String,
    changed: Vec<ClauseView>,
    asks: Vec<AskView>,
    outcome: Vec<String>,
}

/// How far the diagnoses are believed.
#[derive(Serialize)]
pub(crate) struct BeliefView {
    rows: Vec<(String, String, String, String, String)>,
    separations: Vec<(String, String, String, String)>,
}

/// Several models: one row each.
#[derive(Serialize)]
pub(crate) struct FieldView {
    /// Ids of the contrasts.
    heads: Vec<(String, String)>,
    rows: Vec<FieldRow>,
}

#[derive(Serialize)]
struct FieldRow {
    id: String,
    model: String,
    verdict: String,
    /// Estimates, and whether their interval excludes nothing.
    cells: Vec<(String, bool)>,
}

pub(crate) fn dossiers(page: &Page) -> Vec<DossierView> {
    page.findings.diagnoses.iter().enumerate().map(|(at, d)| dossier(page, d, at)).collect()
}

pub(crate) fn field(f: &Findings) -> Option<FieldView> {
    let first = f.diagnoses.first().filter(|_| f.diagnoses.len() > 1)?;
    let cell = |c: &DiagnosisContrast| match (c.estimate, excludes_nothing(c)) {
        (Some(estimate), excludes) => (signed(estimate), excludes),
        (None, _) => ("–".to_owned(), false),
    };
    let row = |(at, d): (usize, &Diagnosis)| FieldRow {
        id: id(at),
        model: d.model.clone(),
        verdict: d.verdict.clone().unwrap_or_else(|| "cannot tell".into()),
        cells: d.contrasts.iter().map(cell).collect(),
    };
    let heads = first.contrasts.iter().map(|c| (c.id.clone(), c.says.clone())).collect();
    Some(FieldView { heads, rows: f.diagnoses.iter().enumerate().map(row).collect() })
}

pub(crate) fn belief(f: &Findings) -> Option<BeliefView> {
    if f.diagnosers.is_empty() {
        return None;
    }
    let rows = f.diagnosers.iter().map(|r| {
        let told = if r.n < r.of {
            format!("{}/{}, silent on {}", r.k, r.n, r.of - r.n)
        } else {
            format!("{}/{}", r.k, r.n)
        };
        let brier = r.brier.map_or("–".into(), share);
        (r.diagnoser.clone(), r.split.clone(), share(r.accuracy), told, brier)
    });
    let separations = f.separations.iter().map(|r| {
        let area = format!("{} [{}, {}]", share(r.auroc), share(r.low), share(r.high));
        (r.id.clone(), r.says.clone(), area, share(r.without_these))
    });
    Some(BeliefView { rows: rows.collect(), separations: separations.collect() })
}

fn id(at: usize) -> String {
    format!("dossier-{}", at + 1)
}

fn excludes_nothing(c: &DiagnosisContrast) -> bool {
    matches!((c.low, c.high), (Some(low), Some(high)) if low > 0.0 || high < 0.0)
}

fn dossier(page: &Page, d: &Diagnosis, at: usize) -> DossierView {
    let of = |p: Option<f64>| p.map_or("–".to_owned(), share);
    let shares = d.dispositions.iter().map(|s| ShareView {
        disposition: s.disposition.clone(),
        says: s.says.clone(),
        matrix: share(s.matrix),
        fitted: of(s.fitted),
        words: of(s.words),
        behaviour: of(s.behaviour),
        width: format!("{:.1}", s.matrix.clamp(0.0, 1.0) * 100.0),
    });
    let why = distinct(d.contrasts.iter().filter_map(|c| c.because.clone()));
    let ids = |why: &String| {
        let same = d.contrasts.iter().filter(|c| c.because.as_ref() == Some(why)).map(|c| c.id.clone());
        same.collect::<Vec<_>>().join(", ")
    };
    let sizes = Sizes::of(&page.findings);
    let gates = page.scenarios.iter().flat_map(|s| {
        let own = s.gates.iter().filter(|g| g.model == d.model && g.n > 0);
        own.map(|g| gate(&Gate { what: format!("{}: {}", s.name, g.what), ..g.clone() }, &sizes))
    });
    let (top, second) = (likeliest(d), &d.against);
    let place = |name: &str| d.dispositions.iter().position(|s| s.disposition == name);
    let places = [top.and_then(place), place(second)];
    DossierView {
        id: id(at),
        model: d.model.clone(),
        verdict: d.verdict.clone(),
        because: d.because.clone(),
        settles: d.settles.clone(),
        shares: shares.collect(),
        against: second.clone(),
        contrasts: d.contrasts.iter().filter(|c| c.estimate.is_some()).map(|c| contrast(c, places)).collect(),
        missing: why.into_iter().map(|why| (ids(&why), why)).collect(),
        gates: gates.collect(),
        cost: cost(&page.findings),
        pairs: page.pairs.iter().filter(|p| p.model == d.model).map(|p| pair(page, p)).collect(),
    }
}

/// The disposition with the largest share by the matrix.
fn likeliest(d: &Diagnosis) -> Option<&str> {
    let best = d.dispositions.iter().max_by(|a, b| a.matrix.total_cmp(&b.matrix));
    best.map(|s| s.disposition.as_str())
}

fn contrast(c: &DiagnosisContrast, places: [Option<usize>; 2]) -> ContrastView {
    let bounded = |x: Option<f64>| x.filter(|x| x.is_finite()).unwrap_or(0.0).clamp(-EDGE, EDGE);
    let percent = |x: f64| (x + EDGE) / (2.0 * EDGE) * 100.0;
    let (from, to) = (percent(bounded(c.low)), percent(bounded(c.high)));
    let number = |x: Option<f64>| x.map_or("–".to_owned(), signed);
    let sign = |place: Option<usize>| place.and_then(|at| c.expects.get(at)).map_or("", String::as_str);
    ContrastView {
        id: c.id.clone(),
        says: c.says.clone(),
        scenario: c.scenario.clone(),
        estimate: number(c.estimate),
        interval: format!("[{}, {}]", number(c.low), number(c.high)),
        n: c.n.to_string(),
        weight: number(c.weight),
        expects: format!("{} / {}", sign(places[0]), sign(places[1])),
        from: format!("{from:.1}"),
        width: format!("{:.1}", to - from),
        mark: format!("{:.1}", percent(bounded(c.estimate))),
        open: !excludes_nothing(c),
    }
}

fn pair(page: &Page, p: &TranscriptPair) -> PairView {
    let nowhere = ScenarioPage {
        name: p.scenario.clone(),
        question: String::new(),
        source: String::new(),
        factors: Vec::new(),
        limits: Vec::new(),
        gates: Vec::new(),
        transcripts: Vec::new(),
    };
    let scenario = page.scenarios.iter().find(|s| s.name == p.scenario).unwrap_or(&nowhere);
    let differs = |c: &&trace::Clause, other: &Transcript| {
        let twin = other.clauses.iter().find(|o| o.slot == c.slot && o.role == c.role);
        twin.is_none_or(|twin| words(twin) != words(c))
    };
    let side = |head: &str, own: &Transcript, other: &Transcript| SideView {
        head: head.into(),
        cell: own.cell.clone(),
        changed: own.clauses.iter().filter(|c| differs(c, other)).map(|c| clause(scenario, c)).collect(),
        asks: own.asks.iter().take(ASKS).map(ask).collect(),
        outcome: own.outcome.clone(),
    };
    let shared = p.with.clauses.iter().filter(|c| !differs(c, &p.without));
    PairView {
        contrast: p.contrast.clone(),
        says: p.says.clone(),
        scenario: p.scenario.clone(),
        shared: shared.map(|c| clause(scenario, c)).collect(),
        sides: vec![side("without", &p.without, &p.with), side("with", &p.with, &p.without)],
    }
}

fn words(c: &trace::Clause) -> String {
    c.spans.iter().map(|s| s.text.as_str()).collect()
}
