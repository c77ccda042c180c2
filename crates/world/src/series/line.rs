//! What is written over a line, and how much of it.

use crate::Illegal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest message, in bytes: words can be long.
const BYTES_MAX: usize = 2_000;
/// The plan of who states none.
pub(super) const NO_PLAN: &str = "none";

/// A message as it is written: `{"message":"…","plan":"pass"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    pub message: String,
    /// What kind of move the writer says that its own next one will be.
    pub plan: String,
}

/// A move in loose words, as a published parser reads it: `{"say":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub say: String,
}

impl Words {
    pub fn schema() -> Value {
        json!({
            "type": "object",
            "properties": { "say": { "type": "string", "maxLength": BYTES_MAX / 4 } },
            "required": ["say"],
            "additionalProperties": false
        })
    }
}

/// The last exchange: who wrote first, the message, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Exchange {
    pub from: usize,
    pub out: Message,
    pub back: Message,
}

impl Message {
    pub fn schema(kinds: &[&str]) -> Value {
        let plans: Vec<&str> = kinds.iter().copied().chain([NO_PLAN]).collect();
        json!({
            "type": "object",
            "properties": {
                "message": { "type": "string", "maxLength": BYTES_MAX / 4 },
                "plan": { "enum": plans }
            },
            "required": ["message", "plan"],
            "additionalProperties": false
        })
    }

    /// Reads what was written; the rule that it breaks.
    pub fn read(text: &str, kinds: &[&str], words_max: usize) -> Result<Self, Illegal> {
        let form = r#"a message is one JSON object {"message": text, "plan": kind of move}"#;
        let message: Self = serde_json::from_str(text).map_err(|_| Illegal::new(form))?;
        if message.plan != NO_PLAN && !kinds.contains(&message.plan.as_str()) {
            return Err(Illegal::new(format!("a plan is one of {}, {NO_PLAN}", kinds.join(", "))));
        }
        let words = message.message.split_whitespace().count();
        if words > words_max || message.message.len() > BYTES_MAX {
            return Err(Illegal::new(format!("a message has at most {words_max} words")));
        }
        Ok(message)
    }

    /// The message on one line, as its reader sees it: white space joined, so that no paragraph of
    /// the prompt can be forged.
    pub fn said(&self) -> String {
        let message = self.message.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.plan.as_str() {
            NO_PLAN => format!("\"{message}\""),
            plan => format!("\"{message}\" (next move: {plan})"),
        }
    }
}
