//! Conditions on requests, as Cedar's JSON: who there is, and which calls a pattern means.

use guard::{Charter, Kind, Pattern, Policies};
use serde_json::{Value, json};

pub const AGENT: &str = "Agent";
pub const OPERATOR: &str = "Operator";

/// Whether a request can reach the guard: its principal is one of the charter's, in its role and in no
/// other, and its counts are counts. `kind` is the entity type
/// that it has in this kind of request: Cedar compares no others.
pub fn reachable(charter: &Charter, kind: &str) -> Value {
    let of_kind = |it: Kind| (it == Kind::Operator) == (kind == OPERATOR);
    let people = charter.principals.iter().filter(|(_, who)| of_kind(who.kind));
    let one = |(name, who): (&String, &guard::Principal)| {
        let roles = charter.roles.keys().map(|role| {
            let inside = json!({ "in": { "left": principal(), "right": entity("Role", role) } });
            if *role == who.role { inside } else { json!({ "!": { "arg": inside } }) }
        });
        let is = json!({ "==": { "left": principal(), "right": entity(kind, name) } });
        roles.fold(is, both)
    };
    both(people.map(one).reduce(either).unwrap_or(json!({ "Value": false })), counted())
}

/// Whether no count and no tick is negative: Cedar's numbers can be, the guard's are not.
fn counted() -> Value {
    let fact = |name| json!({ ".": { "left": { "Var": "context" }, "attr": name } });
    let at_least_none = |name| json!({ ">=": { "left": fact(name), "right": { "Value": 0 } } });
    ["calls", "sent_bytes", "size_bytes", "quorum", "now"]
        .map(at_least_none)
        .into_iter()
        .fold(json!({ "Value": true }), both)
}

/// Whether a call of its tool is one that a pattern means. An argument that Cedar has no type for is left
/// out, which means more calls than the pattern does; none where no value is of the argument's type.
pub fn meant(charter: &Charter, pattern: &Pattern) -> Option<Value> {
    let schema = Policies::schema(charter);
    let types = &schema[""]["actions"][&pattern.tool]["appliesTo"]["context"]["attributes"]["args"];
    let mut all = json!({ "Value": true });
    for (name, values) in &pattern.arguments {
        let Some(kind) = types["attributes"][name]["type"].as_str() else { continue };
        let fits = |value: &&Value| match kind {
            "String" => value.is_string(),
            "Long" => value.is_i64(),
            "Bool" => value.is_boolean(),
            _ => false,
        };
        if kind == "Set" {
            continue;
        }
        let args = json!({ ".": { "left": { "Var": "context" }, "attr": "args" } });
        let argument = json!({ ".": { "left": args, "attr": name } });
        let one = |value: &Value| json!({ "==": { "left": argument, "right": { "Value": value } } });
        all = both(all, values.iter().filter(fits).map(one).reduce(either)?);
    }
    Some(all)
}

/// A rule over one action, or over all.
pub fn rule(effect: &str, action: Option<&str>, when: &Value) -> Value {
    let action = match action {
        Some(name) => json!({ "op": "==", "entity": { "type": "Action", "id": name } }),
        None => json!({ "op": "All" }),
    };
    json!({ "effect": effect, "principal": { "op": "All" }, "action": action, "resource": { "op": "All" },
        "conditions": [{ "kind": "when", "body": when }] })
}

pub fn not(one: Value) -> Value {
    json!({ "!": { "arg": one } })
}

pub fn both(one: Value, other: Value) -> Value {
    json!({ "&&": { "left": one, "right": other } })
}

fn either(one: Value, other: Value) -> Value {
    json!({ "||": { "left": one, "right": other } })
}

fn principal() -> Value {
    json!({ "Var": "principal" })
}

fn entity(kind: &str, id: &str) -> Value {
    json!({ "Value": { "__entity": { "type": kind, "id": id } } })
}
