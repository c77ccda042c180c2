//! SentencePiece vocabularies (`llama`): pieces with scores, "▁" for a space, tokens of single bytes.
//!
//! SentencePiece joins the two neighbours whose piece has the highest score. The same as ranked merges:
//! every cut of a piece into two pieces, by the score of the whole, as Hugging Face's converter makes
//! them (`generate_merges` of transformers). Merges know ordinary pieces only, so that no text joins
//! into a control token, a byte (`<0x0A>`) or the unknown token. User-defined tokens are found where they
//! stand in the text, without the new space behind them that llama.cpp and Hugging Face's legacy mode put.

use super::{BYTE, NORMAL, Spelling, TYPES, USER_DEFINED, fail};
use crate::gguf::{Gguf, GgufError, Value};
use crate::weights::ModelFileError;
use std::cmp::Ordering;
use std::collections::HashSet;
use tokenizers::AddedToken;
use tokenizers::models::bpe::{BPE, Merges, Vocab};
use tokenizers::normalizers::Replace;

const SPACE: &str = "▁";
const SCORES: &str = "tokenizer.ggml.scores";
/// Characters of the longest piece that is read. SentencePiece trains pieces of 16 unless told
/// otherwise; each further one is one more cut to look up and to keep.
const PIECE_MAX: usize = 128;

/// A token that text spells.
struct Piece {
    /// As it is matched: no space, only "▁".
    text: String,
    id: u32,
    kind: i64,
    score: f32,
}

pub(super) fn read(gguf: &Gguf, tokens: &[String], types: &[i64]) -> Result<Spelling, ModelFileError> {
    let bytes = tokens.iter().zip(types).map(bytes).collect::<Result<Vec<_>, _>>()?;
    let pieces = pieces(gguf, tokens, types)?;
    let vocab = pieces.iter().map(|p| (p.text.clone(), p.id)).collect::<Vocab>();
    let merges = merges(&pieces);
    let bpe = BPE::builder().vocab_and_merges(vocab, merges).byte_fallback(true).build();
    let mut inner = tokenizers::Tokenizer::new(bpe.map_err(fail)?);
    inner.with_normalizer(Some(Replace::new(" ", SPACE).map_err(fail)?)).map_err(fail)?;
    let added = pieces.into_iter().filter(|p| p.kind == USER_DEFINED);
    let added: Vec<_> = added.map(|p| AddedToken::from(p.text, false)).collect();
    inner.add_tokens(added).map_err(fail)?;
    let spaced = gguf.get("tokenizer.ggml.add_space_prefix") != Some(&Value::Bool(false));
    Ok(Spelling { inner, bytes, spaced, begins: true })
}

/// The bytes that a token writes.
fn bytes((text, kind): (&String, &i64)) -> Result<Vec<u8>, ModelFileError> {
    match *kind {
        NORMAL | USER_DEFINED => Ok(text.replace(SPACE, " ").into_bytes()),
        BYTE => {
            let hex = text.strip_prefix("<0x").and_then(|t| t.strip_suffix('>'));
            let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let byte = byte.filter(|b| format!("<{b:#04X}>") == *text);
            let unnamed = || fail(format!("a byte is named {:?}, not like <0x0A>", shown(text)));
            byte.map(|b| vec![b]).ok_or_else(unnamed)
        }
        _ => Ok(Vec::new()),
    }
}

/// The pieces with their scores, each text once, all 256 bytes among them: without those there would
/// be texts that no tokens spell.
fn pieces(gguf: &Gguf, tokens: &[String], types: &[i64]) -> Result<Vec<Piece>, ModelFileError> {
    if gguf.get(TYPES).is_none() {
        // Here nothing but its type tells a control token from a piece.
        return Err(GgufError::MissingKey { key: TYPES.to_owned() }.into());
    }
    let scores = scores(gguf, tokens.len())?;
    let mut seen = HashSet::new();
    let mut pieces = Vec::new();
    for ((token, kind), (score, id)) in tokens.iter().zip(types).zip(scores.iter().zip(0u32..)) {
        let text = token.replace(' ', SPACE);
        if !seen.insert(text.clone()) {
            return Err(fail(format!("two tokens are {:?}", shown(token))));
        }
        if *kind == NORMAL && token.chars().count() > PIECE_MAX {
            let longer = format!("is longer than {PIECE_MAX} characters");
            return Err(fail(format!("the piece {:?} {longer}", shown(token))));
        }
        if matches!(*kind, NORMAL | USER_DEFINED | BYTE) && !token.is_empty() {
            pieces.push(Piece { text, id, kind: *kind, score: *score });
        }
    }
    match pieces.iter().filter(|p| p.kind == BYTE).count() {
        256 => Ok(pieces),
        n => Err(fail(format!("{n} of the 256 bytes have a token"))),
    }
}

fn scores(gguf: &Gguf, count: usize) -> Result<&[f32], ModelFileError> {
    match gguf.get(SCORES) {
        Some(Value::Floats(scores)) if scores.len() == count && !scores.iter().any(|s| s.is_nan()) => {
            Ok(scores)
        }
        Some(_) => Err(fail(format!("{SCORES} is not one number for each of the {count} tokens"))),
        None => Err(GgufError::MissingKey { key: SCORES.to_owned() }.into()),
    }
}

/// The beginning of a text that may be a megabyte.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Every cut of a piece into two pieces, best first: by score, then by the lengths of the left and
/// of the right part, then in the order of the vocabulary.
fn merges(pieces: &[Piece]) -> Merges {
    let normal = || pieces.iter().filter(|p| p.kind == NORMAL);
    let known: HashSet<&str> = normal().map(|p| p.text.as_str()).collect();
    let mut cuts = Vec::new();
    for Piece { text, score, .. } in normal() {
        let len = text.chars().count();
        for (left_len, (at, _)) in text.char_indices().enumerate().skip(1) {
            let (left, right) = text.split_at(at);
            if known.contains(left) && known.contains(right) {
                cuts.push(((*score, left_len, len - left_len), (left, right)));
            }
        }
    }
    cuts.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    cuts.into_iter().map(|(_, (left, right))| (left.to_owned(), right.to_owned())).collect()
}
