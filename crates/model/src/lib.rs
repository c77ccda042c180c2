//! A conversation in, a completion or option scores out.
//!
//! ```text
//! Request ─▶ Model ─▶ Answered { completion, purchase? }
//!              ├ hosted::Hosted   any server that speaks OpenAI chat-completions, OpenAI responses
//!              │                  or Anthropic messages
//!              ├ control::Control a scripted model: reads the very text, answers in text
//!              ├ replay::Replay   the answers of an earlier run
//!              └ cache::Cached    any of these behind a response cache
//! ```
//!
//! The embedded model lives in `openweights` and is one more [`Model`]. This crate refuses to know
//! worlds, scenarios and files: the cache and the record of a replay are handed in.
//!
//! ```
//! use model::{Model, control::{Control, Reading, Script, builtin}};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let script = Script::new(builtin("refuser").unwrap(), &Reading::default()).unwrap();
//! let refuser = Control::of(script.into(), 0);
//! let request = trace::Request {
//!     messages: vec![trace::Message { role: trace::Role::User, text: "Shall we?".into() }],
//!     options: vec!["Yes".into(), "No".into()],
//!     seed: 1,
//!     ..trace::Request::default()
//! };
//! let answered = refuser.answer(&request).await.unwrap();
//! assert!(answered.completion.text.starts_with("I would rather not"));
//! # });
//! ```

pub mod cache;
pub mod control;
mod error;
pub mod hosted;
pub mod miss;
pub mod pair;
pub mod replay;
mod size;

pub use error::{Kind, ModelError};
pub use pair::Pair;
pub use size::stated_parameters;

use trace::{Completion, ModelCard, Purchase, Request};

/// An answer, and what it cost where it cost anything.
#[derive(Clone, Debug)]
pub struct Answered {
    pub completion: Completion,
    /// `None` for a free answer and for one that the cache had.
    pub purchase: Option<Box<Purchase>>,
}

impl Answered {
    /// An answer that cost nothing.
    pub fn free(completion: Completion) -> Self {
        Self { completion, purchase: None }
    }
}

/// Anything that answers a conversation.
///
/// Laws: equal requests to a model whose card says `scores` give bit-equal `option_logp`;
/// `option_logp` is empty or as long as `options`; a model's bad output is a completion, never an
/// error.
#[async_trait::async_trait]
pub trait Model: Send + Sync {
    /// Who this is.
    fn card(&self) -> &ModelCard;

    /// Answers one request. Where `options` stand and the card says `scores`, fills
    /// `option_logp`; otherwise answers in text.
    async fn answer(&self, request: &Request) -> Result<Answered, ModelError>;

    /// Whether a schema makes a difference to it: a script needs none to be made for it.
    fn is_held_to_schemas(&self) -> bool {
        true
    }

    /// Acts on what its seat sees, without a prompt: scripted players do, nobody else.
    fn acts(&self, _view: &trace::Observation, _seed: u64) -> Option<trace::Act> {
        None
    }

    /// The first of a [`Pair`].
    fn first(&self) -> Option<std::sync::Arc<dyn Model>> {
        None
    }

    /// Who sits at a partner's seat beside it: the second of a [`Pair`].
    fn partner(&self) -> Option<std::sync::Arc<dyn Model>> {
        None
    }
}
