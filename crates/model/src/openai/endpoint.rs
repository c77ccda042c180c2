//! From `provider/model` and the environment to an address, a key and a card.

use crate::{Kind, ModelError};
use reqwest::Url;
use trace::ModelCard;

/// One provider: a line of the list.
struct Provider {
    name: &'static str,
    key: Key,
    /// Where it answers unless `<NAME>_BASE_URL` says otherwise.
    base: &'static str,
}

/// Whether a provider wants a key. None is wanted on a loopback address.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Needed,
    Optional,
}

const SHELF: [Provider; 6] = [
    Provider { name: "openai", key: Key::Needed, base: "https://api.openai.com/v1" },
    Provider { name: "openrouter", key: Key::Needed, base: "https://openrouter.ai/api/v1" },
    Provider { name: "ollama", key: Key::Optional, base: "http://localhost:11434/v1" },
    Provider { name: "vllm", key: Key::Optional, base: "http://localhost:8000/v1" },
    Provider { name: "sglang", key: Key::Optional, base: "http://localhost:30000/v1" },
    Provider { name: "llamacpp", key: Key::Optional, base: "http://localhost:8080/v1" },
];

/// The names that [`Endpoint::resolve`] takes, as a user writes them.
pub const PROVIDERS: [&str; 7] = [
    "openai/MODEL",
    "openrouter/MODEL",
    "ollama/MODEL",
    "vllm/MODEL",
    "sglang/MODEL",
    "llamacpp/MODEL",
    "openai-api/SERVICE/MODEL",
];

/// A look-up of environment variables.
type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A key. Its text never shows in `Debug`.
#[derive(Clone, PartialEq, Eq)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Where a hosted model answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    name: String,
    model: String,
    url: Url,
    key: Option<Secret>,
    key_variable: String,
    url_variable: String,
}

impl Endpoint {
    /// Finds address and key of `provider/model` through `env`, which looks a variable up.
    ///
    /// `<PROVIDER>_BASE_URL` replaces the provider's address (`OLLAMA_HOST` serves too) and
    /// `<PROVIDER>_API_KEY` is its key; in `openai-api/<service>/<model>` both carry the service's
    /// name in capitals, `-` as `_`. A variable that holds only white space counts as missing.
    ///
    /// # Errors
    /// [`Kind::NoSuchModel`] for a name or an address that makes no sense, [`Kind::Auth`] for a key
    /// that is missing; the message names the variable to set.
    pub fn resolve(name: &str, env: Env<'_>) -> Result<Self, ModelError> {
        let (provider, rest) = name.split_once('/').unwrap_or((name, ""));
        let (shelf, variable, model) = match provider {
            "openai-api" => {
                let (service, model) = rest.split_once('/').unwrap_or((rest, ""));
                (None, variable_name(service), model)
            }
            _ => (Some(on_shelf(name, provider)?), variable_name(provider), rest),
        };
        if model.is_empty() || variable.is_empty() {
            return Err(no_such(name, format!("a model's name is {}", PROVIDERS.join(", "))));
        }
        let url_variable = format!("{variable}_BASE_URL");
        let url = find_url(name, shelf, &url_variable, env)?;
        let key_variable = format!("{variable}_API_KEY");
        let key = find_key(name, &key_variable, env)?;
        let needed = shelf.is_none_or(|p| p.key == Key::Needed) && !is_loopback(&url);
        if needed && key.is_none() {
            return Err(no_key(name, &key_variable));
        }
        let model = model.to_owned();
        Ok(Self { name: name.to_owned(), model, url, key, key_variable, url_variable })
    }

    /// `provider/model`, as the user wrote it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model's name on the wire.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The address without key, query and trailing slash.
    pub fn base_url(&self) -> String {
        let mut url = self.url.clone();
        // Both fail only for addresses that can have neither.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether it answers on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Who answers: the address is the identity. What was answered is kept, even where it cost
    /// nothing but time, so every hosted model is `paid`; whether it can score shows in each answer.
    pub fn card(&self) -> ModelCard {
        ModelCard { name: self.name.clone(), identity: self.base_url(), paid: true, ..ModelCard::default() }
    }

    /// `{base}/chat/completions`.
    pub(super) fn chat_url(&self) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["chat", "completions"]);
        }
        url
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|k| k.0.as_str())
    }

    /// The variable that holds the key.
    pub(super) fn key_variable(&self) -> &str {
        &self.key_variable
    }

    /// The variable that holds the address.
    pub(super) fn url_variable(&self) -> &str {
        &self.url_variable
    }

    /// `text` without the key, should a server echo it.
    pub(super) fn redact(&self, text: &str) -> String {
        self.key().map_or_else(|| text.to_owned(), |key| text.replace(key, "(key)"))
    }
}

fn variable_name(service: &str) -> String {
    service.to_uppercase().replace('-', "_")
}

fn on_shelf(name: &str, provider: &str) -> Result<&'static Provider, ModelError> {
    SHELF.iter().find(|p| p.name == provider).ok_or_else(|| {
        let hint = match provider {
            "anthropic" | "google" | "mistral" => {
                format!("; this provider's own wire is not built yet, try openrouter/{name}")
            }
            _ => String::new(),
        };
        let known = PROVIDERS.join(", ");
        let here = "local/MODEL, control/NAME, replay/RUN";
        let message = format!("unknown provider `{provider}`; hosted: {known}; here: {here}{hint}");
        no_such(name, message)
    })
}

/// The value of a variable, trimmed; `None` where nothing is left.
fn look_up(env: Env<'_>, variable: &str) -> Option<String> {
    let value = env(variable)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn find_url(name: &str, shelf: Option<&Provider>, variable: &str, env: Env<'_>) -> Result<Url, ModelError> {
    if let Some(text) = look_up(env, variable) {
        return parse_url(name, variable, &text);
    }
    let is_ollama = shelf.is_some_and(|p| p.name == "ollama");
    if let Some(host) = look_up(env, "OLLAMA_HOST").filter(|_| is_ollama) {
        return parse_url(name, "OLLAMA_HOST", &ollama_url(&host));
    }
    match shelf {
        Some(provider) => parse_url(name, variable, provider.base),
        None => {
            let end = "in the environment or in `.env`, to the address that ends in `/v1`";
            Err(no_such(name, format!("no address: set {variable}, {end}")))
        }
    }
}

/// `OLLAMA_HOST` is an address to listen on: `0.0.0.0`, `:11434`, `host`, `http://host:port`.
fn ollama_url(host: &str) -> String {
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let rest = rest.trim_end_matches('/');
    let bracket = rest.rfind(']').unwrap_or(0);
    let has_port = rest[bracket..].contains(':');
    let rest = rest.replacen("0.0.0.0", "127.0.0.1", 1).replacen("[::]", "[::1]", 1);
    let rest = if rest.starts_with(':') { format!("127.0.0.1{rest}") } else { rest };
    match (has_port, scheme) {
        (false, "http") => format!("http://{rest}:11434/v1"),
        _ => format!("{scheme}://{rest}/v1"),
    }
}

fn parse_url(name: &str, variable: &str, text: &str) -> Result<Url, ModelError> {
    let wanted = "wanted an address such as http://localhost:8000/v1";
    let bad = |why: String| no_such(name, format!("{variable} is no address ({why}); {wanted}"));
    let url = Url::parse(text).map_err(|e| bad(e.to_string()))?;
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(_)) => Ok(url),
        _ => Err(bad("neither http:// nor https://".to_owned())),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

fn find_key(name: &str, variable: &str, env: Env<'_>) -> Result<Option<Secret>, ModelError> {
    let Some(key) = look_up(env, variable) else {
        return Ok(None);
    };
    match key.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(Some(Secret(key))),
        false => {
            let message = format!("{variable} holds characters that no key has; copy it again");
            Err(error(Kind::Auth, name, message))
        }
    }
}

fn no_key(name: &str, variable: &str) -> ModelError {
    let message = format!("no key: set {variable} in the environment or in `.env`");
    error(Kind::Auth, name, message)
}

fn no_such(name: &str, message: String) -> ModelError {
    error(Kind::NoSuchModel, name, message)
}

fn error(kind: Kind, name: &str, message: String) -> ModelError {
    ModelError { kind, model: name.to_owned(), message, attempts: Vec::new() }
}
