//! The chat template of the model file: messages to the text that the model reads.

use crate::weights::ModelFileError;
use minijinja::{Environment, Error, ErrorKind, context};
use trace::{Message, Role};

const NAME: &str = "chat";

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

    /// The text up to and including the header of the assistant's turn.
    ///
    /// An error is the template's own (`raise_exception`, for example roles out of order).
    pub fn render(&self, messages: &[Message]) -> Result<String, String> {
        let role = |role: Role| match role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
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
