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
    /// An HTTP status inside the error, as OpenRouter writes it into a body of status 200.
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
        let status = error.get("code").and_then(Value::as_u64);
        Self {
            message: one_line(&words, WORDS_MAX),
            codes: [code("code"), code("type")].into_iter().flatten().collect(),
            param: code("param").unwrap_or_default(),
            status: status.and_then(|s| u16::try_from(s).ok()).filter(|s| (400..600).contains(s)),
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
        self.param.contains("logprobs") || self.mentions(&["logprobs"])
    }

    /// The request's schema is refused: all schemas, or the keywords of this one.
    pub fn refuses_schemas(&self) -> bool {
        let names = ["response_format", "json_schema", "json schema", "structured output", "grammar"];
        self.param.contains("response_format") || self.mentions(&names)
    }

    /// `max_tokens` is refused in favour of `max_completion_tokens` (and not merely too large).
    pub fn refuses_max_tokens(&self) -> bool {
        let unsupported = ["unsupported", "not supported", "not permitted", "deprecated"];
        let names = self.param == "max_tokens" || self.mentions(&["max_tokens"]);
        names && (self.mentions(&unsupported) || self.has_code("unsupported_parameter"))
    }

    /// No money is left: waiting does not help.
    pub fn is_out_of_credit(&self) -> bool {
        let codes = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];
        codes.iter().any(|code| self.has_code(code))
            || self.mentions(&["exceeded your current quota", "insufficient credits"])
    }

    /// The provider's own filter refused the prompt.
    pub fn is_filtered(&self) -> bool {
        self.flagged || self.has_code("content_filter") || self.has_code("content_policy_violation")
    }

    /// The server does not know the model.
    pub fn names_model(&self) -> bool {
        let unknown = ["does not exist", "not found", "not a valid model", "unknown model", "invalid model"];
        let codes = ["model_not_found", "invalid_model", "model_not_available"];
        codes.iter().any(|code| self.has_code(code)) || (self.mentions(&["model"]) && self.mentions(&unknown))
    }
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
