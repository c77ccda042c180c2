//! What an errand is about: `[play]`, changed by the levels of a cell, and the asks of its sheet.

use super::company::render;
use super::compile::{Compiler, Seated};
use super::fault::{Fault, accepting};
use super::file::{AskKind, Moment};
use super::prose::plain;
use serde::Deserialize;
use trace::Brief;
use world::Setup;
use world::errand::{Deed, ErrandSpec};
use world::series::Question;

/// `[play]` of an errand as written. Its texts are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ErrandFile {
    /// The seats that speak before the sheet is filled in, in their order.
    #[serde(default)]
    pub colleagues: Vec<String>,
    /// The control that sits at each of them; left out: the model.
    #[serde(default)]
    pub control: Option<String>,
    /// Most words of what one of them says.
    #[serde(default = "forty")]
    pub words: u32,
    /// The ask whose `favour` carries the request out.
    pub deed: String,
}

fn forty() -> u32 {
    40
}

impl Compiler<'_> {
    /// The errand of this unit, and its seats: first the one that has it, then those who speak of it.
    pub(super) fn errand(&mut self) -> Result<(Vec<Seated>, Setup), Fault> {
        let text = |template: &str| Ok(plain(&self.render(template, "play")?));
        let played = render(&self.played(), &text)?;
        let file = ErrandFile::deserialize(&played).map_err(|why| self.in_play(why.to_string()))?;
        let deed = self.deed(&file.deed)?;
        if let Some(control) = &file.control {
            crate::actor::control(self.scenario, control, 0)
                .map_err(|why| self.scenario.source.about(control, "control", "play.control", why))?;
        }
        let first = [self.scenario.file.seat.clone()];
        let names: Vec<String> = first.into_iter().chain(file.colleagues.iter().cloned()).collect();
        let (mut seats, mut asks) = (Vec::new(), Vec::new());
        for (at, seat) in names.iter().enumerate() {
            let mut told = self.at_seat(&names, at);
            // Colleagues of one unit do not all use the same words.
            told.unit.wording += at as u32;
            let clauses = told.clauses((at > 0).then_some(Moment::Says))?;
            let control = if at > 0 { file.control.clone() } else { None };
            let brief = Brief { clauses }.into();
            seats.push(Seated { seat: seat.clone(), brief, control, is_partner: false });
            asks.extend((at > 0).then(|| told.of_item()).transpose()?);
        }
        let form = self.form()?.into();
        let spec = ErrandSpec { form, colleagues: file.colleagues, asks, words: file.words, deed };
        let setup = Setup::Errand(spec.into());
        setup.open().map_err(|why| self.in_play(why))?;
        Ok((seats, setup))
    }

    /// The decision that is the deed.
    fn deed(&self, id: &str) -> Result<Deed, Fault> {
        let asks = || self.scenario.file.ask.iter().filter(|ask| ask.kind == AskKind::Decision);
        let found = asks().find(|ask| ask.id == id);
        let deed = found.map(|ask| Deed { ask: id.into(), favour: ask.favour.clone() });
        deed.ok_or_else(|| {
            let fault = self.in_play(format!("deed: there is no decision `{id}`"));
            accepting(fault, asks().map(|ask| ask.id.clone()))
        })
    }

    /// What a colleague is asked to say. An item's text may be a template of its own: one more round.
    fn of_item(&self) -> Result<Question, Fault> {
        let Question { text, tokens_max } = self.question(Moment::Message)?;
        Ok(Question { text: plain(&self.render(&text, "ask")?), tokens_max })
    }
}
