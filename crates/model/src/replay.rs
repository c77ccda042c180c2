//! The answers of an earlier run, by the exact request.

use crate::{Answered, Kind, Model, ModelError};
use std::collections::HashMap;
use trace::{Completion, Message, ModelCard, Name, Request, name_of};

/// The key by which an episode's record finds an answer: what was read, and the seed.
pub fn replay_key(messages: &[Message], seed: u64) -> Name {
    name_of(&(messages, seed))
}

/// A model that answers from a record, and from nothing else.
pub struct Replay {
    card: ModelCard,
    answers: HashMap<Name, Completion>,
}

impl Replay {
    /// `card` is the card of the model that was recorded, so that episodes keep their names.
    pub fn new(card: ModelCard, answers: HashMap<Name, Completion>) -> Self {
        Self { card, answers }
    }
}

#[async_trait::async_trait]
impl Model for Replay {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let key = replay_key(&request.messages, request.seed);
        let found = self.answers.get(&key).cloned().map(Answered::free);
        found.ok_or_else(|| ModelError {
            kind: Kind::NotRecorded,
            model: self.card.name.clone(),
            message: "the record holds no answer to this conversation and seed".into(),
            attempts: Vec::new(),
        })
    }
}
