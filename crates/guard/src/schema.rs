//! What policies may speak of, derived from the register: one action for each tool, with its arguments
//! as typed attributes.
//!
//! ```text
//! principal  Agent | Operator, in Role::"…"
//! action     Action::"submit_review" in Action::"call"; Action::"choose" | "move" | "say" | "pass"
//! resource   Desk::"desk"
//! context    args.…, classes, calls, sent_bytes, size_bytes, quorum, now
//! ```
//!
//! An argument that Cedar has no type for (a fraction, an object, a union) is left out: classes speak
//! of it. An integer or string in the schema becomes Long or String, an array of them a Set.

use crate::{Case, Charter};
use cedar_policy::RestrictedExpression as Expression;
use serde_json::{Map, Value, json};

pub const AGENT: &str = "Agent";
pub const OPERATOR: &str = "Operator";
pub const ROLE: &str = "Role";
pub const DESK: &str = "Desk";

/// The classes that a request is in, and the counts: facts that policies may name.
pub const CLASSES: &str = "classes";
pub const COUNTS: [&str; 5] = ["calls", "sent_bytes", "size_bytes", "quorum", "now"];

/// Actions that are no call.
pub const PLAIN: [&str; 4] = ["choose", "move", "say", "pass"];

/// Cedar's schema of a charter, as JSON.
pub fn of(charter: &Charter) -> Value {
    let mut actions = Map::new();
    actions.insert("call".into(), json!({}));
    for tool in charter.tools() {
        let action = json!({ "memberOf": [{ "id": "call" }], "appliesTo": applies(args(&tool.arguments)) });
        actions.insert(tool.name.clone(), action);
    }
    for name in PLAIN {
        actions.insert(name.into(), json!({ "appliesTo": applies(json!({})) }));
    }
    let member = json!({ "memberOfTypes": [ROLE] });
    json!({ "": {
        "entityTypes": { ROLE: {}, DESK: {}, AGENT: member, OPERATOR: member },
        "actions": actions,
    }})
}

fn applies(args: Value) -> Value {
    let mut attributes = json!({
        "args": { "type": "Record", "attributes": args },
        CLASSES: { "type": "Set", "element": { "type": "String" } },
    });
    COUNTS.iter().for_each(|count| attributes[count] = json!({ "type": "Long" }));
    json!({
        "principalTypes": [AGENT, OPERATOR],
        "resourceTypes": [DESK],
        "context": { "type": "Record", "attributes": attributes },
    })
}

fn args(schema: &Value) -> Value {
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    let typed = schema["properties"].as_object().into_iter().flatten().filter_map(|(name, property)| {
        let mut kind = kind(property)?;
        kind["required"] = json!(required.iter().any(|wanted| *wanted == name));
        Some((name.clone(), kind))
    });
    Value::Object(typed.collect())
}

fn kind(property: &Value) -> Option<Value> {
    let plain = |property: &Value| match property["type"].as_str()? {
        "string" => Some("String"),
        "integer" => Some("Long"),
        "boolean" => Some("Bool"),
        _ => None,
    };
    if let Some(name) = plain(property) {
        return Some(json!({ "type": name }));
    }
    let element = (property["type"] == "array").then(|| plain(&property["items"])).flatten()?;
    Some(json!({ "type": "Set", "element": { "type": element } }))
}

/// The facts of a case as Cedar reads them.
///
/// # Errors
/// In words, where a number is beyond Cedar's 64 bits.
pub fn context(case: Case<'_>) -> Result<Vec<(String, Expression)>, String> {
    let facts = case.facts;
    let long =
        |n: u64| i64::try_from(n).map(Expression::new_long).map_err(|_| "a count beyond 63 bits".to_owned());
    let classes = facts.classes.iter().map(|name| Expression::new_string(name.clone()));
    let args = case.request.offered().and_then(|offered| offered.find(case.request.tool()));
    let args = match args {
        Some(tool) => values(&tool.arguments, case.request.arguments())?,
        None => Vec::new(),
    };
    Ok(vec![
        ("args".into(), Expression::new_record(args).map_err(|why| why.to_string())?),
        (CLASSES.into(), Expression::new_set(classes)),
        ("calls".into(), long(facts.calls)?),
        ("sent_bytes".into(), long(facts.sent_bytes)?),
        ("size_bytes".into(), long(facts.size_bytes)?),
        ("quorum".into(), long(facts.quorum)?),
        ("now".into(), long(facts.now)?),
    ])
}

fn values(schema: &Value, arguments: &Map<String, Value>) -> Result<Vec<(String, Expression)>, String> {
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let (Some(_), Some(value)) = (kind(property), arguments.get(name)) {
            found.push((name.clone(), expression(value)?));
        }
    }
    Ok(found)
}

fn expression(value: &Value) -> Result<Expression, String> {
    match value {
        Value::Bool(yes) => Ok(Expression::new_bool(*yes)),
        Value::String(text) => Ok(Expression::new_string(text.clone())),
        Value::Number(n) => {
            n.as_i64().map(Expression::new_long).ok_or_else(|| format!("{n} is beyond 63 bits"))
        }
        Value::Array(items) => {
            Ok(Expression::new_set(items.iter().map(expression).collect::<Result<Vec<_>, _>>()?))
        }
        other => Err(format!("{other} has no type in Cedar")),
    }
}
