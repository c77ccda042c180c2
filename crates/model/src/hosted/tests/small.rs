//! The small readers: waits, mended JSON, escaped bytes.

use super::super::mend::mend;
use super::super::raw::{escape, one_line};
use super::super::wait::{exhausted, retry_after};
use super::*;
use expect_test::expect;
use std::time::SystemTime;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair =
        |(n, v): &(&'static str, &str)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap());
    pairs.iter().map(pair).collect()
}

#[test]
fn windows() {
    let reset = |span: &str| {
        let names = ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"];
        exhausted(&headers(&[(names[0], "0"), (names[1], span)]), SystemTime::UNIX_EPOCH)
    };
    let spans = ["20ms", "1s", "6m0s", "1h2m3.5s", "2d", "59.7", "", "soon", "1x", "-1s", "s"];
    let read: Vec<String> = spans.iter().map(|s| format!("{s} {:?}", reset(s))).collect();
    expect!["20ms Some(20ms), 1s Some(1s), 6m0s Some(360s), 1h2m3.5s Some(3723.5s), 2d Some(172800s), 59.7 Some(59.7s),  None, soon None, 1x None, -1s None, s None"].assert_eq(&read.join(", "));
}

/// Anthropic says when a window opens again, not how long it stays shut.
#[test]
fn windows_by_the_clock() {
    let reset = |at: &str| {
        let names = ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"];
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_903_999);
        let wait = exhausted(&headers(&[(names[0], "0"), (names[1], at)]), now);
        format!("{at} {wait:?}\n")
    };
    let times = [
        "2026-01-31T23:59:59Z",
        "2026-02-01T00:00:00Z",
        "2026-02-01T00:00:59.25Z",
        "2026-03-01T00:00:00Z",
        "2028-03-01T00:00:00Z",
        "2025-01-01T00:00:00Z",
        "2026-02-01T00:00:59",
        "2026-13-01T00:00:00Z",
        "2026-02-01T00:00:-1Z",
        "inf-nan-1T0:0:0Z",
        "Z",
        "soon",
    ];
    expect![[r#"
        2026-01-31T23:59:59Z Some(0ns)
        2026-02-01T00:00:00Z Some(1s)
        2026-02-01T00:00:59.25Z Some(60.25s)
        2026-03-01T00:00:00Z Some(2419201s)
        2028-03-01T00:00:00Z Some(65577601s)
        2025-01-01T00:00:00Z Some(0ns)
        2026-02-01T00:00:59 None
        2026-13-01T00:00:00Z None
        2026-02-01T00:00:-1Z None
        inf-nan-1T0:0:0Z None
        Z None
        soon None
    "#]]
    .assert_eq(&times.map(reset).concat());
    let left = headers(&[("anthropic-ratelimit-requests-remaining", "1")]);
    assert_eq!(exhausted(&left, SystemTime::UNIX_EPOCH), None);
}

#[test]
fn the_finer_wait_comes_first() {
    let now = SystemTime::UNIX_EPOCH;
    let both = headers(&[("retry-after-ms", "1500"), ("retry-after", "2")]);
    assert_eq!(retry_after(&both, now), Some(Duration::from_millis(1_500)));
    let date = headers(&[("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")]);
    assert_eq!(retry_after(&date, now), Some(Duration::from_secs(60)));
    assert_eq!(retry_after(&date, now + Duration::from_secs(90)), Some(Duration::ZERO));
    assert_eq!(retry_after(&headers(&[]), now), None);
}

#[test]
fn json_is_left_alone_and_broken_json_is_not_made_up() {
    let fine = r#"{"a": "b\\\"c\n\u00e4\ud83d\ude00", "d": [1, null]}"#;
    assert_eq!(mend(fine), fine);
    for broken in [r#"{"a": "b"#, "{\"a\": \"\\", r#""\u12"#, r#""\ud800\u12"#, "", "\\"] {
        assert!(serde_json::from_str::<serde_json::Value>(&mend(broken)).is_err(), "{broken}");
    }
    assert_eq!(mend("\n{\"a\":\n\"\u{1}\n\"}"), "\n{\"a\":\n\"\\u0001\\u000a\"}");
}

#[test]
fn bytes_and_lines() {
    assert_eq!(escape(b"ok \xc3\xa4".to_vec()), ("ok ä".to_owned(), false));
    assert_eq!(escape(b"\xffa\xc3\x28\xe2\x82".to_vec()), ("\\xFFa\\xC3(\\xE2\\x82".to_owned(), true));
    assert_eq!(one_line("a\n\t b\u{1b}[2J", 20), "a b\\u{1b}[2J");
    assert_eq!(one_line(&"ä".repeat(9), 3), "äää…");
}
