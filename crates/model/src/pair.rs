//! Two models that play together: `first+second`. The first is measured, the second sits at its partner's seat.

use crate::{Answered, Model, ModelError};
use std::sync::Arc;
use trace::{Act, ModelCard, Observation, Request, digest};

/// The first model under the name of both. Each answers for itself, so that each is cached under its own name.
pub struct Pair {
    first: Arc<dyn Model>,
    second: Arc<dyn Model>,
    card: ModelCard,
}

impl Pair {
    pub fn of(first: Arc<dyn Model>, second: Arc<dyn Model>) -> Self {
        let (a, b) = (first.card(), second.card());
        let identity = digest(&trace::canonical(&(&a.identity, &b.identity)));
        let name = format!("{}+{}", a.name, b.name);
        let card = ModelCard { name, identity, paid: a.paid || b.paid, ..a.clone() };
        Self { first, second, card }
    }

    /// A pair on record, whose card is known.
    pub fn recorded(first: Arc<dyn Model>, second: Arc<dyn Model>) -> Self {
        Self { card: first.card().clone(), first, second }
    }
}

/// The names of a pair: a `+` between two names that each have a provider.
pub fn halves(name: &str) -> Option<(&str, &str)> {
    let (first, second) = name.rmatch_indices('+').map(|(at, _)| (&name[..at], &name[at + 1..])).next()?;
    (first.contains('/') && second.contains('/')).then_some((first, second))
}

#[async_trait::async_trait]
impl Model for Pair {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        self.first.answer(request).await
    }

    fn is_held_to_schemas(&self) -> bool {
        self.first.is_held_to_schemas()
    }

    fn acts(&self, view: &Observation, seed: u64) -> Option<Act> {
        self.first.acts(view, seed)
    }

    fn first(&self) -> Option<Arc<dyn Model>> {
        Some(self.first.clone())
    }

    fn partner(&self) -> Option<Arc<dyn Model>> {
        Some(self.second.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::halves;

    #[test]
    fn a_plus_within_a_name_makes_no_pair() {
        assert_eq!(halves("local/smollm2+control/stone"), Some(("local/smollm2", "control/stone")));
        assert_eq!(halves("cohere/command-r+"), None);
        assert_eq!(halves("cohere/command-r++local/smollm2"), Some(("cohere/command-r+", "local/smollm2")));
        assert_eq!(halves("local/smollm2"), None);
    }
}
