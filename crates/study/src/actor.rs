//! Controls that play games: they read the state in their prompt, as a model does, and write a move.
//!
//! An actor sees the conversation alone. Whether it has a partner it learns from the prompt's own
//! sentence; offers and other questions go to the scripted control that it is built on.

use crate::scenario::{AllyWhen, PlaysFile, Scenario, Talk, read_rules};
use model::control::Control;
use model::{Answered, Model, ModelError};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Completion, Finish, ModelCard, Request, Usage, digest, seed_of};
use world::series::{PARTNER, STATE, wrote};
use world::{Cleanup, Game, LiarsBar, dilemma::Dilemma, market::Market};

/// A control of a scenario, as a model. `salt` draws its effect sizes and lapses.
pub fn control(scenario: &Scenario, name: &str, salt: u64) -> Result<Arc<dyn Model>, String> {
    let answers = Control::of(scenario.script(name)?, salt);
    let own = scenario.file.control.iter().find(|c| c.name == name).and_then(|c| c.plays.clone());
    Ok(match scenario.file.world.as_str() {
        "liars-bar" => Arc::new(Actor::<LiarsBar>::new(answers, own, &scenario.file.play, salt)?),
        "cleanup" => Arc::new(Actor::<Cleanup>::new(answers, own, &scenario.file.play, salt)?),
        "dilemma" => Arc::new(Actor::<Dilemma>::new(answers, own, &scenario.file.play, salt)?),
        "market" => Arc::new(Actor::<Market>::new(answers, own, &scenario.file.play, salt)?),
        _ => Arc::new(answers),
    })
}

/// By which words two scripted players agree.
const PACT: &str = "Let us spare each other.";

struct Actor<G: Game> {
    answers: Control,
    plays: PlaysFile,
    rules: G::Rules,
    card: ModelCard,
    salt: u64,
}

impl<G: Game> Actor<G> {
    fn new(answers: Control, plays: Option<PlaysFile>, play: &Value, salt: u64) -> Result<Self, String> {
        // A control that says nothing of how it plays, plays like the first on the shelf: at random.
        let plays = plays.unwrap_or_else(|| PlaysFile {
            player: G::PLAYERS[0].into(),
            ally: AllyWhen::Never,
            talk: Talk::Silent,
        });
        let rules = read_rules::<G>(&play["rules"])?;
        if G::player(&plays.player, &rules).is_none() {
            let known = G::PLAYERS.join(", ");
            return Err(format!("there is no player `{}`; accepted: {known}", plays.player));
        }
        let card = answers.card();
        let identity = digest(&trace::canonical(&(&card.identity, &plays, G::VERSION)));
        let card = ModelCard { identity, ..card.clone() };
        Ok(Self { answers, plays, rules, card, salt })
    }

    fn writes(&self, request: &Request, schema: &Value) -> Option<String> {
        let prompt = &request.messages.last()?.text;
        let seen = prompt.lines().rev().find_map(|line| line.strip_prefix(STATE))?;
        let view: G::View = serde_json::from_str(seen).ok()?;
        let made = self.choose(&view, self.partner(prompt), request.seed);
        let says_plan = !schema["properties"]["plan"].is_null();
        Some(if says_plan { self.talks(&view, made.as_ref()) } else { json!(made?) }.to_string())
    }

    /// The partner that it plays for too.
    fn partner(&self, prompt: &str) -> Option<usize> {
        let partner = partner(prompt)?;
        let plays_for = match self.plays.ally {
            AllyWhen::Never => false,
            AllyWhen::Told => proposed(prompt, partner),
            AllyWhen::Held => true,
        };
        plays_for.then_some(partner)
    }

    /// The move that it would make now; none where nothing is to be played.
    fn choose(&self, view: &G::View, partner: Option<usize>, seed: u64) -> Option<G::Move> {
        if G::schema(view) == Value::Bool(false) {
            return None;
        }
        let mut player = G::player(&self.plays.player, &self.rules)?;
        if let Some(partner) = partner {
            let own = json!(view)["seat"].as_u64().unwrap_or_default() as usize;
            player = G::with_partner(player, &self.rules, [own, partner]);
        }
        let salted = seed_of("luck", &[&self.salt.to_string(), &seed.to_string()]);
        Some(player.choose(view, &mut ChaCha8Rng::seed_from_u64(salted)))
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
        let usage = Usage::default();
        Ok(Answered::free(Completion { text, finish: Finish::Stop, usage, option_logp: Vec::new() }))
    }
}
