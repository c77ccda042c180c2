//! The providers: a line each.

use super::wire::Wire;

/// One provider.
pub(super) struct Provider {
    pub name: &'static str,
    pub wire: Wire,
    /// What its variables begin with.
    pub variable: &'static str,
    pub key: Key,
    /// Where it answers unless `<VARIABLE>_BASE_URL` says otherwise.
    pub base: &'static str,
}

/// Whether a provider wants a key. None is wanted on a loopback address.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Key {
    Needed,
    Optional,
}

const fn chat(name: &'static str, variable: &'static str, key: Key, base: &'static str) -> Provider {
    Provider { name, wire: Wire::Chat, variable, key, base }
}

pub(super) const SHELF: [Provider; 8] = [
    chat("openai", "OPENAI", Key::Needed, "https://api.openai.com/v1"),
    Provider {
        wire: Wire::Responses,
        ..chat("openai-responses", "OPENAI", Key::Needed, "https://api.openai.com/v1")
    },
    Provider {
        wire: Wire::Anthropic,
        ..chat("anthropic", "ANTHROPIC", Key::Needed, "https://api.anthropic.com")
    },
    chat("openrouter", "OPENROUTER", Key::Needed, "https://openrouter.ai/api/v1"),
    chat("ollama", "OLLAMA", Key::Optional, "http://localhost:11434/v1"),
    chat("vllm", "VLLM", Key::Optional, "http://localhost:8000/v1"),
    chat("sglang", "SGLANG", Key::Optional, "http://localhost:30000/v1"),
    chat("llamacpp", "LLAMACPP", Key::Optional, "http://localhost:8080/v1"),
];

/// Any server, by a name that its variables carry.
pub(super) const SERVICES: [(&str, Wire); 2] =
    [("openai-api", Wire::Chat), ("openai-api-responses", Wire::Responses)];

const CHAT: &str = "hosted, over OpenAI chat-completions";
const RESPONSES: &str = "hosted, over OpenAI responses";

/// The names that [`super::Endpoint::resolve`] takes, as a user writes them, and the wire of each in
/// words.
pub const PROVIDERS: [(&str, &str); 10] = [
    ("openai/MODEL", CHAT),
    ("openai-responses/MODEL", RESPONSES),
    ("anthropic/MODEL", "hosted, over Anthropic messages"),
    ("openrouter/MODEL", CHAT),
    ("ollama/MODEL", CHAT),
    ("vllm/MODEL", CHAT),
    ("sglang/MODEL", CHAT),
    ("llamacpp/MODEL", CHAT),
    ("openai-api/SERVICE/MODEL", CHAT),
    ("openai-api-responses/SERVICE/MODEL", RESPONSES),
];
