//! Controls that play games: they read the state in their prompt, as a model does, and write a move.
//!
//! An actor sees the conversation alone. Whether it has a partner it learns from the prompt's own
//! sentence; offers and other questions go to the scripted control that it is built on.

use crate::clerk::{Clerk, Disposition, builtin};
use crate::hand::{Asked, Hand};
use crate::scenario::{AllyWhen, PlaysFile, Scenario, Talk};
use model::control::Control;
use model::{Answered, Model, ModelError};
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Completion, ModelCard, Request, digest, seed_of};
use world::series::{PARTNER, STATE, wrote};
use world::{ForGame, Game, for_game};

/// A control of a scenario, as a model. `salt` draws its effect sizes and lapses.
pub fn control(scenario: &Scenario, name: &str, salt: u64) -> Result<Arc<dyn Model>, String> {
    if let Some(clerk) = clerk(scenario, name, salt)? {
        return Ok(Arc::new(clerk));
    }
    let answers = Control::of(scenario.script(name)?, salt);
    let own = scenario.file.control.iter().find(|c| c.name == name).and_then(|c| c.plays.clone());
    if !scenario.is_game() {
        return Ok(Arc::new(answers));
    }
    for_game(&scenario.file.world, Cast { answers, own, play: &scenario.file.play, salt })?
}

/// A control that works in a company: one of the scenario's with deeds, or a built-in one.
fn clerk(scenario: &Scenario, name: &str, salt: u64) -> Result<Option<Clerk>, String> {
    if !scenario.is_company() {
        return Ok(None);
    }
    let own =
        scenario.file.control.iter().find(|c| c.name == name).and_then(|c| Some((c.lapse, c.deeds.clone()?)));
    let Some((lapse, deeds)) = own.or_else(|| builtin(name)) else { return Ok(None) };
    Clerk::new(&Disposition { name, lapse, deeds: &deeds }, &scenario.file.reading, salt).map(Some)
}

/// Makes the actor of a game.
struct Cast<'a> {
    answers: Control,
    own: Option<PlaysFile>,
    play: &'a Value,
    salt: u64,
}

impl ForGame for Cast<'_> {
    type Done = Result<Arc<dyn Model>, String>;

    fn with<G: Game>(self) -> Self::Done {
        Ok(Arc::new(Actor::<G>::new(self.answers, self.own, self.play, self.salt)?))
    }
}

/// By which words two scripted players agree.
const PACT: &str = "Let us spare each other.";

struct Actor<G: Game> {
    answers: Control,
    plays: PlaysFile,
    hand: Hand<G>,
    card: ModelCard,
    salt: u64,
}

impl<G: Game> Actor<G> {
    fn new(answers: Control, plays: Option<PlaysFile>, play: &Value, salt: u64) -> Result<Self, String> {
        // A control that says nothing of how it plays, plays like the first on the shelf: at random.
        let plays =
            plays.unwrap_or_else(|| PlaysFile { player: G::PLAYERS[0].into(), ..PlaysFile::default() });
        let hand = Hand::new(&plays.player, play)?;
        let card = answers.card();
        let identity = digest(&trace::canonical(&(&card.identity, &plays, G::VERSION)));
        let card = ModelCard { identity, ..card.clone() };
        Ok(Self { answers, plays, hand, card, salt })
    }

    fn writes(&self, request: &Request, schema: &Value) -> Option<String> {
        let prompt = &request.messages.last()?.text;
        let seen = prompt.lines().rev().find_map(|line| line.strip_prefix(STATE))?;
        let view: G::View = serde_json::from_str(seen).ok()?;
        let seed = seed_of("luck", &[&self.salt.to_string(), &request.seed.to_string()]);
        let made = self.hand.choose(&view, self.partner(prompt), seed);
        let written = match Asked::of(schema) {
            Asked::Message => self.talks(&view, made.as_ref()),
            Asked::Words => json!({ "say": format!("{} {}", self.plays.aside, json!(made?)) }),
            Asked::Move => json!(made?),
        };
        Some(written.to_string())
    }

    /// The partner that it plays for too.
    fn partner(&self, prompt: &str) -> Option<usize> {
        let partner = partner(prompt)?;
        let plays_for = match self.plays.ally {
            AllyWhen::Never => false,
            AllyWhen::Told => proposed(prompt, partner),
            AllyWhen::Held => true,
            AllyWhen::Ordered => self.plays.order.as_ref().is_some_and(|order| prompt.contains(order)),
        };
        plays_for.then_some(partner)
    }

    fn talks(&self, view: &G::View, next: Option<&G::Move>) -> Value {
        let kind = next.map(|made| G::kind(view, made));
        let plan = match self.plays.talk {
            Talk::Silent => None,
            Talk::Plan => kind,
            Talk::Lie => G::KINDS.iter().copied().find(|other| Some(*other) != kind),
        };
        match (self.plays.talk, plan) {
            (Talk::Silent, _) => json!({ "message": "", "plan": "none" }),
            (_, Some(plan)) => json!({ "message": format!("I will {plan} next. {PACT}"), "plan": plan }),
            (_, None) => json!({ "message": PACT, "plan": "none" }),
        }
    }
}

/// The partner that the prompt names last.
fn partner(prompt: &str) -> Option<usize> {
    let line =
        prompt.lines().rev().find(|line| line.starts_with(PARTNER[0]) && line.ends_with(PARTNER[1]))?;
    line.strip_prefix(PARTNER[0])?.strip_suffix(PARTNER[1])?.parse().ok()
}

/// Whether the last line that the partner wrote proposes the pact.
fn proposed(prompt: &str, partner: usize) -> bool {
    let wrote = wrote(partner);
    let line = prompt.lines().rev().find_map(|line| line.split_once(&wrote));
    line.is_some_and(|(_, words)| words.contains(PACT))
}

#[async_trait::async_trait]
impl<G: Game> Model for Actor<G> {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let Some(schema) = &request.schema else { return self.answers.answer(request).await };
        let text = self.writes(request, schema).unwrap_or_default();
        Ok(Answered::free(Completion { text, ..Completion::default() }))
    }
}
