//! The embedded model as one more [`Model`].

use crate::bench::{Speed, measure};
use crate::engine::{Engine, Settings, pool};
use crate::fetch::{FetchError, Places, SMOLLM2, fetch};
use crate::job::{Generate, RequestError, Score};
use crate::model_file::ModelFile;
use crate::weights::ModelFileError;
use model::{Answered, Kind, Model, ModelError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trace::{Completion, Finish, ModelCard, Request, Usage};

/// Why a model could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("no model {spec}: give smollm2 or the path of a GGUF file")]
    NoSuchModel { spec: String },
    #[error("{} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is no model that this program runs: {source}", path.display())]
    Model { path: PathBuf, source: ModelFileError },
    #[error("the engine's threads could not be started: {0}")]
    Start(std::io::Error),
}

/// A model on this machine behind the [`Model`] trait.
pub struct LocalModel {
    card: ModelCard,
    engine: Engine,
}

impl LocalModel {
    /// Opens `smollm2` (fetched on first use) or the GGUF file at a path. `progress` hears the bytes
    /// fetched and their total.
    pub fn open(spec: &str, progress: &mut dyn FnMut(u64, u64)) -> Result<Self, OpenError> {
        Self::open_with(spec, Settings::default(), progress)
    }

    /// [`LocalModel::open`] with settings of one's own.
    pub fn open_with(
        spec: &str,
        settings: Settings,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, OpenError> {
        if spec == SMOLLM2.name {
            let found = fetch(&SMOLLM2, &Places::of_this_machine(&SMOLLM2), progress)?;
            return Self::start(spec, &found.path, found.bytes, SMOLLM2.sha256.to_owned(), settings);
        }
        let path = Path::new(spec);
        if !path.is_file() {
            return Err(OpenError::NoSuchModel { spec: spec.to_owned() });
        }
        let read = std::fs::read(path);
        let bytes = read.map_err(|source| OpenError::Read { path: path.into(), source })?;
        let identity = trace::digest(&bytes);
        Self::start(spec, path, bytes, identity, settings)
    }

    fn start(
        spec: &str,
        path: &Path,
        bytes: Vec<u8>,
        identity: String,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        let pool = pool(settings.threads).map_err(OpenError::Start)?;
        let parsed = pool.install(|| ModelFile::parse(bytes));
        let model = parsed.map_err(|source| OpenError::Model { path: path.into(), source })?;
        let engine = Engine::start(Arc::new(model), pool, settings).map_err(OpenError::Start)?;
        let name = format!("local/{spec}");
        let card = ModelCard { name, identity, scores: true, ..ModelCard::default() };
        Ok(Self { card, engine })
    }

    /// The size, counted in the file: what the file is called says nothing of it.
    pub fn parameters(&self) -> u64 {
        self.engine.model().parameters
    }

    /// The engine behind it: counters, scoring of token ids, hidden states.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How fast the model runs here: see [`crate::bench::measure`]. Takes some seconds and all cores.
    pub fn speeds(&self, batches: &[usize], repeats: usize) -> std::io::Result<Vec<Speed>> {
        let model = self.engine.model();
        Ok(pool(0)?.install(|| measure(model, batches, repeats)))
    }

    /// The tokens that the model reads for these messages: the chat template, up to and including
    /// the header of the assistant's turn. Names of control tokens within a message stay text.
    pub fn prompt(&self, messages: &[trace::Message]) -> Result<Vec<u32>, ModelError> {
        let model = self.engine.model();
        let Some(template) = &model.template else {
            return Err(self.refused("the model file holds no chat template".into()));
        };
        let tokens = template.encode(&model.tokenizer, messages);
        tokens.map_err(|why| self.refused(format!("the chat template refuses: {why}")))
    }

    async fn score(&self, request: &Request, prompt: Vec<u32>) -> Result<Completion, RequestError> {
        let prompt_tokens = prompt.len() as u64;
        let score = Score::new(&self.engine.model().tokenizer, prompt, &request.options);
        let option_logp = self.engine.score(score).await?;
        Ok(Completion {
            text: likeliest(&request.options, &option_logp).to_owned(),
            finish: Finish::Scored,
            usage: Usage { prompt_tokens, completion_tokens: 0 },
            option_logp,
            ..Completion::default()
        })
    }

    async fn generate(&self, request: &Request, prompt: Vec<u32>) -> Result<Completion, RequestError> {
        let prompt_tokens = prompt.len() as u64;
        let constraint = request.schema.as_ref().map(|schema| self.engine.model().constraint(schema));
        let generate = Generate {
            prompt,
            sampling: request.sampling.clone(),
            seed: request.seed,
            sample: request.sample,
            constraint: constraint.transpose()?,
        };
        let done = self.engine.generate(generate).await?;
        let completion_tokens = done.tokens.len() as u64;
        let usage = Usage { prompt_tokens, completion_tokens };
        Ok(Completion { text: done.text, finish: done.finish, usage, ..Completion::default() })
    }

    fn refused(&self, message: String) -> ModelError {
        let (kind, model) = (Kind::BadRequest, self.card.name.clone());
        ModelError { kind, model, message, attempts: Vec::new() }
    }
}

/// The option of the highest score, among equals the first.
fn likeliest<'a>(options: &'a [String], logp: &[f64]) -> &'a str {
    let mut best: Option<(&String, f64)> = None;
    for (option, logp) in options.iter().zip(logp) {
        if best.is_none_or(|(_, highest)| *logp > highest) {
            best = Some((option, *logp));
        }
    }
    best.map_or("", |(option, _)| option)
}

#[async_trait::async_trait]
impl Model for LocalModel {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Scores the options where there are some, otherwise generates: with a schema, compact JSON
    /// that fits it, unless a limit or a stop string cuts it short. `usage` counts all tokens of
    /// the prompt, whatever the prefix cache held.
    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let prompt = self.prompt(&request.messages)?;
        let completion = if request.options.is_empty() {
            self.generate(request, prompt).await
        } else {
            self.score(request, prompt).await
        };
        completion.map(Answered::free).map_err(|why| match why {
            RequestError::Stopped => ModelError { kind: Kind::Unavailable, ..self.refused(why.to_string()) },
            _ => self.refused(why.to_string()),
        })
    }
}
