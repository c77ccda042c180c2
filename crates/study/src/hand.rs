//! A scripted player with the rules of its game: what controls that read a prompt and players that
//! read none have in common.

use crate::scenario::read_rules;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use world::Game;

pub struct Hand<G: Game> {
    player: String,
    rules: G::Rules,
}

impl<G: Game> Hand<G> {
    /// A player from the game's shelf, under the rules of a scenario's `[play]`.
    pub fn new(player: &str, play: &Value) -> Result<Self, String> {
        let rules = read_rules::<G>(&play["rules"])?;
        if G::player(player, &rules).is_none() {
            let known = G::PLAYERS.join(", ");
            return Err(format!("there is no player `{player}`\naccepted: {known}"));
        }
        Ok(Self { player: player.into(), rules })
    }

    pub fn rules(&self) -> &G::Rules {
        &self.rules
    }

    /// The move that it would make now, for a partner too where it has one; none where nothing is to
    /// be played. `seed` is its dice.
    pub fn choose(&self, view: &G::View, partner: Option<usize>, seed: u64) -> Option<G::Move> {
        if G::schema(view) == Value::Bool(false) {
            return None;
        }
        let mut player = G::player(&self.player, &self.rules)?;
        if let Some(partner) = partner {
            let own = json!(view)["seat"].as_u64().unwrap_or_default() as usize;
            player = G::with_partner(player, &self.rules, [own, partner]);
        }
        Some(player.choose(view, &mut ChaCha8Rng::seed_from_u64(seed)))
    }
}

/// What a question in JSON asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Message,
    /// A move in loose words, as a published parser reads it.
    Words,
    Move,
}

impl Asked {
    /// By the fields of its schema.
    pub fn of(schema: &Value) -> Self {
        let has = |field: &str| !schema["properties"][field].is_null();
        match () {
            () if has("plan") => Self::Message,
            () if has("say") => Self::Words,
            () => Self::Move,
        }
    }
}
