//! A hosted model: one request becomes one completion, and the purchase that goes on record.

use super::dialect::{Along, Habits, wire_seed};
use super::endpoint::Endpoint;
use super::fault::{Fault, Next};
use super::judge::{broken, judge};
use super::limits::{Gate, Limits, tokens_estimate};
use super::options::option_logp;
use super::raw::escape;
use super::retry::{GivenUp, Once, RetryPolicy, Tried, persist};
use super::transport::{Broken, Http, Response, Transport};
use super::wait::{exhausted, retry_after};
use super::wire::{Asked, Reply};
use crate::cache::request_key;
use crate::{Answered, Model, ModelError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, timeout};
use trace::{Attempt, Completion, ModelCard, Purchase, Request};

/// A model behind a server.
///
/// Safe to cancel: dropping the future of [`Model::answer`] closes the connection and gives the
/// place in the queue back. Nothing is recorded by halves.
pub struct Hosted {
    endpoint: Endpoint,
    card: ModelCard,
    policy: RetryPolicy,
    gate: Gate,
    /// What the server taught: kept for every later request to this model.
    habits: Habits,
    transport: Box<dyn Transport>,
}

impl Hosted {
    /// A client of an endpoint. The first one of a process sets TLS up; plain HTTP loads no
    /// certificates.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`] where TLS cannot be set up.
    pub fn new(endpoint: Endpoint, limits: &Limits, policy: RetryPolicy) -> Result<Self, ModelError> {
        let transport = Box::new(Http::new(&endpoint, limits)?);
        Ok(Self::over(transport, endpoint, limits, policy))
    }

    /// The same over any transport.
    pub(super) fn over(
        transport: Box<dyn Transport>,
        endpoint: Endpoint,
        limits: &Limits,
        policy: RetryPolicy,
    ) -> Self {
        let (card, gate) = (endpoint.card(), Gate::new(limits));
        Self { endpoint, card, policy, gate, habits: Habits::default(), transport }
    }

    fn purchase(&self, request: &Request, bought: Bought, attempts: Vec<Attempt>) -> Answered {
        let (raw, raw_escaped) = escape(bought.body);
        let usd = bought.reply.usd;
        let completion = completion(request, bought.reply);
        let purchase = Purchase {
            v: trace::VERSION,
            key: request_key(&self.card, request),
            model: self.card.name.clone(),
            request: request.clone(),
            completion: completion.clone(),
            raw,
            raw_escaped,
            attempts,
            at_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
            usd,
        };
        Answered { completion, purchase: Some(Box::new(purchase)) }
    }
}

#[async_trait::async_trait]
impl Model for Hosted {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let call = Call { hosted: self, request };
        match persist(&self.policy, wire_seed(request), &call).await {
            Ok((bought, attempts)) => Ok(self.purchase(request, bought, attempts)),
            Err(GivenUp { fault, attempts }) => Err(ModelError {
                kind: fault.kind,
                model: self.card.name.clone(),
                message: fault.message,
                attempts,
            }),
        }
    }
}

/// A reply and the bytes that it was read from.
struct Bought {
    reply: Reply,
    body: Vec<u8>,
}

/// One request on its way.
struct Call<'a> {
    hosted: &'a Hosted,
    request: &'a Request,
}

#[async_trait::async_trait]
impl Once<Bought> for Call<'_> {
    async fn once(&self) -> Tried<Bought> {
        let hosted = self.hosted;
        let place = hosted.gate.enter(tokens_estimate(self.request)).await;
        let along = Along::of(hosted.endpoint.wire(), self.request, hosted.habits.dialect());
        let started = Instant::now();
        let response = self.send(along).await;
        let wall = started.elapsed();
        let tried = match response {
            Ok(response) => Tried { status: response.status, wall, result: self.read(along, response) },
            Err(why) => Tried { status: 0, wall, result: Err(broken(&hosted.endpoint, &why)) },
        };
        match &tried.result {
            Ok(_) => place.served(),
            Err(fault) if fault.crowded => place.crowded(),
            Err(_) => {}
        }
        tried
    }
}

impl Call<'_> {
    async fn send(&self, along: Along) -> Result<Response, Broken> {
        let (endpoint, request) = (&self.hosted.endpoint, self.request);
        let limit = self.hosted.policy.timeout_per_attempt;
        let body = endpoint.wire().body(&Asked { model: endpoint.model(), request, along });
        let sending = self.hosted.transport.send(body);
        timeout(limit, sending).await.unwrap_or(Err(Broken::TimedOut(limit)))
    }

    fn read(&self, along: Along, response: Response) -> Result<Bought, Fault> {
        let now = SystemTime::now();
        self.heed(&response, now);
        match judge(&self.hosted.endpoint, along, &response, now) {
            Ok(reply) => Ok(Bought { reply, body: response.body }),
            Err(fault) => {
                if let Next::Adapted(change) = fault.next {
                    self.hosted.habits.learn(change);
                }
                Err(fault)
            }
        }
    }

    /// Holds every other request back, too, where the server says that none will be served. No
    /// longer than the retry budget: a server cannot stop a run for a day.
    fn heed(&self, response: &Response, now: SystemTime) {
        let asked = match response.status {
            429 | 503 | 529 => retry_after(&response.headers, now),
            _ => None,
        };
        if let Some(wait) = asked.max(exhausted(&response.headers, now)) {
            self.hosted.gate.pause_for(wait.min(self.hosted.policy.budget));
        }
    }
}

/// The completion that a reply holds.
fn completion(request: &Request, reply: Reply) -> Completion {
    let option_logp = option_logp(&request.options, reply.first.as_ref());
    let words = cut(reply.words, &request.sampling.stop);
    let (text, beside) = match reply.calls.is_empty() {
        true => (words, String::new()),
        false => (reply.calls.join("\n"), words),
    };
    let Reply { reasoning, finish, usage, .. } = reply;
    Completion { text, beside, reasoning, finish, usage, option_logp }
}

/// The words before the first stop sequence. Not every wire takes them; what one cut is not cut again.
fn cut(mut words: String, stop: &[String]) -> String {
    let first = stop.iter().filter(|s| !s.is_empty()).filter_map(|s| words.find(s.as_str())).min();
    if let Some(at) = first {
        words.truncate(at);
    }
    words
}
