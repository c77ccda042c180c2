//! How much is asked of a server at once.

use super::pace::{Pace, Place};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use trace::Request;

/// How much is asked of one model at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most requests in flight; at least 1. A back-off holds none. Fewer are in flight for a while
    /// after the server said that it has too many.
    pub connections_max: usize,
    /// Most requests in any minute, retries included. A tenth may go out at once.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Most tokens in any minute, by estimate: a quarter of the prompt's characters, plus
    /// `tokens_max`. A tenth may go out at once.
    pub tokens_per_minute: Option<NonZeroU32>,
}

impl Default for Limits {
    /// 10 connections, no rates.
    fn default() -> Self {
        Self { connections_max: 10, requests_per_minute: None, tokens_per_minute: None }
    }
}

/// Tokens that a request will cost, by estimate: characters / 4, plus the completion's limit.
pub(super) fn tokens_estimate(request: &Request) -> u32 {
    let chars: usize = request.messages.iter().map(|m| m.text.chars().count()).sum();
    let prompt = u32::try_from(chars.div_ceil(4)).unwrap_or(u32::MAX);
    prompt.saturating_add(request.sampling.tokens_max)
}

/// What every attempt passes before it is sent.
pub(super) struct Gate {
    pace: Pace,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    /// Nothing is sent before this.
    paused_until: Mutex<Option<Instant>>,
}

impl Gate {
    pub fn new(limits: &Limits) -> Self {
        Self {
            pace: Pace::new(limits.connections_max),
            requests: limits.requests_per_minute.map(Bucket::new),
            tokens: limits.tokens_per_minute.map(Bucket::new),
            paused_until: Mutex::new(None),
        }
    }

    /// Waits until a request of so many tokens may be sent. The place is held while it runs;
    /// whoever drops the future gives it back.
    pub async fn enter(&self, tokens: u32) -> Place<'_> {
        let mut place = self.pace.enter().await;
        if let Some(bucket) = &self.requests {
            bucket.take(1).await;
        }
        if let Some(bucket) = &self.tokens {
            bucket.take(tokens).await;
        }
        while let Some(until) = self.pause() {
            // There may be fewer places after the pause than were held before it.
            drop(place);
            sleep_until(until).await;
            place = self.pace.enter().await;
        }
        place.sent();
        place
    }

    /// Sends nothing for `wait`. A longer pause that stands already stays.
    pub fn pause_for(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = (*paused).max(until);
    }

    fn pause(&self) -> Option<Instant> {
        let paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        (*paused).filter(|until| *until > Instant::now())
    }
}

/// Tokio's clock for governor, so that tests run in paused time.
#[derive(Clone, Debug)]
struct TokioClock {
    zero: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.zero.elapsed()
    }
}

/// A leaky bucket.
struct Bucket {
    clock: TokioClock,
    burst: u32,
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
}

impl Bucket {
    fn new(per_minute: NonZeroU32) -> Self {
        let burst = NonZeroU32::new(per_minute.get() / 10).unwrap_or(NonZeroU32::MIN);
        let clock = TokioClock { zero: Instant::now() };
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        Self { clock, burst: burst.get(), limiter }
    }

    /// Waits until `amount` has been taken, in portions of the burst.
    async fn take(&self, amount: u32) {
        let mut left = amount;
        while let Some(portion) = NonZeroU32::new(left.min(self.burst)) {
            self.take_portion(portion).await;
            left -= portion.get();
        }
    }

    async fn take_portion(&self, portion: NonZeroU32) {
        // The outer error means that a portion is larger than the burst: it is not.
        while let Ok(Err(wait)) = self.limiter.check_n(portion) {
            sleep(wait.wait_time_from(self.clock.now())).await;
        }
    }
}
