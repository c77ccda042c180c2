//! Tools that a seat may call, and a call as it stands in records.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A tool that a seat may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// In snake case, as function names stand on the wires.
    pub name: String,
    /// What it does, in a sentence or two: what a model reads.
    pub about: String,
    /// JSON Schema of its arguments: one object.
    pub arguments: Value,
}

/// One call. As JSON it is what a model without native calls writes, and what stands in an
/// [`crate::Answer::choice`] and in a message of [`crate::Role::Call`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub tool: String,
    pub arguments: Value,
}

impl Tool {
    /// JSON Schema of one [`Call`] of this tool.
    pub fn call_schema(&self) -> Value {
        json!({
            "type": "object",
            "properties": { "tool": { "const": self.name }, "arguments": self.arguments },
            "required": ["tool", "arguments"],
            "additionalProperties": false,
        })
    }
}

impl Call {
    /// The call as compact JSON.
    pub fn text(&self) -> String {
        json!(self).to_string()
    }
}
