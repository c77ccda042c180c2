//! What a server says in an error: many servers, many shapes.

use super::raw::one_line;
use serde_json::Value;

/// Most characters of a server's words that a message repeats.
const WORDS_MAX: usize = 300;

/// An error in a server's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    /// One line.
    pub message: String,
    /// `error.code` or `error.type` (`insufficient_quota`, `model_not_found`).
    pub codes: Vec<String>,
    /// The field that the server complains of.
    pub param: String,
    /// The HTTP status that the error would have had: OpenRouter writes it into a body of status 200,
    /// and the vendors' names for errors stand for one.
    pub status: Option<u16>,
    /// OpenRouter's moderation names what it flagged.
    pub flagged: bool,
}

impl Said {
    /// Reads a body: `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, or text.
    pub fn of_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(mut object)) => match object.remove("error") {
                Some(error) if !error.is_null() => Self::of_error(&error),
                _ => Self::of_error(&Value::Object(object)),
            },
            _ => Self { message: one_line(&text, WORDS_MAX), ..Self::default() },
        }
    }

    /// Reads the value of an `error` field.
    pub fn of_error(error: &Value) -> Self {
        let words = match error {
            Value::String(text) => text.clone(),
            _ => words(error),
        };
        let code = |field: &str| error.get(field).and_then(Value::as_str).map(str::to_lowercase);
        let codes: Vec<String> = [code("code"), code("type")].into_iter().flatten().collect();
        let number = error.get("code").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok());
        let number = number.filter(|s| (400..600).contains(s));
        Self {
            message: one_line(&words, WORDS_MAX),
            status: number.or_else(|| codes.iter().find_map(|code| status_of(code))),
            codes,
            param: code("param").unwrap_or_default(),
            flagged: !error["metadata"]["flagged_input"].is_null(),
        }
    }

    /// Whether the error carries this code or type.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|c| c == code)
    }

    /// Whether the words, without regard to case, hold one of these.
    pub fn mentions(&self, any: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        any.iter().any(|words| message.contains(words))
    }

    /// The request's log-probabilities are refused.
    pub fn refuses_logprobs(&self) -> bool {
        self.names("logprobs")
    }

    /// The request's schema is refused: all schemas, or the keywords of this one.
    pub fn refuses_schemas(&self) -> bool {
        let fields = ["response_format", "text.format", "output_config", "output_format"];
        let names = ["json_schema", "json schema", "structured output", "output format", "grammar"];
        fields.iter().any(|field| self.names(field)) || self.mentions(&names)
    }

    /// The request's tools are refused: all tools, or these.
    pub fn refuses_tools(&self) -> bool {
        let names = [
            "tool choice",
            "tool use",
            "tool calling",
            "function calling",
            "support tool",
            "tool-call-parser",
        ];
        self.param.starts_with("tools") || self.names("tool_choice") || self.mentions(&names)
    }

    /// The complaint is of this field.
    pub fn names(&self, field: &str) -> bool {
        self.param.contains(field) || self.mentions(&[field])
    }

    /// The field is refused whatever stands in it (and not merely its value).
    pub fn refuses(&self, field: &str) -> bool {
        let words = [
            "unsupported",
            "not supported",
            "does not support",
            "not permitted",
            "deprecated",
            "only the default",
        ];
        let codes = ["unsupported_parameter", "unsupported_value"];
        let unsupported = self.mentions(&words) || codes.iter().any(|code| self.has_code(code));
        unsupported && (self.param == field || self.mentions(&[field]))
    }

    /// The server wants the user to have the last word: it does not continue the assistant's.
    pub fn refuses_prefill(&self) -> bool {
        self.mentions(&["prefill", "must end with a user message"])
    }

    /// No money is left: waiting does not help.
    pub fn is_out_of_credit(&self) -> bool {
        let codes =
            ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error"];
        let words = ["exceeded your current quota", "insufficient credits", "credit balance is too low"];
        codes.iter().any(|code| self.has_code(code)) || self.mentions(&words)
    }

    /// The provider's own filter refused the prompt.
    pub fn is_filtered(&self) -> bool {
        let codes = ["content_filter", "content_policy_violation"];
        let words = ["blocked by content filtering", "potentially violating our usage policy"];
        self.flagged || codes.iter().any(|code| self.has_code(code)) || self.mentions(&words)
    }

    /// The server does not know the model.
    pub fn names_model(&self) -> bool {
        let unknown = ["does not exist", "not found", "not a valid model", "unknown model", "invalid model"];
        let codes = ["model_not_found", "invalid_model", "model_not_available"];
        codes.iter().any(|code| self.has_code(code)) || (self.mentions(&["model"]) && self.mentions(&unknown))
    }
}

/// The status that a vendor gives errors of this name.
fn status_of(code: &str) -> Option<u16> {
    Some(match code {
        "invalid_request_error" | "invalid_prompt" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" | "rate_limit_exceeded" => 429,
        "api_error" | "server_error" => 500,
        "overloaded_error" => 529,
        _ => return None,
    })
}

/// The words of an error object, with the upstream's where a router passes them on.
fn words(error: &Value) -> String {
    let fields = ["message", "detail", "msg", "error_description"];
    let Some(main) = fields.iter().find_map(|f| error.get(*f).filter(|v| !v.is_null())) else {
        return error.to_string();
    };
    let main = main.as_str().map_or_else(|| main.to_string(), str::to_owned);
    match error["metadata"]["raw"].as_str() {
        Some(raw) => format!("{main}: {raw}"),
        None => main,
    }
}
