//! Templates become text; what a factor put there stays marked.

use super::fault::{Fault, Source};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use std::collections::BTreeMap;
use trace::Span;

// Private-use characters that fence what a factor's variable wrote, with the factor's name. They
// never reach a model: `spans` and `plain` take them out.
const OPEN: char = '\u{F8F0}';
const NAME: char = '\u{F8F1}';
const CLOSE: char = '\u{F8F2}';

/// The variables of a unit in a cell.
pub type Variables = BTreeMap<String, String>;

/// Fences a value that a factor set.
pub fn fenced(factor: &str, value: &str) -> String {
    format!("{OPEN}{factor}{NAME}{value}{CLOSE}")
}

/// Renders templates strictly: an unknown variable is an error.
pub struct Renderer<'a> {
    env: Environment<'a>,
    source: &'a Source,
}

impl<'a> Renderer<'a> {
    pub fn new(source: &'a Source) -> Self {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| AutoEscape::None);
        env.set_fuel(Some(100_000));
        Self { env, source }
    }

    /// The text of a template. `field` says where it stands, for the error.
    pub fn render(&self, template: &str, variables: &Variables, field: &str) -> Result<String, Fault> {
        if !template.contains('{') {
            return Ok(template.to_owned());
        }
        self.env.render_str(template, variables).map_err(|e| self.fault(template, variables, field, &e))
    }

    fn fault(&self, template: &str, variables: &Variables, field: &str, e: &minijinja::Error) -> Fault {
        let unknown = e.kind() == minijinja::ErrorKind::UndefinedError;
        let name = e.range().and_then(|r| template.get(r)).unwrap_or("").trim().to_owned();
        let message = if unknown && !name.is_empty() {
            format!("the template names an unknown variable `{name}`")
        } else {
            format!("the template cannot be rendered: {e}")
        };
        // TOML escapes aside, a template stands in the file as it is: its place is where it begins.
        let start = template.lines().next().unwrap_or("");
        let within = e.range().filter(|r| r.start <= start.len()).map_or(0, |r| r.start);
        let mut fault = match self.source.text.find(start) {
            Some(offset) if !start.is_empty() => self.source.at(offset + within, field, message),
            _ => self.source.whole(field, message),
        };
        if unknown {
            fault.accepted = variables.keys().cloned().collect();
        }
        fault
    }
}

/// Splits fenced text into spans; `factor` marks what is not fenced.
pub fn spans(text: &str, factor: Option<&str>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |text: &str, factor: Option<&str>| {
        if !text.is_empty() {
            spans.push(Span { text: text.to_owned(), factor: factor.map(str::to_owned) });
        }
    };
    let mut rest = text;
    while let Some((before, fence)) = rest.split_once(OPEN) {
        push(before, factor);
        let (inner, after) = fence.split_once(CLOSE).unwrap_or((fence, ""));
        let (name, value) = inner.split_once(NAME).unwrap_or(("", inner));
        push(value, Some(name));
        rest = after;
    }
    push(rest, factor);
    spans
}

/// Fenced text without its fences.
pub fn plain(text: &str) -> String {
    spans(text, None).into_iter().map(|s| s.text).collect()
}
