//! The first screen of `ephor run`: per scenario the question, the contrasts with a small forest, why
//! something cannot be told, and what the controls say of the instrument.

mod diagnosis;

use crate::calibration::sentence;
use crate::escape::one_line;
use crate::figure::{distinct, scenarios, together};
use crate::judge;
use crate::row::{Columns, Entry, rendered};
use crate::size::Sizes;
use crate::style::{Style, Tone};
use crate::words::{
    clipped, cost, count, counted, index, is_control, list, mean, rate, share, shortened, wrapped,
};
use crate::{Calibration, Cell, Estimate, Findings, Gate, Missing, Page, Verdict};

const NAME_BYTES_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 1000;
const FACT_BYTES_MAX: usize = 4000;
const LABEL: usize = 12;
/// The narrowest terminal that is not overrun.
const WIDTH_MIN: usize = 40;

/// What a run found, for a terminal `width` columns wide; ANSI colours only where `colour` says so.
pub fn terminal(page: &Page, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.head(&page.findings);
    let columns = Columns::new(&page.findings, screen.width);
    for name in scenarios(page) {
        screen.scenario(page, &name, &columns);
    }
    screen.judges(&page.findings);
    screen.diagnoses(&page.findings);
    screen.foot(page);
    screen.out
}

/// How far the judges of a run agree with labels and with each other, for a terminal.
pub fn agreements(findings: &Findings, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.judges(findings);
    screen.out
}

/// What a run says of its models' dispositions, and why, for a terminal.
pub fn diagnoses(findings: &Findings, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.diagnoses_whole(findings);
    screen.out
}

/// How often each outcome was seen in each cell of one scenario, for a terminal.
pub fn cells(findings: &Findings, scenario: &str, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.title(scenario);
    let of: Vec<&Cell> = findings.cells.iter().filter(|c| c.scenario == scenario).collect();
    let sizes = Sizes::of(findings);
    let of = together(of, |c| c.outcome.clone(), |c| sizes.rank(&c.model));
    for group in of.chunk_by(|a, b| a.outcome == b.outcome) {
        screen.heading(&group[0].outcome, "");
        for c in group {
            screen.cell(c);
        }
    }
    screen.out
}

struct Screen {
    out: String,
    width: usize,
    style: Style,
}

impl Screen {
    fn new(width: usize, colour: bool) -> Self {
        let style = if colour { Style::Ansi } else { Style::Plain };
        Self { out: String::new(), width: width.clamp(WIDTH_MIN, 120), style }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn head(&mut self, f: &Findings) {
        let (controls, models): (Vec<_>, Vec<_>) =
            Sizes::of(f).sorted(&f.models, |m| m).into_iter().map(|m| name(m)).partition(|m| is_control(m));
        let mut who = models;
        if !controls.is_empty() {
            who.push(counted(controls.len() as u64, "control"));
        }
        self.titled("", &name(&f.study), &format!("· {}", list(&who)));
    }

    fn scenario(&mut self, page: &Page, scenario: &str, columns: &Columns) {
        let f = &page.findings;
        self.line("");
        self.question(page, scenario);
        let of: Vec<&Estimate> = f.estimates.iter().filter(|e| e.scenario == scenario).collect();
        let sizes = Sizes::of(f);
        let of = together(of, contrast, |e| sizes.rank(&e.model));
        let reasons = reasons(&of);
        self.estimates(&of, &reasons, columns, &sizes);
        self.reasons(&reasons);
        if of.is_empty() {
            self.means(f, scenario);
        }
        self.indices(f, scenario);
        self.frontiers(f, scenario);
        self.hypotheses(f, scenario);
        self.judged(f, scenario);
        let told = page.scenarios.iter().find(|s| s.name == scenario);
        let gates = told.map_or(&[][..], |s| &s.gates);
        self.gates(&sizes.sorted(gates, |g| &g.model), &reasons);
        let calibration: Vec<&Calibration> =
            f.calibration.iter().filter(|c| c.scenario == scenario).collect();
        self.fact("instrument", &sentence(&calibration), Tone::Plain);
        let missing = f.missing.iter().filter(|m| m.scenario == scenario && m.n > 0);
        self.missing(sizes.sorted(missing, |m| &m.model));
    }

    fn question(&mut self, page: &Page, scenario: &str) {
        let question = page.scenarios.iter().find(|s| s.name == scenario).map_or("", |s| &s.question);
        self.title(scenario);
        for part in wrapped(&text(question), self.width - 2).iter().filter(|p| !p.is_empty()) {
            self.line(&format!("  {part}"));
        }
    }

    fn estimates(&mut self, of: &[&Estimate], reasons: &[String], columns: &Columns, sizes: &Sizes) {
        let entries: Vec<Entry> = of.iter().map(|e| Entry::new(e, mark(e, reasons), sizes)).collect();
        let mut lines = rendered(&entries, of, columns, self.style).into_iter();
        let header = lines.next().filter(|_| !of.is_empty());
        if header.is_some() {
            self.line("");
        }
        if let Some(header) = header.filter(|_| !columns.narrow) {
            self.line(&header);
        }
        for group in of.chunk_by(|a, b| contrast(a) == contrast(b)) {
            let e = group[0];
            self.heading(&e.estimand, &format!("· {} ({})", text(&e.contrast), name(&e.unit)));
            let lines_each = if columns.narrow { 2 } else { 1 };
            for line in lines.by_ref().take(lines_each * group.len()) {
                self.line(&line);
            }
        }
        self.line("");
    }

    fn heading(&mut self, head: &str, rest: &str) {
        self.titled("  ", &name(head), rest);
    }

    fn title(&mut self, scenario: &str) {
        self.titled("", &name(scenario), "");
    }

    /// A strong head and what belongs to it, on one line where both have room.
    fn titled(&mut self, indent: &str, head: &str, rest: &str) {
        let room = self.width - indent.len();
        let heads = wrapped(head, room);
        let taken = heads.last().map_or(0, |h| h.chars().count()) + 1;
        let beside = room.saturating_sub(taken);
        // Beside a long head there is no room for words.
        let (first, rest) = match beside >= room / 3 {
            true => split(rest, beside, room - 2),
            false => (String::new(), wrapped(rest, room - 2)),
        };
        for (i, part) in heads.iter().enumerate() {
            let strong = self.style.paint(Tone::Strong, part);
            let quiet = self.style.paint(Tone::Quiet, if i + 1 == heads.len() { &first } else { "" });
            self.line(&format!("{indent}{strong} {quiet}"));
        }
        for part in rest.iter().filter(|p| !p.is_empty()) {
            let quiet = self.style.paint(Tone::Quiet, part);
            self.line(&format!("{indent}  {quiet}"));
        }
    }

    fn reasons(&mut self, reasons: &[String]) {
        for (i, reason) in reasons.iter().enumerate() {
            let lead = format!("{} cannot tell: ", raised(i + 1));
            self.hanging(&lead, reason, Tone::Warm);
        }
    }

    /// What outcomes come to, where no contrast stands for them: in a pilot.
    fn means(&mut self, f: &Findings, scenario: &str) {
        for m in f.means.iter().filter(|m| m.scenario == scenario) {
            let told = format!("{} in {}: {} {}", name(&m.model), name(&m.cell), name(&m.outcome), mean(m));
            self.fact("mean", &told, Tone::Plain);
        }
    }

    /// The indices of the study's own models, a line each.
    fn indices(&mut self, f: &Findings, scenario: &str) {
        for i in f.indices.iter().filter(|i| i.scenario == scenario && f.models.contains(&i.model)) {
            let told = format!("{} for {}: {}", name(&i.index), name(&i.model), index(i));
            self.fact("index", &told, Tone::Plain);
        }
    }

    /// What remedies buy and cost.
    fn frontiers(&mut self, f: &Findings, scenario: &str) {
        for line in crate::frontier::lines(f, scenario) {
            self.fact("remedy", &line, Tone::Plain);
        }
    }

    /// How the registered explanations fared, a line for each; why is on the page.
    fn hypotheses(&mut self, f: &Findings, scenario: &str) {
        let of = f.hypotheses.iter().filter(|h| h.scenario == scenario && f.models.contains(&h.model));
        let of = together(of.collect(), |h| h.hypothesis.clone(), |_| 0);
        for same in of.chunk_by(|a, b| a.hypothesis == b.hypothesis) {
            let fared = same.iter().map(|h| format!("{} for {}", h.fared.word(), name(&h.model)));
            let told = format!("{}: {}", name(&same[0].hypothesis), fared.collect::<Vec<_>>().join(", "));
            self.fact("explains", &told, Tone::Plain);
        }
    }

    /// What judges read in the words of the models, over all cells; by cell it is on the page.
    fn judged(&mut self, f: &Findings, scenario: &str) {
        for line in judge::pooled(f, scenario) {
            self.fact("judged", &line, Tone::Plain);
        }
    }

    /// How far the judges can be believed.
    fn judges(&mut self, f: &Findings) {
        if f.agreements.is_empty() {
            return;
        }
        self.line("");
        self.titled("", "judges", "· how far they agree with labels and with each other");
        for a in &f.agreements {
            let (judge, question) = (name(&a.judge), name(&a.question));
            let (agreed, n) = (count(a.agreed), count(a.n));
            let told =
                format!("{judge} against {}: {}, {agreed}/{n} alike", judge::against(a), judge::kappa(a));
            self.fact(&question, &told, Tone::Plain);
        }
    }

    /// The gates of the models: what they can do. A failed gate that a reason names is not told twice.
    fn gates(&mut self, gates: &[&Gate], reasons: &[String]) {
        // Where no capability cell was played there is nothing to tell of it.
        for g in gates.iter().filter(|g| g.n > 0) {
            let told = reasons.iter().any(|r| r.contains(&*text(&g.what)));
            if if g.passed { is_control(&g.model) } else { told } {
                continue;
            }
            let read = rate(g.k, g.n, g.low, g.high);
            let word = if g.passed { "passed" } else { "failed" };
            let tone = if g.passed { Tone::Plain } else { Tone::Warm };
            let (least, chance) = (share(g.threshold), share(g.chance));
            let told = format!(
                "{} {word}: {}: {read}; {least} needed, chance {chance}",
                name(&g.model),
                text(&g.what)
            );
            self.fact("gate", &told, tone);
        }
    }

    fn missing(&mut self, missing: Vec<&Missing>) {
        let (controls, models): (Vec<_>, Vec<_>) = missing.into_iter().partition(|m| is_control(&m.model));
        let mut parts: Vec<String> = models
            .iter()
            .map(|m| format!("{} {}/{} {}", name(&m.model), count(m.n), count(m.of), name(&m.kind)))
            .collect();
        let n: u64 = controls.iter().map(|m| m.n).sum();
        if n > 0 {
            parts.push(format!("controls {} in all", count(n)));
        }
        let told = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        self.fact("missing", &told, Tone::Plain);
    }

    fn foot(&mut self, page: &Page) {
        self.line("");
        for caveat in &page.caveats {
            self.fact("caveat", &text(caveat), Tone::Warm);
        }
        for until in page.findings.until.iter().filter(|u| !is_control(&u.model)) {
            self.fact("until", &text(&until.words()), Tone::Plain);
        }
        self.fact("cost", &cost(&page.findings), Tone::Plain);
        self.fact("report", &text(&page.findings.report), Tone::Plain);
    }

    /// `  label       text`, wrapped under itself.
    fn fact(&mut self, label: &str, text: &str, tone: Tone) {
        self.hanging(&format!("{label:LABEL$}"), text, tone);
    }

    fn hanging(&mut self, lead: &str, text: &str, tone: Tone) {
        let indent = lead.chars().count();
        let tone_of_lead = if matches!(tone, Tone::Warm) { Tone::Warm } else { Tone::Quiet };
        // The last guard before the terminal: whatever the callers forgot is made visible here.
        let text = one_line(text, FACT_BYTES_MAX);
        for (i, part) in wrapped(&text, self.width - 2 - indent).iter().enumerate() {
            let start = if i == 0 { self.style.paint(tone_of_lead, lead) } else { " ".repeat(indent) };
            self.line(&format!("  {start}{part}"));
        }
    }

    fn cell(&mut self, c: &Cell) {
        let read = rate(c.k, c.n, c.low, c.high);
        if self.width < 80 {
            return self.narrow_cell(c, &read);
        }
        let cell = clipped(&name(&c.cell), self.width - 4 - 24 - 2 - 26);
        let line = format!("{:24} {read:24}  {cell}", shortened(&name(&c.model), 24));
        let tone = if is_control(&c.model) { Tone::Quiet } else { Tone::Plain };
        let painted = self.style.paint(tone, line.trim_end());
        self.line(&format!("    {painted}"));
    }

    fn narrow_cell(&mut self, c: &Cell, read: &str) {
        let model = shortened(&name(&c.model), self.width - 4);
        self.line(&format!("    {model}"));
        for part in wrapped(&name(&c.cell), self.width - 6) {
            self.line(&format!("      {part}"));
        }
        self.line(&format!("      {read}"));
    }
}

/// The first line of at most `beside` characters, and the others of at most `room`.
fn split(text: &str, beside: usize, room: usize) -> (String, Vec<String>) {
    let first = wrapped(text, beside).into_iter().next().unwrap_or_default();
    let left = text.strip_prefix(first.as_str()).unwrap_or("").trim_start();
    let left = if left.is_empty() { Vec::new() } else { wrapped(left, room) };
    (first, left)
}

fn name(s: &str) -> String {
    one_line(s, NAME_BYTES_MAX)
}

fn text(s: &str) -> String {
    one_line(s, TEXT_BYTES_MAX)
}

fn contrast(e: &&Estimate) -> String {
    format!("{} · {}", e.estimand, e.contrast)
}

/// Why something cannot be told, each reason once.
fn reasons(of: &[&Estimate]) -> Vec<String> {
    distinct(of.iter().filter_map(|e| reason(e)))
}

fn reason(e: &Estimate) -> Option<String> {
    (e.verdict == Verdict::CannotTell)
        .then(|| e.because.as_deref().map_or("no reason was recorded".to_owned(), text))
}

/// The raised number of the reason.
fn mark(e: &Estimate, reasons: &[String]) -> String {
    let place = reason(e).and_then(|r| reasons.iter().position(|other| *other == r));
    place.map_or(String::new(), |i| raised(i + 1))
}

fn raised(n: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    n.to_string().chars().filter_map(|c| c.to_digit(10)).map(|d| DIGITS[d as usize]).collect()
}
