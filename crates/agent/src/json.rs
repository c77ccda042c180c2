//! A text becomes one JSON object, or none. Strict: a move hidden in prose is no move.

use serde_json::Value;
use trace::Read;

/// The longest reply that is read, in bytes.
const LOOK: usize = 64 << 10;

/// Reads a reply that is one JSON object and nothing else; white space and one fence of a Markdown
/// code block around it are no part of it. Two objects, an object within prose, an object whose keys
/// repeat: none.
pub fn read_json(text: &str) -> (Option<Value>, Read) {
    let text = text.trim();
    if text.len() > LOOK {
        return (None, Read::Unparsed);
    }
    match serde_json::from_str::<Once>(unfenced(text)) {
        Ok(Once(value)) => (Some(value), Read::Parsed),
        Err(_) => (None, Read::Unparsed),
    }
}

/// What stands in a code block, where the whole text is one.
fn unfenced(text: &str) -> &str {
    let inner = text.strip_prefix("```").and_then(|t| t.strip_suffix("```"));
    let inner = inner.filter(|inner| !inner.contains("```"));
    inner.map_or(text, |inner| inner.strip_prefix("json").unwrap_or(inner).trim())
}

/// An object none of whose keys repeats: of two moves in one object neither is taken.
struct Once(Value);

impl<'de> serde::Deserialize<'de> for Once {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> serde::de::Visitor<'de> for Keys {
    type Value = Once;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("one JSON object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if object.insert(key, value).is_some() {
                return Err(serde::de::Error::custom("a key stands twice"));
            }
        }
        Ok(Once(Value::Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn one_object_and_nothing_else() {
        let texts = [
            r#"{"action":"stay"}"#,
            " {\"action\": \"stay\"}\n",
            "```json\n{\"action\":\"stay\"}\n```",
            "```\n{\"action\":\"stay\"}\n```",
            r#"{"action":"stay"} {"action":"clean"}"#,
            r#"{"action":"stay","action":"clean"}"#,
            r#"[{"action":"stay"},{"action":"clean"}]"#,
            r#"I will play {"action":"stay"}"#,
            r#"{"action":"stay"} because it is safe"#,
            r#"do not {"action":"zap"}"#,
            "```json\n{\"action\":\"stay\"}\n```\n```json\n{\"action\":\"zap\"}\n```",
            r#""stay""#,
            "stay",
            "7",
            "null",
            "",
            r#"{"action":"sta"#,
            r#"{'action':'stay'}"#,
        ];
        let line = |text: &&str| {
            let (value, read) = read_json(text);
            format!("{text:?} -> {} {read:?}\n", value.map_or("none".into(), |v| v.to_string()))
        };
        expect![[r#"
            "{\"action\":\"stay\"}" -> {"action":"stay"} Parsed
            " {\"action\": \"stay\"}\n" -> {"action":"stay"} Parsed
            "```json\n{\"action\":\"stay\"}\n```" -> {"action":"stay"} Parsed
            "```\n{\"action\":\"stay\"}\n```" -> {"action":"stay"} Parsed
            "{\"action\":\"stay\"} {\"action\":\"clean\"}" -> none Unparsed
            "{\"action\":\"stay\",\"action\":\"clean\"}" -> none Unparsed
            "[{\"action\":\"stay\"},{\"action\":\"clean\"}]" -> none Unparsed
            "I will play {\"action\":\"stay\"}" -> none Unparsed
            "{\"action\":\"stay\"} because it is safe" -> none Unparsed
            "do not {\"action\":\"zap\"}" -> none Unparsed
            "```json\n{\"action\":\"stay\"}\n```\n```json\n{\"action\":\"zap\"}\n```" -> none Unparsed
            "\"stay\"" -> none Unparsed
            "stay" -> none Unparsed
            "7" -> none Unparsed
            "null" -> none Unparsed
            "" -> none Unparsed
            "{\"action\":\"sta" -> none Unparsed
            "{'action':'stay'}" -> none Unparsed
        "#]]
        .assert_eq(&texts.iter().map(line).collect::<String>());
    }

    #[test]
    fn a_megabyte_and_a_deep_nest_are_no_move() {
        let wide = format!("{{\"action\":\"{}\"}}", "x".repeat(1 << 20));
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(read_json(&wide), (None, Read::Unparsed));
        assert_eq!(read_json(&deep), (None, Read::Unparsed));
    }
}
