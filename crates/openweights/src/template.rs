//! The chat template of the model file: messages to what the model reads.

use crate::tokenizer::Tokenizer;
use crate::weights::ModelFileError;
use minijinja::{Environment, Error, ErrorKind, context};
use std::collections::HashSet;
use trace::{Message, Role};

const NAME: &str = "chat";
/// The first character that Unicode gives no meaning.
const PRIVATE: char = '\u{E000}';

/// A rendered template, ready to use.
pub struct Template {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl Template {
    /// Parses the template `source` of a model whose first and last tokens are named `begin`, `end`.
    ///
    /// What the template adds of itself stays (SmolLM2's writes a system message where none is
    /// given).
    pub fn new(source: String, begin: String, end: String) -> Result<Self, ModelFileError> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(10_000_000));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |why: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, why))
        });
        let added = environment.add_template_owned(NAME, source);
        added.map_err(|e| ModelFileError::Template { why: e.to_string() })?;
        Ok(Self { environment, begin, end })
    }

    /// The tokens up to and including the header of the assistant's turn.
    ///
    /// Only the template writes control tokens: their names in a message (`<|im_end|>`) are text
    /// like any other. The template renders the messages with those names veiled by a character
    /// that occurs nowhere else; what it then writes of itself is told apart from what they say.
    pub fn encode(&self, tokenizer: &Tokenizer, messages: &[Message]) -> Result<Vec<u32>, String> {
        let source = self.environment.get_template(NAME).map_err(|e| e.to_string())?;
        let texts = messages.iter().map(|m| m.text.as_str());
        let taken: HashSet<char> = texts.chain([source.source()]).flat_map(str::chars).collect();
        let mark = (PRIVATE..=char::MAX).find(|c| !taken.contains(c));
        let mark = mark.ok_or("the messages leave no character unused")?;
        let veil = |m: &Message| Message { role: m.role, text: tokenizer.veil(&m.text, mark) };
        let veiled: Vec<Message> = messages.iter().map(veil).collect();
        Ok(tokenizer.encode_veiled(&self.render(&veiled)?, mark))
    }

    /// The text up to and including the header of the assistant's turn.
    ///
    /// An error is the template's own (`raise_exception`, for example roles out of order).
    pub fn render(&self, messages: &[Message]) -> Result<String, String> {
        let role = |role: Role| match role {
            Role::System => "system",
            Role::User | Role::Tool => "user",
            Role::Assistant | Role::Call => "assistant",
        };
        let messages: Vec<_> =
            messages.iter().map(|m| context! { role => role(m.role), content => m.text.as_str() }).collect();
        let values = context! {
            messages,
            add_generation_prompt => true,
            bos_token => self.begin.as_str(),
            eos_token => self.end.as_str(),
        };
        let template = self.environment.get_template(NAME);
        template.and_then(|t| t.render(values)).map_err(|e| match e.detail() {
            Some(detail) => detail.to_owned(),
            None => e.to_string(),
        })
    }
}
