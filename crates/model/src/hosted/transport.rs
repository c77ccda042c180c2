//! Bytes there and back.

use super::anthropic;
use super::endpoint::Endpoint;
use super::limits::Limits;
use super::wire::Wire;
use crate::{Kind, ModelError};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use std::time::Duration;

/// Most bytes of an answer: 16 MiB.
pub const RESPONSE_BYTES_MAX: usize = 16 << 20;

/// To the first byte of a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A whole response.
#[derive(Clone, Debug, Default)]
pub(super) struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why there is no whole response.
#[derive(Clone, Debug)]
pub(super) enum Broken {
    /// No connection.
    Connect(String),
    /// A connection, but nothing came back.
    NoAnswer(String),
    /// The answer ended too early.
    CutOff(String),
    TimedOut(Duration),
    TooLarge {
        bytes_max: usize,
    },
}

/// Sends a body, gives the response. Dropping the future cancels it.
#[async_trait::async_trait]
pub(super) trait Transport: Send + Sync {
    async fn send(&self, body: Vec<u8>) -> Result<Response, Broken>;
}

/// HTTP/1.1 with a pool of kept connections.
pub(super) struct Http {
    client: Client,
    url: Url,
    headers: HeaderMap,
}

impl Http {
    /// # Errors
    /// [`Kind::Unavailable`] where TLS cannot be set up (a machine without root certificates).
    pub fn new(endpoint: &Endpoint, limits: &Limits) -> Result<Self, ModelError> {
        let url = endpoint.post_url();
        let client = client(endpoint, &url, limits).map_err(|e| ModelError {
            kind: Kind::Unavailable,
            model: endpoint.name().to_owned(),
            message: format!("no HTTP client ({})", root_cause(&e)),
            attempts: Vec::new(),
        })?;
        Ok(Self { client, url, headers: headers(endpoint) })
    }
}

fn client(endpoint: &Endpoint, url: &Url, limits: &Limits) -> Result<Client, reqwest::Error> {
    // The first caller installs it; later ones find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("ephor/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(limits.connections_max)
        .redirect(reqwest::redirect::Policy::none());
    // A proxy for the world outside must not catch what stays on this machine.
    let builder = if endpoint.is_loopback() { builder.no_proxy() } else { builder };
    // Plain HTTP needs no root certificates: loading them takes longer than a call.
    let builder = if url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
    builder.build()
}

fn headers(endpoint: &Endpoint) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // A key is printable ASCII: `Endpoint::resolve` saw to it.
    let (name, scheme) = match endpoint.wire() {
        Wire::Chat | Wire::Responses => (AUTHORIZATION, "Bearer "),
        Wire::Anthropic => {
            let version = HeaderValue::from_static(anthropic::VERSION);
            headers.insert(HeaderName::from_static("anthropic-version"), version);
            (HeaderName::from_static("x-api-key"), "")
        }
    };
    let key = endpoint.key().map(|key| HeaderValue::from_str(&format!("{scheme}{key}")));
    if let Some(Ok(mut key)) = key {
        key.set_sensitive(true);
        headers.insert(name, key);
    }
    headers
}

#[async_trait::async_trait]
impl Transport for Http {
    async fn send(&self, body: Vec<u8>) -> Result<Response, Broken> {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body);
        let response = request.send().await.map_err(|e| unanswered(&e))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response).await?;
        Ok(Response { status, headers, body })
    }
}

fn unanswered(error: &reqwest::Error) -> Broken {
    match error.is_connect() {
        true => Broken::Connect(root_cause(error)),
        false => Broken::NoAnswer(root_cause(error)),
    }
}

async fn read_body(mut response: reqwest::Response) -> Result<Vec<u8>, Broken> {
    let bytes_max = RESPONSE_BYTES_MAX;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| Broken::CutOff(root_cause(&e)))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(Broken::TooLarge { bytes_max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost error: the outer ones only repeat the address.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
