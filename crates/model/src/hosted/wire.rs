//! The three wires: what each must do, and what each gives back.
//!
//! A wire turns a request into a body and a body into a [`Reply`]. Everything else (retries, limits,
//! sockets, purchases) exists once and knows no wire.

use super::dialect::Along;
use super::parse::Token;
use super::said::Said;
use super::{anthropic, chat, responses};
use trace::{Finish, Request, Usage};

/// Which of the vendors' protocols an endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// OpenAI chat-completions, which nearly every server speaks.
    Chat,
    /// OpenAI responses.
    Responses,
    /// Anthropic messages.
    Anthropic,
}

/// What a request is asked with.
pub(super) struct Asked<'a> {
    /// The model's name on the wire.
    pub model: &'a str,
    pub request: &'a Request,
    pub along: Along,
}

/// What a body of status 200 holds.
pub(super) enum Held {
    Reply(Reply),
    /// An error in a body that promised an answer.
    Error(Said),
    /// Nothing that can be read as an answer, and why.
    Nothing(String),
}

/// An answer, whichever wire it came by.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// What the model said.
    pub words: String,
    /// What it called: each a [`trace::Call`] as one line of JSON.
    pub calls: Vec<String>,
    pub reasoning: String,
    pub finish: Finish,
    pub usage: Usage,
    /// Dollars, where the provider says.
    pub usd: Option<f64>,
    /// The first token of the words, with its alternatives.
    pub first: Option<Token>,
}

impl Reply {
    /// What a provider's filter leaves of an answer.
    pub fn filtered() -> Self {
        Self { finish: Finish::Filtered, ..Self::default() }
    }

    /// Adds a paragraph of reasoning.
    pub fn reason(&mut self, text: &str) {
        if !(self.reasoning.is_empty() || text.is_empty()) {
            self.reasoning.push('\n');
        }
        self.reasoning.push_str(text);
    }
}

impl Wire {
    /// The JSON that is sent.
    pub fn body(self, asked: &Asked<'_>) -> Vec<u8> {
        match self {
            Self::Chat => chat::body(asked),
            Self::Responses => responses::body(asked),
            Self::Anthropic => anthropic::body(asked),
        }
    }

    /// Reads a body of status 200.
    pub fn read(self, body: &[u8]) -> Held {
        match self {
            Self::Chat => chat::read(body),
            Self::Responses => responses::read(body),
            Self::Anthropic => anthropic::read(body),
        }
    }

    /// Where it stands below an endpoint's address.
    pub fn path(self) -> &'static [&'static str] {
        match self {
            Self::Chat => &["chat", "completions"],
            Self::Responses => &["responses"],
            Self::Anthropic => &["messages"],
        }
    }
}
