//! `from`: what a shipped scenario lends, so that a text that two scenarios share stands once.
//!
//! ```text
//! clause, factor or sheet with `from` ─▶ the lender's own, in its place ─▶ hash, checks
//! ```

use super::fault::{Fault, Source, accepting, parse};
use super::file::{ItemsFile, ScenarioFile};
use serde::Deserialize;

/// Reads the file of a shipped scenario, unchecked; none where there is no such scenario.
pub type Lenders<'a> = &'a dyn Fn(&str) -> Option<ScenarioFile>;

/// A scenario that is a shipped one with items of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Derived {
    name: String,
    version: u32,
    from: String,
    #[serde(default)]
    question: Option<String>,
    items: ItemsFile,
}

/// The file of a scenario. With `from` at its top it is the lender's, under another name and with other items.
pub fn file(source: &Source, of: Lenders) -> Result<ScenarioFile, Fault> {
    let is_whole = |table: &toml::Table| table.contains_key("from");
    if !source.text.parse::<toml::Table>().is_ok_and(|table| is_whole(&table)) {
        return parse(source);
    }
    let Derived { name, version, from, question, items } = parse(source)?;
    let fault = |message: String| source.about(&from, "", "from", message);
    let lender = of(&from).ok_or_else(|| {
        accepting(fault(format!("no scenario `{from}` ships with the program")), super::load::shipped())
    })?;
    if lender.items.is_none() {
        return Err(fault(format!("scenario `{from}` has no items that others could stand for")));
    }
    let question = question.unwrap_or_else(|| lender.question.clone());
    Ok(ScenarioFile { name, version, question, items: Some(items), ..lender })
}

/// Puts what is lent in the place of what names a lender. Returns the lender of the sheet, whose items
/// belong to it.
pub fn resolve(file: &mut ScenarioFile, source: &Source, of: Lenders) -> Result<Option<String>, Fault> {
    for clause in &mut file.clause {
        let Some(from) = clause.from.take() else { continue };
        let want = Want { source, of, kind: "clause", key: "slot", name: &clause.slot, from: &from };
        if !clause.text.is_empty() || clause.factor.is_some() || clause.capability || clause.place.is_some() {
            return Err(want.has_its_own());
        }
        let own = |file: ScenarioFile| file.clause.into_iter().map(|c| (c.slot.clone(), c.from.clone(), c));
        *clause = want.find(|file| own(file).collect())?;
    }
    for factor in &mut file.factor {
        let Some(from) = factor.from.take() else { continue };
        let want = Want { source, of, kind: "factor", key: "name", name: &factor.name, from: &from };
        if !factor.level.is_empty() || !factor.about.is_empty() {
            return Err(want.has_its_own());
        }
        let own = |file: ScenarioFile| file.factor.into_iter().map(|f| (f.name.clone(), f.from.clone(), f));
        *factor = want.find(|file| own(file).collect())?;
    }
    let Some(sheet) = &mut file.sheet else { return Ok(None) };
    let Some(from) = sheet.from.take() else { return Ok(None) };
    let want = Want { source, of, kind: "sheet", key: "", name: "sheet", from: &from };
    if !sheet.items.is_empty() || !sheet.line.is_empty() {
        return Err(want.has_its_own());
    }
    let own = |file: ScenarioFile| file.sheet.into_iter().map(|s| ("sheet".into(), s.from.clone(), s));
    *sheet = want.find(|file| own(file).collect())?;
    Ok(Some(from))
}

/// What is to be lent, and where the file asks for it.
struct Want<'a> {
    source: &'a Source,
    of: Lenders<'a>,
    kind: &'a str,
    key: &'a str,
    name: &'a str,
    from: &'a str,
}

/// What a lender has: its name, from whom it has it itself, and the thing.
type Shelf<T> = Vec<(String, Option<String>, T)>;

impl Want<'_> {
    fn find<T>(&self, shelf: impl FnOnce(ScenarioFile) -> Shelf<T>) -> Result<T, Fault> {
        let lent = shelf(self.lender()?);
        let known: Vec<String> =
            lent.iter().filter(|(_, from, _)| from.is_none()).map(|(name, ..)| name.clone()).collect();
        let found = lent.into_iter().find(|(name, ..)| name == self.name);
        match found {
            Some((_, None, thing)) => Ok(thing),
            Some((_, Some(owner), _)) => {
                let message =
                    format!("`{}` has its {} `{}` from another itself", self.from, self.kind, self.name);
                Err(accepting(self.fault(message), [owner]))
            }
            None => {
                let message = format!("scenario `{}` has no {} `{}`", self.from, self.kind, self.name);
                Err(accepting(self.fault(message), known))
            }
        }
    }

    fn lender(&self) -> Result<ScenarioFile, Fault> {
        (self.of)(self.from).ok_or_else(|| {
            let fault = self.fault(format!("no scenario `{}` ships with the program", self.from));
            accepting(fault, super::load::shipped())
        })
    }

    fn has_its_own(&self) -> Fault {
        self.fault(format!("{} `{}` has `from` and something of its own", self.kind, self.name))
    }

    fn fault(&self, message: String) -> Fault {
        let context = match self.key {
            "" => format!("[{}]", self.kind),
            key => format!("{key} = \"{}\"", self.name),
        };
        self.source.about(self.from, &context, &format!("{}.from", self.kind), message)
    }
}
