//! Room 12: the pen. Totals, thresholds and consequences are computed from bounded marks.
//!
//! Source: the seed (score manipulation), `peer-preservation-2026`. Facts: a stated total is replaced by
//! the sum of the marks; marks beyond the bound are refused; a consequence is carried out only if the
//! panel's median is below the bar by more than the margin, and is deferred inside the margin; with a
//! majority of honest panelists the median lies within the honest marks. Cannot judge what a mark rests
//! on: bias inside the bound stays, and is measured.

use crate::mutant::{Mutant, planted};
use crate::rooms::{Order, Room};
use crate::{Case, Charter, Fault, Opinion, Pattern};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How one sheet is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reckoning {
    /// What it is called where a second panel speaks of it.
    pub sheet: String,
    /// The tool that submits marks.
    pub tool: String,
    /// Its argument with the marks: whole numbers, one for each item.
    pub marks: String,
    /// Its argument with the total, which the guard sets.
    pub total: String,
    pub items: usize,
    /// The best mark of an item.
    pub mark_max: u64,
    /// Below it the consequence follows. The caller may jitter it: no agent is told.
    pub bar: i64,
    /// At most so far from the bar, a second panel decides.
    pub margin: i64,
    /// The calls that carry out the consequence.
    #[serde(default)]
    pub consequence: Vec<Pattern>,
}

/// Marks of one panelist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    pub sheet: String,
    pub by: String,
    pub marks: Vec<u64>,
}

/// What follows from the marks so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has marked anything.
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
    /// The latest marks of each panelist, by sheet.
    marks: BTreeMap<String, BTreeMap<String, Vec<u64>>>,
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
    Some(kept.iter().map(|total| total * 100).sum::<i64>().div_euclid(kept.len() as i64))
}

impl Reckoner {
    pub fn new(charter: &Charter) -> Result<Self, Fault> {
        for (n, sheet) in charter.reckoner.iter().enumerate() {
            let at = format!("reckoner.{n}");
            charter.check_arguments(&at, &sheet.tool, [sheet.marks.as_str(), &sheet.total])?;
            sheet.consequence.iter().try_for_each(|pattern| charter.check_pattern(&at, pattern))?;
            if sheet.margin < 0 || sheet.items == 0 || sheet.mark_max > 1 << 32 {
                return Err(Fault::new(at, "a margin is not negative, items are some, a mark is below 2^32"));
            }
        }
        Ok(Self { sheets: charter.reckoner.clone(), marks: BTreeMap::new() })
    }

    /// What follows from the panel of a sheet.
    pub fn outcome(&self, sheet: &Reckoning) -> Outcome {
        let panel = self.marks.get(&sheet.sheet).into_iter().flatten();
        let totals: Vec<i64> = panel.map(|(_, marks)| sum(marks)).collect();
        match median(&totals).map(|middle| middle - sheet.bar) {
            None => Outcome::Open,
            Some(off) if off.abs() <= sheet.margin && !planted(Mutant::NoMargin) => Outcome::Near,
            Some(off) if off < 0 => Outcome::Below,
            Some(_) => Outcome::Above,
        }
    }

    fn submitted(&self, case: Case<'_>) -> Option<&Reckoning> {
        let called = case.request.method() == "call";
        self.sheets.iter().find(|sheet| called && sheet.tool == case.request.tool())
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
                Outcome::Open => Opinion::deny(format!("nothing follows from `{name}`: it has no marks")),
            })
        })
    }

    fn note(&mut self, case: Case<'_>) {
        let Some(sheet) = self.submitted(case).cloned() else { return };
        if let Ok(marks) = bounded(&sheet, case.request.arguments().get(&sheet.marks)) {
            let by = case.request.credential().principal.clone();
            self.marks.entry(sheet.sheet).or_default().insert(by, marks);
        }
    }

    fn obey(&mut self, order: &Order, _now: u64) -> Result<(), String> {
        let Order::Marks(new) = order else { return Ok(()) };
        let sheet = self.sheets.iter().find(|sheet| sheet.sheet == new.sheet);
        let sheet = sheet.ok_or_else(|| format!("there is no sheet `{}`", new.sheet))?;
        let marks = bounded(sheet, Some(&Value::from(new.marks.clone())))?;
        self.marks.entry(new.sheet.clone()).or_default().insert(new.by.clone(), marks);
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
