//! Hosted models over a scripted transport, in paused time: no network, no clock, no sleep.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod answers;
mod asking;
mod bodies;
mod calls;
mod complaints;
mod endpoints;
mod faults;
mod pace;
mod retries;
mod scoring;
mod small;
mod turns;

use super::limits::Limits;
use super::transport::{Broken, Response, Transport};
use super::{Endpoint, Hosted, RetryPolicy};
use crate::{Answered, Model, ModelError};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use trace::{Attempt, Message, Request, Role, Sampling, Tool};

/// One answer of the transport, after so many milliseconds.
#[derive(Clone)]
struct Play {
    after_ms: u64,
    result: Result<Response, Broken>,
}

fn play(status: u16, body: &str) -> Play {
    let response = Response { status, body: body.as_bytes().to_vec(), headers: HeaderMap::new() };
    Play { after_ms: 10, result: Ok(response) }
}

fn yes() -> Play {
    play(200, r#"{"choices":[{"message":{"content":"Yes"},"finish_reason":"stop"}]}"#)
}

fn breaks(broken: Broken) -> Play {
    Play { after_ms: 10, result: Err(broken) }
}

impl Play {
    fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(response) = &mut self.result {
            let value = HeaderValue::from_str(value).unwrap();
            response.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    fn after_ms(self, after_ms: u64) -> Self {
        Self { after_ms, ..self }
    }
}

/// Plays its list; the last answer stays. Keeps what was sent, and when.
#[derive(Clone, Default)]
struct Scripted {
    plays: Arc<Mutex<VecDeque<Play>>>,
    sent: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Scripted {
    fn new(plays: impl IntoIterator<Item = Play>) -> Self {
        Self { plays: Arc::new(Mutex::new(plays.into_iter().collect())), ..Self::default() }
    }

    fn next(&self) -> Play {
        let mut plays = self.plays.lock().unwrap();
        if plays.len() > 1 { plays.pop_front().unwrap() } else { plays[0].clone() }
    }

    fn bodies(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }

    /// When each request was sent, in whole milliseconds after `start`.
    fn sent_ms(&self, start: Instant) -> Vec<u128> {
        self.sent.lock().unwrap().iter().map(|(at, _)| (*at - start).as_millis()).collect()
    }

    fn hosted(&self, policy: RetryPolicy, limits: &Limits) -> Hosted {
        Hosted::over(Box::new(self.clone()), endpoint(), limits, policy)
    }

    /// The same as another provider's model.
    fn hosted_as(&self, name: &str) -> Hosted {
        let transport = Box::new(self.clone());
        Hosted::over(transport, endpoint_of(name), &Limits::default(), RetryPolicy::default())
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        self.hosted_as("openai/gpt-test").answer(request).await
    }
}

#[async_trait::async_trait]
impl Transport for Scripted {
    async fn send(&self, body: Vec<u8>) -> Result<Response, Broken> {
        let body = String::from_utf8(body).unwrap();
        self.sent.lock().unwrap().push((Instant::now(), body));
        let play = self.next();
        sleep(Duration::from_millis(play.after_ms)).await;
        play.result
    }
}

fn endpoint() -> Endpoint {
    endpoint_of("openai/gpt-test")
}

fn endpoint_of(name: &str) -> Endpoint {
    let env = |variable: &str| variable.ends_with("_API_KEY").then(|| "sk-secret".to_owned());
    Endpoint::resolve(name, &env).unwrap()
}

/// One model of each wire.
const WIRES: [&str; 3] = ["openai/gpt-test", "openai-responses/gpt-test", "anthropic/claude-test"];

fn request(options: &[&str]) -> Request {
    Request {
        messages: vec![
            Message { role: Role::System, text: "You play.".into() },
            Message { role: Role::User, text: "Do you take it?\n\u{0}".into() },
        ],
        options: options.iter().map(|o| (*o).to_owned()).collect(),
        schema: None,
        sampling: Sampling::default(),
        seed: u64::MAX,
        ..Request::default()
    }
}

/// A request with one tool, at the end of these messages.
fn with_tools(messages: &[(Role, &str)]) -> Request {
    let tool = Tool {
        name: "read_mail".into(),
        about: "Reads a mail.".into(),
        arguments: json!({"type": "object", "properties": {"id": {"type": "integer"}}}),
    };
    let message = |(role, text): &(Role, &str)| Message { role: *role, text: (*text).to_owned() };
    Request { messages: messages.iter().map(message).collect(), tools: [tool].into(), ..Request::default() }
}

/// Attempts as lines: `status wall_ms error`.
fn lines(attempts: &[Attempt]) -> String {
    attempts.iter().map(|a| format!("{} {} ms {}\n", a.status, a.wall_ms, a.error)).collect()
}

/// A call's end as text: the completion or the error, then the attempts.
fn story(result: &Result<Answered, ModelError>) -> String {
    match result {
        Ok(answered) => {
            let purchase = answered.purchase.as_ref().unwrap();
            let c = &answered.completion;
            format!("{:?} {:?}\n{}", c.text, c.finish, lines(&purchase.attempts))
        }
        Err(e) => format!("{:?} {e}\n{}", e.kind, lines(&e.attempts)),
    }
}
