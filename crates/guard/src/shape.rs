//! The part of JSON Schema that tools are described in, stricter than the standard: a property that
//! the schema does not name is refused unless the schema says what such a property may be.

use crate::mutant::{Mutant, planted};
use serde_json::{Map, Value};

/// Keywords that say nothing of what is valid.
const NOTES: [&str; 7] = ["$schema", "title", "description", "default", "examples", "format", "deprecated"];
const RULES: [&str; 16] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
];

/// Whether every keyword of a schema is one that [`check`] keeps.
///
/// # Errors
/// Names the first that is not: a rule that nobody keeps is no rule.
pub fn understood(schema: &Value) -> Result<(), String> {
    let Some(fields) = schema.as_object() else {
        return if schema.is_boolean() { Ok(()) } else { Err("a schema is an object".into()) };
    };
    for (keyword, value) in fields {
        match keyword.as_str() {
            "properties" => value.as_object().into_iter().flatten().try_for_each(|(_, s)| understood(s))?,
            "anyOf" | "oneOf" => value.as_array().into_iter().flatten().try_for_each(understood)?,
            "items" | "additionalProperties" => understood(value)?,
            known if NOTES.contains(&known) || RULES.contains(&known) => {}
            other => return Err(format!("the keyword `{other}` is not understood")),
        }
    }
    Ok(())
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
        ("enum", _) => rule.as_array().is_some_and(|all| all.contains(value)),
        ("const", _) => rule == value,
        ("anyOf", _) => count(rule, value, at) >= 1,
        ("oneOf", _) => count(rule, value, at) == 1,
        ("minimum", Value::Number(_)) | ("minLength", Value::String(_)) | ("minItems", Value::Array(_)) => {
            bound.is_some_and(|least| len(value) >= least)
        }
        ("maximum", Value::Number(_)) | ("maxLength", Value::String(_)) | ("maxItems", Value::Array(_)) => {
            bound.is_some_and(|most| len(value) <= most)
        }
        ("uniqueItems", Value::Array(items)) => {
            rule != &Value::Bool(true) || items.iter().enumerate().all(|(n, item)| !items[..n].contains(item))
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
