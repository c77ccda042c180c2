//! Conditions on requests, as Cedar's JSON: who there is, and which calls a pattern means.

use cedar_policy::RequestEnv;
use guard::{Charter, Kind, Pattern, Policies};
use serde_json::{Value, json};

pub const AGENT: &str = "Agent";
pub const OPERATOR: &str = "Operator";

/// Whether a request can reach the guard: its principal is one of the charter's, in its role and in no
/// other; its counts are counts; its classes are those that some call of its tool can be in. `env` has the types
/// that it has in this kind of request: Cedar compares no others.
pub fn reachable(charter: &Charter, env: &RequestEnv) -> Value {
    let (kind, action) = (env.principal().to_string(), env.action().id().unescaped());
    let of_kind = |it: Kind| (it == Kind::Operator) == (kind == OPERATOR);
    let people = charter.principals.iter().filter(|(_, who)| of_kind(who.kind));
    let one = |(name, who): (&String, &guard::Principal)| {
        let roles = charter.roles.keys().map(|role| {
            let inside = json!({ "in": { "left": principal(), "right": entity("Role", role) } });
            if *role == who.role { inside } else { not(inside) }
        });
        all(std::iter::once(is(&kind, name)).chain(roles).collect())
    };
    both(any(people.map(one).collect()), both(counted(), classified(charter, action)))
}

/// Whether it is this principal who asks.
pub fn is(kind: &str, name: &str) -> Value {
    json!({ "==": { "left": principal(), "right": entity(kind, name) } })
}

/// Whether no count and no tick is negative: Cedar's numbers can be, the guard's are not.
fn counted() -> Value {
    let at_least_none = |name| json!({ ">=": { "left": fact(name), "right": { "Value": 0 } } });
    all(["calls", "sent_bytes", "size_bytes", "quorum", "now"].map(at_least_none).into())
}

/// Whether it is in no class that no call of this action is in.
fn classified(charter: &Charter, action: &str) -> Value {
    let other = charter.classes.iter().filter(|(_, all)| all.iter().all(|pattern| pattern.tool != action));
    let outside = |(class, _): (&String, _)| {
        not(json!({ "contains": { "left": fact("classes"), "right": { "Value": class } } }))
    };
    all(other.map(outside).collect())
}

fn fact(name: &str) -> Value {
    json!({ ".": { "left": { "Var": "context" }, "attr": name } })
}

/// Whether a call of its tool is one that a pattern means. An argument that Cedar has no type for is left
/// out, which means more calls than the pattern does; none where no value is of the argument's type.
pub fn meant(charter: &Charter, pattern: &Pattern) -> Option<Value> {
    let schema = Policies::schema(charter);
    let types = &schema[""]["actions"][&pattern.tool]["appliesTo"]["context"]["attributes"]["args"];
    let mut asked = Vec::new();
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
        let any_of: Vec<Value> = values.iter().filter(fits).map(one).collect();
        if any_of.is_empty() {
            return None;
        }
        asked.push(any(any_of));
    }
    Some(all(asked))
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

/// All of these; true of none.
pub fn all(terms: Vec<Value>) -> Value {
    balanced(terms, both).unwrap_or(json!({ "Value": true }))
}

/// Any of these; false of none.
fn any(terms: Vec<Value>) -> Value {
    balanced(terms, either).unwrap_or(json!({ "Value": false }))
}

/// Joins by halves: Cedar calls itself once for each level, and a thousand principals are ten levels so.
fn balanced(mut terms: Vec<Value>, join: fn(Value, Value) -> Value) -> Option<Value> {
    while terms.len() > 1 {
        let mut halved = Vec::with_capacity(terms.len().div_ceil(2));
        let mut each = terms.into_iter();
        while let Some(one) = each.next() {
            halved.push(match each.next() {
                Some(other) => join(one, other),
                None => one,
            });
        }
        terms = halved;
    }
    terms.pop()
}

fn principal() -> Value {
    json!({ "Var": "principal" })
}

fn entity(kind: &str, id: &str) -> Value {
    json!({ "Value": { "__entity": { "type": kind, "id": id } } })
}
