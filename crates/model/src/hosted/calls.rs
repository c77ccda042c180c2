//! A call as a wire gives it, as data.

use serde_json::{Value, json};
use trace::Call;

/// One line of JSON. Arguments come as JSON in a string, or as JSON. A string that holds none stays one:
/// whoever reads the call sees what the model wrote, and refuses it.
pub(super) fn call_line(name: &str, arguments: &Value) -> String {
    let arguments = match arguments {
        // What servers make of a call without arguments.
        Value::Null => json!({}),
        Value::String(text) if text.trim().is_empty() => json!({}),
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| arguments.clone()),
        _ => arguments.clone(),
    };
    Call { tool: name.to_owned(), arguments }.text()
}
