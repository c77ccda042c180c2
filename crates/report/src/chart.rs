//! A chart of rows: groups with a heading, in each row a label at the left, marks with intervals on
//! one shared axis, and the numbers at the right. The axis, the grid, the scale and the SVG are
//! kuva's; the rows are composed here, since its own forest plot knows neither groups nor rows
//! without a mark.

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::render::axis::{add_axes_and_grid, add_labels_and_title};
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::render::{Primitive, Scene, TextAnchor};
use kuva::render::theme::Theme;

use crate::escape::one_line;
use crate::paint::{AXIS, BAND, CONTROL, GRID, INK, MUTED, PAPER};
use crate::words::{clipped, wrapped};

const WIDTH: f64 = 760.0;
const LEFT: f64 = 186.0;
const RIGHT: f64 = 216.0;
const OF: f64 = 46.0;
const FOOT: f64 = 52.0;
const LINE: f64 = 16.0;
const HEADING: f64 = 24.0;
const GAP: f64 = 8.0;
const LABEL_CHARS: usize = 27;
const LABEL_LINES: usize = 4;
const NOTE_CHARS: usize = 36;
const LABEL_BYTES_MAX: usize = 300;

pub(crate) struct Chart {
    pub axis: Axis,
    pub legend: Vec<(Mark, String)>,
    pub groups: Vec<Group>,
}

pub(crate) struct Axis {
    pub label: String,
    pub low: f64,
    pub high: f64,
    pub step: f64,
    pub tick: fn(f64) -> String,
    /// Dashed lines at values that matter.
    pub lines: Vec<f64>,
}

pub(crate) struct Group {
    pub heading: String,
    /// A shaded range of the axis.
    pub band: Option<(f64, f64)>,
    pub rows: Vec<Row>,
}

pub(crate) struct Row {
    pub label: String,
    pub muted: bool,
    pub lines: Vec<Line>,
}

/// One reading: a mark where there is one, and its numbers in words.
pub(crate) struct Line {
    pub reading: Option<Reading>,
    pub note: String,
    /// Of how many, where the note does not say it.
    pub of: String,
    /// What the note says at length, shown on hovering.
    pub told: String,
}

pub(crate) struct Reading {
    pub mark: Mark,
    pub at: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub colour: &'static str,
    pub shape: Shape,
}

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Square,
    Hollow,
    Diamond,
    Dot,
    Ring,
    Band,
}

impl Chart {
    /// The chart as SVG, without a heading.
    pub(crate) fn svg(&self) -> String {
        let mut pen = Pen::new(self);
        pen.legend(self);
        for group in &self.groups {
            pen.group(group);
        }
        pen.reference_lines(&self.axis.lines);
        pen.finish()
    }

    fn height(&self) -> f64 {
        let groups: f64 = self.groups.iter().map(Group::height).sum();
        legend_height(&self.legend) + groups + FOOT
    }
}

impl Group {
    fn headings(&self) -> Vec<String> {
        wrapped(&plain(&self.heading), 110)
    }

    fn height(&self) -> f64 {
        let rows: f64 = self.rows.iter().map(Row::height).sum();
        HEADING + (self.headings().len() - 1) as f64 * LINE + rows + GAP
    }
}

impl Row {
    fn labels(&self) -> Vec<String> {
        let mut lines = wrapped(&plain(&self.label), LABEL_CHARS);
        if lines.len() > LABEL_LINES {
            lines.truncate(LABEL_LINES);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        lines
    }

    fn height(&self) -> f64 {
        self.labels().len().max(self.lines.len()).max(1) as f64 * LINE
            + if self.lines.len() > 1 { 8.0 } else { 4.0 }
    }
}

/// Text for a figure: visible, on one line, and without the sign that kuva reads as mathematics.
pub(crate) fn plain(text: &str) -> String {
    one_line(text, LABEL_BYTES_MAX).replace('$', "＄")
}

fn legend_rows(legend: &[(Mark, String)]) -> Vec<Vec<&(Mark, String)>> {
    let mut rows: Vec<Vec<&(Mark, String)>> = Vec::new();
    let mut x = f64::INFINITY;
    for entry in legend {
        let width = legend_width(entry);
        if x + width > WIDTH {
            rows.push(Vec::new());
            x = 0.0;
        }
        x += width;
        if let Some(row) = rows.last_mut() {
            row.push(entry);
        }
    }
    rows
}

fn legend_text(entry: &(Mark, String)) -> String {
    clipped(&plain(&entry.1), 60)
}

fn legend_width(entry: &(Mark, String)) -> f64 {
    38.0 + legend_text(entry).chars().count() as f64 * 6.4
}

fn legend_height(legend: &[(Mark, String)]) -> f64 {
    6.0 + legend_rows(legend).len() as f64 * 20.0
}

/// Draws from the top down.
struct Pen {
    scene: Scene,
    scale: ComputedLayout,
    y: f64,
}

impl Pen {
    fn new(chart: &Chart) -> Self {
        let layout = layout(chart);
        let scale = ComputedLayout::from_layout(&layout);
        let mut scene = Scene::new(WIDTH, chart.height()).with_background(None);
        scene.text_color = Some(INK.into());
        scene.font_family = Some("ui-sans-serif, system-ui, 'DejaVu Sans', sans-serif".into());
        add_axes_and_grid(&mut scene, &scale, &layout);
        add_labels_and_title(&mut scene, &scale, &layout);
        scene.elements.retain(|p| !frames(p, &scale));
        Self { scene, scale, y: 0.0 }
    }

    fn legend(&mut self, chart: &Chart) {
        for row in legend_rows(&chart.legend) {
            let mut x = 0.0;
            for entry in row {
                self.mark(entry.0, x + 12.0, self.y + 10.0);
                self.text(x + 26.0, self.y + 14.0, legend_text(entry), 11, MUTED);
                x += legend_width(entry);
            }
            self.y += 20.0;
        }
        self.y += 6.0;
    }

    fn group(&mut self, group: &Group) {
        if let Some((low, high)) = group.band {
            self.band(low, high, group.height() - GAP);
        }
        for (i, heading) in group.headings().into_iter().enumerate() {
            self.blank(self.y + i as f64 * LINE);
            self.bold(0.0, self.y + 16.0 + i as f64 * LINE, heading);
        }
        self.y += HEADING + (group.headings().len() - 1) as f64 * LINE;
        for row in &group.rows {
            self.row(row);
        }
        self.y += GAP;
    }

    /// Interrupts the grid under a heading, which may be long.
    fn blank(&mut self, y: f64) {
        self.scene.elements.push(Primitive::Rect {
            x: LEFT - 2.0,
            y: y - 1.0,
            width: WIDTH - LEFT - RIGHT + 4.0,
            height: HEADING - 1.0,
            fill: Color::from(PAPER),
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
    }

    /// The band goes under the grid: it is the first thing drawn.
    fn band(&mut self, low: f64, high: f64, height: f64) {
        let (x1, x2) = (self.x(low), self.x(high));
        let rect = Primitive::Rect {
            x: x1,
            y: self.y + HEADING - 2.0,
            width: (x2 - x1).max(0.0),
            height: height - HEADING + 2.0,
            fill: Color::from(BAND),
            stroke: None,
            stroke_width: None,
            opacity: None,
        };
        self.scene.elements.insert(0, rect);
    }

    fn row(&mut self, row: &Row) {
        let height = row.height();
        let labels = row.labels();
        let top = self.y + (height - labels.len() as f64 * LINE) / 2.0;
        let colour = if row.muted { MUTED } else { INK };
        for (i, label) in labels.into_iter().enumerate() {
            self.text(12.0, top + i as f64 * LINE + 12.0, label, 12, colour);
        }
        let top = self.y + (height - row.lines.len() as f64 * LINE) / 2.0;
        for (i, line) in row.lines.iter().enumerate() {
            self.line(line, top + (i as f64 + 0.5) * LINE, colour);
        }
        self.y += height;
    }

    fn line(&mut self, line: &Line, y: f64, colour: &'static str) {
        self.scene.elements.push(Primitive::GroupStart {
            transform: None,
            title: Some(plain(&line.told)),
            extra_attrs: Some("class=\"reading\"".into()),
        });
        if let Some(reading) = &line.reading {
            self.reading(reading, y);
        }
        let note = clipped(&plain(&line.note), NOTE_CHARS);
        let control = line.reading.as_ref().is_some_and(|r| r.mark.colour == CONTROL);
        let colour = if control { MUTED } else { colour };
        self.text(WIDTH - RIGHT + 14.0, y + 4.0, note, 12, colour);
        self.text(WIDTH - OF, y + 4.0, plain(&line.of), 12, MUTED);
        self.scene.elements.push(Primitive::GroupEnd);
    }

    fn reading(&mut self, r: &Reading, y: f64) {
        let colour = r.mark.colour;
        self.stroke((self.x(r.low), y), (self.x(r.high), y), colour, 2.0, None);
        self.mark(r.mark, self.x(r.at), y);
    }

    fn mark(&mut self, mark: Mark, x: f64, y: f64) {
        let fill = Color::from(mark.colour);
        let paper = Color::from(PAPER);
        match mark.shape {
            Shape::Square => self.rect(x, y, (8.0, 8.0), fill.clone(), fill),
            Shape::Hollow => self.rect(x, y, (7.0, 7.0), paper, fill),
            Shape::Dot => self.circle(x, y, fill.clone(), fill),
            Shape::Ring => self.circle(x, y, paper, fill),
            Shape::Band => self.rect(x, y, (18.0, 12.0), Color::from(BAND), Color::from(GRID)),
            Shape::Diamond => {
                self.turned(x, y);
                self.rect(x, y, (7.0, 7.0), fill.clone(), fill);
                self.scene.elements.push(Primitive::GroupEnd);
            }
        }
    }

    fn turned(&mut self, x: f64, y: f64) {
        self.scene.elements.push(Primitive::GroupStart {
            transform: Some(format!("rotate(45 {x:.2} {y:.2})")),
            title: None,
            extra_attrs: None,
        });
    }

    fn rect(&mut self, x: f64, y: f64, size: (f64, f64), fill: Color, stroke: Color) {
        self.scene.elements.push(Primitive::Rect {
            x: x - size.0 / 2.0,
            y: y - size.1 / 2.0,
            width: size.0,
            height: size.1,
            fill,
            stroke: Some(stroke),
            stroke_width: Some(1.5),
            opacity: None,
        });
    }

    fn circle(&mut self, x: f64, y: f64, fill: Color, stroke: Color) {
        self.scene.elements.push(Primitive::Circle {
            cx: x,
            cy: y,
            r: 3.8,
            fill,
            fill_opacity: None,
            stroke: Some(stroke),
            stroke_width: Some(1.5),
        });
    }

    fn reference_lines(&mut self, at: &[f64]) {
        let (top, bottom) = (self.scale.margin_top, self.scale.height - self.scale.margin_bottom);
        for x in at {
            let x = self.x(*x);
            // Under the marks, over the bands and the grid.
            let line = stroke((x, top), (x, bottom), MUTED, 1.0, Some("3,3"));
            let first = self.scene.elements.iter().position(|p| matches!(p, Primitive::Text { .. }));
            self.scene.elements.insert(first.unwrap_or(0), line);
        }
    }

    fn stroke(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64, dash: Option<&str>) {
        self.scene.elements.push(stroke(from, to, colour, width, dash));
    }

    fn text(&mut self, x: f64, y: f64, content: String, size: u32, colour: &str) {
        self.scene.elements.push(Primitive::Text {
            x,
            y,
            content,
            size,
            anchor: TextAnchor::Start,
            rotate: None,
            bold: false,
            color: Some(Color::from(colour)),
        });
    }

    fn bold(&mut self, x: f64, y: f64, content: String) {
        self.text(x, y, content, 12, INK);
        if let Some(Primitive::Text { bold, .. }) = self.scene.elements.last_mut() {
            *bold = true;
        }
    }

    /// Where a value lies; what is off the axis stands at its end.
    fn x(&self, value: f64) -> f64 {
        let (left, right) = (self.scale.margin_left, self.scale.width - self.scale.margin_right);
        let x = self.scale.map_x(value);
        if x.is_finite() { x.clamp(left, right) } else { left }
    }

    fn finish(self) -> String {
        SvgBackend::new().render_scene(&self.scene)
    }
}

fn stroke(from: (f64, f64), to: (f64, f64), colour: &str, width: f64, dash: Option<&str>) -> Primitive {
    Primitive::Line {
        x1: from.0,
        y1: from.1,
        x2: to.0,
        y2: to.1,
        stroke: Color::from(colour),
        stroke_width: width,
        stroke_dasharray: dash.map(str::to_owned),
    }
}

fn layout(chart: &Chart) -> Layout {
    let axis = &chart.axis;
    let mut layout = Layout::new((axis.low, axis.high), (0.0, 1.0))
        .with_width(WIDTH)
        .with_height(chart.height())
        .with_force_margins(LEFT, RIGHT)
        .with_force_margins_y(legend_height(&chart.legend), FOOT)
        .with_clamp_axis()
        .with_x_tick_step(axis.step)
        .with_y_tick_step(1.0)
        .with_x_tick_format(TickFormat::Custom(Arc::new(axis.tick)))
        .with_x_label(plain(&axis.label))
        .with_label_size(12)
        .with_tick_size(11)
        .with_theme(theme());
    layout.suppress_y_ticks = true;
    layout
}

pub(crate) fn theme() -> Theme {
    Theme {
        background: "none".into(),
        axis_color: AXIS.into(),
        grid_color: GRID.into(),
        tick_color: AXIS.into(),
        text_color: INK.into(),
        ..Theme::light()
    }
}

/// The vertical axis and the lines across: rows need neither.
fn frames(p: &Primitive, scale: &ComputedLayout) -> bool {
    let Primitive::Line { x1, y1, x2, y2, .. } = p else {
        return false;
    };
    let upright = x1 == x2 && *x1 == scale.margin_left && (y2 - y1).abs() > 20.0;
    let across = y1 == y2 && *y1 < scale.height - scale.margin_bottom - 1.0;
    upright || across
}
