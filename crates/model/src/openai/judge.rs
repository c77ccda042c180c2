//! From a response to a reply or a fault.

use super::body::{Change, LimitField};
use super::endpoint::Endpoint;
use super::fault::{Fault, Next};
use super::reply::Reply;
use super::said::Said;
use super::transport::{Broken, Response};
use super::wait::retry_after;
use crate::Kind;
use std::time::SystemTime;

/// What was sent, as far as a complaint may be about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub limit: LimitField,
    /// Whether log-probabilities were asked for.
    pub logprobs: bool,
    /// Whether a schema went along.
    pub schema: bool,
}

/// Reads a response. A prompt that the provider's filter refused is a reply, not a fault.
pub(super) fn judge(
    endpoint: &Endpoint,
    sent: Sent,
    response: &Response,
    now: SystemTime,
) -> Result<Reply, Fault> {
    let status = response.status;
    let (status, said) = match status {
        200..300 => match read(&response.body)? {
            Ok(reply) => return Ok(reply),
            Err(said) => (said.status.unwrap_or(status), said),
        },
        _ => (status, Said::of_body(&response.body)),
    };
    if matches!(status, 400 | 403) && said.is_filtered() {
        return Ok(Reply::filtered());
    }
    let mut fault = fault(endpoint, sent, status, &said);
    if let Next::Retry { wait } = &mut fault.next {
        *wait = retry_after(&response.headers, now);
    }
    Err(fault)
}

/// A body of status 200: a reply, or the error that it holds.
fn read(body: &[u8]) -> Result<Result<Reply, Said>, Fault> {
    let unreadable = |why: String| Fault::retry(Kind::Unavailable, why, None);
    let reply = Reply::read(body)
        .map_err(|why| unreadable(format!("the answer is no JSON of a chat completion ({why})")))?;
    if let Some(error) = &reply.error {
        return Ok(Err(Said::of_error(error)));
    }
    match reply.choices.first() {
        None => Err(unreadable("the answer holds no choice".to_owned())),
        Some(choice) => match &choice.error {
            Some(error) => Ok(Err(Said::of_error(error))),
            None if choice.finish_reason.as_deref() == Some("error") => {
                Err(unreadable("the answer ends with finish_reason `error`".to_owned()))
            }
            None => Ok(Ok(reply)),
        },
    }
}

fn fault(endpoint: &Endpoint, sent: Sent, status: u16, said: &Said) -> Fault {
    let words = match said.message.is_empty() {
        true => format!("status {status}"),
        false => format!("status {status}: {}", endpoint.redact(&said.message)),
    };
    let stop = |kind, hint: String| Fault::stop(kind, format!("{words}; {hint}"));
    let is_request = (400..500).contains(&status) && !matches!(status, 408 | 429);
    if let Some(change) = asked_change(sent, said).filter(|_| is_request) {
        return Fault { kind: Kind::BadRequest, message: words, next: Next::Adapted(change) };
    }
    if status == 402 || said.is_out_of_credit() {
        return stop(Kind::Auth, "the account has no credit left".to_owned());
    }
    match status {
        401 | 403 => stop(Kind::Auth, key_hint(endpoint)),
        404 => stop(Kind::NoSuchModel, model_hint(endpoint)),
        400 | 422 if said.names_model() => stop(Kind::NoSuchModel, model_hint(endpoint)),
        429 => Fault::retry(Kind::RateLimited, words, None),
        // An error inside a 200 without a status of its own is the server's trouble.
        200..300 | 408 | 409 | 425 | 500.. => Fault::retry(Kind::Unavailable, words, None),
        300..400 => stop(
            Kind::NoSuchModel,
            format!(
                "it redirects, which is not followed: set {} to where it points",
                endpoint.url_variable()
            ),
        ),
        _ => stop(Kind::BadRequest, "the server refuses this request".to_owned()),
    }
}

/// The change of dialect that a complaint asks for, where it is about what was sent.
fn asked_change(sent: Sent, said: &Said) -> Option<Change> {
    let older = sent.limit == LimitField::MaxTokens;
    if sent.logprobs && said.refuses_logprobs() {
        Some(Change::NoLogprobs)
    } else if sent.schema && said.refuses_schemas() {
        Some(Change::NoSchemas)
    } else {
        (older && said.refuses_max_tokens()).then_some(Change::MaxCompletionTokens)
    }
}

fn key_hint(endpoint: &Endpoint) -> String {
    let variable = endpoint.key_variable();
    match endpoint.key() {
        Some(_) => format!("check the key in {variable}"),
        None => format!("it wants a key: set {variable} in the environment or in `.env`"),
    }
}

fn model_hint(endpoint: &Endpoint) -> String {
    let (base, model) = (endpoint.base_url(), endpoint.model());
    match endpoint.name().starts_with("ollama/") {
        true => format!("try `ollama pull {model}`; {base}/models lists what the server has"),
        false => {
            let variable = endpoint.url_variable();
            format!("{base}/models lists what the server has; {variable} sets the address")
        }
    }
}

/// The fault of an attempt without a whole response.
pub(super) fn broken(endpoint: &Endpoint, broken: &Broken) -> Fault {
    let base = endpoint.base_url();
    let retry = |message| Fault::retry(Kind::Unavailable, message, None);
    match broken {
        Broken::Connect(why) => {
            let hint = if endpoint.is_loopback() { "; is the server running?" } else { "" };
            retry(format!("no connection to {base} ({why}){hint}"))
        }
        Broken::NoAnswer(why) => retry(format!("no answer from {base} ({why})")),
        Broken::CutOff(why) => retry(format!("the answer was cut off ({why})")),
        Broken::TimedOut(limit) => retry(format!("no answer within {} s", limit.as_secs_f64())),
        Broken::TooLarge { bytes_max } => Fault {
            kind: Kind::Unavailable,
            message: format!("the answer is larger than the bound of {} MiB", bytes_max >> 20),
            next: Next::RetryOnce,
        },
    }
}
