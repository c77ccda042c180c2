//! Byte-level BPE vocabularies (`gpt2`): merges in the file, bytes spelled in printable characters.

use super::{CONTROL, Spelling, USER_DEFINED, fail};
use crate::gguf::Gguf;
use crate::weights::ModelFileError;
use std::collections::HashMap;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior};

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

pub(super) fn read(gguf: &Gguf, tokens: &[String], types: &[i64]) -> Result<Spelling, ModelFileError> {
    let ids = tokens.iter().cloned().zip(0u32..);
    let bpe = BPE::builder().vocab_and_merges(ids.collect::<Vocab>(), merges(gguf)?);
    let mut inner = tokenizers::Tokenizer::new(bpe.build().map_err(fail)?);
    let pre = gguf.text("tokenizer.ggml.pre").unwrap_or("gpt-2");
    inner.with_pre_tokenizer(Some(pre_tokenizer(pre).map_err(fail)?));
    let added = tokens.iter().zip(types).filter(|(_, t)| **t == USER_DEFINED);
    let added: Vec<_> = added.map(|(text, _)| AddedToken::from(text.clone(), false)).collect();
    inner.add_tokens(added).map_err(fail)?;
    Ok(Spelling { inner, bytes: bytes(tokens, types), spaced: false, begins: false })
}

fn merges(gguf: &Gguf) -> Result<Vec<(String, String)>, ModelFileError> {
    let split = |merge: &String| {
        let pair = merge.split_once(' ');
        pair.map(|(a, b)| (a.to_owned(), b.to_owned()))
            .ok_or_else(|| fail(format!("the merge {merge:?} is no pair")))
    };
    gguf.texts("tokenizer.ggml.merges")?.iter().map(split).collect()
}

fn bytes(tokens: &[String], types: &[i64]) -> Vec<Vec<u8>> {
    let alphabet = byte_alphabet();
    let spell = |(text, kind): (&String, &i64)| match *kind {
        CONTROL => Vec::new(),
        USER_DEFINED => text.clone().into_bytes(),
        _ => text.chars().flat_map(|c| spelled(&alphabet, c)).collect(),
    };
    tokens.iter().zip(types).map(spell).collect()
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
