#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use super::{Cached, ResponseCache, request_key};
use crate::{Answered, Kind, Model, ModelError};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use trace::{Completion, ModelCard, Name, Purchase, Request, Usage};

/// Keeps what it is given, in memory.
#[derive(Default)]
struct Kept(Mutex<Vec<Purchase>>);

#[async_trait::async_trait]
impl ResponseCache for Kept {
    fn get(&self, key: &Name) -> Option<Completion> {
        self.0.lock().unwrap().iter().find(|p| p.key == *key).map(|p| p.completion.clone())
    }

    async fn put(&self, purchase: &Purchase) -> Result<(), String> {
        self.0.lock().unwrap().push(purchase.clone());
        Ok(())
    }
}

/// Sells slowly, and breaks so many times first.
struct Shop {
    card: ModelCard,
    breaks: AtomicUsize,
    sold: AtomicUsize,
}

#[async_trait::async_trait]
impl Model for Shop {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        // Slow enough that others come meanwhile.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        let less = |n: usize| n.checked_sub(1);
        if self.breaks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            let (model, message) = (self.card.name.clone(), "away".into());
            return Err(ModelError { kind: Kind::Storage, model, message, attempts: vec![] });
        }
        self.sold.fetch_add(1, Ordering::SeqCst);
        let (text, usage) = ("Yes".to_owned(), Usage::default());
        let completion = Completion { text, usage, ..Completion::default() };
        let purchase = Purchase {
            v: trace::VERSION,
            key: request_key(&self.card, request),
            model: self.card.name.clone(),
            request: request.clone(),
            completion: completion.clone(),
            raw: String::new(),
            raw_escaped: false,
            attempts: vec![],
            at_s: 0,
            usd: None,
        };
        Ok(Answered { purchase: Some(Box::new(purchase)), ..Answered::free(completion) })
    }
}

fn shop(breaks: usize) -> (Arc<Shop>, Cached) {
    let card = ModelCard { name: "vllm/m".into(), identity: "i".into(), paid: true, ..ModelCard::default() };
    let shop = Arc::new(Shop { card, breaks: breaks.into(), sold: 0.into() });
    (shop.clone(), Cached::new(shop, Arc::new(Kept::default()), 4))
}

fn request() -> Request {
    Request { seed: 1, ..Request::default() }
}

#[tokio::test]
async fn nobody_stays_in_line_after_a_purchase_and_hits() {
    let (shop, cached) = shop(0);
    for _ in 0..3 {
        cached.answer(&request()).await.unwrap();
    }
    assert_eq!(shop.sold.load(Ordering::SeqCst), 1);
    assert_eq!(cached.buying().len(), 0);
}

#[tokio::test]
async fn nobody_stays_in_line_after_an_error_or_a_cancellation() {
    let (_, cached) = shop(1);
    cached.answer(&request()).await.unwrap_err();
    assert_eq!(cached.buying().len(), 0);
    let asked = request();
    // Begun, and dropped before it ends.
    tokio::select! {
        biased;
        _ = cached.answer(&asked) => panic!("it was to take longer"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(cached.buying().len(), 0);
}

/// The first breaks while others wait: they still ask one after the other, and one buys.
#[tokio::test]
async fn an_error_does_not_open_a_second_line() {
    let (shop, cached) = shop(1);
    let asked = request();
    let ended = futures_util::future::join_all((0..8).map(|_| cached.answer(&asked))).await;
    assert_eq!(ended.iter().filter(|e| e.is_err()).count(), 1);
    assert_eq!(shop.sold.load(Ordering::SeqCst), 1);
    assert_eq!(cached.buying().len(), 0);
}
