//! A request that refutes a theorem, as somebody would write it.

use serde_json::{Map, Value, json};
use std::fmt;

/// Who asks for what, and in which state.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub principal: String,
    pub tool: String,
    pub arguments: Value,
    /// The guard's facts: counts, classes, the tick.
    pub facts: Map<String, Value>,
}

impl Request {
    pub(crate) fn of(request: &cedar_policy::Request) -> Result<Self, String> {
        let name = |uid: Option<&cedar_policy::EntityUid>| {
            uid.map(|uid| uid.id().unescaped().to_owned()).ok_or("a request without a name".to_owned())
        };
        let context = request.context().ok_or("a request without facts")?;
        let context = context.to_json_value().map_err(|why| why.to_string())?;
        let Value::Object(mut facts) = context else { return Err("facts are an object".into()) };
        let arguments = facts.shift_remove("args").unwrap_or_else(|| json!({}));
        Ok(Self { principal: name(request.principal())?, tool: name(request.action())?, arguments, facts })
    }

    /// The facts, as the guard takes them.
    pub fn to_facts(&self) -> guard::Facts {
        let count = |name: &str| self.facts.get(name).and_then(Value::as_u64).unwrap_or_default();
        let classes = self.facts.get("classes").and_then(Value::as_array).into_iter().flatten();
        guard::Facts {
            behind: Vec::new(),
            now: count("now"),
            calls: count("calls"),
            sent_bytes: count("sent_bytes"),
            size_bytes: count("size_bytes"),
            quorum: count("quorum"),
            classes: classes.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// The call, as `ephor guard explain --call` takes it.
    pub fn call(&self) -> String {
        json!({ "tool": self.tool, "arguments": self.arguments }).to_string()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |value: &&Value| !matches!(value, Value::Array(all) if all.is_empty());
        let facts = self.facts.iter().filter(|(_, value)| plain(value) && **value != json!(0));
        let facts: Vec<String> = facts.map(|(name, value)| format!("{name} {value}")).collect();
        write!(f, "{}: {}", self.principal, self.call())?;
        if facts.is_empty() { Ok(()) } else { write!(f, " with {}", facts.join(", ")) }
    }
}
