//! From `provider/model` and the environment to an address, a key and a card.

use super::shelf::{Key, PROVIDERS, Provider, SERVICES, SHELF};
use super::wire::Wire;
use crate::{Kind, ModelError};
use reqwest::Url;
use trace::ModelCard;

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
    wire: Wire,
    /// Whether tools go out as the wire's own.
    tools: bool,
    url: Url,
    key: Option<Secret>,
    key_variable: String,
    url_variable: String,
}

impl Endpoint {
    /// Finds address and key of `provider/model` through `env`, which looks a variable up.
    ///
    /// `<PROVIDER>_BASE_URL` replaces the provider's address (`OLLAMA_HOST` serves too) and
    /// `<PROVIDER>_API_KEY` is its key; `openai-responses` has those of `openai`, and
    /// in `openai-api/<service>/<model>` both carry the service's name in capitals, `-` as `_`. A variable that holds only white space counts as missing.
    ///
    /// # Errors
    /// [`Kind::NoSuchModel`] for a name or an address that makes no sense, [`Kind::Auth`] for a key
    /// that is missing; the message names the variable to set.
    pub fn resolve(name: &str, env: Env<'_>) -> Result<Self, ModelError> {
        let (provider, rest) = name.split_once('/').unwrap_or((name, ""));
        let service = SERVICES.iter().find(|(prefix, _)| *prefix == provider);
        let (shelf, wire, variable, model) = match service {
            Some((_, wire)) => {
                let (service, model) = rest.split_once('/').unwrap_or((rest, ""));
                (None, *wire, variable_name(service), model)
            }
            None => {
                let shelf = on_shelf(name, provider)?;
                (Some(shelf), shelf.wire, shelf.variable.to_owned(), rest)
            }
        };
        if model.is_empty() || variable.is_empty() {
            return Err(no_such(name, format!("a model's name is {}", known())));
        }
        let url_variable = format!("{variable}_BASE_URL");
        let url = find_url(name, shelf, &url_variable, env)?;
        let key_variable = format!("{variable}_API_KEY");
        let key = find_key(name, &key_variable, env)?;
        let needed = shelf.is_none_or(|p| p.key == Key::Needed) && !is_loopback(&url);
        if needed && key.is_none() {
            return Err(no_key(name, &key_variable));
        }
        let (name, model) = (name.to_owned(), model.to_owned());
        Ok(Self { name, model, wire, tools: true, url, key, key_variable, url_variable })
    }

    /// The same without the wire's own tool calls: whoever has tools writes its calls as text.
    pub fn without_tools(self) -> Self {
        Self { tools: false, ..self }
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
        ModelCard {
            name: self.name.clone(),
            identity: self.base_url(),
            scores: false,
            paid: true,
            tools: self.tools,
        }
    }

    pub(super) fn wire(&self) -> Wire {
        self.wire
    }

    /// Where requests go.
    pub(super) fn post_url(&self) -> Url {
        self.below(self.wire.path())
    }

    /// Where the server lists its models.
    pub(super) fn models_url(&self) -> String {
        let url = Self { url: self.below(&["models"]), ..self.clone() };
        url.base_url()
    }

    /// The address with a path below it. Anthropic's address is written without `v1`, by its own
    /// programs too; with it, it serves as well.
    fn below(&self, path: &[&str]) -> Url {
        let mut url = self.url.clone();
        let has_version = url.path().trim_end_matches('/').ends_with("/v1");
        let version = (self.wire == Wire::Anthropic && !has_version).then_some("v1");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(version.iter().chain(path));
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
            "google" | "mistral" => {
                format!("; this provider's own wire is not built yet, try openrouter/{name}")
            }
            _ => String::new(),
        };
        let known = known();
        let here = "local/MODEL, control/NAME, replay/RUN";
        let message = format!("unknown provider `{provider}`; hosted: {known}; here: {here}{hint}");
        no_such(name, message)
    })
}

/// All names that are taken.
fn known() -> String {
    PROVIDERS.map(|(name, _)| name).join(", ")
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
