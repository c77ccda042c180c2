//! JSON Schemas held token by token: after each token, which next ones lead to a text that fits.
//!
//! ```text
//! vocabulary ─▶ trie (once, when the first schema comes) ─┐
//! schema ─▶ bounds ───────────────────────────────────────┴─▶ grammar (kept) ─▶ Constraint ─▶ masks
//! ```
//!
//! The text is compact JSON: no white space between its parts, object keys in the schema's order.

use crate::job::RequestError;
use crate::tokenizer::Tokenizer;
use llguidance::api::TopLevelGrammar;
use llguidance::panic_utils::catch_unwind;
use llguidance::toktrie::{ApproximateTokEnv, InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie};
use llguidance::{JsonCompileOptions, Matcher, ParserFactory};
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of the largest schema that is read.
const BYTES_MAX: usize = 1 << 16;
/// Characters of a complaint that a message repeats.
const WORDS_MAX: usize = 300;
/// Values within values of the deepest schema that is read.
const DEPTH_MAX: usize = 64;
/// Schemas whose grammars are kept.
const KEPT_MAX: usize = 32;
/// States of one grammar's lexer, at one or two KiB each.
const STATES_MAX: usize = 20_000;
/// Bytes of the longest token that a constrained text may hold; the trie has no room for endless ones.
const TOKEN_MAX: usize = 128;

/// What the next token of an answer may be. Each copy goes its own way and shares nothing with the
/// others: what one generation did cannot show in another.
pub struct Constraint {
    /// Boxed, because a job carries it or not.
    matcher: Box<Matcher>,
    allowed: SimpleVob,
}

impl Constraint {
    fn start(mut matcher: Matcher) -> Result<Self, RequestError> {
        let allowed = matcher.compute_mask().map_err(refused)?;
        Ok(Self { matcher: Box::new(matcher), allowed })
    }

    /// The tokens that may come next. To be asked for once per token.
    pub(crate) fn take_allowed(&mut self) -> SimpleVob {
        std::mem::take(&mut self.allowed)
    }

    /// Takes the chosen token; whether the text is complete.
    pub(crate) fn advance(&mut self, token: u32) -> Result<bool, RequestError> {
        self.matcher.consume_token(token).map_err(refused)?;
        let complete = self.matcher.is_stopped();
        if !complete {
            self.allowed = self.matcher.compute_mask().map_err(refused)?;
        }
        Ok(complete)
    }
}

impl Clone for Constraint {
    fn clone(&self) -> Self {
        Self { matcher: Box::new(self.matcher.deep_clone()), allowed: self.allowed.clone() }
    }
}

impl std::fmt::Debug for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Constraint").finish_non_exhaustive()
    }
}

/// The logits with every token that is not allowed out of reach.
pub(crate) fn masked(logits: &[f32], allowed: &SimpleVob) -> Vec<f32> {
    let mut masked = vec![f32::NEG_INFINITY; logits.len()];
    for id in allowed.iter() {
        masked[id as usize] = logits[id as usize];
    }
    masked
}

/// The grammars of one model.
#[derive(Default)]
pub(crate) struct Grammars {
    factory: OnceLock<Result<ParserFactory, RequestError>>,
    /// By the schema's text, the latest used last.
    kept: Mutex<VecDeque<(String, Constraint)>>,
}

impl Grammars {
    /// The constraint of a schema at the beginning of an answer.
    pub(crate) fn constraint(
        &self,
        tokenizer: &Tokenizer,
        schema: &Value,
    ) -> Result<Constraint, RequestError> {
        let text = within_bounds(schema)?;
        if let Some(known) = self.recall(&text) {
            return Ok(known);
        }
        let factory = self.factory.get_or_init(|| factory(tokenizer)).as_ref().map_err(Clone::clone)?;
        let parser = factory.create_parser(TopLevelGrammar::from_json_schema(compact(schema)?));
        let constraint = Constraint::start(Matcher::new(Ok(parser.map_err(refused)?)))?;
        self.keep(text, constraint.clone());
        Ok(constraint)
    }

    fn recall(&self, text: &str) -> Option<Constraint> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(known, _)| known == text)?;
        let entry = kept.remove(found)?;
        let constraint = entry.1.clone();
        kept.push_back(entry);
        Some(constraint)
    }

    fn keep(&self, text: String, constraint: Constraint) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((text, constraint));
        if kept.len() > KEPT_MAX {
            kept.pop_front();
        }
    }
}

/// The schema's text. The bounds stand before the compiler, which recurses over what it is given.
fn within_bounds(schema: &Value) -> Result<String, RequestError> {
    if !is_within(schema, DEPTH_MAX) {
        return Err(refused(format!("it is nested deeper than {DEPTH_MAX} levels")));
    }
    let text = schema.to_string();
    match text.len() {
        0..=BYTES_MAX => Ok(text),
        bytes => Err(refused(format!("it has {bytes} bytes and at most {BYTES_MAX} are read"))),
    }
}

fn is_within(value: &Value, depth: usize) -> bool {
    let Some(left) = depth.checked_sub(1) else { return false };
    match value {
        Value::Array(items) => items.iter().all(|v| is_within(v, left)),
        Value::Object(fields) => fields.values().all(|v| is_within(v, left)),
        _ => true,
    }
}

/// The schema with the compiler's own settings in it. A schema brings none along: they would say what
/// stands between the parts of the text.
fn compact(schema: &Value) -> Result<Value, RequestError> {
    let mut schema = match schema {
        Value::Bool(true) => Value::Object(Map::new()),
        Value::Bool(false) => return Err(refused("nothing fits `false`")),
        Value::Object(_) => schema.clone(),
        _ => return Err(refused("it is neither an object nor a truth value")),
    };
    JsonCompileOptions { whitespace_flexible: false, ..Default::default() }.apply_to(&mut schema);
    Ok(schema)
}

fn factory(tokenizer: &Tokenizer) -> Result<ParserFactory, RequestError> {
    let build = || {
        let env: TokEnv = Arc::new(ApproximateTokEnv::new(trie(tokenizer)));
        let slices = llguidance::earley::SlicedBiasComputer::json_slices();
        let mut factory = ParserFactory::new(&env, InferenceCapabilities::default(), &slices)?;
        factory.quiet();
        let limits = factory.limits_mut();
        (limits.max_lexer_states, limits.verbose_errors) = (STATES_MAX, false);
        Ok(factory)
    };
    catch_unwind(build).map_err(refused)
}

/// The vocabulary as the grammar sees it: tokens that write text, one for each spelling. All others
/// stand there as empty and are never allowed, but for the ends where the grammar may end.
fn trie(tokenizer: &Tokenizer) -> TokTrie {
    let word = |id: u32| {
        let bytes = tokenizer.bytes(id);
        // What begins with the marker is taken for the name of a control token. No UTF-8 holds it.
        let is_text = bytes.len() <= TOKEN_MAX && bytes.first() != Some(&TokTrie::SPECIAL_TOKEN_MARKER);
        let is_it = tokenizer.token(bytes) == Some(id) && !tokenizer.is_end(id);
        if is_text && is_it { bytes.to_vec() } else { Vec::new() }
    };
    let ends = tokenizer.ends();
    let words: Vec<Vec<u8>> = (0..tokenizer.vocabulary()).map(word).collect();
    let info = TokRxInfo::new(tokenizer.vocabulary(), tokenizer.end_of_turn());
    TokTrie::from(&info, &words).with_eos_tokens(ends)
}

/// What the compiler or the parser says, in one line. A panic within comes with its stack, which is cut.
fn refused(why: impl Display) -> RequestError {
    let said = why.to_string();
    let said = said.split("<backtrace>").next().unwrap_or_default();
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    RequestError::Schema { why: line.chars().take(WORDS_MAX).collect() }
}
