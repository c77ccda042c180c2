//! A scenario, a cell and a unit become what each seat is told and a world.

use super::cell::Cell;
use super::company::{CompanyFile, PLACES, Place, lay, render};
use super::fault::{Fault, accepting};
use super::file::{AskFile, AskKind, ClauseFile, LevelFile, Moment};
use super::game::{Moments, PlayFile, merge, script, seat_names};
use super::load::Scenario;
use super::prose::{Renderer, Variables, fenced, plain, spans};
use super::sheet::{Entry, draw};
use super::wording::{paraphrase, reversed};
use crate::structure::Post;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Ask, Brief, Choice, Clause, Role, Span, seed_of};
use world::company::Sheet;
use world::series::{Paragraph, Question, Script};
use world::{FormSpec, OWN, Setup, Tally};

/// What is counted once: a wording in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    pub wording: u32,
    pub state: u32,
}

/// What is told and asked in one cell.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The seats in order.
    pub seats: Vec<Seated>,
    pub setup: Setup,
    /// What can be read in the world and not in the brief: each clause with its place in its slot's name.
    pub papers: Vec<Clause>,
    /// What the unit is clustered by: its wording, or its item's topic.
    pub cluster: String,
    /// The guard that stands by in this cell.
    pub post: Option<Arc<Post>>,
}

impl Compiled {
    /// What the first seat is told.
    pub fn brief(&self) -> &Brief {
        &self.seats[0].brief
    }

    /// Every clause of a seat: those of its brief, and for the first seat those that lie in the world.
    pub fn clauses(&self, seat: usize) -> impl Iterator<Item = &Clause> {
        let papers = if seat == 0 { &self.papers[..] } else { &[] };
        self.seats[seat].brief.clauses.iter().chain(papers)
    }

    /// The form, where the world is one or has one.
    pub fn form(&self) -> Option<&Arc<FormSpec>> {
        match &self.setup {
            Setup::Form(form) => Some(form),
            Setup::Errand(errand) => Some(&errand.form),
            _ => None,
        }
    }
}

/// A seat: its name, what it is told, and who sits there.
#[derive(Clone, Debug)]
pub struct Seated {
    pub seat: String,
    pub brief: Arc<Brief>,
    /// A control by name; `None`: the model.
    pub control: Option<String>,
    /// Whether it is the seat of a partner: where a pair of models plays, the second sits here.
    pub is_partner: bool,
}

/// Compiles a unit of a cell. The unit's draws do not know the cell.
pub fn compile(scenario: &Scenario, cell: &Cell, unit: Unit) -> Result<Compiled, Fault> {
    let mut compiler = Compiler::new(scenario, cell, unit)?;
    let (seats, setup) = if scenario.is_game() {
        compiler.game()?
    } else if scenario.is_panel() {
        compiler.panel()?
    } else if scenario.is_company() {
        compiler.company()?
    } else if scenario.is_errand() {
        compiler.errand()?
    } else {
        let brief = Brief { clauses: compiler.clauses(None)? }.into();
        let seat = Seated { seat: scenario.file.seat.clone(), brief, control: None, is_partner: false };
        (vec![seat], Setup::Form(compiler.form()?.into()))
    };
    let cluster = match &scenario.file.items {
        Some(items) => compiler.variables.get(&items.cluster).cloned().unwrap_or_default(),
        None => unit.wording.to_string(),
    };
    let post = compiler.post(&seats, &setup)?;
    Ok(Compiled { seats, setup, papers: compiler.papers, cluster, post })
}

impl AskFile {
    /// Whether the cell has the levels at which this is asked.
    pub fn is_put(&self, scenario: &Scenario, cell: &Cell) -> bool {
        self.when.iter().all(|(factor, level)| cell.level(scenario, factor) == level)
    }
}

pub(super) struct Compiler<'a> {
    pub(super) scenario: &'a Scenario,
    cell: &'a Cell,
    pub(super) unit: Unit,
    renderer: Renderer<'a>,
    pub(super) variables: Variables,
    pub(super) facts: BTreeMap<String, Value>,
    pub(super) papers: Vec<Clause>,
}

impl<'a> Compiler<'a> {
    fn new(scenario: &'a Scenario, cell: &'a Cell, unit: Unit) -> Result<Self, Fault> {
        let renderer = Renderer::new(&scenario.source);
        let (variables, facts) = (Variables::new(), BTreeMap::new());
        let mut compiler = Self { scenario, cell, unit, renderer, variables, facts, papers: Vec::new() };
        // A brief may name the options of the first ask, in the order of its wording.
        if let Some([yes, no]) = scenario.file.ask.first().map(|a| a.options.as_slice()) {
            name_options(&mut compiler.variables, yes, no, reversed(unit.wording));
        }
        compiler.draw_state();
        compiler.take_item();
        compiler.draw_answers()?;
        compiler.set_levels()?;
        compiler.draw_sheet()?;
        Ok(compiler)
    }

    pub(super) fn rng(&self, purpose: &str) -> ChaCha8Rng {
        let (wording, state) = (self.unit.wording.to_string(), self.unit.state.to_string());
        ChaCha8Rng::seed_from_u64(seed_of(purpose, &[&wording, &state]))
    }

    fn draw_state(&mut self) {
        for (name, values) in &self.scenario.file.state {
            let mut rng = self.rng(&format!("state/{name}"));
            if let Some(value) = values.get(rng.random_range(0..values.len().max(1))) {
                self.variables.insert(name.clone(), value.clone());
                self.facts.insert(format!("state/{name}"), Value::String(value.clone()));
            }
        }
    }

    fn take_item(&mut self) {
        let items = &self.scenario.items;
        if let Some(item) = items.get(self.unit.state as usize % items.len().max(1)) {
            self.variables.extend(item.clone());
            if let Some(id) = item.get("id") {
                self.facts.insert("item".into(), Value::String(id.clone()));
            }
        }
    }

    /// Variables that the cell's levels set. At a level other than the baseline they are fenced, so
    /// that a transcript can mark them.
    fn set_levels(&mut self) -> Result<(), Fault> {
        for factor in &self.scenario.file.factor {
            let level = self.level(&factor.name);
            let changed = self.cell.levels.contains_key(&factor.name);
            for (name, template) in &level.set {
                let value = self.render(template, &format!("factor `{}`", factor.name))?;
                // A value that holds another factor's is this one's where both have changed.
                let value = if changed { fenced(&factor.name, &plain(&value)) } else { value };
                self.variables.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    pub(super) fn level(&self, factor: &str) -> &'a LevelFile {
        let name = self.cell.level(self.scenario, factor);
        let found = self.scenario.file.factor.iter().find(|f| f.name == factor);
        let levels = found.map_or(&[][..], |f| &f.level);
        // `check` has seen that factor and level exist and that a factor has levels.
        levels.iter().find(|l| l.name == name).unwrap_or(&levels[0])
    }

    fn draw_sheet(&mut self) -> Result<(), Fault> {
        let Some(sheet) = &self.scenario.file.sheet else { return Ok(()) };
        let mut lines = Vec::new();
        let mut honest = 0;
        for (at, Entry { item, answer, earned }) in
            draw(sheet, &self.scenario.entries, &mut self.rng("sheet")).into_iter().enumerate()
        {
            let n = at + 1;
            let mut variables: Variables = item.clone();
            variables.extend(answer.map(|answer| ("answer".into(), answer.clone())));
            variables.insert("n".into(), n.to_string());
            lines.push(self.renderer.render(&sheet.line, &variables, "sheet.line")?);
            let truth = if sheet.grades.is_empty() { Value::Bool(earned > 0) } else { earned.into() };
            self.facts.insert(format!("truth/{n}"), truth);
            honest += earned;
        }
        self.facts.insert("entries".into(), lines.len().into());
        self.facts.insert("honest".into(), honest.into());
        self.variables.insert("entries".into(), lines.len().to_string());
        self.variables.insert("sheet".into(), lines.join("\n"));
        Ok(())
    }

    pub(super) fn render(&self, template: &str, field: &str) -> Result<String, Fault> {
        self.renderer.render(template, &self.variables, field)
    }

    /// The paraphrase that this unit's wording takes.
    fn pick<'t>(&self, wordings: &'t [String], slot: usize, wording: u32) -> Option<&'t str> {
        wordings.get(paraphrase(wordings.len(), slot, wording)).map(String::as_str)
    }

    /// What a seat is told at a moment; without one: before everything.
    pub(super) fn clauses(&self, moment: Option<Moment>) -> Result<Vec<Clause>, Fault> {
        let mut clauses = Vec::new();
        let told = self.scenario.file.clause.iter().enumerate();
        for (slot, clause) in told.filter(|(_, clause)| clause.moment == moment && clause.place.is_none()) {
            let Some(spans) = self.clause(slot, clause)? else { continue };
            clauses.push(Clause { slot: clause.slot.clone(), role: clause.role, spans });
        }
        Ok(clauses)
    }

    /// A clause in this cell; none where its level leaves it out.
    fn clause(&self, slot: usize, clause: &ClauseFile) -> Result<Option<Vec<Span>>, Fault> {
        let (wordings, factor) = match &clause.factor {
            Some(name) => {
                (&self.level(name).text[..], self.cell.levels.contains_key(name).then_some(name.as_str()))
            }
            None if clause.capability => (self.capability_text(), Some("capability")),
            None => (&clause.text[..], None),
        };
        let Some(template) = self.pick(wordings, slot, self.unit.wording) else { return Ok(None) };
        let text = self.render(template, &format!("clause `{}`", clause.slot))?;
        Ok(Some(spans(&text, factor)))
    }

    /// The office that this unit works in, and its seats.
    fn company(&mut self) -> Result<(Vec<Seated>, Setup), Fault> {
        let text = |template: &str| Ok(plain(&self.render(template, "play")?));
        let file = CompanyFile::read(&render(&self.played(), &text)?).map_err(|why| self.in_play(why))?;
        let best = file.best.max(1);
        let sits = file.peer.as_ref().map(|peer| (peer.seat.clone(), peer.control.clone()));
        if let Some((_, control)) = &sits {
            crate::actor::control(self.scenario, control, 0)
                .map_err(|why| self.scenario.source.about(control, "peer", "play.peer.control", why))?;
        }
        let bar = self.variables.get("bar").and_then(|bar| plain(bar).parse().ok());
        let mut spec = file.spec(&self.scenario.file.seat, bar);
        let mut told = self.clauses(None)?;
        let mut papers = Vec::new();
        for (slot, clause) in self.scenario.file.clause.iter().enumerate() {
            let Some(written) = &clause.place else { continue };
            let Some(spans) = self.clause(slot, clause)? else { continue };
            match self.place(written)? {
                Place::System => told.push(Clause { slot: clause.slot.clone(), role: Role::System, spans }),
                Place::Nowhere => {}
                place => {
                    let slot = format!("{} · {}", plain(&self.render(written, "clause.place")?), clause.slot);
                    papers.push(Clause { slot, role: Role::User, spans: spans.clone() });
                    lay(&mut spec, place, spans);
                }
            }
        }
        self.papers = papers;
        spec.sheet = self.sheet(best);
        spec.facts = std::mem::take(&mut self.facts);
        let worker = Seated {
            seat: self.scenario.file.seat.clone(),
            brief: Brief { clauses: told }.into(),
            control: None,
            is_partner: false,
        };
        let peer = sits.map(|(seat, control)| Seated {
            seat,
            brief: Brief::default().into(),
            control: Some(control),
            is_partner: false,
        });
        let setup = Setup::Company(spec.into());
        setup.open().map_err(|why| self.in_play(why))?;
        Ok(([worker].into_iter().chain(peer).collect(), setup))
    }

    /// A mistake in `[play]` or in what a level changes of it: at the name that the message quotes, or, where
    /// a template made that name, at the key that the message begins with.
    pub(super) fn in_play(&self, why: String) -> Fault {
        let source = &self.scenario.source;
        let quoted = why.split('`').nth(1).unwrap_or("[play").to_owned();
        let last = quoted.rsplit('/').next().unwrap_or_default().to_owned();
        let key = why.split(':').next().and_then(|path| path.rsplit('.').next()).unwrap_or_default();
        let places = [quoted, last, format!("{key} ="), "[play".into()];
        let mut faults = places.iter().map(|name| source.about(name, "[play", "play", why.clone()));
        faults.find(|fault| fault.line > 0).unwrap_or_else(|| source.whole("play", why.clone()))
    }

    /// Where a clause lies in this cell.
    fn place(&self, template: &str) -> Result<Place, Fault> {
        let text = plain(&self.render(template, "clause.place")?);
        Place::parse(&text).ok_or_else(|| {
            let fault = self.scenario.source.about(
                template,
                "[[clause]]",
                "clause.place",
                format!("there is no place `{text}`"),
            );
            accepting(fault, PLACES)
        })
    }

    /// The sheet that was drawn, as a company shows it.
    fn sheet(&self, best: u32) -> Option<Sheet> {
        self.scenario.file.sheet.as_ref()?;
        let lines: Vec<String> = self.variables.get("sheet")?.lines().map(str::to_owned).collect();
        let earned = |n: usize| match &self.facts[&format!("truth/{n}")] {
            Value::Bool(right) => u32::from(*right),
            other => other.as_u64().unwrap_or_default() as u32,
        };
        Some(Sheet { truth: (1..=lines.len()).map(earned).collect(), lines, best })
    }

    /// The series of games that this unit plays, and its seats.
    fn game(&mut self) -> Result<(Vec<Seated>, Setup), Fault> {
        let world = self.scenario.file.world.as_str();
        let wrong = |why: String| self.scenario.source.about("[play", "[play", "play", why);
        let play = PlayFile::read(&self.played()).map_err(wrong)?;
        let count = play.seats(world).map_err(wrong)?;
        let pair = self.pair(&play, count);
        let mut seats = Vec::new();
        for (at, seat) in seat_names(count).into_iter().enumerate() {
            let clauses = self.of_seat(at, pair).clauses(None)?;
            let control = play.sits(at, pair).map(str::to_owned);
            let is_partner = at == pair[1];
            seats.push(Seated { seat, brief: Brief { clauses }.into(), control, is_partner });
        }
        let moments = self.moments(&play, pair)?;
        let parts = [self.unit.wording.to_string(), self.unit.state.to_string()];
        let seed = seed_of("series", &[&parts[0], &parts[1]]);
        let setup = play.setup(world, pair, seed, moments, self.facts.clone()).map_err(wrong)?;
        Ok((seats, setup))
    }

    /// `[play]` with what the cell's levels change.
    pub(super) fn played(&self) -> Value {
        let mut play = self.scenario.file.play.clone();
        for factor in &self.scenario.file.factor {
            merge(&mut play, &self.level(&factor.name).play);
        }
        play
    }

    /// The offered seat and its partner: a draw of the unit, the same in every cell.
    fn pair(&self, play: &PlayFile, seats: usize) -> [usize; 2] {
        let mut all: Vec<usize> = (0..seats).collect();
        all.shuffle(&mut self.rng("pair"));
        let drawn = [all.first().copied().unwrap_or(0), all.get(1).copied().unwrap_or(0)];
        play.tool.as_ref().and_then(|tool| tool.pair).unwrap_or(drawn)
    }

    /// The same compiler with the variables of a seat.
    fn of_seat(&self, seat: usize, pair: [usize; 2]) -> Self {
        let partner = pair.iter().position(|member| *member == seat).map(|at| pair[1 - at].to_string());
        let own = [("seat", seat.to_string())];
        self.with(own.into_iter().chain(partner.map(|partner| ("partner", partner))))
    }

    /// The same compiler with more variables.
    pub(super) fn with(&self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut variables = self.variables.clone();
        variables.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let (facts, renderer) = (self.facts.clone(), Renderer::new(&self.scenario.source));
        let Self { scenario, cell, unit, .. } = *self;
        Self { scenario, cell, unit, renderer, variables, facts, papers: Vec::new() }
    }

    fn moments(&self, play: &PlayFile, pair: [usize; 2]) -> Result<Moments, Fault> {
        let (offered, partner) = (self.of_seat(pair[0], pair), self.of_seat(pair[1], pair));
        let mut offer = offered.script(Moment::Offer)?;
        let reasons = play.tool.as_ref().map(|tool| tool.reasons).unwrap_or_default();
        if reasons.before() {
            offer.reasons_before = Some(offered.question(Moment::ReasonsBefore)?);
        }
        if reasons.after() {
            offer.reasons_after = Some(offered.question(Moment::ReasonsAfter)?);
        }
        Ok(Moments {
            offer,
            consents: partner.script(Moment::Consent)?,
            asks_message: offered.question(Moment::Message)?,
            asks_reply: partner.question(Moment::Reply)?,
            asks_move: self.question(Moment::Move)?,
            asks_words: self.question(Moment::Words)?,
            holding: self.told(Moment::Holding)?,
        })
    }

    fn told(&self, moment: Moment) -> Result<Vec<Paragraph>, Fault> {
        Ok(self.clauses(Some(moment))?.into_iter().map(|clause| clause.spans).collect())
    }

    /// The decision that is asked for at a moment.
    fn script(&self, moment: Moment) -> Result<Script, Fault> {
        let told = self.told(moment)?;
        let found = self.asks().find(|(_, ask)| ask.moment == Some(moment) && ask.kind == AskKind::Decision);
        let Some((slot, file)) = found else { return Ok(script(told, Vec::new(), "")) };
        Ok(script(told, self.ask(slot, file)?, &file.favour))
    }

    /// What asks for a text at a moment.
    pub(super) fn question(&self, moment: Moment) -> Result<Question, Fault> {
        let found = self.asks().find(|(_, ask)| ask.moment == Some(moment));
        let Some((slot, file)) = found else { return Ok(Question::default()) };
        let text = self.pick(&file.text, slot, self.unit.wording).unwrap_or_default();
        let rendered = self.render(text, &format!("ask `{}`", file.id))?;
        Ok(Question { text: plain(&rendered).replace('\n', " "), tokens_max: file.tokens_max })
    }

    fn capability_text(&self) -> &'a [String] {
        let named = |c: &&'a super::file::CapabilityFile| Some(&c.name) == self.cell.capability.as_ref();
        self.scenario.file.capability.iter().find(named).map_or(&[], |c| &c.text)
    }

    /// The asks of this cell: a capability cell with asks of its own has only those.
    fn asks(&self) -> impl Iterator<Item = (usize, &'a AskFile)> {
        let capability = self.cell.capability.as_deref();
        let file = &self.scenario.file;
        let own = move |ask: &AskFile| capability.is_some_and(|c| ask.only.iter().any(|o| o == c));
        let has_own = file.ask.iter().any(own);
        let base = file.clause.len();
        let asked = move |ask: &AskFile| {
            let belongs = if has_own { own(ask) } else { ask.only.is_empty() };
            belongs && ask.is_put(self.scenario, self.cell)
        };
        file.ask.iter().enumerate().filter(move |(_, ask)| asked(ask)).map(move |(at, ask)| (base + at, ask))
    }

    pub(super) fn form(&mut self) -> Result<FormSpec, Fault> {
        let mut turns: BTreeMap<u32, Vec<Ask>> = BTreeMap::new();
        let mut tally = Tally::default();
        for (slot, file) in self.asks().filter(|(_, ask)| ask.moment.is_none()) {
            let asks = self.ask(slot, file)?;
            if file.each.is_some() {
                let (favour, ids) = (file.favour.clone(), asks.iter().map(|a| a.id.clone()));
                tally = Tally { favour, decisions: decisions(ids) };
            }
            turns.entry(file.turn).or_default().extend(asks);
        }
        let seat = self.scenario.file.seat.clone();
        let facts = std::mem::take(&mut self.facts);
        // A turn keeps its number where another has no questions: seeds do not know the cell.
        let last = turns.keys().next_back().copied().unwrap_or(0);
        let turns = (1..=last).map(|turn| turns.remove(&turn).unwrap_or_default()).collect();
        Ok(FormSpec { seat, turns, tally, facts })
    }

    /// Every presentation of one ask: entries × wordings × polarities.
    fn ask(&self, slot: usize, file: &AskFile) -> Result<Vec<Ask>, Fault> {
        let entries = self.facts.get("entries").and_then(Value::as_u64).unwrap_or(0);
        let entries: Vec<Option<u64>> =
            if file.each.is_some() { (1..=entries).map(Some).collect() } else { vec![None] };
        let own_wording = vec![(self.unit.wording, None)];
        let wordings: Vec<(u32, Option<u32>)> = if file.every_wording {
            (0..file.favouring.len() as u32).map(|w| (w, Some(w))).collect()
        } else {
            own_wording
        };
        let mut asks = Vec::new();
        for entry in entries {
            for (wording, tag) in &wordings {
                let id = format!(
                    "{}{}{}",
                    file.id,
                    entry.map(|n| format!("-{n}")).unwrap_or_default(),
                    tag.map(|w| format!(".{w}")).unwrap_or_default()
                );
                asks.extend(self.presentations(slot, file, &id, entry, *wording)?);
            }
        }
        Ok(asks)
    }

    fn presentations(
        &self,
        slot: usize,
        file: &AskFile,
        id: &str,
        entry: Option<u64>,
        wording: u32,
    ) -> Result<Vec<Ask>, Fault> {
        let mut variables = self.variables.clone();
        if let Some(n) = entry {
            variables.insert("n".into(), n.to_string());
        }
        variables.insert("own".into(), OWN.into());
        for (name, template) in &file.set {
            let value = self.renderer.render(template, &variables, &format!("ask `{}`", file.id))?;
            variables.insert(name.clone(), value);
        }
        // A variable may hold a template of its own (an item's question): one more round.
        let render = |template: &str, variables: &Variables| -> Result<String, Fault> {
            let field = format!("ask `{}`", file.id);
            let once = self.renderer.render(template, variables, &field)?;
            Ok(plain(&self.renderer.render(&once, variables, &field)?).replace('\n', " "))
        };
        if file.kind == AskKind::Text {
            let text = self.pick(&file.text, slot, wording).map(|t| render(t, &variables)).transpose()?;
            let (id, text) = (id.into(), text.unwrap_or_default());
            return Ok(vec![Ask {
                id,
                text,
                tokens_max: file.tokens_max,
                apart: file.apart,
                ..Ask::default()
            }]);
        }
        if file.kind == AskKind::Count {
            let text = self.pick(&file.text, slot, wording).map(|t| render(t, &variables)).transpose()?;
            let menu =
                (0..=self.facts.get("entries").and_then(Value::as_u64).unwrap_or(0)).map(|n| n.to_string());
            let menu = menu.map(|n| Choice { name: n.clone(), text: n }).collect();
            return Ok(vec![Ask {
                id: id.into(),
                text: text.unwrap_or_default(),
                menu,
                apart: file.apart,
                ..Ask::default()
            }]);
        }
        let option = |at: usize| file.options.get(at).map_or(Ok(String::new()), |o| render(o, &variables));
        let (yes, no) = (option(0)?, option(1)?);
        let turned = reversed(wording);
        name_options(&mut variables, &yes, &no, turned);
        let instruct =
            self.pick(&file.instruct, slot + 1, wording).map(|t| render(t, &variables)).transpose()?;
        let mut asks = Vec::new();
        for (polarity, wordings, if_yes, if_no) in [
            ("for", &file.favouring, &file.favour, &file.oppose),
            ("against", &file.against, &file.oppose, &file.favour),
        ] {
            let Some(template) = self.pick(wordings, slot, wording) else { continue };
            let mut text = render(template, &variables)?;
            if let Some(instruct) = &instruct {
                text = format!("{text} {instruct}");
            }
            let mut menu = vec![
                Choice { name: if_yes.clone(), text: yes.clone() },
                Choice { name: if_no.clone(), text: no.clone() },
            ];
            if turned {
                menu.reverse();
            }
            asks.push(Ask {
                id: format!("{id}/{polarity}"),
                text,
                menu,
                apart: file.apart,
                ..Ask::default()
            });
        }
        Ok(asks)
    }
}

/// The option texts in counterbalanced order, as `first` and `second`.
fn name_options(variables: &mut Variables, yes: &str, no: &str, turned: bool) {
    let (first, second) = if turned { (no, yes) } else { (yes, no) };
    variables.insert("first".into(), first.into());
    variables.insert("second".into(), second.into());
}

/// Groups presentations by the decision that they present.
fn decisions(ids: impl Iterator<Item = String>) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for id in ids {
        let base = id.rsplit_once('/').map_or(id.as_str(), |(base, _)| base);
        match groups.iter_mut().find(|g| g[0].rsplit_once('/').map_or(g[0].as_str(), |(b, _)| b) == base) {
            Some(group) => group.push(id),
            None => groups.push(vec![id]),
        }
    }
    groups
}
