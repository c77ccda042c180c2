//! An open-weight model on this machine: generation, exact option scores, hidden states.
//!
//! ```text
//! smollm2 or a path ─▶ fetch ─▶ gguf ─▶ ModelFile { weights, tokenizer, chat template }
//!                                          │
//! Request ─▶ LocalModel ─▶ Engine ══channel══▶ runner ─▶ batch (a trie: shared prefixes once)
//!                             ▲                             │ spans          ▲ keys and values
//!                             └── answers ◀── logits ◀── decoder ◀─────── cache (radix tree)
//!                                              ▲
//! schema ─▶ Constraint: tokens that may follow ┘
//! ```
//!
//! [`LocalModel`] is a [`model::Model`]; [`Engine`] beneath it takes token ids and gives scores,
//! generations, distributions and hidden states. A sequence has bit-identical results alone or in any
//! batch, and however much of it a cache held: every number is one chain of operations in a fixed
//! order (`kernel`, `attention`). [`reference::Reference`] is the same model in differentiable
//! candle operations.
//!
//! This crate refuses to know worlds, arenas and scenarios, and where else a model could live.
//!
//! ```no_run
//! use openweights::LocalModel;
//! use trace::{Message, Request, Role, Sampling};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let local = LocalModel::open("smollm2", &mut |_, _| {}).unwrap();
//! let request = Request {
//!     messages: vec![Message { role: Role::User, text: "Is Paris in France?".into() }],
//!     options: vec!["Yes".into(), "No".into()],
//!     schema: None,
//!     sampling: Sampling::default(),
//!     seed: 1,
//!     ..Request::default()
//! };
//! let answered = model::Model::answer(&local, &request).await.unwrap();
//! assert_eq!(answered.completion.option_logp.len(), 2);
//! # });
//! ```

mod attention;
mod batch;
pub mod bench;
mod buffer;
mod cache;
mod constraint;
mod decoder;
pub mod engine;
pub mod fetch;
pub mod gguf;
mod hub;
pub mod job;
mod kernel;
mod local;
mod math;
mod model_file;
pub mod options;
mod pages;
mod panels;
pub mod reference;
mod runner;
mod sample;
mod template;
mod tokenizer;
mod weights;
mod wheel;

#[cfg(test)]
mod tests;

pub use constraint::Constraint;
pub use engine::{Engine, Settings};
pub use fetch::{FetchError, SMOLLM2};
pub use job::{Generate, Generated, Probe, Probed, RequestError, Score};
pub use local::{LocalModel, OpenError};
pub use model_file::ModelFile;
pub use runner::Counts;
pub use template::Template;
pub use tokenizer::Tokenizer;
pub use weights::{ModelFileError, Shape};
