//! Attempts until one succeeds, within a budget.

use super::dialect::CHANGES;
use super::fault::{Fault, Next};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use trace::Attempt;

/// How long a call is tried. It ends, whatever the server does, at most `timeout_per_attempt` after
/// `budget` is spent, counted from the first byte sent.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Most attempts after the first. A change of dialect (`max_completion_tokens`, no
    /// log-probabilities) is no retry: it happens at once, and each at most once.
    pub retries_max: u32,
    /// No attempt starts later than this after the first.
    pub budget: Duration,
    /// From sending to the last byte.
    pub timeout_per_attempt: Duration,
}

impl Default for RetryPolicy {
    /// 5 retries, 120 s, 60 s an attempt.
    fn default() -> Self {
        Self {
            retries_max: 5,
            budget: Duration::from_secs(120),
            timeout_per_attempt: Duration::from_secs(60),
        }
    }
}

/// The first back-off; each is twice the one before, plus up to its own length at random.
const DELAY_MIN: Duration = Duration::from_millis(500);
const DELAY_MAX: Duration = Duration::from_secs(30);

/// One attempt's outcome.
pub(super) struct Tried<T> {
    /// HTTP status; 0 where there was none.
    pub status: u16,
    /// From sending to the last byte.
    pub wall: Duration,
    pub result: Result<T, Fault>,
}

/// Something that can be attempted again.
#[async_trait::async_trait]
pub(super) trait Once<T>: Sync {
    async fn once(&self) -> Tried<T>;
}

/// A call that was given up.
#[derive(Debug)]
pub(super) struct GivenUp {
    /// The last fault; its message says why no further attempt was made.
    pub fault: Fault,
    pub attempts: Vec<Attempt>,
}

/// Attempts until one succeeds, the fault is final, or the policy ends it. `seed` seeds the jitter.
pub(super) async fn persist<T>(
    policy: &RetryPolicy,
    seed: u64,
    call: &(impl Once<T> + ?Sized),
) -> Result<(T, Vec<Attempt>), GivenUp> {
    let mut patience = Patience::new(policy, seed);
    let mut attempts = Vec::new();
    loop {
        let tried = call.once().await;
        patience.begin(tried.wall);
        attempts.push(attempt(&tried));
        let mut fault = match tried.result {
            Ok(value) => return Ok((value, attempts)),
            Err(fault) => fault,
        };
        match patience.delay(fault.next) {
            Ok(delay) => sleep(delay).await,
            Err(why) => {
                fault.message.push_str(&why);
                return Err(GivenUp { fault, attempts });
            }
        }
    }
}

fn attempt<T>(tried: &Tried<T>) -> Attempt {
    let error = tried.result.as_ref().err().map(|fault| fault.message.clone());
    Attempt {
        status: tried.status,
        error: error.unwrap_or_default(),
        wall_ms: u64::try_from(tried.wall.as_millis()).unwrap_or(u64::MAX),
    }
}

/// What is left of a policy.
struct Patience<'a> {
    policy: &'a RetryPolicy,
    delays: ExponentialBackoff,
    retries: u32,
    adapted: u32,
    oversized: u32,
    /// When the first attempt was sent.
    started: Option<Instant>,
}

impl<'a> Patience<'a> {
    fn new(policy: &'a RetryPolicy, seed: u64) -> Self {
        let delays = ExponentialBuilder::new()
            .with_min_delay(DELAY_MIN)
            .with_max_delay(DELAY_MAX)
            .without_max_times()
            .with_jitter()
            .with_jitter_seed(seed)
            .build();
        Self { policy, delays, retries: 0, adapted: 0, oversized: 0, started: None }
    }

    /// The queue before the first attempt is no part of the budget.
    fn begin(&mut self, wall: Duration) {
        let now = Instant::now();
        self.started.get_or_insert_with(|| now.checked_sub(wall).unwrap_or(now));
    }

    /// How long to wait before the next attempt, or why there is none (appended to the message).
    fn delay(&mut self, next: Next) -> Result<Duration, String> {
        match next {
            Next::Stop => Err(String::new()),
            Next::Adapted(_) if self.adapted < CHANGES => {
                self.adapted += 1;
                Ok(Duration::ZERO)
            }
            Next::Adapted(_) => Err("; the server refuses this request".to_owned()),
            Next::RetryOnce if self.oversized > 0 => Err(", twice".to_owned()),
            Next::RetryOnce => {
                self.oversized += 1;
                self.back_off(None)
            }
            Next::Retry { wait } => self.back_off(wait),
        }
    }

    fn back_off(&mut self, wait: Option<Duration>) -> Result<Duration, String> {
        if self.policy.retries_max == 0 {
            return Err(String::new());
        }
        if self.retries >= self.policy.retries_max {
            return Err(format!("; gave up after {} retries", self.retries));
        }
        self.retries += 1;
        let delay = self.delays.next().unwrap_or(DELAY_MAX).max(wait.unwrap_or_default());
        let spent = self.started.map_or(Duration::ZERO, |start| start.elapsed());
        let budget = self.policy.budget;
        match (spent.saturating_add(delay) <= budget, wait) {
            (true, _) => Ok(delay),
            (false, Some(wait)) if wait == delay => Err(format!(
                "; the server asks to wait {} s, more than what is left of the budget of {} s",
                wait.as_secs_f64().ceil(),
                budget.as_secs_f64()
            )),
            (false, _) => Err(format!("; gave up: the budget of {} s", budget.as_secs_f64())
                + " leaves no time for another attempt"),
        }
    }
}
