//! A figure becomes SVG: legible in light and dark, without fonts, scripts or anything from outside.

use crate::chart::{Axis, Chart, Group, Line, Mark, Reading, Row, Shape};
use crate::escape::one_line;
use crate::figure::{DetectionRow, Detections, Forest, ForestRow, RateRow, Rates, distinct};
use crate::frontier;
use crate::paint::{self, CONTROL, GOOD, MODELS};
use crate::size::labelled;
use crate::words::{count, interval, rate, share, signed, verdict};
use crate::{Figure, Verdict};

/// The figure as one SVG document, which may also stand inside an HTML page.
pub fn svg(figure: &Figure) -> String {
    let (drawn, described) = match figure {
        Figure::Forest(f) => (forest(f).svg(), told_forest(f)),
        Figure::Cells(f) | Figure::Wordings(f) => (rates(f).svg(), told_rates(f)),
        Figure::Calibration(f) => (detections(f).svg(), told_detections(f)),
        Figure::Frontier(f) => (frontier::drawn(f), frontier::told(f)),
    };
    dressed(&drawn, figure.title(), &described)
}

/// kuva's SVG with a view box, words for those who do not see it, and dark colours.
fn dressed(svg: &str, title: &str, described: &str) -> String {
    let Some((open, body)) = svg.split_once('>') else {
        return String::new();
    };
    let body = body.split_once("-->").map_or(body, |(_, body)| body);
    format!(
        "{open} viewBox=\"0 0 {} {}\" class=\"ephor-figure\" role=\"img\" aria-label=\"{}\">{}<desc>{}</desc>{body}",
        attribute(open, "width"),
        attribute(open, "height"),
        escaped(title),
        paint::style(),
        escaped(described)
    )
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let after = tag.split_once(&format!("{name}=\"")).map_or("0", |(_, after)| after);
    after.split('"').next().unwrap_or("0")
}

fn escaped(text: &str) -> String {
    let text = one_line(text, 4000);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn grouped<T>(rows: &[T], heading: impl Fn(&T) -> &str) -> Vec<(String, Vec<&T>)> {
    let names = distinct(rows.iter().map(|r| heading(r).to_owned()));
    let of = |name: &str| rows.iter().filter(|r| heading(r) == name).collect();
    names.into_iter().map(|name| (name.clone(), of(&name))).collect()
}

fn forest(f: &Forest) -> Chart {
    let group = |(heading, rows): (String, Vec<&ForestRow>)| Group {
        heading,
        band: rows.first().map(|r| (f.zero - r.margin, f.zero + r.margin)),
        rows: rows.into_iter().map(forest_row).collect(),
    };
    Chart {
        axis: forest_axis(f),
        legend: forest_legend(f),
        groups: grouped(&f.rows, |r| &r.group).into_iter().map(group).collect(),
    }
}

fn forest_axis(f: &Forest) -> Axis {
    let ends = f.rows.iter().flat_map(|r| [r.low, r.high, Some(f.zero - r.margin), Some(f.zero + r.margin)]);
    let far = ends.flatten().filter(|x| x.is_finite()).map(|x| (x - f.zero).abs()).fold(0.0, f64::max);
    let step = round_step(far.max(0.02) / 3.0);
    let half = (far.max(step) / step).ceil() * step;
    Axis {
        label: f.x_label.clone(),
        low: f.zero - half,
        high: f.zero + half,
        step,
        tick: |x| signed_tick(x),
        lines: vec![f.zero],
    }
}

/// 1, 2 or 5 times a power of ten, at least `x`.
pub(crate) fn round_step(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= x * 0.999);
    factor.unwrap_or(10.0) * power
}

pub(crate) fn signed_tick(x: f64) -> String {
    let text = signed(x);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0".into() } else { short.to_owned() }
}

fn forest_legend(f: &Forest) -> Vec<(Mark, String)> {
    let has = |v: Verdict| f.rows.iter().any(|r| r.verdict == v && r.estimate.is_some());
    let mark = |shape| Mark { colour: MODELS[0], shape };
    let mut out = Vec::new();
    if has(Verdict::Positive) || has(Verdict::Negative) {
        out.push((mark(Shape::Square), "positive or negative".to_owned()));
    }
    if has(Verdict::Equivalent) {
        out.push((mark(Shape::Diamond), "equivalent".to_owned()));
    }
    if has(Verdict::Undecided) {
        out.push((mark(Shape::Hollow), "undecided".to_owned()));
    }
    if f.rows.iter().any(|r| r.control) {
        out.push((Mark { colour: CONTROL, shape: Shape::Square }, "control".to_owned()));
    }
    out.push((mark(Shape::Band), "equivalence margin".to_owned()));
    out
}

fn forest_row(r: &ForestRow) -> Row {
    let colour = if r.control { CONTROL } else { MODELS[0] };
    let mark = Mark { colour, shape: shape_of(r.verdict) };
    let numbers = r.estimate.zip(r.low).zip(r.high).map(|((at, low), high)| (at, low, high));
    let note = match numbers {
        Some((at, low, high)) => format!("{} {}", signed(at), interval(low, high)),
        None => verdict(r.verdict).to_owned(),
    };
    let reading = numbers.map(|(at, low, high)| Reading { mark, at, low, high });
    let of = format!("n {}", count(r.n));
    let label = labelled(&r.label, r.parameters);
    let told = format!("{label}: {note}, {of}: {}", verdict(r.verdict));
    Row { label, muted: r.control, lines: vec![Line { reading, note, of, told }] }
}

fn shape_of(v: Verdict) -> Shape {
    match v {
        Verdict::Positive | Verdict::Negative => Shape::Square,
        Verdict::Equivalent => Shape::Diamond,
        Verdict::Undecided | Verdict::CannotTell => Shape::Hollow,
    }
}

fn told_forest(f: &Forest) -> String {
    let rows = f.rows.iter().map(|r| format!("{}, {}", r.group, forest_row(r).lines[0].told));
    rows.collect::<Vec<_>>().join(". ")
}

fn rates(f: &Rates) -> Chart {
    let marks = model_marks(&f.rows);
    let group = |(heading, rows): (String, Vec<&RateRow>)| Group {
        heading,
        band: None,
        rows: cell_rows(&rows, &marks),
    };
    Chart {
        axis: share_axis(&f.x_label, vec![]),
        legend: marks.iter().map(|(model, mark)| (*mark, labelled(model, size_of(f, model)))).collect(),
        groups: grouped(&f.rows, |r| &r.group).into_iter().map(group).collect(),
    }
}

fn size_of(f: &Rates, model: &str) -> Option<u64> {
    f.rows.iter().find(|r| r.model == model)?.parameters
}

/// A colour for each model, and with more models than colours another shape; controls are grey and tell themselves apart by shape.
fn model_marks(rows: &[RateRow]) -> Vec<(String, Mark)> {
    const SHAPES: [Shape; 4] = [Shape::Ring, Shape::Hollow, Shape::Diamond, Shape::Square];
    let models = distinct(rows.iter().map(|r| (r.control, r.model.clone())));
    const FILLED: [Shape; 3] = [Shape::Dot, Shape::Diamond, Shape::Square];
    let mut controls = SHAPES.into_iter().cycle();
    let mut others = FILLED.into_iter().cycle().flat_map(|shape| MODELS.map(|colour| Mark { colour, shape }));
    let mut mark = |control: bool| match control {
        true => Mark { colour: CONTROL, shape: controls.next().unwrap_or(Shape::Ring) },
        false => others.next().unwrap_or(Mark { colour: MODELS[0], shape: Shape::Dot }),
    };
    models.into_iter().map(|(control, model)| (model, mark(control))).collect()
}

fn cell_rows(rows: &[&RateRow], marks: &[(String, Mark)]) -> Vec<Row> {
    let cells = distinct(rows.iter().map(|r| r.label.clone()));
    let of = |cell: &str| rows.iter().filter(|r| r.label == cell).map(|r| rate_line(r, marks)).collect();
    cells.into_iter().map(|cell| Row { lines: of(&cell), label: cell, muted: false }).collect()
}

fn rate_line(r: &RateRow, marks: &[(String, Mark)]) -> Line {
    let note = rate(r.k, r.n, r.low, r.high);
    let mark = marks.iter().find(|(model, _)| *model == r.model).map(|(_, mark)| *mark);
    let reading = mark.filter(|_| r.n > 0).map(|mark| Reading {
        mark,
        at: r.k as f64 / r.n as f64,
        low: r.low,
        high: r.high,
    });
    Line { reading, told: format!("{}, {}: {note}", r.model, r.label), note, of: String::new() }
}

fn told_rates(f: &Rates) -> String {
    let told =
        |r: &RateRow| format!("{}, {}, {}: {}", r.group, r.label, r.model, rate(r.k, r.n, r.low, r.high));
    f.rows.iter().map(told).collect::<Vec<_>>().join(". ")
}

fn share_axis(label: &str, lines: Vec<f64>) -> Axis {
    Axis { label: label.to_owned(), low: 0.0, high: 1.0, step: 0.2, tick: |x| share_tick(x), lines }
}

fn share_tick(x: f64) -> String {
    let text = share(x);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0".into() } else { short.to_owned() }
}

fn detections(f: &Detections) -> Chart {
    let group = |(heading, rows): (String, Vec<&DetectionRow>)| Group {
        heading,
        band: None,
        rows: rows.into_iter().map(detection_row).collect(),
    };
    let positive = format!("positive control: should be found in ≥ {}", share(f.positive_at_least));
    let negative = format!("negative control: in ≤ {}", share(f.negative_at_most));
    Chart {
        axis: share_axis(&f.x_label, vec![f.negative_at_most, f.positive_at_least]),
        legend: vec![(control_mark(true), positive), (control_mark(false), negative)],
        groups: grouped(&f.rows, |r| &r.group).into_iter().map(group).collect(),
    }
}

fn control_mark(positive: bool) -> Mark {
    match positive {
        true => Mark { colour: GOOD, shape: Shape::Dot },
        false => Mark { colour: CONTROL, shape: Shape::Ring },
    }
}

fn detection_row(r: &DetectionRow) -> Row {
    let note = rate(r.detected, r.n, r.low, r.high);
    let reading = (r.n > 0).then(|| Reading {
        mark: control_mark(r.positive),
        at: r.detected as f64 / r.n as f64,
        low: r.low,
        high: r.high,
    });
    let kind = if r.positive { "positive" } else { "negative" };
    let told = format!("{kind} control {}: {note}", r.label);
    Row {
        label: r.label.clone(),
        muted: !r.positive,
        lines: vec![Line { reading, note, of: String::new(), told }],
    }
}

fn told_detections(f: &Detections) -> String {
    let rows = f.rows.iter().map(|r| format!("{}, {}", r.group, detection_row(r).lines[0].told));
    rows.collect::<Vec<_>>().join(". ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.3), 0.5);
        assert_eq!(round_step(0.2), 0.2);
        assert_eq!(round_step(7.0), 10.0);
        assert_eq!(signed_tick(0.5), "+0.5");
        assert_eq!(signed_tick(-2.0), "−2");
        assert_eq!(signed_tick(0.0), "0");
        assert_eq!(share_tick(0.2), ".2");
        assert_eq!(share_tick(1.0), "1");
        assert_eq!(share_tick(0.0), "0");
    }
}
