//! How long a server asks to wait.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// `retry-after-ms`, else `Retry-After` in seconds or as an HTTP date; `now` is the wall clock. A
/// date that has passed is a wait of zero.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let exact = text(headers, "retry-after-ms").and_then(|ms| span(ms, "ms"));
    exact.or_else(|| {
        let value = text(headers, RETRY_AFTER.as_str())?;
        span(value, "s").or_else(|| {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        })
    })
}

/// How long no further request will be served: `x-ratelimit-reset-requests` where
/// `x-ratelimit-remaining-requests` is 0.
pub(super) fn exhausted(headers: &HeaderMap) -> Option<Duration> {
    let left = text(headers, "x-ratelimit-remaining-requests")?;
    (left == "0").then(|| text(headers, "x-ratelimit-reset-requests")).flatten().and_then(spans)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// `1h2m3.5s`, `20ms`; a bare number is seconds.
fn spans(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(unit_at);
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        total = total.checked_add(span(number, if unit.is_empty() { "s" } else { unit })?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

/// A number of units. `None` for what is negative, infinite or no number.
fn span(number: &str, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    Duration::try_from_secs_f64(number * seconds).ok()
}
