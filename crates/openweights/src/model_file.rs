//! A model file, opened: weights, tokenizer, chat template, identity.

use crate::constraint::{Constraint, Grammars};
use crate::decoder::Decoder;
use crate::gguf::Gguf;
use crate::job::RequestError;
use crate::template::Template;
use crate::tokenizer::Tokenizer;
use crate::weights::{ModelFileError, Shape, Weights};
use serde_json::Value;

/// A model in memory, ready to run.
pub struct ModelFile {
    pub(crate) decoder: Decoder,
    pub tokenizer: Tokenizer,
    /// `None` where the file holds no chat template.
    pub template: Option<Template>,
    /// How many numbers the model has learnt.
    pub parameters: u64,
    grammars: Grammars,
}

impl ModelFile {
    /// Builds a model from the bytes of a GGUF file. Works in the current rayon pool.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ModelFileError> {
        let gguf = Gguf::parse(bytes)?;
        let weights = Weights::load(&gguf)?;
        let tokenizer = Tokenizer::read(&gguf, weights.shape.vocabulary)?;
        let template = template(&gguf)?;
        let (decoder, parameters) = (Decoder { weights }, gguf.parameters());
        Ok(Self { decoder, tokenizer, template, parameters, grammars: Grammars::default() })
    }

    /// What holds an answer to a JSON Schema. The first one of a model costs a few hundred
    /// milliseconds, one that was asked for lately next to nothing.
    ///
    /// # Errors
    /// [`RequestError::Schema`] for a schema that nothing fits, that is too large, or that has keywords
    /// which tokens cannot be held to.
    pub fn constraint(&self, schema: &Value) -> Result<Constraint, RequestError> {
        self.grammars.constraint(&self.tokenizer, schema)
    }

    /// The sizes of the model.
    pub fn shape(&self) -> &Shape {
        self.decoder.shape()
    }
}

fn template(gguf: &Gguf) -> Result<Option<Template>, ModelFileError> {
    let Ok(source) = gguf.text("tokenizer.chat_template") else { return Ok(None) };
    let name = |key: &str| {
        let id = gguf.int(key).ok()?;
        gguf.texts("tokenizer.ggml.tokens").ok()?.get(id).cloned()
    };
    let begin = name("tokenizer.ggml.bos_token_id").unwrap_or_default();
    let end = name("tokenizer.ggml.eos_token_id").unwrap_or_default();
    Template::new(source.to_owned(), begin, end).map(Some)
}
