//! The part of JSON Schema that tools are described in, stricter than the standard: a property that
//! the schema does not name is refused unless the schema says what such a property may be.

use crate::mutant::{Mutant, planted};
use serde_json::{Map, Number, Value};

/// Keywords that say nothing of what is valid.
const NOTES: [&str; 7] = ["$schema", "title", "description", "default", "examples", "format", "deprecated"];

/// Any of these says what a value may be. A schema with none of them takes every field; who means that writes
/// `true`.
const SAYS_WHAT: [&str; 6] = ["type", "properties", "enum", "const", "anyOf", "oneOf"];
const KINDS: [&str; 7] = ["object", "array", "string", "boolean", "null", "integer", "number"];

/// Whether every keyword of a schema is one that [`check`] keeps, and stands there in a form that it keeps.
///
/// # Errors
/// Names the first that is not: a rule that nobody keeps is no rule.
pub fn understood(schema: &Value) -> Result<(), String> {
    let Some(fields) = schema.as_object() else {
        return if schema.is_boolean() { Ok(()) } else { Err("a schema is an object".into()) };
    };
    if !SAYS_WHAT.iter().any(|keyword| fields.contains_key(*keyword)) {
        return Err(format!("a schema without a kind takes anything; accepted: {}", SAYS_WHAT.join(", ")));
    }
    fields.iter().try_for_each(|(keyword, value)| keyword_understood(keyword, value))?;
    // What is required and may not be there refuses every value.
    let named = |name: &str| fields.get("properties").is_some_and(|all| all.get(name).is_some());
    let required = fields.get("required").and_then(Value::as_array).into_iter().flatten();
    match required.filter_map(Value::as_str).find(|name| !named(name)) {
        Some(name) if !fields.contains_key("additionalProperties") => {
            Err(format!("`required` names `{name}`, which is no property"))
        }
        _ => Ok(()),
    }
}

fn keyword_understood(keyword: &str, value: &Value) -> Result<(), String> {
    let asks = |holds: bool, what: &str| {
        if holds { Ok(()) } else { Err(format!("`{keyword}` is {value}; accepted: {what}")) }
    };
    let some = |value: &Value| value.as_array().is_some_and(|all| !all.is_empty());
    match keyword {
        "type" => {
            let known = |kind: &Value| kind.as_str().is_some_and(|kind| KINDS.contains(&kind));
            let all = value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(known));
            asks(all || known(value), &KINDS.join(", "))
        }
        "properties" => {
            asks(value.is_object(), "an object of schemas")?;
            value.as_object().into_iter().flatten().try_for_each(|(_, schema)| understood(schema))
        }
        "required" => {
            let names = value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
            asks(names, "a list of names")
        }
        "anyOf" | "oneOf" => {
            asks(some(value), "a list of schemas")?;
            value.as_array().into_iter().flatten().try_for_each(understood)
        }
        "items" | "additionalProperties" => understood(value),
        "enum" => asks(some(value), "a list of values"),
        "minimum" | "maximum" => asks(value.is_number(), "a number"),
        "minLength" | "maxLength" | "minItems" | "maxItems" => asks(value.is_u64(), "a count"),
        "uniqueItems" => asks(value.is_boolean(), "true, false"),
        known if NOTES.contains(&known) || known == "const" => Ok(()),
        other => Err(format!("the keyword `{other}` is not understood")),
    }
}

/// Whether two values are one: numbers by value, however they are written, and so whatever holds them.
pub fn same(one: &Value, other: &Value) -> bool {
    if planted(Mutant::NumbersByTheirText) {
        return one == other;
    }
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let held = |(name, one): (&String, &Value)| other.get(name).is_some_and(|other| same(one, other));
            one.len() == other.len() && one.iter().all(held)
        }
        _ => one == other,
    }
}

/// Whole numbers to the last digit; a fraction as what a tool would make of it.
fn same_number(one: &Number, other: &Number) -> bool {
    let whole = |n: &Number| n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

/// Whether a value is what a schema describes.
///
/// # Errors
/// Says where it is not, and what was expected.
pub fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(rules) = schema.as_object() else {
        return if schema == &Value::Bool(true) {
            Ok(())
        } else {
            Err(format!("{at}: nothing may stand here"))
        };
    };
    rules.iter().try_for_each(|(keyword, rule)| keep(keyword, rule, rules, value, at))?;
    match value {
        Value::Object(fields) => object(rules, fields, at),
        Value::Array(items) => {
            let Some(each) = rules.get("items") else { return Ok(()) };
            items.iter().enumerate().try_for_each(|(n, item)| check(each, item, &format!("{at}/{n}")))
        }
        _ => Ok(()),
    }
}

fn keep(
    keyword: &str,
    rule: &Value,
    rules: &Map<String, Value>,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    let len = |value: &Value| match value {
        Value::String(text) => text.chars().count() as f64,
        Value::Array(items) => items.len() as f64,
        other => other.as_f64().unwrap_or(0.0),
    };
    let bound = rule.as_f64();
    let kept = match (keyword, value) {
        ("type", _) => kinds(rule).any(|kind| is(kind, value)),
        ("enum", _) => rule.as_array().is_some_and(|all| contains(all, value)),
        ("const", _) => same(rule, value),
        // What has properties is an object, where nothing says that it may be something else.
        ("properties", value) => value.is_object() || rules.contains_key("type"),
        ("anyOf", _) => count(rule, value, at) >= 1,
        ("oneOf", _) => count(rule, value, at) == 1,
        ("minimum", Value::Number(_)) | ("minLength", Value::String(_)) | ("minItems", Value::Array(_)) => {
            bound.is_some_and(|least| len(value) >= least)
        }
        ("maximum", Value::Number(_)) | ("maxLength", Value::String(_)) | ("maxItems", Value::Array(_)) => {
            bound.is_some_and(|most| len(value) <= most)
        }
        ("uniqueItems", Value::Array(items)) => {
            rule != &Value::Bool(true)
                || items.iter().enumerate().all(|(n, item)| !contains(&items[..n], item))
        }
        _ => true,
    };
    if kept { Ok(()) } else { Err(format!("{at}: `{keyword}` asks for {}", rules[keyword])) }
}

fn object(rules: &Map<String, Value>, fields: &Map<String, Value>, at: &str) -> Result<(), String> {
    let named = rules.get("properties").and_then(Value::as_object);
    let required = rules.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("{at}: `{name}` is missing"));
        }
    }
    for (name, value) in fields {
        let place = format!("{at}/{name}");
        match (named.and_then(|named| named.get(name)), rules.get("additionalProperties")) {
            (Some(schema), _) => check(schema, value, &place)?,
            (None, Some(schema)) => check(schema, value, &place)?,
            // A bare `anyOf` or `enum` has kept its own account of what may stand here.
            (None, None) if named.is_none() && !rules.contains_key("type") => {}
            (None, None) if planted(Mutant::UnknownFieldsPass) => {}
            (None, None) => return Err(format!("{at}: there is no `{name}`")),
        }
    }
    Ok(())
}

/// Whether a value is one of these, as [`same`] says.
pub fn contains(all: &[Value], value: &Value) -> bool {
    all.iter().any(|one| same(one, value))
}

fn count(rule: &Value, value: &Value, at: &str) -> usize {
    rule.as_array().into_iter().flatten().filter(|one| check(one, value, at).is_ok()).count()
}

fn kinds(rule: &Value) -> impl Iterator<Item = &str> {
    let many = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
    rule.as_str().into_iter().chain(many)
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{check, same, understood};
    use serde_json::{Value, from_str, json};

    #[test]
    fn a_schema_is_kept_to_the_last_word_or_refused() {
        let check = |schema: Value, expected: &str| {
            let told = understood(&schema).map_or_else(|why| why, |()| "understood".to_owned());
            assert!(told.contains(expected), "{schema}: {told}");
        };
        check(json!({ "type": "object" }), "understood");
        check(json!({ "enum": [1, "a"] }), "understood");
        check(json!(true), "understood");
        check(json!({}), "without a kind takes anything");
        check(json!({ "description": "any" }), "without a kind takes anything");
        check(json!({ "type": "object", "properties": { "a": {} } }), "without a kind takes anything");
        check(json!({ "type": "object", "required": "name" }), "accepted: a list of names");
        check(json!({ "type": "object", "required": [1] }), "accepted: a list of names");
        check(json!({ "type": "object", "required": ["name"] }), "`name`, which is no property");
        check(json!({ "type": "text" }), "accepted: object, array");
        check(json!({ "type": [] }), "accepted: object, array");
        check(json!({ "type": "object", "properties": [] }), "accepted: an object of schemas");
        check(json!({ "enum": [] }), "accepted: a list of values");
        check(json!({ "anyOf": {} }), "accepted: a list of schemas");
        check(json!({ "type": "integer", "minimum": "0" }), "accepted: a number");
        check(json!({ "type": "string", "maxLength": -1 }), "accepted: a count");
        check(json!({ "type": "array", "uniqueItems": 1 }), "accepted: true, false");
        check(json!({ "type": "string", "pattern": "a" }), "`pattern` is not understood");
    }

    #[test]
    fn numbers_are_their_values() {
        let check = |one: &str, other: &str, expected: bool| {
            let read = |text: &str| from_str::<Value>(text).unwrap_or_default();
            assert_eq!(same(&read(one), &read(other)), expected, "{one} and {other}");
        };
        for zero in ["0.0", "-0", "-0.0", "0e5"] {
            check("0", zero, true);
            check(r#"{"a":[0,{"b":0}]}"#, &format!(r#"{{"a":[{zero},{{"b":{zero}}}]}}"#), true);
        }
        check("18446744073709551615", "18446744073709551614", false);
        check("9007199254740993", "9007199254740992", false);
        check("1", "1.5", false);
        check("[1]", "[1,1]", false);
        check(r#"{"a":1}"#, r#"{"b":1}"#, false);
        check("1", "\"1\"", false);
    }

    #[test]
    fn what_has_properties_is_an_object() {
        let schema = json!({ "properties": { "a": { "type": "string" } } });
        assert!(check(&schema, &json!({ "a": "x" }), "it").is_ok());
        assert!(
            check(&schema, &json!("x"), "it").is_err() && check(&schema, &json!({ "b": 1 }), "it").is_err()
        );
        assert!(check(&json!({ "enum": [0] }), &json!(0.0), "it").is_ok());
    }
}
