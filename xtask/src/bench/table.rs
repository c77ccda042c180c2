//! Rows of measurements as a Markdown table and its notes.

use std::fmt::Write as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Less,
    More,
}

/// What stands beside a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Peer {
    /// There is none, or it was not asked for.
    None,
    Measured {
        name: String,
        value: f64,
    },
    Missing {
        why: String,
    },
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Row {
    pub figure: String,
    pub value: f64,
    pub unit: &'static str,
    pub better: Better,
    pub target: Option<f64>,
    pub peer: Peer,
    /// n and how it was measured.
    pub how: String,
}

impl Row {
    fn cells(&self) -> [String; 6] {
        let Self { unit, value, .. } = self;
        let (target, mark) = match self.target {
            None => ("–".to_owned(), String::new()),
            Some(target) => {
                let (sign, reached) = match self.better {
                    Better::Less => ("≤", *value <= target),
                    Better::More => ("≥", *value >= target),
                };
                (format!("{sign} {} {unit}", number(target)), if reached { "✓" } else { "✗" }.to_owned())
            }
        };
        let (peer, ratio) = match &self.peer {
            Peer::None => ("–".to_owned(), "–".to_owned()),
            Peer::Missing { .. } => ("not measured here".to_owned(), "–".to_owned()),
            Peer::Measured { name, value: theirs } => {
                let ratio = match self.better {
                    Better::Less => theirs / value,
                    Better::More => value / theirs,
                };
                (format!("{} {unit} ({name})", number(*theirs)), format!("{}×", number(ratio)))
            }
        };
        [self.figure.clone(), format!("{} {unit}", number(*value)), target, mark, peer, ratio]
    }
}

const HEADINGS: [&str; 6] = ["figure", "measured", "target", "", "peer", "better by"];

/// The table.
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(rows.iter().map(Row::cells));
    let width = |at: usize| lines.iter().map(|cells| cells[at].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for (n, cells) in lines.iter().enumerate() {
        let padded: Vec<String> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "| {} |", padded.join(" | "));
        if n == 0 {
            let rules: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
            let _ = writeln!(text, "|-{}-|", rules.join("-|-"));
        }
    }
    text
}

/// One note per figure: how it was measured, and why a peer is missing. Equal notes stand once.
pub fn notes(rows: &[Row]) -> String {
    let mut notes: Vec<(String, Vec<&str>)> = Vec::new();
    for row in rows {
        let missing = match &row.peer {
            Peer::Missing { why } => format!(" Peer not measured here: {why}."),
            _ => String::new(),
        };
        let note = format!("{}{missing}", row.how);
        match notes.iter_mut().find(|(known, _)| *known == note) {
            Some((_, figures)) => figures.push(&row.figure),
            None => notes.push((note, vec![&row.figure])),
        }
    }
    notes
        .iter()
        .fold(String::new(), |text, (note, figures)| text + &format!("- {}: {note}\n", figures.join("; ")))
}

/// Three significant digits, thousands with commas.
fn number(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    if x.abs() < 99.95 {
        let digits = if x == 0.0 { 0 } else { 2 - x.abs().log10().floor() as i32 };
        let text = format!("{x:.*}", digits.clamp(0, 6) as usize);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        return text.to_owned();
    }
    let whole = format!("{x:.0}");
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64, better: Better, target: Option<f64>, peer: Peer) -> Row {
        Row { figure: "calls".into(), value, unit: "s", better, target, peer, how: "n = 1".into() }
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.0865, 4.4, 9.996, 12.34, 99.96, 123.4, 65_000.0, f64::INFINITY].map(number);
        assert_eq!(shown, ["0", "0.0865", "4.4", "10", "12.3", "100", "123", "65,000", "–"]);
    }

    #[test]
    fn a_table_marks_targets_and_ratios() {
        let peer = Peer::Measured { name: "Inspect".into(), value: 40.0 };
        let rows = [
            row(4.0, Better::Less, Some(4.4), peer.clone()),
            row(5.0, Better::Less, Some(4.4), Peer::Missing { why: "no pip".into() }),
            row(20.0, Better::More, None, peer),
        ];
        let expected = "\
| figure | measured | target  |   | peer              | better by |
|--------|----------|---------|---|-------------------|-----------|
| calls  | 4 s      | ≤ 4.4 s | ✓ | 40 s (Inspect)    | 10×       |
| calls  | 5 s      | ≤ 4.4 s | ✗ | not measured here | –         |
| calls  | 20 s     | –       |   | 40 s (Inspect)    | 0.5×      |
";
        assert_eq!(table(&rows), expected);
        assert_eq!(notes(&rows), "- calls; calls: n = 1\n- calls: n = 1 Peer not measured here: no pip.\n");
    }
}
