//! Canonical bytes, names and seeds.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The name of an episode, run or request: 24 hex digits (96 bits) of a SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Reads a name that was written before. `None` unless it is 24 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (text.len() == 24 && text.chars().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The 24 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// JSON without white space, object keys sorted: equal values give equal bytes.
///
/// A value that JSON cannot carry (a map with keys that are no strings) becomes `null`; the types
/// of this crate hold none.
pub fn canonical<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut value = serde_json::to_value(value).unwrap_or(Value::Null);
    value.sort_all_objects();
    value.to_string().into_bytes()
}

/// SHA-256 as 64 hex digits.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The name of a value: the hash of its canonical bytes.
pub fn name_of<T: Serialize + ?Sized>(value: &T) -> Name {
    let mut hex = digest(&canonical(value));
    hex.truncate(24);
    Name(hex)
}

/// A seed H(purpose, parts…). Parts are length-prefixed, so no two lists of parts collide by
/// concatenation. Callers never pass the cell: the same seed runs through every cell.
pub fn seed_of(purpose: &str, parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose).chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |seed, b| (seed << 8) | u64::from(*b))
}
