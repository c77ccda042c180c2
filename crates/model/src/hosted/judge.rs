//! From a response to a reply or a fault.

use super::dialect::Along;
use super::endpoint::Endpoint;
use super::fault::{Fault, Next};
use super::said::Said;
use super::transport::{Broken, Response};
use super::wait::retry_after;
use super::wire::{Held, Reply};
use crate::Kind;
use std::time::SystemTime;

/// Reads a response. A prompt that the provider's filter refused is a reply, not a fault.
pub(super) fn judge(
    endpoint: &Endpoint,
    along: Along,
    response: &Response,
    now: SystemTime,
) -> Result<Reply, Fault> {
    let status = response.status;
    let (status, said) = match status {
        200..300 => match endpoint.wire().read(&response.body) {
            Held::Reply(reply) => return Ok(reply),
            Held::Error(said) => (said.status.unwrap_or(status), said),
            Held::Nothing(why) => return Err(Fault::retry(Kind::Unavailable, why, None)),
        },
        _ => (status, Said::of_body(&response.body)),
    };
    if matches!(status, 400 | 403) && said.is_filtered() {
        return Ok(Reply::filtered());
    }
    let mut fault = fault(endpoint, along, status, &said);
    if let Next::Retry { wait } = &mut fault.next {
        *wait = retry_after(&response.headers, now);
    }
    Err(fault)
}

fn fault(endpoint: &Endpoint, along: Along, status: u16, said: &Said) -> Fault {
    let words = match said.message.is_empty() {
        true => format!("status {status}"),
        false => format!("status {status}: {}", endpoint.redact(&said.message)),
    };
    let stop = |kind, hint: String| Fault::stop(kind, format!("{words}; {hint}"));
    let is_request = (400..500).contains(&status) && !matches!(status, 408 | 429);
    if let Some(change) = along.change(said).filter(|_| is_request) {
        return Fault { next: Next::Adapted(change), ..Fault::stop(Kind::BadRequest, words) };
    }
    if along.tools && matches!(status, 400 | 404 | 422) && said.refuses_tools() {
        return stop(
            Kind::BadRequest,
            "with `--tool-calls text` the model writes its calls as text".to_owned(),
        );
    }
    if status == 402 || said.is_out_of_credit() {
        return stop(Kind::Auth, "the account has no credit left".to_owned());
    }
    match status {
        401 | 403 => stop(Kind::Auth, key_hint(endpoint)),
        404 => stop(Kind::NoSuchModel, model_hint(endpoint)),
        400 | 422 if said.names_model() => stop(Kind::NoSuchModel, model_hint(endpoint)),
        429 => Fault { crowded: true, ..Fault::retry(Kind::RateLimited, words, None) },
        503 | 529 => Fault { crowded: true, ..Fault::retry(Kind::Unavailable, words, None) },
        // An error inside a 200 without a status of its own is the server's trouble.
        200..300 | 408 | 409 | 425 | 500.. => Fault::retry(Kind::Unavailable, words, None),
        300..400 => stop(
            Kind::NoSuchModel,
            format!(
                "it redirects, which is not followed: set {} to where it points",
                endpoint.url_variable()
            ),
        ),
        _ if said.refuses_prefill() => stop(
            Kind::BadRequest,
            "this model does not continue an assistant's words: a request must end with the user's"
                .to_owned(),
        ),
        _ => stop(Kind::BadRequest, "the server refuses this request".to_owned()),
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
    let (models, model) = (endpoint.models_url(), endpoint.model());
    match endpoint.name().starts_with("ollama/") {
        true => format!("try `ollama pull {model}`; {models} lists what the server has"),
        false => {
            let variable = endpoint.url_variable();
            format!("{models} lists what the server has; {variable} sets the address")
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
            next: Next::RetryOnce,
            ..retry(format!("the answer is larger than the bound of {} MiB", bytes_max >> 20))
        },
    }
}
