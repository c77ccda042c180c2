//! A model behind a response cache. What is bought is on disk before it is used.

use crate::{Answered, Kind, Model, ModelError};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::{Completion, ModelCard, Name, Purchase, Request, name_of};

/// Where purchases are kept. The implementation is durable: when `put` returns, the purchase
/// survives a kill.
#[async_trait::async_trait]
pub trait ResponseCache: Send + Sync {
    /// The completion bought under this key.
    fn get(&self, key: &Name) -> Option<Completion>;
    /// Records a purchase. An error means that it may be lost: the completion is then not used.
    async fn put(&self, purchase: &Purchase) -> Result<(), String>;
}

/// The key of a request to a model: messages, options, schema, sampling, seed and sample index.
pub fn request_key(card: &ModelCard, request: &Request) -> Name {
    name_of(&(&card.name, &card.identity, request))
}

/// Requests that are being asked, each with how many ask.
type Buying = HashMap<Name, (usize, Arc<tokio::sync::Mutex<()>>)>;

/// A paid model that never buys the same completion twice, not even when two callers ask for it at
/// once.
pub struct Cached {
    inner: Arc<dyn Model>,
    cache: Arc<dyn ResponseCache>,
    buying: Mutex<Buying>,
    /// A purchase holds its place until it is on disk, so that a kill loses at most this many.
    places: tokio::sync::Semaphore,
}

impl Cached {
    /// `at_once` purchases are made at the same time.
    pub fn new(inner: Arc<dyn Model>, cache: Arc<dyn ResponseCache>, at_once: usize) -> Self {
        let places = tokio::sync::Semaphore::new(at_once.max(1));
        Self { inner, cache, buying: Mutex::default(), places }
    }

    fn counter<'a>(&'a self, key: &'a Name) -> Counter<'a> {
        let mut buying = self.buying();
        let (askers, turn) = buying.entry(key.clone()).or_default();
        *askers += 1;
        Counter { cached: self, key, turn: turn.clone() }
    }

    fn buying(&self) -> MutexGuard<'_, Buying> {
        self.buying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where those who ask the same stand in line. The last to leave, be it with an error or because nobody
/// waits for the answer any more, closes it.
struct Counter<'a> {
    cached: &'a Cached,
    key: &'a Name,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Drop for Counter<'_> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut counter) = self.cached.buying().entry(self.key.clone()) {
            counter.get_mut().0 -= 1;
            if counter.get().0 == 0 {
                counter.remove();
            }
        }
    }
}

#[async_trait::async_trait]
impl Model for Cached {
    fn card(&self) -> &ModelCard {
        self.inner.card()
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let key = request_key(self.card(), request);
        let counter = self.counter(&key);
        let _turn = counter.turn.lock().await;
        if let Some(completion) = self.cache.get(&key) {
            return Ok(Answered::free(completion));
        }
        // Never closed, so there is always a place in the end.
        let _place = self.places.acquire().await;
        let answered = self.inner.answer(request).await?;
        if let Some(purchase) = &answered.purchase {
            self.cache.put(purchase).await.map_err(|why| ModelError {
                kind: Kind::Storage,
                model: self.card().name.clone(),
                message: format!("the completion could not be recorded: {why}"),
                attempts: purchase.attempts.clone(),
            })?;
        }
        Ok(answered)
    }
}

#[cfg(test)]
mod tests;
