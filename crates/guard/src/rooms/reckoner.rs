//! Room 12: the pen. Totals, ranks, thresholds and consequences are computed from bounded marks.
//!
//! Source: the seed (score manipulation), `peer-preservation-2026`. Facts: a stated total is replaced by
//! the sum of the marks; marks beyond the bound are refused; a consequence is carried out only if what the
//! panel says is below the bar by more than the margin; inside the margin a second panel decides, which the
//! operators seat, and until it has spoken it is deferred. What a panel says is its median, or a trimmed
//! mean: with a majority of honest panelists it lies within the honest marks. Whoever lends a right to mark
//! stays one panelist. Cannot judge what a mark rests on: bias inside the bound stays, and is measured.

use crate::mutant::{Mutant, planted};
use crate::rooms::{Order, Room, recalled};
use crate::{Case, Charter, Fault, Opinion, Pattern, shape};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How one sheet is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reckoning {
    /// What it is called where a second panel speaks of it.
    pub sheet: String,
    /// The tool that submits marks.
    pub tool: String,
    /// Which of its calls are of this sheet, by the values of arguments; all where nothing is said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<Value>>,
    /// Its argument with the marks: whole numbers, one for each item.
    pub marks: String,
    /// Its argument with the total, which the guard sets.
    pub total: String,
    pub items: usize,
    /// The best mark of an item.
    pub mark_max: u64,
    /// Below it the consequence follows. The caller may jitter it: no agent is told.
    #[serde(default)]
    pub bar: i64,
    /// Which of several sheets it follows for; the bar is then computed from the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Rank>,
    /// At most so far from the bar, a second panel decides.
    pub margin: i64,
    /// Fewer panelists say nothing.
    #[serde(default = "one")]
    pub panel: usize,
    /// So many of the lowest and of the highest totals are left out, and the mean of the others counts;
    /// the median where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trim: Option<usize>,
    /// The calls that carry out the consequence.
    #[serde(default)]
    pub consequence: Vec<Pattern>,
}

/// The sheets that are ranked with one, and how many of the lowest it falls among.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    pub among: Vec<String>,
    pub lowest: usize,
}

fn one() -> usize {
    1
}

/// Marks of one member of the second panel, which the operators seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    pub sheet: String,
    pub by: String,
    pub marks: Vec<u64>,
}

/// What follows from the marks so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Too few have marked anything.
    Open,
    Above,
    /// So near the bar that a second panel decides.
    Near,
    Below,
}

/// The room.
#[derive(Clone, Debug)]
pub struct Reckoner {
    sheets: Vec<Reckoning>,
    panels: Panels,
}

/// The latest marks of each panelist, by sheet.
type Panel = BTreeMap<String, BTreeMap<String, Vec<u64>>>;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Panels {
    first: Panel,
    second: Panel,
}

/// The middle of the totals; of an even number, the lower of the two in the middle.
pub fn median(totals: &[i64]) -> Option<i64> {
    if planted(Mutant::MeanForMedian) && !totals.is_empty() {
        return Some(totals.iter().sum::<i64>() / totals.len() as i64);
    }
    let mut sorted = totals.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

/// The mean of what is left without the `trim` lowest and the `trim` highest, in hundredths, rounded
/// down. With `trim` at least the number of biased panelists it lies within the honest totals.
pub fn trimmed(totals: &[i64], trim: usize) -> Option<i64> {
    let mut sorted = totals.to_vec();
    sorted.sort_unstable();
    let kept = sorted.get(trim..sorted.len().checked_sub(trim)?).filter(|kept| !kept.is_empty())?;
    let sum: i128 = kept.iter().map(|total| i128::from(*total) * SCALE).sum();
    i64::try_from(sum.div_euclid(kept.len() as i128)).ok()
}

impl Reckoning {
    /// The calls that submit marks of it.
    fn calls(&self) -> Pattern {
        Pattern { tool: self.tool.clone(), arguments: self.only.clone() }
    }

    /// Whether a call could be of both, or they have one name.
    fn overlaps(&self, other: &Self) -> bool {
        let apart = |(name, values): (&String, &Vec<Value>)| {
            other
                .only
                .get(name)
                .is_some_and(|others| !values.iter().any(|value| shape::contains(others, value)))
        };
        self.sheet == other.sheet || self.tool == other.tool && !self.only.iter().any(apart)
    }
}

impl Reckoner {
    pub fn new(charter: &Charter) -> Result<Self, Fault> {
        for (n, sheet) in charter.reckoner.iter().enumerate() {
            let at = format!("reckoner.{n}");
            charter.check_arguments(&at, &sheet.tool, [sheet.marks.as_str(), &sheet.total])?;
            charter.check_pattern(&at, &sheet.calls())?;
            if let Some(other) = charter.reckoner[..n].iter().find(|other| other.overlaps(sheet)) {
                return Err(Fault::new(
                    at,
                    format!("a call is of `{}` and of `{}`", other.sheet, sheet.sheet),
                ));
            }
            sheet.consequence.iter().try_for_each(|pattern| charter.check_pattern(&at, pattern))?;
            if sheet.margin < 0 || sheet.items == 0 || sheet.mark_max > 1 << 32 {
                return Err(Fault::new(at, "a margin is not negative, items are some, a mark is below 2^32"));
            }
            if sheet.panel <= 2 * sheet.trim.unwrap_or(0) {
                return Err(Fault::new(at, "a panel has more members than are left out at both ends"));
            }
            sheet.rank.iter().try_for_each(|rank| check_rank(charter, sheet, rank, &at))?;
        }
        Ok(Self { sheets: charter.reckoner.clone(), panels: Panels::default() })
    }

    /// What follows from the panels of a sheet.
    pub fn outcome(&self, sheet: &Reckoning) -> Outcome {
        let (Some(said), Some(bar)) = (said(&self.panels.first, sheet), self.bar(sheet)) else {
            return Outcome::Open;
        };
        let off = said - bar;
        let near = off.abs() <= i128::from(sheet.margin) * SCALE && !planted(Mutant::NoMargin);
        match (near, Self::second(&self.panels, sheet)) {
            (true, None) => Outcome::Near,
            (true, Some(second)) if second < bar => Outcome::Below,
            (false, _) if off < 0 => Outcome::Below,
            _ => Outcome::Above,
        }
    }

    /// Takes marks of one of the first panel.
    pub(crate) fn mark(&mut self, sheet: &str, by: &str, marks: Vec<u64>) {
        self.panels.first.entry(sheet.into()).or_default().insert(by.into(), marks);
    }

    fn second(panels: &Panels, sheet: &Reckoning) -> Option<i128> {
        let of = if planted(Mutant::FirstPanelTwice) { &panels.first } else { &panels.second };
        said(of, sheet)
    }

    /// The bar in hundredths: as it stands, or what has to be fallen below to be among the lowest.
    fn bar(&self, sheet: &Reckoning) -> Option<i128> {
        let Some(rank) = &sheet.rank else { return Some(i128::from(sheet.bar) * SCALE) };
        let other = |name: &String| self.sheets.iter().find(|other| other.sheet == *name);
        let others = rank.among.iter().map(|name| said(&self.panels.first, other(name)?));
        let mut others = others.collect::<Option<Vec<i128>>>()?;
        others.sort_unstable();
        others.get(rank.lowest.checked_sub(1)?).copied()
    }

    fn submitted(&self, case: Case<'_>) -> Option<&Reckoning> {
        let called = case.request.method() == "call";
        self.sheets.iter().find(|sheet| called && sheet.calls().matches(case.request))
    }
}

/// What panels say and bars are is in hundredths: a trimmed mean is no whole number.
const SCALE: i128 = 100;

/// What a panel says of a sheet; nothing where too few have marked it.
fn said(panel: &Panel, sheet: &Reckoning) -> Option<i128> {
    let marks = panel.get(&sheet.sheet).into_iter().flatten();
    let totals: Vec<i64> = marks.map(|(_, marks)| sum(marks)).collect();
    if totals.len() < sheet.panel {
        return None;
    }
    match sheet.trim {
        Some(trim) => trimmed(&totals, trim).map(i128::from),
        None => median(&totals).map(|middle| i128::from(middle) * SCALE),
    }
}

fn check_rank(charter: &Charter, sheet: &Reckoning, rank: &Rank, at: &str) -> Result<(), Fault> {
    let known = |name: &String| charter.reckoner.iter().any(|other| other.sheet == *name);
    match rank.among.iter().find(|name| !known(name) || **name == sheet.sheet) {
        Some(name) => Err(Fault::new(at, format!("`{name}` is no other sheet to rank it with"))),
        None if !(1..=rank.among.len()).contains(&rank.lowest) => {
            let others = rank.among.len();
            Err(Fault::new(at, format!("the lowest {} of it and {others} others", rank.lowest)))
        }
        None => Ok(()),
    }
}

fn sum(marks: &[u64]) -> i64 {
    marks.iter().fold(0, |sum: i64, mark| sum.saturating_add_unsigned(*mark))
}

/// The marks of a submission, each within its bound.
fn bounded(sheet: &Reckoning, marks: Option<&Value>) -> Result<Vec<u64>, String> {
    let marks = marks.and_then(Value::as_array).ok_or("the marks are no list")?;
    let read = |mark: &Value| mark.as_u64().filter(|mark| *mark <= sheet.mark_max);
    let marks: Option<Vec<u64>> = marks.iter().map(read).collect();
    let marks = marks.ok_or_else(|| format!("a mark is a whole number from 0 to {}", sheet.mark_max))?;
    if marks.len() == sheet.items { Ok(marks) } else { Err(format!("there are {} items", sheet.items)) }
}

impl Room for Reckoner {
    fn name(&self) -> &'static str {
        "reckoner"
    }

    fn amend(&self, case: Case<'_>) -> Result<BTreeMap<String, Value>, String> {
        let Some(sheet) = self.submitted(case) else { return Ok(BTreeMap::new()) };
        let marks = bounded(sheet, case.request.arguments().get(&sheet.marks))?;
        let total = sum(&marks);
        let stated = case.request.arguments().get(&sheet.total);
        let same = stated.and_then(Value::as_f64).is_some_and(|stated| stated == total as f64);
        if same || planted(Mutant::TrustsTheTotal) {
            return Ok(BTreeMap::new());
        }
        Ok(BTreeMap::from([(sheet.total.clone(), Value::from(total))]))
    }

    fn judge(&self, case: Case<'_>) -> Opinion {
        let follows =
            |sheet: &&Reckoning| sheet.consequence.iter().any(|pattern| pattern.matches(case.request));
        let asked = self.sheets.iter().filter(follows);
        asked.fold(Opinion::allow(), |so_far, sheet| {
            let name = &sheet.sheet;
            so_far.meet(match self.outcome(sheet) {
                Outcome::Below => Opinion::allow(),
                Outcome::Near => Opinion::defer(format!("`{name}` is near the bar: a second panel decides")),
                Outcome::Above => {
                    Opinion::deny(format!("nothing follows from `{name}`: it is above the bar"))
                }
                Outcome::Open => Opinion::deny(format!("nothing follows from `{name}`: too few have marked")),
            })
        })
    }

    fn note(&mut self, case: Case<'_>) {
        let Some(sheet) = self.submitted(case).cloned() else { return };
        if let Ok(marks) = bounded(&sheet, case.request.arguments().get(&sheet.marks)) {
            self.mark(&sheet.sheet, case.root(), marks);
        }
    }

    fn obey(&mut self, order: &Order, _now: u64) -> Result<(), String> {
        let Order::Marks(new) = order else { return Ok(()) };
        let sheet = self.sheets.iter().find(|sheet| sheet.sheet == new.sheet);
        let sheet = sheet.ok_or_else(|| format!("there is no sheet `{}`", new.sheet))?;
        let marks = bounded(sheet, Some(&Value::from(new.marks.clone())))?;
        self.panels.second.entry(new.sheet.clone()).or_default().insert(new.by.clone(), marks);
        Ok(())
    }

    fn memory(&self) -> Value {
        json!(self.panels)
    }

    fn remember(&mut self, memory: &Value) -> Result<(), String> {
        self.panels = recalled(memory)?;
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
