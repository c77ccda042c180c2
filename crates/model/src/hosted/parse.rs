//! JSON from outside, and what a token carries: shared by the wires.

use super::mend::mend;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// One token that was written, with its alternatives.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Token {
    pub token: String,
    /// Natural logarithm.
    #[serde(default, deserialize_with = "lenient")]
    pub logprob: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub top_logprobs: Vec<Token>,
}

/// A field of the wrong type counts as absent: a server's slip beside the text costs no completion.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(d: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(d)?).unwrap_or_default())
}

/// A text, or an empty one where something else stands.
pub(super) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The items of a list; none where something else stands.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A count; 0 where something else stands.
pub(super) fn count_of(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Reads a body. Bytes that are no UTF-8 become U+FFFD; strings with bare control characters or lone
/// surrogates are mended.
///
/// # Errors
/// One line for a body that is no such JSON, among them one that was cut off.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let text = String::from_utf8_lossy(body);
    let read = serde_json::from_str(&text);
    read.or_else(|first| serde_json::from_str(&mend(&text)).map_err(|_| first.to_string()))
}
