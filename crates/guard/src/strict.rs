//! JSON with one meaning: a key that stands twice in an object is refused, not overwritten.
//!
//! Two parsers that disagree on a duplicate are a way past any guard: it authorises one value and the
//! tool executes the other.

use crate::mutant::{Mutant, planted};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Most bytes of one request.
pub const REQUEST_BYTES_MAX: usize = 64 << 10;

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// In words: too long, not JSON, a key twice, an integer beyond 64 bits, nested deeper than 127.
pub fn read(text: &str) -> Result<Value, String> {
    read_within(text, REQUEST_BYTES_MAX)
}

/// [`read`], of a text of at most so many bytes.
///
/// # Errors
/// As [`read`].
pub fn read_within(text: &str, bytes_max: usize) -> Result<Value, String> {
    if text.len() > bytes_max {
        return Err(format!("{} bytes; at most {bytes_max}", text.len()));
    }
    serde_json::from_str::<Once>(text).map(|once| once.0).map_err(|why| why.to_string())
}

/// A value in which no object has a key twice.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number without a value"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Once(item)) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((key, Once(value))) = from.next_entry::<String, Once>()? {
            let twice = fields.insert(key.clone(), value).is_some();
            if twice && !planted(Mutant::LastKeyWins) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
        }
        Ok(Value::Object(fields))
    }
}
