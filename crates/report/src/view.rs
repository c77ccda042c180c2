//! The page as the template reads it: strings only, in the order in which they are shown.

use minijinja::Value;
use serde::Serialize;

use crate::calibration::{CalibrationView, calibrations, sentence};
use crate::dossier::{BeliefView, DossierView, FieldView, belief, dossiers, field};
use crate::figure::{distinct, scenarios, together};
use crate::frontier::{self, RemedyView};
use crate::judge::{AgreementView, JudgementView, agreement, judgement};
use crate::replay::Room;
use crate::size::Sizes;
use crate::summary::summary;
use crate::transcript::{TranscriptView, transcript};
use crate::wording::{self, WordingsView};
use crate::words::{
    count, duration, index, interval, is_control, mean, numbers, p_value, price, rate, share, signed, verdict,
};
use crate::{
    Calibration, Cell, Estimate, Figure, Findings, Gate, Hypothesis, Index, Judgement, Mean, Missing, Page,
    ScenarioPage, Verdict, svg,
};

#[derive(Serialize)]
pub(crate) struct PageView {
    run: String,
    study: String,
    models: Vec<Named>,
    summary: Vec<String>,
    /// Whether there is a game to step through.
    plays: bool,
    scenarios: Vec<ScenarioView>,
    agreements: Vec<AgreementView>,
    dossiers: Vec<DossierView>,
    field: Option<FieldView>,
    belief: Option<BeliefView>,
    cost: Vec<(String, String)>,
    caveats: Vec<String>,
    reproduce: String,
    bill: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    control: bool,
}

#[derive(Serialize, Default)]
struct ScenarioView {
    id: String,
    name: String,
    question: String,
    source: String,
    factors: Vec<FactorView>,
    limits: Vec<String>,
    /// Where several models are compared: one figure for each contrast.
    contrast_figures: Vec<Value>,
    forests: Vec<Value>,
    /// One contrast level by level of another factor.
    profile_figures: Vec<(String, Value)>,
    estimates: Vec<Group<EstimateView>>,
    hypotheses: Vec<Hypothesis>,
    judgements: Vec<Group<JudgementView>>,
    gates: Vec<GateView>,
    cell_figures: Vec<Value>,
    indices: Vec<Group<RateView>>,
    frontier_figures: Vec<(String, Value)>,
    frontiers: Vec<Group<RemedyView>>,
    means: Vec<Group<RateView>>,
    rates: Vec<Group<RateView>>,
    wording_figures: Vec<Value>,
    wordings: WordingsView,
    instrument: String,
    calibration_figures: Vec<Value>,
    calibration: Vec<Group<CalibrationView>>,
    missing: Vec<MissingView>,
    transcripts: Vec<TranscriptView>,
    control_transcripts: Vec<TranscriptView>,
    /// How many more controls' transcripts there are: they are on record.
    control_transcripts_more: usize,
}

/// So many controls' timelines of a scenario the page shows: each is a few kilobytes.
const CONTROL_TIMELINES_MAX: usize = 12;

#[derive(Serialize)]
struct FactorView {
    name: String,
    class: String,
    levels: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct Group<T> {
    heading: String,
    detail: String,
    rows: Vec<T>,
}

#[derive(Serialize)]
struct EstimateView {
    model: String,
    control: bool,
    estimate: String,
    interval: String,
    n: String,
    clusters: String,
    p: String,
    verdict: &'static str,
    class: &'static str,
    because: String,
}

#[derive(Serialize)]
pub(crate) struct GateView {
    model: String,
    control: bool,
    what: String,
    rate: String,
    threshold: String,
    chance: String,
    passed: bool,
}

#[derive(Serialize)]
struct RateView {
    cell: String,
    model: String,
    control: bool,
    rate: String,
}

#[derive(Serialize)]
struct MissingView {
    model: String,
    control: bool,
    kind: String,
    why: &'static str,
    n: String,
    of: String,
}

impl PageView {
    pub(crate) fn new(page: &Page, figures: &[(String, Figure)]) -> Self {
        let f = &page.findings;
        let views = scenarios(page).into_iter().enumerate();
        let all = page.scenarios.iter().flat_map(|s| &s.transcripts);
        let played = all.filter_map(|t| Some((is_control(&t.model), t.replay.as_ref()?)));
        let (controls, models): (Vec<_>, Vec<_>) = played.partition(|(control, _)| *control);
        let [controls, models] =
            [controls, models].map(|of| of.into_iter().map(|(_, r)| r).collect::<Vec<_>>());
        let room = Room::of(&models, &controls);
        Self {
            run: f.run.clone(),
            study: f.study.clone(),
            models: named(f),
            summary: summary(f),
            plays: !models.is_empty() || !controls.is_empty(),
            scenarios: views.map(|(i, name)| scenario(page, figures, i, name, room)).collect(),
            agreements: f.agreements.iter().map(agreement).collect(),
            dossiers: dossiers(page),
            field: field(f),
            belief: belief(f),
            cost: cost(f),
            caveats: page.caveats.clone(),
            reproduce: page.reproduce.join("\n"),
            bill: page.bill.clone(),
        }
    }
}

fn named(f: &Findings) -> Vec<Named> {
    let sizes = Sizes::of(f);
    let named = |m: &String| Named { name: sizes.label(m), control: is_control(m) };
    sizes.sorted(&f.models, |m| m).into_iter().map(named).collect()
}

fn cost(f: &Findings) -> Vec<(String, String)> {
    let c = &f.cost;
    let until = f.until.iter().filter(|u| !is_control(&u.model)).map(|u| ("until".to_owned(), u.words()));
    [
        ("requests", format!("{}, of them {} from the cache", count(c.requests), count(c.cached))),
        ("prompt tokens", count(c.prompt_tokens)),
        ("completion tokens", count(c.completion_tokens)),
        ("price", price(f)),
        ("time", duration(c.wall_s)),
    ]
    .map(|(what, much)| (what.to_owned(), much))
    .into_iter()
    .chain(until)
    .collect()
}

fn scenario(page: &Page, figures: &[(String, Figure)], i: usize, name: String, room: Room) -> ScenarioView {
    let f = &page.findings;
    let calibration: Vec<&Calibration> = f.calibration.iter().filter(|c| c.scenario == name).collect();
    let measured = ScenarioView {
        id: format!("scenario-{}", i + 1),
        estimates: estimates(f, &name),
        rates: rates(f, &name),
        indices: indices(f, &name),
        frontier_figures: titled(figures, &name, |f| matches!(f, Figure::Frontier(_))),
        frontiers: frontier::table(f, &name),
        means: means(f, &name),
        instrument: sentence(&calibration),
        calibration: calibrations(calibration),
        missing: missings(f, &name),
        hypotheses: page.findings.hypotheses.iter().filter(|h| h.scenario == name).cloned().collect(),
        judgements: judgements(f, &name),
        wordings: wording::view(page, &name),
        contrast_figures: drawn(
            figures,
            &name,
            |f| matches!(f, Figure::Forest(f) if f.estimand.is_some() && f.by.is_none()),
        ),
        profile_figures: titled(figures, &name, |f| matches!(f, Figure::Forest(f) if f.by.is_some())),
        forests: drawn(figures, &name, |f| matches!(f, Figure::Forest(f) if f.estimand.is_none())),
        wording_figures: drawn(figures, &name, |f| matches!(f, Figure::Wordings(_))),
        cell_figures: drawn(figures, &name, |f| matches!(f, Figure::Cells(_))),
        calibration_figures: drawn(figures, &name, |f| matches!(f, Figure::Calibration(_))),
        ..ScenarioView::default()
    };
    match page.scenarios.iter().find(|s| s.name == name) {
        Some(told) => told_of(told, measured, i, room, &Sizes::of(f)),
        None => ScenarioView { name, ..measured },
    }
}

fn told_of(s: &ScenarioPage, measured: ScenarioView, i: usize, room: Room, sizes: &Sizes) -> ScenarioView {
    let all = s.transcripts.iter().enumerate();
    let (controls, models) = all.partition::<Vec<_>, _>(|(_, t)| is_control(&t.model));
    let timelines = controls.iter().any(|(_, t)| t.timeline.is_some());
    let most = if timelines { CONTROL_TIMELINES_MAX } else { controls.len() };
    let kept = spread(controls.len(), most);
    let more = controls.len() - kept.len();
    let controls = kept.into_iter().map(|at| controls[at]).collect();
    let views = |of: Vec<(usize, &crate::Transcript)>, room| {
        of.into_iter().map(|(at, t)| transcript(s, t, &format!("g{i}-{at}"), room)).collect()
    };
    ScenarioView {
        name: s.name.clone(),
        question: s.question.clone(),
        source: s.source.clone(),
        factors: s.factors.iter().map(|(name, levels)| factor(s, name, levels)).collect(),
        limits: s.limits.clone(),
        gates: sizes.sorted(&s.gates, |g| &g.model).into_iter().map(|g| gate(g, sizes)).collect(),
        transcripts: views(models, room.models),
        control_transcripts: views(controls, room.controls),
        control_transcripts_more: more,
        ..measured
    }
}

/// At most `most` places of `n`, evenly spread: every control has its turn.
fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|i| i * n / most).collect() }
}

fn drawn(figures: &[(String, Figure)], name: &str, kind: impl Fn(&Figure) -> bool) -> Vec<Value> {
    let of = figures.iter().map(|(_, f)| f).filter(|f| f.scenario() == name && kind(f));
    of.map(|f| Value::from_safe_string(svg(f))).collect()
}

/// The same, each with its heading.
fn titled(figures: &[(String, Figure)], name: &str, kind: impl Fn(&Figure) -> bool) -> Vec<(String, Value)> {
    let of = figures.iter().map(|(_, f)| f).filter(|f| f.scenario() == name && kind(f));
    let titled = |f: &Figure| {
        let title = f.title().split_once(": ").map_or(f.title(), |(_, title)| title);
        (title.to_owned(), Value::from_safe_string(svg(f)))
    };
    of.map(titled).collect()
}

fn factor(s: &ScenarioPage, name: &str, levels: &[String]) -> FactorView {
    FactorView { name: name.to_owned(), class: factor_class(s, name), levels: levels.to_vec() }
}

/// One of six colours; a factor that the scenario does not list has the last.
pub(crate) fn factor_class(s: &ScenarioPage, name: &str) -> String {
    let place = s.factors.iter().position(|(factor, _)| factor == name);
    format!("f{}", place.map_or(5, |p| p % 5))
}

fn estimates(f: &Findings, name: &str) -> Vec<Group<EstimateView>> {
    let of: Vec<&Estimate> = f.estimates.iter().filter(|e| e.scenario == name).collect();
    let key = |e: &&Estimate| format!("{} · {}", e.estimand, e.contrast);
    let sizes = Sizes::of(f);
    grouped(of, key, |e| sizes.rank(&e.model), detail, |e| estimate(e, &sizes))
}

/// What the rows of a contrast share.
fn detail(rows: &[&Estimate]) -> String {
    let methods = distinct(rows.iter().map(|e| e.method.clone())).join(", ");
    let first = rows.first();
    let (unit, margin) = first.map_or(("", 0.0), |e| (e.unit.as_str(), e.margin));
    let level = first.map_or(0.95, |e| e.level) * 100.0;
    format!("in {unit}; equivalent within ±{margin:.2}; {level:.0} % intervals; {methods}")
}

fn estimate(e: &Estimate, sizes: &Sizes) -> EstimateView {
    let shown = numbers(e).filter(|_| e.verdict != Verdict::CannotTell);
    EstimateView {
        model: sizes.label(&e.model),
        control: is_control(&e.model),
        estimate: shown.map_or(crate::words::NOTHING.into(), |(at, ..)| signed(at)),
        interval: shown.map_or(crate::words::NOTHING.into(), |(_, low, high)| interval(low, high)),
        n: count(e.n),
        clusters: count(e.clusters),
        p: p_value(e.p_adjusted),
        verdict: verdict(e.verdict),
        class: e.verdict.word(),
        because: e.because.clone().unwrap_or_default(),
    }
}

fn rates(f: &Findings, name: &str) -> Vec<Group<RateView>> {
    let of: Vec<&Cell> = f.cells.iter().filter(|c| c.scenario == name).collect();
    let sizes = Sizes::of(f);
    let view = |c: &&Cell| RateView {
        cell: c.cell.clone(),
        model: sizes.label(&c.model),
        control: is_control(&c.model),
        rate: rate(c.k, c.n, c.low, c.high),
    };
    grouped(of, |c| c.outcome.clone(), |c| sizes.rank(&c.model), |_| String::new(), view)
}

fn means(f: &Findings, name: &str) -> Vec<Group<RateView>> {
    let of: Vec<&Mean> = f.means.iter().filter(|m| m.scenario == name).collect();
    let sizes = Sizes::of(f);
    let view = |m: &&Mean| RateView {
        cell: m.cell.clone(),
        model: sizes.label(&m.model),
        control: is_control(&m.model),
        rate: mean(m),
    };
    grouped(of, |m| m.outcome.clone(), |m| sizes.rank(&m.model), |_| String::new(), view)
}

fn indices(f: &Findings, name: &str) -> Vec<Group<RateView>> {
    let of: Vec<&Index> = f.indices.iter().filter(|i| i.scenario == name).collect();
    let sizes = Sizes::of(f);
    let view = |i: &&Index| RateView {
        cell: i.because.clone().unwrap_or_default(),
        model: sizes.label(&i.model),
        control: is_control(&i.model),
        rate: index(i),
    };
    let says = |rows: &[&Index]| rows.first().map_or(String::new(), |i| i.says.clone());
    grouped(of, |i| i.index.clone(), |i| sizes.rank(&i.model), says, view)
}

fn judgements(f: &Findings, name: &str) -> Vec<Group<JudgementView>> {
    let of: Vec<&Judgement> = f.judgements.iter().filter(|j| j.scenario == name).collect();
    let sizes = Sizes::of(f);
    grouped(of, |j| j.question.clone(), |j| sizes.rank(&j.model), |_| String::new(), |j| judgement(j, &sizes))
}

pub(crate) fn grouped<T, V, K: Ord>(
    rows: Vec<T>,
    key: impl Fn(&T) -> String,
    rank: impl Fn(&T) -> K,
    detail: impl Fn(&[T]) -> String,
    view: impl Fn(&T) -> V,
) -> Vec<Group<V>> {
    let rows = together(rows, &key, rank);
    let groups = rows.chunk_by(|a, b| key(a) == key(b));
    let group =
        |g: &[T]| Group { heading: key(&g[0]), detail: detail(g), rows: g.iter().map(&view).collect() };
    groups.map(group).collect()
}

pub(crate) fn gate(g: &Gate, sizes: &Sizes) -> GateView {
    GateView {
        model: sizes.label(&g.model),
        control: is_control(&g.model),
        what: g.what.clone(),
        rate: rate(g.k, g.n, g.low, g.high),
        threshold: share(g.threshold),
        chance: share(g.chance),
        passed: g.passed,
    }
}

fn missings(f: &Findings, name: &str) -> Vec<MissingView> {
    let sizes = Sizes::of(f);
    let of = f.missing.iter().filter(|m| m.scenario == name && m.n > 0);
    sizes.sorted(of, |m| &m.model).into_iter().map(|m| missing(m, &sizes)).collect()
}

fn missing(m: &Missing, sizes: &Sizes) -> MissingView {
    MissingView {
        model: sizes.label(&m.model),
        control: is_control(&m.model),
        kind: m.kind.clone(),
        why: why(&m.kind),
        n: count(m.n),
        of: count(m.of),
    }
}

fn why(kind: &str) -> &'static str {
    match kind {
        "refused" => "the model declined to answer",
        "filtered" => "the provider's filter withheld the answer",
        "unparsed" => "the answer names none of the options, or more than one",
        "incomplete" => {
            "the provider failed, or the budget or the limit of turns was reached; a later run plays it again"
        }
        "unscored" => "the answer came, but its measure could not be read from it",
        _ => "",
    }
}
