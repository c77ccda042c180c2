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

/// How long no further request will be served: OpenAI's `x-ratelimit-reset-requests` is a span,
/// Anthropic's `anthropic-ratelimit-requests-reset` a time of day.
pub(super) fn exhausted(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reset = |left: &str, reset: &str| {
        text(headers, left).filter(|left| *left == "0").and_then(|_| text(headers, reset))
    };
    let span = reset("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests").and_then(spans);
    span.or_else(|| {
        let at = reset("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset")?;
        Some(instant(at)?.duration_since(now).unwrap_or_default())
    })
}

/// A time in UTC as RFC 3339 writes it, `2026-01-31T23:59:59.5Z`: the one form that Anthropic sends.
fn instant(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let day_fits = (1.0..13.0).contains(&month) && (1.0..32.0).contains(&day);
    let time_fits = (0.0..24.0).contains(&hour) && [minute, second].iter().all(|n| (0.0..61.0).contains(n));
    if !(day_fits && time_fits && (1970.0..10_000.0).contains(&year)) {
        return None;
    }
    // Years begin in March, so that a leap day is the last of its year.
    let year = if month < 3.0 { year - 1.0 } else { year };
    let leap_days = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    let day_of_year = ((153.0 * ((month + 9.0) % 12.0) + 2.0) / 5.0).floor() + day - 1.0;
    let days = 365.0 * year + leap_days + day_of_year - DAYS_TO_1970;
    let seconds = ((days * 24.0 + hour) * 60.0 + minute) * 60.0 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

/// From 1 March of the year 0 to 1 January 1970.
const DAYS_TO_1970: f64 = 719_468.0;

fn numbers(text: &str, between: char) -> Option<[f64; 3]> {
    let numbers: Option<Vec<f64>> = text.split(between).map(|n| n.parse().ok()).collect();
    numbers?.try_into().ok()
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
