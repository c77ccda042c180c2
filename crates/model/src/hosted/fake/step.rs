//! What the server does with one request.

use super::said::{self, Said};
use serde_json::{Value, json};
use std::time::Duration;

/// One answer of the server.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Time between the request's last byte and the answer's first.
    pub delay: Duration,
    /// 0 means 200.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Written in the wire that was asked, in place of the body.
    pub said: Option<Said>,
    pub end: Ending,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    #[default]
    Whole,
    /// The connection breaks after half of the body.
    CutOff,
}

impl Step {
    /// An answer with this text.
    pub fn text(text: &str) -> Self {
        Self::said(Said { text: text.to_owned(), ..Said::default() })
    }

    /// An answer that calls a tool.
    pub fn call(tool: &str, arguments: &Value) -> Self {
        Self::said(Said { calls: vec![(tool.to_owned(), arguments.clone())], ..Said::default() })
    }

    /// An answer whose first token has these alternatives, with their log-probabilities. The first of
    /// them is what was written.
    pub fn logprobs(alternatives: &[(&str, f64)]) -> Self {
        let written = alternatives.first().map(|(token, _)| *token).unwrap_or_default();
        let alternatives = alternatives.iter().map(|(token, logp)| ((*token).to_owned(), *logp)).collect();
        Self::said(Said { text: written.to_owned(), alternatives, ..Said::default() })
    }

    /// An answer in the wire that was asked.
    pub fn said(said: Said) -> Self {
        Self { said: Some(said), ..Self::default() }
    }

    /// A chat completion with this message.
    pub fn message(message: &Value) -> Self {
        Self::json(&said::completion(&json!({"message": message, "finish_reason": "stop"})))
    }

    /// Any JSON with status 200.
    pub fn json(body: &Value) -> Self {
        Self::bytes(body.to_string().into_bytes())
    }

    /// Any bytes with status 200.
    pub fn bytes(body: Vec<u8>) -> Self {
        Self { body, ..Self::default() }
    }

    /// An error in OpenAI's shape.
    pub fn error(status: u16, message: &str) -> Self {
        Self { status, ..Self::json(&json!({"error": {"message": message}})) }
    }

    /// The same after a delay.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, but the connection breaks after half of the body.
    pub fn cut_off(self) -> Self {
        Self { end: Ending::CutOff, ..self }
    }

    /// The same, written in the wire of the path that was asked.
    pub(super) fn on(mut self, path: &str) -> Self {
        if let Some(said) = self.said.take() {
            self.body = said.on(path).to_string().into_bytes();
        }
        self
    }
}
