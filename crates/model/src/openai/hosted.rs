//! A hosted model: one request becomes one completion, and the purchase that goes on record.

use super::body::{
    Change, Dialect, LimitField, Logprobs, Schemas, asks_logprobs, body, sent_schema, wire_seed,
};
use super::endpoint::Endpoint;
use super::fault::{Fault, Next};
use super::judge::{Sent, broken, judge};
use super::limits::{Gate, Limits, tokens_estimate};
use super::options::option_logp;
use super::raw::escape;
use super::reply::Reply;
use super::retry::{GivenUp, Once, RetryPolicy, Tried, persist};
use super::transport::{Broken, Http, Response, Transport};
use super::wait::{exhausted, retry_after};
use crate::cache::request_key;
use crate::{Answered, Model, ModelError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, timeout};
use trace::{Attempt, Completion, ModelCard, Purchase, Request};

/// A model behind an OpenAI-compatible server.
///
/// Safe to cancel: dropping the future of [`Model::answer`] closes the connection and gives the
/// place in the queue back. Nothing is recorded by halves.
pub struct Hosted {
    endpoint: Endpoint,
    card: ModelCard,
    policy: RetryPolicy,
    gate: Gate,
    habits: Habits,
    transport: Box<dyn Transport>,
}

/// What a server taught about its dialect: kept for every later request to this model.
#[derive(Default)]
struct Habits {
    wants_max_completion_tokens: AtomicBool,
    refuses_logprobs: AtomicBool,
    refuses_schemas: AtomicBool,
}

impl Habits {
    fn dialect(&self) -> Dialect {
        let newer = self.wants_max_completion_tokens.load(Ordering::Relaxed);
        let silent = self.refuses_logprobs.load(Ordering::Relaxed);
        let shapeless = self.refuses_schemas.load(Ordering::Relaxed);
        Dialect {
            limit: if newer { LimitField::MaxCompletionTokens } else { LimitField::MaxTokens },
            logprobs: if silent { Logprobs::Leave } else { Logprobs::Ask },
            schemas: if shapeless { Schemas::Leave } else { Schemas::Send },
        }
    }

    fn learn(&self, change: Change) {
        let habit = match change {
            Change::NoLogprobs => &self.refuses_logprobs,
            Change::NoSchemas => &self.refuses_schemas,
            Change::MaxCompletionTokens => &self.wants_max_completion_tokens,
        };
        habit.store(true, Ordering::Relaxed);
    }
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
        let usd = bought.reply.usage.cost.filter(|usd| usd.is_finite());
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
        let permit = hosted.gate.enter(tokens_estimate(self.request)).await;
        let dialect = hosted.habits.dialect();
        let sent = Sent {
            limit: dialect.limit,
            logprobs: asks_logprobs(self.request, dialect),
            schema: sent_schema(self.request, dialect).is_some(),
        };
        let started = Instant::now();
        let response = self.send(dialect).await;
        let wall = started.elapsed();
        drop(permit);
        match response {
            Ok(response) => Tried { status: response.status, wall, result: self.read(sent, response) },
            Err(why) => Tried { status: 0, wall, result: Err(broken(&hosted.endpoint, &why)) },
        }
    }
}

impl Call<'_> {
    async fn send(&self, dialect: Dialect) -> Result<Response, Broken> {
        let limit = self.hosted.policy.timeout_per_attempt;
        let body = body(self.hosted.endpoint.model(), self.request, dialect);
        let sending = self.hosted.transport.send(body);
        timeout(limit, sending).await.unwrap_or(Err(Broken::TimedOut(limit)))
    }

    fn read(&self, sent: Sent, response: Response) -> Result<Bought, Fault> {
        let now = SystemTime::now();
        self.heed(&response, now);
        match judge(&self.hosted.endpoint, sent, &response, now) {
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
            429 | 503 => retry_after(&response.headers, now),
            _ => None,
        };
        if let Some(wait) = asked.max(exhausted(&response.headers)) {
            self.hosted.gate.pause_for(wait.min(self.hosted.policy.budget));
        }
    }
}

/// The completion that a reply holds.
fn completion(request: &Request, reply: Reply) -> Completion {
    let usage = reply.usage();
    match reply.choices.into_iter().next() {
        Some(choice) => Completion {
            finish: choice.finish(),
            option_logp: option_logp(&request.options, choice.logprobs.as_ref()),
            text: choice.message.into_text(),
            usage,
            ..Completion::default()
        },
        // `judge` lets no reply without a choice pass.
        None => Completion { usage, ..Completion::default() },
    }
}
