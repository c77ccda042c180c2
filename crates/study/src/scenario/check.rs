//! What must hold of a scenario before anything is played: names resolve, every level says exactly
//! what it changes, every text renders in every cell.

use super::cell::{Cell, all, check_level};
use super::company::{PLACES, Place};
use super::compile::{Unit, compile};
use super::fault::{Fault, accepting};
use super::file::{AskKind, ControlFile, EstimandFile, GateKind, MeasureFile, MeasureKind};
use super::load::Scenario;
use super::selection::STARS;
use super::sheet;
use super::star::star;
use super::worlds::WORLDS;
use crate::results::DENIED;
use model::control::Say;
use std::collections::BTreeSet;

/// The first mistake of a scenario, or none.
pub fn check(scenario: &Scenario) -> Result<(), Fault> {
    let steps = [
        world,
        clauses,
        factors,
        items,
        sheet::check,
        asks,
        secrets,
        measures,
        null,
        estimands,
        indices,
        frontiers,
        hypotheses,
        cells,
        stars,
        controls,
        texts,
    ];
    steps.iter().try_for_each(|step| step(scenario))
}

fn one_of(
    scenario: &Scenario,
    what: &str,
    name: &str,
    field: &str,
    known: impl IntoIterator<Item = String>,
) -> Result<(), Fault> {
    let known: BTreeSet<String> = known.into_iter().collect();
    if known.contains(name) {
        return Ok(());
    }
    let fault = scenario.source.about(name, "", field, format!("there is no {what} `{name}`"));
    Err(accepting(fault, known))
}

fn unique<'a>(
    scenario: &Scenario,
    field: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(scenario.source.about(name, "", field, format!("`{name}` stands twice")));
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(fits) {
            let message = format!("`{name}` is no name: use lower-case letters, digits and `-`");
            return Err(scenario.source.about(name, "", field, message));
        }
    }
    Ok(())
}

fn world(s: &Scenario) -> Result<(), Fault> {
    one_of(s, "world", &s.file.world, "world", WORLDS.iter().map(|w| w.name.to_owned()))?;
    if !s.is_game() && s.file.seat.is_empty() {
        return Err(s.source.whole("seat", "a form needs a seat".into()));
    }
    unique(s, "name", std::iter::once(&s.file.name))
}

fn factors(s: &Scenario) -> Result<(), Fault> {
    unique(s, "factor.name", s.file.factor.iter().map(|f| &f.name))?;
    for factor in &s.file.factor {
        unique(s, "factor.level.name", factor.level.iter().map(|l| &l.name))?;
        if factor.level.len() < 2 {
            let message = format!("factor `{}` needs at least two levels", factor.name);
            return Err(s.source.about(&factor.name, "[[factor]]", "factor.level", message));
        }
        let sets: BTreeSet<_> = factor.level.iter().map(|l| l.set.keys().collect::<Vec<_>>()).collect();
        if sets.len() > 1 {
            let message =
                format!("the levels of `{}` set different variables: a level changes one thing", factor.name);
            return Err(s.source.about(&factor.name, "[[factor]]", "factor.level.set", message));
        }
        let clauses = s.file.clause.iter().filter(|c| c.factor.as_ref() == Some(&factor.name)).count();
        let has_text = factor.level.iter().any(|l| !l.text.is_empty());
        if clauses > 1 || (has_text && clauses == 0) {
            let message =
                format!("factor `{}` governs {clauses} clauses: a factor governs exactly one", factor.name);
            return Err(s.source.about(&factor.name, "[[factor]]", "factor", message));
        }
    }
    Ok(())
}

fn clauses(s: &Scenario) -> Result<(), Fault> {
    unique(s, "clause.slot", s.file.clause.iter().map(|c| &c.slot))?;
    unique(s, "capability.name", s.file.capability.iter().map(|c| &c.name))?;
    for clause in &s.file.clause {
        if let Some(factor) = &clause.factor {
            one_of(s, "factor", factor, "clause.factor", s.file.factor.iter().map(|f| f.name.clone()))?;
        }
        if clause.role == trace::Role::Assistant {
            let message = format!("clause `{}`: a brief is told by the system or the user", clause.slot);
            return Err(accepting(
                s.source.about(&clause.slot, "[[clause]]", "clause.role", message),
                ["system", "user"],
            ));
        }
        if let Some(place) = &clause.place {
            // A place may be a template; then compiling reads it.
            if !s.is_company() || (!place.contains("{{") && Place::parse(place).is_none()) {
                let message = format!("clause `{}`: a company has no place `{place}`", clause.slot);
                return Err(accepting(s.source.about(place, "[[clause]]", "clause.place", message), PLACES));
            }
        }
        let sources = usize::from(!clause.text.is_empty())
            + usize::from(clause.factor.is_some())
            + usize::from(clause.capability);
        if sources != 1 {
            let message =
                format!("clause `{}` needs exactly one of text, factor and capability", clause.slot);
            return Err(s.source.about(&clause.slot, "[[clause]]", "clause", message));
        }
    }
    for capability in &s.file.capability {
        for ask in capability.expect.keys() {
            one_of(s, "ask", ask, "capability.expect", s.file.ask.iter().map(|a| a.id.clone()))?;
        }
    }
    Ok(())
}

/// Every item says which cluster it belongs to.
fn items(s: &Scenario) -> Result<(), Fault> {
    let Some(file) = &s.file.items else { return Ok(()) };
    let Some(at) = s.items.iter().position(|item| !item.contains_key(&file.cluster)) else { return Ok(()) };
    let message = format!("item {} of `{}` has no field `{}`", at + 1, file.file, file.cluster);
    Err(accepting(s.source.about(&file.cluster, "[items]", "items.cluster", message), s.items[at].keys()))
}

fn asks(s: &Scenario) -> Result<(), Fault> {
    unique(s, "ask.id", s.file.ask.iter().map(|a| &a.id))?;
    for ask in &s.file.ask {
        let fault = |message: String| Err(s.source.about(&ask.id, "[[ask]]", "ask", message));
        for only in &ask.only {
            one_of(s, "capability", only, "ask.only", s.file.capability.iter().map(|c| c.name.clone()))?;
        }
        for (factor, level) in &ask.when {
            check_level(s, factor, level, factor, "ask.when")?;
        }
        if ask.each.as_deref().is_some_and(|e| e != "entry") || (ask.each.is_some() && s.file.sheet.is_none())
        {
            return fault(format!("`{}`: each = \"entry\" needs a [sheet]", ask.id));
        }
        match ask.kind {
            AskKind::Count | AskKind::Text if ask.text.is_empty() => {
                return fault(format!("`{}`: a count or a text needs `text`", ask.id));
            }
            AskKind::Decision if ask.favouring.is_empty() || ask.options.len() != 2 => {
                return fault(format!("`{}`: a decision needs `for` and two options", ask.id));
            }
            AskKind::Decision
                if ask.favour.is_empty() || ask.oppose.is_empty() || ask.favour == ask.oppose =>
            {
                return fault(format!("`{}`: a decision needs two names, `favour` and `oppose`", ask.id));
            }
            _ => {}
        }
    }
    Ok(())
}

fn measures(s: &Scenario) -> Result<(), Fault> {
    if s.file.measure.iter().any(|m| m.outcome == DENIED) {
        let message = format!("`{DENIED}` is what the guard denied: every guarded cell has it by itself");
        return Err(s.source.about(DENIED, "[[measure]]", "measure.outcome", message));
    }
    unique(s, "measure.outcome", s.file.measure.iter().map(|m| &m.outcome))?;
    let ids = || s.file.ask.iter().map(|a| a.id.clone());
    for m in &s.file.measure {
        if m.kind == MeasureKind::Fact {
            if m.fact.is_none() {
                let message = format!("measure `{}` needs `fact`: a number that the world states", m.outcome);
                return Err(s.source.about(&m.outcome, "[[measure]]", "measure.fact", message));
            }
            continue;
        }
        if m.alarm.is_some() {
            let message = format!("measure `{}`: only a fact of a game can have an alarm", m.outcome);
            return Err(s.source.about(&m.outcome, "[[measure]]", "measure.alarm", message));
        }
        one_of(s, "ask", &m.ask, "measure.ask", ids())?;
        for named in m.count.iter().chain(&m.neutral) {
            one_of(s, "ask", named, "measure", ids())?;
        }
        if matches!(m.kind, MeasureKind::ArithmeticGap | MeasureKind::Crossing) && m.count.is_none() {
            let message = format!("measure `{}` needs `count`: the ask for the total", m.outcome);
            return Err(s.source.about(&m.outcome, "[[measure]]", "measure.count", message));
        }
        if m.kind == MeasureKind::Acknowledgement {
            acknowledgement(s, m)?;
        }
        if m.kind == MeasureKind::Joint {
            joint(s, m)?;
        }
        if let Some(neutral) =
            m.neutral.as_ref().filter(|n| !s.file.ask.iter().any(|a| &a.id == *n && a.neutral))
        {
            let message = format!("ask `{neutral}` is not marked `neutral = true`");
            return Err(s.source.about(neutral, "[[measure]]", "measure.neutral", message));
        }
        if let Some(of) = &m.of {
            let ask = s.file.ask.iter().find(|a| a.id == m.ask);
            one_of(
                s,
                "choice",
                of,
                "measure.of",
                ask.into_iter().flat_map(|a| [a.favour.clone(), a.oppose.clone()]),
            )?;
        }
    }
    for gate in &s.file.gate {
        if let Some(ask) = &gate.ask {
            one_of(s, "ask", ask, "gate.ask", ids())?;
        }
        if gate.kind == GateKind::Knowledge && gate.ask.is_none() {
            return Err(s.source.about(
                "knowledge",
                "[[gate]]",
                "gate.ask",
                "a knowledge gate needs an ask".into(),
            ));
        }
    }
    Ok(())
}

/// Alarms are set by honest players of the game.
fn null(s: &Scenario) -> Result<(), Fault> {
    let wanted = s.file.measure.iter().find(|m| m.alarm.is_some());
    if let Some(m) = wanted.filter(|_| s.file.null.players.is_empty() || !s.is_game()) {
        let message = format!("the alarm of `{}` needs a game and honest players of it", m.outcome);
        return Err(accepting(
            s.source.about(&m.outcome, "[[measure]]", "null.players", message),
            ["[null] players = [\"random\", …]".to_owned()],
        ));
    }
    for name in &s.file.null.players {
        crate::player::player(s, name).map_err(|why| s.source.about(name, "[null]", "null.players", why))?;
    }
    Ok(())
}

/// A code reads a text, and by at least one word.
fn acknowledgement(s: &Scenario, m: &MeasureFile) -> Result<(), Fault> {
    let fault = |field: &str, why: &str| {
        let message = format!("measure `{}` {why}", m.outcome);
        Err(s.source.about(&m.outcome, "[[measure]]", field, message))
    };
    if !s.file.ask.iter().any(|a| a.id == m.ask && a.kind == AskKind::Text) {
        return fault("measure.ask", "needs an ask of kind `text`");
    }
    let is_word = |w: &String| w.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase()) && !w.is_empty();
    if m.words.is_empty() || !m.words.iter().chain(&m.opposites).all(is_word) {
        return fault("measure.words", "needs `words`, each a single one in lower case");
    }
    Ok(())
}

fn indices(s: &Scenario) -> Result<(), Fault> {
    unique(s, "index.name", s.file.index.iter().map(|i| &i.name))?;
    s.file.index.iter().try_for_each(|index| {
        let outcomes = s.file.measure.iter().map(|m| m.outcome.clone());
        for outcome in [Some(&index.outcome), index.event.as_ref()].into_iter().flatten() {
            one_of(s, "outcome", outcome, "index.outcome", outcomes.clone())?;
        }
        crate::indices::Cells::of(s, index).map(drop)
    })
}

/// Several outcomes, none of which is a joint one itself.
fn joint(s: &Scenario, m: &MeasureFile) -> Result<(), Fault> {
    if m.all.is_empty() || m.all.len() + m.none.len() < 2 {
        let message = format!("measure `{}` needs `all`, and two outcomes or more with `none`", m.outcome);
        return Err(s.source.about(&m.outcome, "[[measure]]", "measure.all", message));
    }
    let single = || s.file.measure.iter().filter(|m| m.kind != MeasureKind::Joint).map(|m| m.outcome.clone());
    m.all.iter().chain(&m.none).try_for_each(|outcome| one_of(s, "outcome", outcome, "measure.all", single()))
}

/// A contrast's outcome and levels are the scenario's, and its margin says what counts as no effect.
fn contrast(s: &Scenario, e: &EstimandFile, table: &str) -> Result<(), Fault> {
    let field = |field: &str| format!("{table}.{field}");
    let outcomes = s.file.measure.iter().map(|m| m.outcome.clone());
    one_of(s, "outcome", &e.outcome, &field("outcome"), outcomes)?;
    let contrast = [(&e.contrast.factor, &e.contrast.level), (&e.contrast.factor, &e.contrast.versus)];
    let named = contrast.into_iter().map(|pair| ("contrast", pair));
    let pinned = e.at.iter().map(|pair| ("at", pair));
    let unlike = e.unlike.iter().map(|pair| ("unlike", pair));
    for (of, (factor, level)) in named.chain(pinned).chain(unlike) {
        let known = s.file.factor.iter().any(|f| &f.name == factor);
        check_level(s, factor, level, if known { level } else { factor }, &field(of))?;
    }
    if e.margin.is_nan() || e.margin <= 0.0 {
        let message = format!("the margin of `{}` must be above 0: it says what counts as no effect", e.name);
        return Err(s.source.about(&e.name, &format!("[[{table}]]"), &field("margin"), message));
    }
    Ok(())
}

/// What a level calls secret is an ask of the scenario.
fn secrets(s: &Scenario) -> Result<(), Fault> {
    let secret = s.file.factor.iter().flat_map(|f| &f.level).flat_map(|level| &level.secret);
    let asks = || s.file.ask.iter().map(|ask| ask.id.clone());
    secret.into_iter().try_for_each(|ask| one_of(s, "ask", ask, "factor.level.secret", asks()))
}

/// A frontier's factor has remedies, and both of its sides are contrasts that could be made.
fn frontiers(s: &Scenario) -> Result<(), Fault> {
    unique(s, "frontier.name", s.file.frontier.iter().map(|f| &f.name))?;
    for frontier in &s.file.frontier {
        let factors = s.file.factor.iter().map(|f| f.name.clone());
        one_of(s, "factor", &frontier.factor, "frontier.factor", factors)?;
        let levels = || s.file.factor.iter().filter(|f| f.name == frontier.factor).flat_map(|f| &f.level);
        for sham in &frontier.sham {
            one_of(s, "level", sham, "frontier.sham", levels().map(|l| l.name.clone()))?;
        }
        let first = levels().next().map_or("", |l| &l.name);
        for side in [&frontier.gain, &frontier.harm] {
            contrast(s, &frontier.contrast(side, first, first), "frontier")?;
        }
        for outcome in &frontier.displaced {
            let outcomes = s.file.measure.iter().map(|m| m.outcome.clone());
            one_of(s, "outcome", outcome, "frontier.displaced", outcomes)?;
        }
    }
    Ok(())
}

fn estimands(s: &Scenario) -> Result<(), Fault> {
    for e in &s.file.estimand {
        contrast(s, e, "estimand")?;
        if let Some(by) = &e.by {
            let others = s.file.factor.iter().filter(|f| f.name != e.contrast.factor);
            one_of(s, "other factor", by, "estimand.by", others.map(|f| f.name.clone()))?;
        }
        if let Some(given) = &e.given {
            one_of(s, "gate", given, "estimand.given", ["knowledge".to_owned()])?;
        }
    }
    Ok(())
}

/// Explanations predict contrasts that the scenario has.
fn hypotheses(s: &Scenario) -> Result<(), Fault> {
    unique(s, "hypothesis.name", s.file.hypothesis.iter().map(|h| &h.name))?;
    for h in &s.file.hypothesis {
        for id in h.predicts.keys() {
            one_of(s, "estimand", id, "hypothesis.predicts", s.file.estimand.iter().map(|e| e.id()))?;
        }
        if h.predicts.is_empty() {
            let message = format!("`{}` predicts nothing: it could not fail", h.name);
            return Err(s.source.about(&h.name, "[[hypothesis]]", "hypothesis.predicts", message));
        }
    }
    Ok(())
}

fn cells(s: &Scenario) -> Result<(), Fault> {
    for (field, count) in [("wordings", s.file.design.wordings), ("states", s.file.design.states)] {
        if count == 0 {
            let message = "at least 1: nothing would be played".to_owned();
            return Err(s.source.about(field, "[design]", &format!("design.{field}"), message));
        }
    }
    one_of(
        s,
        "list of cells",
        &s.file.design.cells,
        "design.cells",
        s.file.cells.keys().cloned().chain(["all".into(), STARS.into()]),
    )?;
    for name in s.file.cells.values().flatten() {
        let cell = Cell::parse(s, name)?;
        if &cell.to_string() != name {
            let message = format!("a cell lists its levels in alphabetical order of factors: `{cell}`");
            return Err(s.source.about(name, "", "cells", message));
        }
    }
    Ok(())
}

/// What a star cannot tell is refused before it is played.
fn stars(s: &Scenario) -> Result<(), Fault> {
    let design = &s.file.design;
    for factor in &design.fixed {
        one_of(s, "factor", factor, "design.fixed", s.file.factor.iter().map(|f| f.name.clone()))?;
    }
    for e in s.file.estimand.iter().filter(|_| design.cells == STARS) {
        let unmet = e.at.iter().find(|(factor, level)| {
            let is_baseline = Cell::default().level(s, factor) == *level;
            design.fixed.contains(factor) && **factor != e.contrast.factor && !is_baseline
        });
        let why = match unmet {
            Some((factor, level)) => format!("no background has {factor}={level}: `{factor}` is fixed"),
            None if !e.unlike.is_empty() => "a star changes one factor at a time, `unlike` needs two".into(),
            None => continue,
        };
        let message = format!("`{}` cannot be told in stars: {why}", e.name);
        let fault = s.source.about(&e.name, "[[estimand]]", "estimand", message);
        return Err(accepting(fault, s.file.cells.keys().cloned().chain(["all".into()])));
    }
    Ok(())
}

fn controls(s: &Scenario) -> Result<(), Fault> {
    unique(s, "control.name", s.file.control.iter().map(|c| &c.name))?;
    let known: Vec<String> = s.file.estimand.iter().map(|e| e.id()).collect();
    for control in &s.file.control {
        for id in control.finds.iter().chain(&control.either) {
            one_of(s, "estimand", id, "control.finds", known.iter().cloned())?;
        }
        if control.rules.is_empty() && control.deeds.is_none() && !s.is_company() {
            let builtin = model::control::BUILTIN.map(str::to_owned);
            one_of(s, "built-in control", &control.name, "control.name", builtin)?;
        }
        if !probabilities(control).all(|p| (0.0..=1.0).contains(&p)) {
            let message = format!("a probability of `{}` is not between 0 and 1", control.name);
            return Err(s.source.about(&control.name, "[[control]]", "control", message));
        }
        crate::actor::control(s, &control.name, 0)
            .map(drop)
            .map_err(|message| s.source.about(&control.name, "[[control]]", "control", message))?;
    }
    Ok(())
}

/// Every probability that a control's file states.
fn probabilities(control: &ControlFile) -> impl Iterator<Item = f64> {
    let ranges = control.rules.iter().filter_map(|rule| match &rule.say {
        Say::Favour(range)
        | Say::Truth(range)
        | Say::Inflate(range)
        | Say::WriteBar(range)
        | Say::Heard(range)
        | Say::Better(range) => Some(*range),
        Say::Random | Say::Words(_) => None,
    });
    let deeds = control.deeds.iter().flatten().map(|deed| deed.rate);
    ranges.chain(deeds).flatten().chain([control.lapse])
}

/// Every cell renders, in as many wordings as there are paraphrases, for every item.
fn texts(s: &Scenario) -> Result<(), Fault> {
    let capabilities =
        s.file.capability.iter().map(|c| Cell { capability: Some(c.name.clone()), ..Cell::default() });
    let wordings = 4;
    let single = star(s, &Cell::default());
    for cell in single.into_iter().chain(all(s).take(64)).chain(capabilities) {
        for wording in 0..wordings {
            let compiled = compile(s, &cell, Unit { wording, state: wording })?;
            let Some(form) = compiled.form() else { continue };
            if let Some(ask) = form.turns.iter().flatten().find(|a| a.text.contains("\n\n")) {
                return Err(s.source.about(
                    &ask.id,
                    "[[ask]]",
                    "ask",
                    "a question has no blank lines".into(),
                ));
            }
        }
    }
    for state in 0..s.items.len() as u32 {
        compile(s, &Cell::default(), Unit { wording: state, state })?;
    }
    Ok(())
}
