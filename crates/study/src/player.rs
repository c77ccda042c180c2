//! `player/…` as a model: a scripted player of a game that acts on what its seat sees, without text.
//!
//! For skill, nulls and speed. It has no words: offers stay unanswered, messages empty.

use crate::hand::{Asked, Hand};
use crate::scenario::Scenario;
use model::{Answered, Kind, Model, ModelError};
use serde_json::json;
use std::sync::Arc;
use trace::{Act, Answer, Ask, ModelCard, Observation, Read, Request, digest, seed_of};
use world::{ForGame, Game, for_game};

/// A player on the shelf of a scenario's game, as a model.
pub fn player(scenario: &Scenario, name: &str) -> Result<Arc<dyn Model>, String> {
    let file = &scenario.file;
    if !scenario.is_game() {
        return Err(format!(
            "scenario `{}` is no game, so there is no player `{name}`\nhint: controls read its text: `ephor list controls`",
            file.name
        ));
    }
    for_game(&file.world, Sit { name, play: &file.play })?
}

struct Sit<'a> {
    name: &'a str,
    play: &'a serde_json::Value,
}

impl ForGame for Sit<'_> {
    type Done = Result<Arc<dyn Model>, String>;

    fn with<G: Game>(self) -> Self::Done {
        let hand = Hand::<G>::new(self.name, self.play)?;
        let identity = digest(&trace::canonical(&(self.name, G::VERSION)));
        let card = ModelCard { name: format!("player/{}", self.name), identity, ..ModelCard::default() };
        Ok(Arc::new(Seated { hand, card }))
    }
}

struct Seated<G: Game> {
    hand: Hand<G>,
    card: ModelCard,
}

impl<G: Game> Seated<G> {
    fn answers(&self, view: &Observation, ask: &Ask, seed: u64) -> Answer {
        let choice = ask.schema.as_ref().and_then(|schema| match Asked::of(schema) {
            Asked::Message => Some(json!({ "message": "", "plan": "none" })),
            asked => {
                let seen: G::View = serde_json::from_value(view.seen.clone()).ok()?;
                let made = self.hand.choose(&seen, None, seed_of("luck", &[&seed.to_string()]))?;
                Some(if asked == Asked::Words {
                    json!({ "say": json!(made).to_string() })
                } else {
                    json!(made)
                })
            }
        });
        let read = if choice.is_some() { Read::Parsed } else { Read::Unparsed };
        Answer { ask: ask.id.clone(), choice: choice.map(|c| c.to_string()), read, logp: Vec::new() }
    }
}

#[async_trait::async_trait]
impl<G: Game> Model for Seated<G> {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn acts(&self, view: &Observation, seed: u64) -> Option<Act> {
        let answers = view.asks.iter().map(|ask| self.answers(view, ask, seed)).collect();
        Some(Act { turn: view.turn, answers })
    }

    async fn answer(&self, _: &Request) -> Result<Answered, ModelError> {
        let model = self.card.name.clone();
        Err(ModelError {
            kind: Kind::BadRequest,
            model,
            message: "it reads no text".into(),
            attempts: Vec::new(),
        })
    }
}
