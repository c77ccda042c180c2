//! The tokenizer that a GGUF file describes: text to token ids and back to bytes.

use crate::gguf::{Gguf, Value};
use crate::weights::ModelFileError;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior};

/// GGUF's `token_type` of tokens that no text spells.
const CONTROL: i64 = 3;
/// … and of tokens that a user added, which text does spell.
const USER_DEFINED: i64 = 4;

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Text ⇄ token ids.
pub struct Tokenizer {
    /// Knows no control tokens.
    inner: tokenizers::Tokenizer,
    /// Finds the names of control tokens; among those that begin together, the longest.
    names: AhoCorasick,
    /// The control tokens, in the order of `names`.
    controls: Vec<(String, u32)>,
    /// The bytes that each token writes; empty for control tokens.
    bytes: Vec<Vec<u8>>,
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
        let fail = |why: String| ModelFileError::Tokenizer { why };
        let model = gguf.text("tokenizer.ggml.model")?;
        if model != "gpt2" {
            return Err(fail(format!("its kind is {model}; byte-level BPE (gpt2) is what is read")));
        }
        let tokens = gguf.texts("tokenizer.ggml.tokens")?;
        if tokens.len() != vocabulary {
            let n = tokens.len();
            return Err(fail(format!("{n} tokens stand beside {vocabulary} embeddings")));
        }
        let types = match gguf.get("tokenizer.ggml.token_type") {
            Some(Value::Ints(types)) if types.len() == tokens.len() => types.clone(),
            None => vec![1; tokens.len()],
            Some(_) => return Err(fail("tokenizer.ggml.token_type does not fit".into())),
        };
        let split = |merge: &String| {
            let pair = merge.split_once(' ');
            pair.map(|(a, b)| (a.to_owned(), b.to_owned()))
                .ok_or_else(|| fail(format!("the merge {merge:?} is no pair")))
        };
        let merges = gguf.texts("tokenizer.ggml.merges")?;
        let merges = merges.iter().map(split).collect::<Result<Vec<_>, _>>()?;
        let ids = tokens.iter().cloned().zip(0u32..);
        let bpe = BPE::builder().vocab_and_merges(ids.collect::<Vocab>(), merges);
        let bpe = bpe.build().map_err(|e| fail(e.to_string()))?;
        let mut inner = tokenizers::Tokenizer::new(bpe);
        let pre = gguf.text("tokenizer.ggml.pre").unwrap_or("gpt-2");
        inner.with_pre_tokenizer(Some(pre_tokenizer(pre).map_err(fail)?));
        let added = tokens.iter().zip(&types).filter(|(_, t)| **t == USER_DEFINED);
        let added: Vec<_> = added.map(|(text, _)| AddedToken::from(text.clone(), false)).collect();
        inner.add_tokens(added).map_err(|e| fail(e.to_string()))?;
        Self::with_ids(gguf, inner, tokens, &types)
    }

    fn with_ids(
        gguf: &Gguf,
        inner: tokenizers::Tokenizer,
        tokens: &[String],
        types: &[i64],
    ) -> Result<Self, ModelFileError> {
        let alphabet = byte_alphabet();
        let spell = |(text, kind): (&String, &i64)| match *kind {
            CONTROL => Vec::new(),
            USER_DEFINED => text.clone().into_bytes(),
            _ => text.chars().flat_map(|c| spelled(&alphabet, c)).collect(),
        };
        let bytes: Vec<Vec<u8>> = tokens.iter().zip(types).map(spell).collect();
        let ordinary = bytes.iter().zip(0u32..).filter(|(b, _)| !b.is_empty());
        let by_bytes: HashMap<Vec<u8>, u32> = ordinary.map(|(b, id)| (b.clone(), id)).collect();
        let longest = bytes.iter().map(Vec::len).max().unwrap_or(0);
        let control = tokens.iter().zip(types).zip(0u32..);
        let control = control.filter(|((text, kind), _)| **kind == CONTROL && !text.is_empty());
        let controls: Vec<(String, u32)> = control.map(|((text, _), id)| (text.clone(), id)).collect();
        let patterns = controls.iter().map(|(name, _)| name);
        let names = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        let names = names.map_err(|e| ModelFileError::Tokenizer { why: e.to_string() })?;
        let id = |key: &str| {
            let id = gguf.int(key).ok().filter(|id| *id < tokens.len())?;
            u32::try_from(id).ok()
        };
        let eos = id("tokenizer.ggml.eos_token_id");
        let named = |name: &&str| controls.iter().find(|(n, _)| n == name).map(|(_, id)| *id);
        let turns = ["<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>"];
        let end_of_turn = id("tokenizer.ggml.eot_token_id").or_else(|| turns.iter().find_map(named));
        let Some(end_of_turn) = end_of_turn.or(eos) else {
            return Err(ModelFileError::Tokenizer { why: "no token ends a turn".into() });
        };
        let mut ends: Vec<u32> = vec![end_of_turn];
        ends.extend(eos);
        ends.extend(turns.iter().chain(&["<|endoftext|>", "</s>"]).filter_map(named));
        ends.sort_unstable();
        ends.dedup();
        let begins = gguf.get("tokenizer.ggml.add_bos_token") == Some(&Value::Bool(true));
        let begin = if begins { id("tokenizer.ggml.bos_token_id") } else { None };
        Ok(Self { inner, names, controls, bytes, by_bytes, longest, begin, end_of_turn, ends })
    }

    /// The token ids of a text. The names of control tokens (`<|im_start|>`) become those tokens.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.encode_parts(text, str::to_owned)
    }

    /// The canonical tokens of a text that stands within a sequence: ordinary ones only, whatever
    /// names of control tokens it holds.
    pub fn encode_inner(&self, text: &str) -> Vec<u32> {
        let ids = self.inner.encode_fast(text, false).map(|e| e.get_ids().to_vec());
        // A text that the byte-level alphabet cannot spell does not exist.
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
        self.bytes.get(id as usize).map_or(&[], Vec::as_slice)
    }

    /// The ordinary token that writes exactly these bytes.
    pub fn token(&self, bytes: &[u8]) -> Option<u32> {
        self.by_bytes.get(bytes).copied()
    }

    /// Bytes of the longest token.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The text of tokens; bytes that are no UTF-8 stand as U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| self.bytes(*id)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The token that ends the assistant's turn.
    pub fn end_of_turn(&self) -> u32 {
        self.end_of_turn
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

/// How a text is cut before BPE, by the name that llama.cpp gives it.
fn pre_tokenizer(name: &str) -> Result<PreTokenizerWrapper, String> {
    let byte_level = |regex| PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, regex));
    match name {
        "default" | "gpt-2" | "gpt2" => Ok(byte_level(true)),
        "smollm" | "starcoder" | "refact" | "command-r" => {
            let digits = PreTokenizerWrapper::Digits(Digits::new(true));
            Ok(PreTokenizerWrapper::Sequence(Sequence::new(vec![digits, byte_level(true)])))
        }
        "llama-bpe" | "llama3" | "llama-v3" => {
            let pattern = SplitPattern::Regex(LLAMA3.to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
            let split = PreTokenizerWrapper::Split(split.map_err(|e| e.to_string())?);
            Ok(PreTokenizerWrapper::Sequence(Sequence::new(vec![split, byte_level(false)])))
        }
        other => Err(format!(
            "its text splitting is {other}; known: gpt-2, smollm, starcoder, refact, command-r, llama-bpe"
        )),
    }
}

/// GPT-2's alphabet: the printable character that stands for each byte.
fn byte_alphabet() -> HashMap<char, u8> {
    let plain = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut next = 256;
    let letter = |b: u8| {
        if plain(b) {
            return (char::from(b), b);
        }
        let c = char::from_u32(next).unwrap_or('\u{FFFD}');
        next += 1;
        (c, b)
    };
    (0..=255).map(letter).collect()
}

/// The bytes of one character of a token's text.
fn spelled(alphabet: &HashMap<char, u8>, c: char) -> Vec<u8> {
    match alphabet.get(&c) {
        Some(byte) => vec![*byte],
        None => c.to_string().into_bytes(),
    }
}
