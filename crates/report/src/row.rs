//! The rows of contrasts on a terminal: model, a small forest, estimate, interval, n, verdict; the
//! same columns in every scenario.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::escape::one_line;
use crate::size::Sizes;
use crate::style::{Style, Tone};
use crate::words::{NOTHING, count, interval, is_control, numbers, shortened, signed, verdict};
use crate::{Estimate, Findings, Verdict};

const NAME_MAX: usize = 30;
const FOREST_MAX: usize = 25;
const FOREST_MIN: usize = 13;
const VERDICT: usize = 13;
/// With less room for a name there are no columns.
const MODEL_MIN: usize = 16;
/// Indent, and the gaps between six columns.
const GAPS: usize = 4 + 2 * 4 + 1;

/// One row, as text.
pub(crate) struct Entry {
    model: String,
    estimate: String,
    interval: String,
    n: String,
    verdict: String,
    tone: Tone,
}

impl Entry {
    pub(crate) fn new(e: &Estimate, mark: String, sizes: &Sizes) -> Self {
        let shown = shown(e);
        Self {
            model: one_line(&sizes.label(&e.model), 200).replace('\u{a0}', " "),
            estimate: shown.map_or(NOTHING.into(), |s| signed(s.0)),
            interval: shown.map_or(String::new(), |s| interval(s.1, s.2)),
            n: count(e.n),
            verdict: format!("{} {mark}", verdict(e.verdict)).trim_end().to_owned(),
            tone: tone(e),
        }
    }
}

fn tone(e: &Estimate) -> Tone {
    match e.verdict {
        _ if is_control(&e.model) => Tone::Quiet,
        Verdict::Positive | Verdict::Negative => Tone::Found,
        Verdict::CannotTell => Tone::Warm,
        Verdict::Equivalent | Verdict::Undecided => Tone::Plain,
    }
}

fn shown(e: &Estimate) -> Option<(f64, f64, f64)> {
    numbers(e).filter(|_| e.verdict != Verdict::CannotTell)
}

/// How wide each column is.
pub(crate) struct Columns {
    model: usize,
    forest: usize,
    estimate: usize,
    interval: usize,
    n: usize,
    /// Too narrow for columns: each row stands on two lines.
    pub(crate) narrow: bool,
    width: usize,
}

impl Columns {
    /// The same for all scenarios; the forest gets what is left, or is left out.
    pub(crate) fn new(f: &Findings, width: usize) -> Self {
        let sizes = Sizes::of(f);
        let entries: Vec<Entry> = f.estimates.iter().map(|e| Entry::new(e, String::new(), &sizes)).collect();
        let widest = |text: fn(&Entry) -> &str, least: usize| {
            entries.iter().map(|e| text(e).chars().count()).max().unwrap_or(0).max(least)
        };
        let (estimate, interval, n) =
            (widest(|e| &e.estimate, 8), widest(|e| &e.interval, 14), widest(|e| &e.n, 3));
        let room = width.saturating_sub(GAPS + VERDICT + estimate + interval + n);
        let model = widest(|e| &e.model, 12).min(NAME_MAX).min(room);
        let forest = room.saturating_sub(model + 2).min(FOREST_MAX);
        let forest = if forest < FOREST_MIN { 0 } else { forest - (forest + 1) % 2 };
        let narrow = room < MODEL_MIN.min(widest(|e| &e.model, 0));
        Self { model, forest, estimate, interval, n, narrow, width }
    }

    fn widths(&self) -> Vec<usize> {
        let mut out = vec![self.model + 4];
        if self.forest > 0 {
            out.push(self.forest + 2);
        }
        out.extend([self.estimate + 2, self.interval + 1, self.n + 2, VERDICT + 2]);
        out
    }
}

/// A header and one line for each entry.
pub(crate) fn rendered(entries: &[Entry], of: &[&Estimate], columns: &Columns, style: Style) -> Vec<String> {
    if columns.narrow {
        return narrow(entries, columns.width, style);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let ends: Vec<f64> = of.iter().map(|e| reach(of, &e.unit)).collect();
    table.add_row(header(of, columns));
    for ((entry, e), end) in entries.iter().zip(of).zip(&ends) {
        table.add_row(cells(entry, &forest(e, *end, columns.forest), columns));
    }
    constrain(&mut table, columns);
    let tones = [Tone::Quiet].into_iter().chain(entries.iter().map(|e| e.tone));
    let lines: Vec<String> = table.lines().collect();
    lines.iter().zip(tones).map(|(line, tone)| style.paint(tone, line.trim_end())).collect()
}

/// No header, and two lines for each entry: who and what is told; the numbers.
fn narrow(entries: &[Entry], width: usize, style: Style) -> Vec<String> {
    let mut lines = vec![String::new()];
    for e in entries {
        let name = shortened(&e.model, width - 4 - 2 - VERDICT);
        let numbers = format!("{} {}", e.estimate, e.interval);
        lines.push(style.paint(e.tone, &format!("    {name}  {}", e.verdict)));
        lines.push(style.paint(e.tone, &format!("      {} n {}", numbers.trim_end(), e.n)));
    }
    lines
}

fn constrain(table: &mut Table, columns: &Columns) {
    let right = if columns.forest > 0 { [2, 4] } else { [1, 3] };
    for (i, width) in columns.widths().into_iter().enumerate() {
        if let Some(column) = table.column_mut(i) {
            column.set_padding((0, 0));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width as u16)));
            if right.contains(&i) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
}

fn cells(e: &Entry, forest: &str, columns: &Columns) -> Vec<String> {
    let mut out = vec![format!("    {}", shortened(&e.model, columns.model))];
    if columns.forest > 0 {
        out.push(format!("  {forest}"));
    }
    out.extend([e.estimate.clone(), format!(" {}", e.interval), e.n.clone(), format!("  {}", e.verdict)]);
    out
}

fn header(of: &[&Estimate], columns: &Columns) -> Vec<String> {
    let mut out = vec![String::new()];
    if columns.forest > 0 {
        out.push(format!("  {}", scale(of, columns.forest)));
    }
    out.extend(["estimate".into(), " 95 % interval".into(), "n".into(), "  verdict".into()]);
    if let Some(level) = of.first().map(|e| e.level * 100.0).filter(|l| l.round() != 95.0) {
        let place = out.len() - 3;
        out[place] = format!(" {level:.0} % interval");
    }
    out
}

/// The ends of the small forest; with several units only its signs.
fn scale(of: &[&Estimate], width: usize) -> String {
    let mut units: Vec<&str> = of.iter().map(|e| e.unit.as_str()).collect();
    units.dedup();
    units.sort_unstable();
    units.dedup();
    let (low, high) = match units[..] {
        [unit] => (tick(-reach(of, unit)), tick(reach(of, unit))),
        _ => ("−".to_owned(), "+".to_owned()),
    };
    let half = width / 2;
    format!("{low:half$}0{high:>half$}")
}

fn tick(x: f64) -> String {
    signed(x).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How far the axis reaches from zero, for one unit: a round number.
fn reach(of: &[&Estimate], unit: &str) -> f64 {
    let ends = of.iter().filter(|e| e.unit == unit).filter_map(|e| shown(e));
    let far = ends.map(|(_, low, high)| low.abs().max(high.abs())).fold(0.05, f64::max);
    let power = 10f64.powf(far.log10().floor());
    let round = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0].map(|r| r * power);
    round.into_iter().find(|r| *r >= far * 0.999).unwrap_or(10.0 * power)
}

/// `      │  ──●──  `: zero, the interval, the estimate.
fn forest(e: &Estimate, reach: f64, width: usize) -> String {
    let mut out = vec![' '; width];
    let half = (width / 2) as f64;
    let place = |x: f64| ((x / reach).clamp(-1.0, 1.0) * half + half).round() as usize;
    if let Some((at, low, high)) = shown(e) {
        for c in out.iter_mut().take(place(high) + 1).skip(place(low)) {
            *c = '─';
        }
        // An interval that rounds up to zero without holding it does not cross the line.
        let crossed = if low <= 0.0 && high >= 0.0 { '┼' } else { '│' };
        set(&mut out, place(0.0), '│', crossed);
        if let Some(c) = out.get_mut(place(at)) {
            *c = point(e.verdict);
        }
    } else {
        set(&mut out, place(0.0), '│', '│');
    }
    out.into_iter().collect()
}

fn set(out: &mut [char], place: usize, free: char, crossed: char) {
    if let Some(c) = out.get_mut(place) {
        *c = if *c == ' ' { free } else { crossed };
    }
}

fn point(v: Verdict) -> char {
    match v {
        Verdict::Positive | Verdict::Negative => '●',
        Verdict::Equivalent => '◆',
        Verdict::Undecided | Verdict::CannotTell => '○',
    }
}
