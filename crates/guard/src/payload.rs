//! What the hash of a leaf is of, and how it is kept for one reader.
//!
//! ```text
//! who, how, what, (the question) ─▶ hash ─▶ leaf of the book
//!                                └▶ seal ─▶ payload/HASH beside the log ─▶ open, with the reader's key
//! ```
//!
//! The book holds hashes, so that whoever checks it learns no argument. An operator who wants to look later has
//! the caller keep each payload too, sealed before the leaf is written: whoever seals cannot open, and what was
//! opened is what the leaf names or nothing. Source: libsodium's sealed boxes (`crypto_box_seal`: X25519,
//! XSalsa20-Poly1305, a key of its own for each box), through the crate `crypto_box`, so that other tools read
//! them. Keys are 64 hex digits.

use crate::keys::Drawn;
use crate::mutant::{Mutant, planted};
use crypto_box::{PublicKey, SecretKey};
use serde_json::Value;

/// The folder of sealed payloads beside a log; each file is named by its hash.
pub const FOLDER: &str = "payload";

/// What was decided about, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    pub principal: String,
    /// As [`crate::Decision::method`].
    pub method: String,
    /// The bytes that were judged, and sent if any were.
    pub text: String,
    /// The question that they answer; nothing where something is called.
    pub question: Option<String>,
}

impl Payload {
    /// Its canonical form: a JSON list of texts.
    pub fn bytes(&self) -> Vec<u8> {
        bytes_of(&self.principal, &self.method, &self.text, self.question.as_deref())
    }

    /// SHA-256 of its canonical form, as 64 hex digits: what stands in a leaf.
    pub fn hash(&self) -> String {
        trace::digest(&self.bytes())
    }

    /// Reads a canonical form. Total: bytes are hostile.
    ///
    /// # Errors
    /// In words, where it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|why| why.to_string())?;
        let said: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let payload = match said.as_slice() {
            [who, how, what] => Self::new(who, how, what, None),
            [who, how, what, question] => Self::new(who, how, what, Some(question)),
            _ => return Err("a payload says who, how and what".into()),
        };
        if payload.bytes() == bytes { Ok(payload) } else { Err("it is not in its canonical form".into()) }
    }

    pub(crate) fn new(principal: &str, method: &str, text: &str, question: Option<&str>) -> Self {
        let (principal, method, text) = (principal.to_owned(), method.to_owned(), text.to_owned());
        Self { principal, method, text, question: question.map(str::to_owned) }
    }

    /// Seals it for whoever has the secret key to this public one. `drawn` are 32 bytes that the caller drew for
    /// this one box: who knows them can open it.
    ///
    /// # Errors
    /// In words, where the key is none.
    pub fn seal(&self, reader: &str, drawn: [u8; 32]) -> Result<Vec<u8>, String> {
        let reader = PublicKey::from_bytes(key(reader)?);
        if planted(Mutant::PayloadInTheClear) {
            return Ok(self.bytes());
        }
        reader.seal(&mut Drawn(drawn), &self.bytes()).map_err(|_| "it cannot be sealed".into())
    }

    /// Opens what was sealed for the reader with this secret key.
    ///
    /// # Errors
    /// In words: another key, changed bytes, not a payload.
    pub fn open(sealed: &[u8], secret: &str) -> Result<Self, String> {
        let secret = SecretKey::from_bytes(key(secret)?);
        let bytes = secret.unseal(sealed).map_err(|_| "it was sealed for another key, or was changed")?;
        Self::read(&bytes)
    }
}

/// The hash of a payload that nobody needs whole.
pub(crate) fn hash_of(principal: &str, method: &str, text: &str, question: Option<&str>) -> String {
    trace::digest(&bytes_of(principal, method, text, question))
}

fn bytes_of(principal: &str, method: &str, text: &str, question: Option<&str>) -> Vec<u8> {
    trace::canonical(&[principal, method, text].into_iter().chain(question).collect::<Vec<_>>())
}

/// The public key to a secret one, which is any 64 hex digits that nobody can guess.
///
/// # Errors
/// In words, where it is none.
pub fn reader_of(secret: &str) -> Result<String, String> {
    Ok(hex::encode(SecretKey::from_bytes(key(secret)?).public_key().as_bytes()))
}

fn key(text: &str) -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| "a key has 64 hex digits")?;
    Ok(bytes)
}
