//! Remedies by gain and harm: wording, structure and shams in one figure, and what the figure cannot say
//! (what is left, where it went, what was denied, what it took) as a table.

use crate::chart::{plain, theme};
use crate::figure::distinct;
use crate::paint::{BAND, CONTROL, MODELS, MUTED};
use crate::size::Sizes;
use crate::view::{Group, grouped};
use crate::words::{NOTHING, count, interval, is_control, rate, signed};
use crate::{Figure, Findings, Frontier, Latency, Page, Remedied, Remedy, Share, Shift, Side};
use kuva::backend::svg::SvgBackend;
use kuva::plot::annotations::{ReferenceLine, ShadedRegion};
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::plot::{LegendEntry, LegendPosition, LegendShape};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
/// About what the axes and the legend leave of the width.
const PLOT_WIDTH: f64 = 570.0;
/// Most letters of a label: one that is wider than the plot can be placed nowhere in it.
const LABEL_MAX: usize = 56;

/// Remedies by what they cost (across) and what they buy (up).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remedies {
    pub scenario: String,
    pub title: String,
    pub model: String,
    pub x_label: String,
    pub y_label: String,
    /// Harm from −corner to +corner is none.
    pub corner: f64,
    pub points: Vec<RemedyPoint>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemedyPoint {
    /// The level.
    pub label: String,
    pub remedy: Remedy,
    pub gain: Shift,
    pub harm: Shift,
}

/// One figure for each frontier and model that the study is about.
pub(crate) fn frontiers(page: &Page, scenario: &str) -> Vec<(String, Figure)> {
    let f = &page.findings;
    let sizes = Sizes::of(f);
    let of = f.frontiers.iter().filter(|x| x.scenario == scenario && f.models.contains(&x.model));
    let figure = |x: &Frontier| {
        let point = |r: &Remedied| RemedyPoint {
            label: r.level.clone(),
            remedy: r.remedy,
            gain: r.gain.clone(),
            harm: r.harm.clone(),
        };
        let figure = Remedies {
            scenario: scenario.to_owned(),
            title: format!("{scenario}: {}, {}", x.frontier, sizes.label(&x.model)),
            model: x.model.clone(),
            x_label: format!("harm: {}", moves(&x.harm)),
            y_label: format!("gain: {}", moves(&x.gain)),
            corner: x.corner,
            points: x.remedies.iter().map(point).collect(),
        };
        let name = format!("frontier-{}", x.frontier);
        let name = if f.models.len() > 1 { format!("{name}-{}", x.model) } else { name };
        (name, Figure::Frontier(figure))
    };
    sizes.sorted(of, |x| &x.model).into_iter().map(figure).collect()
}

/// The figure as SVG, without a heading.
pub(crate) fn drawn(f: &Remedies) -> String {
    let (x, y) = (range(f, |p| &p.harm), range(f, |p| &p.gain));
    let at = |p: &RemedyPoint| (p.harm.estimate, p.gain.estimate);
    let (mut plots, mut legend) = (Vec::new(), Vec::new());
    for (remedy, marker, colour, says) in MARKS {
        let of: Vec<&RemedyPoint> = f.points.iter().filter(|p| p.remedy == remedy).collect();
        if of.is_empty() {
            continue;
        }
        let plot = ScatterPlot::new()
            .with_data(of.iter().map(|p| at(p)))
            .with_x_err_asymmetric(of.iter().map(|p| arms(&p.harm)))
            .with_y_err_asymmetric(of.iter().map(|p| arms(&p.gain)))
            .with_color(colour)
            .with_size(4.5)
            .with_marker(marker);
        plots.push(Plot::Scatter(plot));
        let shape = LegendShape::Marker(marker);
        legend.push(LegendEntry { label: says.into(), color: colour.into(), shape, dasharray: None });
    }
    // Over all kinds at once, so that no label stands on another; remedies in one place share theirs.
    let places = distinct(f.points.iter().map(place));
    let of = |here: &[i64; 2]| f.points.iter().filter(|p| place(p) == *here).collect::<Vec<_>>();
    let names = |here: &[i64; 2]| label(&of(here).iter().map(|p| p.label.as_str()).collect::<Vec<_>>());
    // At the right of its mark, clear of the upright bar.
    let right = |here: &[i64; 2]| {
        let pixels = names(here).chars().count() as f64 * 3.4 + 12.0;
        of(here).first().map(|p| (p.harm.estimate + pixels * (x.1 - x.0) / PLOT_WIDTH, p.gain.estimate))
    };
    let labels = ScatterPlot::new()
        .with_data(places.iter().filter_map(right))
        .with_size(0.0)
        .with_labels(places.iter().map(|here| plain(&names(here))))
        .with_repel_labels();
    plots.push(Plot::Scatter(labels));
    let layout = Layout::new(x, y)
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_x_label(plain(&f.x_label))
        .with_y_label(plain(&f.y_label))
        .with_label_size(12)
        .with_tick_size(11)
        .with_body_size(12)
        .with_legend_entries(legend)
        .with_legend_position(LegendPosition::OutsideRightTop)
        .with_legend_box(false)
        .with_x_tick_step(step(x))
        .with_y_tick_step(step(y))
        .with_tick_format(TickFormat::Custom(Arc::new(crate::svg::signed_tick)))
        .with_shaded_region(ShadedRegion::vertical(-f.corner, f.corner).with_color(BAND).with_opacity(1.0))
        .with_reference_line(zero(ReferenceLine::horizontal(0.0)))
        .with_reference_line(zero(ReferenceLine::vertical(0.0)))
        .with_font_family("ui-sans-serif, system-ui, 'DejaVu Sans', sans-serif")
        .with_theme(theme());
    SvgBackend::new().render_scene(&render_multiple(plots, layout))
}

/// About six ticks, at numbers of two digits at most.
fn step((low, high): (f64, f64)) -> f64 {
    crate::svg::round_step(((high - low) / 6.0).max(0.02))
}

/// Where a mark lies, in thousandths: what is nearer than that lies in one place.
fn place(p: &RemedyPoint) -> [i64; 2] {
    [&p.harm, &p.gain].map(|s| (s.estimate * 1e3).round() as i64)
}

/// The names of the remedies in one place, as many as fit; the table has them all.
fn label(names: &[&str]) -> String {
    let first = |kept: usize| match names.len() - kept {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..kept].join(", ")),
    };
    let mut shorter = (1..=names.len()).rev().map(first);
    let fits = shorter.find(|label| label.chars().count() <= LABEL_MAX);
    // A level's name that is too long itself.
    fits.unwrap_or_else(|| crate::one_line(names.first().copied().unwrap_or_default(), LABEL_MAX))
}

/// What a mark means, from the most to the least of a remedy.
const MARKS: [(Remedy, MarkerShape, &str, &str); 3] = [
    (Remedy::Structure, MarkerShape::Square, MODELS[0], "structure"),
    (Remedy::Wording, MarkerShape::Circle, MODELS[1], "wording"),
    (Remedy::Sham, MarkerShape::Cross, CONTROL, "sham"),
];

fn zero(line: ReferenceLine) -> ReferenceLine {
    line.with_color(MUTED).with_dasharray("3 3")
}

/// From a mark to the ends of its interval.
fn arms(shift: &Shift) -> (f64, f64) {
    let end = |end: Option<f64>| end.map_or(0.0, |end| (end - shift.estimate).abs());
    (end(shift.low), end(shift.high))
}

/// All of the intervals, zero and the corner, with room for the labels.
fn range(f: &Remedies, side: impl Fn(&RemedyPoint) -> &Shift) -> (f64, f64) {
    let of = |s: &Shift| [Some(s.estimate), s.low, s.high];
    let ends = f.points.iter().flat_map(|p| of(side(p))).flatten().chain([-f.corner, f.corner]);
    let (low, high) = ends.filter(|x| x.is_finite()).fold((0.0f64, 0.0f64), |(l, h), x| (l.min(x), h.max(x)));
    let room = (high - low).max(0.1) * 0.12;
    (low - room, high + room)
}

/// `effort rises`.
fn moves(side: &Side) -> String {
    format!("{} {}", side.outcome, if side.rises { "rises" } else { "falls" })
}

/// `effort rises at condition=active`.
fn moves_at(side: &Side) -> String {
    let at: Vec<String> = side.at.iter().map(|(factor, level)| format!("{factor}={level}")).collect();
    if at.is_empty() { moves(side) } else { format!("{} at {}", moves(side), at.join("/")) }
}

/// The figure in words.
pub(crate) fn told(f: &Remedies) -> String {
    let row = |p: &RemedyPoint| {
        format!("{}, {}: gain {}, harm {}", f.model, p.label, shift(&p.gain), shift(&p.harm))
    };
    f.points.iter().map(row).collect::<Vec<_>>().join(". ")
}

/// `+0.42 [+0.30, +0.55]`; where all clusters say the same an interval would have no width.
fn shift(s: &Shift) -> String {
    match s.low.zip(s.high) {
        Some((low, high)) if low == high => {
            format!("{} in every cluster, n {}", signed(s.estimate), count(s.n))
        }
        Some((low, high)) => format!("{} {}", signed(s.estimate), interval(low, high)),
        None => format!("{} (too few clusters for an interval)", signed(s.estimate)),
    }
}

fn share(s: &Option<Share>) -> String {
    s.as_ref().map_or(NOTHING.into(), |s| rate(s.k, s.n, s.low, s.high))
}

fn latency(l: &Latency) -> String {
    format!("p50 {:.3} ms, p99 {:.3} ms, {} acts", l.p50_ms, l.p99_ms, count(l.n))
}

/// One remedy of one model, as a row.
#[derive(Serialize)]
pub(crate) struct RemedyView {
    model: String,
    control: bool,
    level: String,
    kind: Remedy,
    gain: String,
    harm: String,
    residual: String,
    harmed: String,
    denied: String,
    displaced: Vec<String>,
    latency: String,
}

/// The rows of a scenario, under what each frontier says.
pub(crate) fn table(f: &Findings, scenario: &str) -> Vec<Group<RemedyView>> {
    let of = f.frontiers.iter().filter(|x| x.scenario == scenario);
    let rows: Vec<(&Frontier, &Remedied)> = of.flat_map(|x| x.remedies.iter().map(move |r| (x, r))).collect();
    let sizes = Sizes::of(f);
    let says = |rows: &[(&Frontier, &Remedied)]| {
        let first = rows.first().map(|(x, _)| x);
        first.map_or(String::new(), |x| {
            format!("{} Gain: {}. Harm: {}.", x.says, moves_at(&x.gain), moves_at(&x.harm))
        })
    };
    let view = |(x, r): &(&Frontier, &Remedied)| RemedyView {
        model: sizes.label(&x.model),
        control: is_control(&x.model),
        level: r.level.clone(),
        kind: r.remedy,
        gain: shift(&r.gain),
        harm: shift(&r.harm),
        residual: share(&r.residual),
        harmed: share(&r.harmed),
        denied: share(&r.denied),
        displaced: r.displaced.iter().map(|d| format!("{}: {}", d.outcome, shift(&d.shift))).collect(),
        latency: r.latency.as_ref().map_or(NOTHING.into(), latency),
    };
    grouped(rows, |(x, _)| x.frontier.clone(), |(x, _)| sizes.rank(&x.model), says, view)
}

/// The remedies of the study's own models, a line each.
pub(crate) fn lines(f: &Findings, scenario: &str) -> Vec<String> {
    let of = f.frontiers.iter().filter(|x| x.scenario == scenario && f.models.contains(&x.model));
    let line = |x: &Frontier, r: &Remedied| {
        let left = r.residual.is_some().then(|| format!("left {}", share(&r.residual)));
        let denied = r.denied.is_some().then(|| format!("denied {}", share(&r.denied)));
        let pace = r.latency.as_ref().map(|l| format!("p50 {:.3} ms, p99 {:.3} ms", l.p50_ms, l.p99_ms));
        let gained = [format!("gain {}", shift(&r.gain)), format!("harm {}", shift(&r.harm))];
        let told: Vec<String> = gained.into_iter().chain(left).chain(denied).chain(pace).collect();
        let doubt = if x.because.is_some() { "; its gate failed" } else { "" };
        format!("{}={} for {}: {}{doubt}", x.factor, r.level, x.model, told.join("; "))
    };
    of.flat_map(|x| x.remedies.iter().map(move |r| line(x, r))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &str) {
        assert_eq!(label(names), expected);
    }

    #[test]
    fn a_label_is_no_wider_than_the_plot() {
        check(&["enforce", "shadow"], "enforce, shadow");
        let rooms = ["enforce", "without-register", "without-grant", "without-switch", "without-weigh"];
        check(&rooms, "enforce, without-register, without-grant and 2 more");
        check(&[&"x".repeat(80)], &format!("{}… 24 more bytes", "x".repeat(56)));
    }

    /// Where nothing changes anything, all remedies lie in one place.
    #[test]
    fn remedies_in_one_place_are_drawn() {
        let none = || Shift { estimate: 0.0, low: Some(0.0), high: Some(0.0), n: 20 };
        let point = |n| RemedyPoint {
            label: format!("without-a-room-{n}"),
            remedy: Remedy::Structure,
            gain: none(),
            harm: none(),
        };
        let figure = Remedies {
            scenario: "office".into(),
            title: "office".into(),
            model: "control/honest".into(),
            x_label: "harm".into(),
            y_label: "gain".into(),
            corner: 0.05,
            points: (0..9).map(point).collect(),
        };
        assert!(drawn(&figure).contains("and 7 more"));
    }
}
