//! What can be asked of the engine, and what it answers.

use crate::constraint::Constraint;
use crate::options::ways;
use crate::sample::{Choice, Draws};
use crate::tokenizer::Tokenizer;
use trace::{Finish, Sampling};

/// Why a request was not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error(
        "the request has {tokens} tokens and the model's context window holds {window}: shorten it \
         by {}",
        tokens - window
    )]
    TooLong { tokens: usize, window: usize },
    #[error("the request has no tokens")]
    Empty,
    #[error("token {token} is outside the vocabulary of {vocabulary}")]
    NoSuchToken { token: u32, vocabulary: usize },
    #[error("block {block} is outside the model's {blocks} blocks")]
    NoSuchBlock { block: usize, blocks: usize },
    #[error("position {position} is outside the {tokens} tokens")]
    NoSuchPosition { position: usize, tokens: usize },
    #[error("the answer cannot be held to its schema: {why}")]
    Schema { why: String },
    #[error("the engine has stopped")]
    Stopped,
}

/// Score options as full answers behind a context: each option followed by the end of the turn.
///
/// The end token belongs to it because of options that begin like others ("1" and "10"): without
/// it, the score of "1" would hold that of "10".
#[derive(Clone, Debug)]
pub struct Score {
    pub context: Vec<u32>,
    /// For each option, the ways to tokenise it.
    pub options: Vec<Vec<Vec<u32>>>,
    /// The token behind each option.
    pub end: u32,
}

impl Score {
    /// Scores `options` behind `context` (see [`crate::options`] for what is summed over).
    pub fn new<S: AsRef<str>>(tokenizer: &Tokenizer, context: Vec<u32>, options: &[S]) -> Self {
        let of = |option: &S| ways(tokenizer, option.as_ref(), crate::options::MORE_MAX);
        let options = options.iter().map(of).collect();
        Self { context, options, end: tokenizer.end_of_turn() }
    }
}

/// Go on from a prompt.
#[derive(Clone, Debug)]
pub struct Generate {
    pub prompt: Vec<u32>,
    pub sampling: Sampling,
    pub seed: u64,
    /// Tells independent answers to the same request apart.
    pub sample: u32,
    /// From [`crate::ModelFile::constraint`]; `None` for a free text.
    pub constraint: Option<Constraint>,
}

/// Look inside: distributions and hidden states at positions of a text.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    pub tokens: Vec<u32>,
    /// Positions, rising.
    pub positions: Vec<usize>,
    /// Blocks after which the residual stream is wanted.
    pub blocks: Vec<usize>,
}

/// What a [`Probe`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// For each position, ln p of every token as the next one: `[positions][vocabulary]`.
    pub logp: Vec<Vec<f32>>,
    /// For each block, for each position, the residual stream: `[blocks][positions][hidden]`.
    pub hidden: Vec<Vec<Vec<f32>>>,
}

/// What a [`Generate`] gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    pub tokens: Vec<u32>,
    /// The text without the stop string that ended it.
    pub text: String,
    pub finish: Finish,
}

/// A generation under way.
pub(crate) struct Ongoing {
    sampling: Sampling,
    draws: Draws,
    constraint: Option<Constraint>,
    tokens: Vec<u32>,
    bytes: Vec<u8>,
    /// Tokens that still fit, by the request's limit and by the context window.
    left: usize,
}

impl Ongoing {
    pub(crate) fn new(request: Generate, window: usize) -> Self {
        let room = window - request.prompt.len();
        let limit = usize::try_from(request.sampling.tokens_max).unwrap_or(usize::MAX);
        Self {
            sampling: request.sampling,
            draws: Draws::new(request.seed, request.sample),
            constraint: request.constraint,
            tokens: Vec::new(),
            bytes: Vec::new(),
            left: limit.min(room),
        }
    }

    /// What the next token is chosen by.
    pub(crate) fn next_choice(&mut self) -> Choice {
        let allowed = self.constraint.as_mut().map(Constraint::take_allowed);
        Choice { sampling: self.sampling.clone(), draw: self.draws.next(), allowed }
    }

    /// Takes the chosen token; the finished generation where it ends here.
    pub(crate) fn take(
        &mut self,
        token: u32,
        tokenizer: &Tokenizer,
    ) -> Result<Option<Generated>, RequestError> {
        if self.left == 0 {
            return Ok(Some(self.finished(Finish::Length)));
        }
        self.left -= 1;
        self.tokens.push(token);
        let complete = match &mut self.constraint {
            Some(constraint) => constraint.advance(token)?,
            None => false,
        };
        Ok(self.grow(token, tokenizer, complete))
    }

    fn grow(&mut self, token: u32, tokenizer: &Tokenizer, complete: bool) -> Option<Generated> {
        if tokenizer.is_end(token) {
            return Some(self.finished(Finish::Stop));
        }
        let before = self.bytes.len();
        self.bytes.extend_from_slice(tokenizer.bytes(token));
        if let Some(at) = self.stopped_at(before) {
            self.bytes.truncate(at);
            return Some(self.finished(Finish::Stop));
        }
        if complete {
            return Some(self.finished(Finish::Stop));
        }
        (self.left == 0).then(|| self.finished(Finish::Length))
    }

    /// Where the first stop string begins that the bytes from `before` on completed.
    fn stopped_at(&self, before: usize) -> Option<usize> {
        let find = |stop: &String| {
            let stop = stop.as_bytes();
            let from = (before + 1).saturating_sub(stop.len());
            let windows = self.bytes[from..].windows(stop.len().max(1));
            let at = windows.enumerate().find(|(_, w)| *w == stop);
            at.map(|(i, _)| from + i)
        };
        self.sampling.stop.iter().filter(|s| !s.is_empty()).filter_map(find).min()
    }

    fn finished(&mut self, finish: Finish) -> Generated {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        Generated { tokens: std::mem::take(&mut self.tokens), text, finish }
    }
}
