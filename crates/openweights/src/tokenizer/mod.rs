//! The tokenizer that a GGUF file describes: text to token ids and back to bytes.
//!
//! ```text
//! gpt2  ─▶ byte_level    ─┐
//!                         ├─▶ Spelling ─▶ Tokenizer: control tokens, ends, ids by bytes
//! llama ─▶ sentencepiece ─┘
//! ```

mod byte_level;
mod sentencepiece;

use crate::gguf::{Gguf, Value};
use crate::weights::ModelFileError;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;

/// GGUF's `token_type` of tokens that are text and nothing else.
const NORMAL: i64 = 1;
/// … of tokens that no text spells.
const CONTROL: i64 = 3;
/// … of tokens that a user added, which text does spell.
const USER_DEFINED: i64 = 4;
/// … and of the tokens that write one byte.
const BYTE: i64 = 6;

const TYPES: &str = "tokenizer.ggml.token_type";

/// Names of the tokens that end a turn.
const TURNS: [&str; 4] = ["<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>"];

/// What the kinds of vocabularies differ in.
struct Spelling {
    /// Knows no control tokens.
    inner: tokenizers::Tokenizer,
    /// The bytes that each token writes; empty for control tokens.
    bytes: Vec<Vec<u8>>,
    /// Whether a space is put before every text, and taken away again.
    spaced: bool,
    /// Whether the first token is put before every text where the file does not say.
    begins: bool,
}

/// Text ⇄ token ids.
pub struct Tokenizer {
    spelling: Spelling,
    /// Finds the names of control tokens; among those that begin together, the longest.
    names: AhoCorasick,
    /// The control tokens, in the order of `names`.
    controls: Vec<(String, u32)>,
    /// Ordinary tokens by the bytes that they write.
    by_bytes: HashMap<Vec<u8>, u32>,
    longest: usize,
    /// Put before every text; `None` unless the metadata says so.
    begin: Option<u32>,
    /// Ends the assistant's turn.
    end_of_turn: u32,
    /// Any of these ends a generation.
    ends: Vec<u32>,
}

/// A stretch of a text.
enum Part<'a> {
    Plain(&'a str),
    /// The name of a control token, by its place in `controls`.
    Control(usize),
}

impl Tokenizer {
    /// Builds the tokenizer of a model with `vocabulary` tokens.
    pub fn read(gguf: &Gguf, vocabulary: usize) -> Result<Self, ModelFileError> {
        let read = match gguf.text("tokenizer.ggml.model")? {
            "gpt2" => byte_level::read,
            "llama" => sentencepiece::read,
            other => {
                let known = "byte-level BPE (gpt2) and SentencePiece (llama) are what is read";
                return Err(fail(format!("its kind is {other}; {known}")));
            }
        };
        let tokens = gguf.texts("tokenizer.ggml.tokens")?;
        if tokens.len() != vocabulary {
            let n = tokens.len();
            return Err(fail(format!("{n} tokens stand beside {vocabulary} embeddings")));
        }
        let types = types(gguf, tokens)?;
        let spelling = read(gguf, tokens, &types)?;
        Self::with_ids(gguf, spelling, tokens, &types)
    }

    fn with_ids(
        gguf: &Gguf,
        spelling: Spelling,
        tokens: &[String],
        types: &[i64],
    ) -> Result<Self, ModelFileError> {
        let by_bytes = by_bytes(&spelling.bytes, types);
        let longest = spelling.bytes.iter().map(Vec::len).max().unwrap_or(0);
        let controls = controls(tokens, types);
        let patterns = controls.iter().map(|(name, _)| name);
        let names = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        let names = names.map_err(fail)?;
        let (end_of_turn, ends) = ends(gguf, &controls, tokens.len())?;
        let begins = match gguf.get("tokenizer.ggml.add_bos_token") {
            Some(said) => *said == Value::Bool(true),
            None => spelling.begins,
        };
        let begin = id(gguf, "tokenizer.ggml.bos_token_id", tokens.len()).filter(|_| begins);
        Ok(Self { spelling, names, controls, by_bytes, longest, begin, end_of_turn, ends })
    }

    /// The token ids of a text. The names of control tokens (`<|im_start|>`) become those tokens.
    ///
    /// No end token closes them, whatever `add_eos_token` says: every text here is one to go on from.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.encode_parts(text, str::to_owned)
    }

    /// The canonical tokens of a text that stands within a sequence: ordinary ones only, whatever
    /// names of control tokens it holds.
    pub fn encode_inner(&self, text: &str) -> Vec<u32> {
        let ids = self.spelling.inner.encode_fast(text, false).map(|e| e.get_ids().to_vec());
        // A text that the bytes cannot spell does not exist.
        ids.unwrap_or_default()
    }

    /// [`Tokenizer::encode`] of a text in which [`Tokenizer::veil`] has veiled some names with `mark`:
    /// those are spelled in ordinary tokens.
    pub(crate) fn encode_veiled(&self, text: &str, mark: char) -> Vec<u32> {
        let name = |nth: &str| nth.parse().ok().and_then(|nth: usize| self.controls.get(nth));
        let unveil = |(i, piece): (usize, &str)| match name(piece).filter(|_| i % 2 == 1) {
            Some((name, _)) => name.clone(),
            None => piece.to_owned(),
        };
        self.encode_parts(text, |plain| plain.split(mark).enumerate().map(unveil).collect())
    }

    /// The text with every name of a control token as its number between two `mark`s.
    pub(crate) fn veil(&self, text: &str, mark: char) -> String {
        let veiled = |part| match part {
            Part::Plain(plain) => plain.to_owned(),
            Part::Control(nth) => format!("{mark}{nth}{mark}"),
        };
        self.parts(text).into_iter().map(veiled).collect()
    }

    fn encode_parts(&self, text: &str, spelled: impl Fn(&str) -> String) -> Vec<u32> {
        let encode = |part| match part {
            Part::Plain("") => Vec::new(),
            Part::Plain(plain) if self.spaced() => self.encode_inner(&format!(" {}", spelled(plain))),
            Part::Plain(plain) => self.encode_inner(&spelled(plain)),
            Part::Control(nth) => vec![self.controls[nth].1],
        };
        let ids: Vec<u32> = self.parts(text).into_iter().flat_map(encode).collect();
        match self.begin {
            Some(begin) if ids.first() != Some(&begin) => std::iter::once(begin).chain(ids).collect(),
            _ => ids,
        }
    }

    fn parts<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut at = 0;
        for found in self.names.find_iter(text) {
            parts.push(Part::Plain(&text[at..found.start()]));
            parts.push(Part::Control(found.pattern().as_usize()));
            at = found.end();
        }
        parts.push(Part::Plain(&text[at..]));
        parts
    }

    /// The bytes that a token writes; empty for control tokens and unknown ids.
    pub fn bytes(&self, id: u32) -> &[u8] {
        self.spelling.bytes.get(id as usize).map_or(&[], Vec::as_slice)
    }

    /// The ordinary token that writes exactly these bytes.
    pub fn token(&self, bytes: &[u8]) -> Option<u32> {
        self.by_bytes.get(bytes).copied()
    }

    /// Bytes of the longest token.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether the vocabulary has a space put before every text: "Yes" at its beginning is " Yes".
    pub(crate) fn spaced(&self) -> bool {
        self.spelling.spaced
    }

    /// The text of tokens; bytes that are no UTF-8 stand as U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| self.bytes(*id)).copied().collect();
        let added = self.spaced() && bytes.starts_with(b" ");
        String::from_utf8_lossy(&bytes[usize::from(added)..]).into_owned()
    }

    /// The token that ends the assistant's turn.
    pub fn end_of_turn(&self) -> u32 {
        self.end_of_turn
    }

    /// How many tokens there are.
    pub fn vocabulary(&self) -> u32 {
        // GGUF counts tokens in 32 bits.
        self.spelling.bytes.len() as u32
    }

    /// All tokens that end a generation, rising.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Whether this token ends a generation.
    pub fn is_end(&self, id: u32) -> bool {
        self.ends.binary_search(&id).is_ok()
    }

    /// A control token by its name.
    pub fn special(&self, name: &str) -> Option<u32> {
        self.controls.iter().find(|(n, _)| n == name).map(|(_, id)| *id)
    }
}

fn fail(why: impl ToString) -> ModelFileError {
    ModelFileError::Tokenizer { why: why.to_string() }
}

/// The type of each token. Older files call `<|im_end|>` user-defined, which any message could spell:
/// a token that looks like this is a control token.
fn types(gguf: &Gguf, tokens: &[String]) -> Result<Vec<i64>, ModelFileError> {
    let types = match gguf.get(TYPES) {
        Some(Value::Ints(types)) if types.len() == tokens.len() => types.clone(),
        None => vec![NORMAL; tokens.len()],
        Some(_) => return Err(fail(format!("{TYPES} does not fit"))),
    };
    let kind = |(kind, text): (i64, &String)| match kind {
        USER_DEFINED if text.starts_with("<|") && text.ends_with("|>") => CONTROL,
        _ => kind,
    };
    Ok(types.into_iter().zip(tokens).map(kind).collect())
}

fn controls(tokens: &[String], types: &[i64]) -> Vec<(String, u32)> {
    let all = tokens.iter().zip(types).zip(0u32..);
    let control = all.filter(|((text, kind), _)| **kind == CONTROL && !text.is_empty());
    control.map(|((text, _), id)| (text.clone(), id)).collect()
}

/// The token that `key` names, if there is one among the `count`.
fn id(gguf: &Gguf, key: &str, count: usize) -> Option<u32> {
    let id = gguf.int(key).ok().filter(|id| *id < count)?;
    u32::try_from(id).ok()
}

/// The token that ends the assistant's turn, and all that end a generation, rising.
fn ends(gguf: &Gguf, controls: &[(String, u32)], count: usize) -> Result<(u32, Vec<u32>), ModelFileError> {
    let named = |name: &&str| controls.iter().find(|(n, _)| n == name).map(|(_, id)| *id);
    let eos = id(gguf, "tokenizer.ggml.eos_token_id", count);
    let eot = id(gguf, "tokenizer.ggml.eot_token_id", count);
    let end_of_turn = eot.or_else(|| TURNS.iter().find_map(named)).or(eos);
    let end_of_turn = end_of_turn.ok_or_else(|| fail("no token ends a turn"))?;
    let mut ends: Vec<u32> = vec![end_of_turn];
    ends.extend(eos);
    ends.extend(TURNS.iter().chain(&["<|endoftext|>", "</s>"]).filter_map(named));
    ends.sort_unstable();
    ends.dedup();
    Ok((end_of_turn, ends))
}

/// The token for each spelling. A byte's own token gives way to a piece that writes the same byte.
fn by_bytes(bytes: &[Vec<u8>], types: &[i64]) -> HashMap<Vec<u8>, u32> {
    let ordinary = bytes.iter().zip(types).zip(0u32..).filter(|((b, _), _)| !b.is_empty());
    let (own, pieces): (Vec<_>, Vec<_>) = ordinary.partition(|((_, kind), _)| **kind == BYTE);
    own.into_iter().chain(pieces).map(|((b, _), id)| (b.clone(), id)).collect()
}
