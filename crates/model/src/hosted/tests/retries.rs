//! Attempts, back-off and limits, in paused time.

use super::*;
use expect_test::{Expect, expect};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::SystemTime;

fn busy() -> Play {
    play(429, r#"{"error":{"message":"slow down"}}"#)
}

fn policy(retries_max: u32, budget_s: u64) -> RetryPolicy {
    let budget = Duration::from_secs(budget_s);
    RetryPolicy { retries_max, budget, ..RetryPolicy::default() }
}

async fn check(plays: Vec<Play>, policy: RetryPolicy, told: Expect) -> (Duration, Vec<u128>) {
    let start = Instant::now();
    let scripted = Scripted::new(plays);
    let result = scripted.hosted(policy, &Limits::default()).answer(&request(&[])).await;
    told.assert_eq(&story(&result));
    (start.elapsed(), scripted.sent_ms(start))
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    let plays = vec![
        play(500, "boom"),
        play(503, ""),
        breaks(Broken::Connect("Connection refused".into())),
        breaks(Broken::CutOff("unexpected end of file".into())),
        busy(),
        yes(),
    ];
    let (_, sent) = check(
        plays,
        RetryPolicy::default(),
        expect![[r#"
        "Yes" Stop
        500 10 ms status 500: boom
        503 10 ms status 503
        0 10 ms no connection to https://api.openai.com/v1 (Connection refused)
        0 10 ms the answer was cut off (unexpected end of file)
        429 10 ms status 429: slow down
        200 10 ms 
    "#]],
    )
    .await;
    let gaps: Vec<u128> = sent.windows(2).map(|w| w[1] - w[0] - 10).collect();
    for (n, gap) in gaps.iter().enumerate() {
        let least = 500 << n;
        assert!((least..=2 * least + 2).contains(gap), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_are_counted() {
    check(
        vec![play(500, "boom")],
        policy(2, 120),
        expect![[r#"
        Unavailable openai/gpt-test: status 500: boom; gave up after 2 retries
        500 10 ms status 500: boom
        500 10 ms status 500: boom
        500 10 ms status 500: boom
    "#]],
    )
    .await;
    check(
        vec![busy()],
        policy(0, 120),
        expect![[r#"
            RateLimited openai/gpt-test: status 429: slow down
            429 10 ms status 429: slow down
        "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_budget_ends_it() {
    let (took, _) = check(vec![play(502, "")], policy(1_000, 10), expect![[r#"
        Unavailable openai/gpt-test: status 502; gave up: the budget of 10 s leaves no time for another attempt
        502 10 ms status 502
        502 10 ms status 502
        502 10 ms status 502
        502 10 ms status 502
    "#]]).await;
    assert!(took <= Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let silent = yes().after_ms(1_000_000_000);
    let (took, _) = check(vec![silent], RetryPolicy::default(), expect![[r#"
        Unavailable openai/gpt-test: no answer within 60 s; gave up: the budget of 120 s leaves no time for another attempt
        0 60000 ms no answer within 60 s
        0 60000 ms no answer within 60 s
    "#]]).await;
    assert!(took <= Duration::from_secs(180), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let in_20_s = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(20));
    for (name, value, range) in [
        ("retry-after", "7", 7_000..=7_001),
        ("retry-after-ms", "2500", 2_500..=2_501),
        ("retry-after", in_20_s.as_str(), 17_000..=20_001),
    ] {
        let plays = vec![busy().header(name, value), yes()];
        let scripted = Scripted::new(plays);
        let start = Instant::now();
        scripted.answer(&request(&[])).await.unwrap();
        let sent = scripted.sent_ms(start);
        assert!(range.contains(&(sent[1] - 10)), "{name}: {value}: {sent:?}");
    }
    // Nonsense and the past fall back to the back-off.
    for value in ["-3", "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "1e400"] {
        let scripted = Scripted::new([busy().header("retry-after", value), yes()]);
        let start = Instant::now();
        scripted.answer(&request(&[])).await.unwrap();
        assert!((500..=1_011).contains(&scripted.sent_ms(start)[1]), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_budget_is_not_begun() {
    let plays = vec![busy().header("retry-after", "3600")];
    let (took, _) = check(plays, RetryPolicy::default(), expect![[r#"
        RateLimited openai/gpt-test: status 429: slow down; the server asks to wait 3600 s, more than what is left of the budget of 120 s
        429 10 ms status 429: slow down
    "#]]).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// Sends `n` different requests at once; when each was sent, in milliseconds.
async fn flood(plays: Vec<Play>, limits: Limits, n: u64) -> Vec<u128> {
    let scripted = Scripted::new(plays);
    let hosted = Arc::new(scripted.hosted(RetryPolicy::default(), &limits));
    let start = Instant::now();
    let calls: Vec<_> = (0..n)
        .map(|seed| {
            let hosted = hosted.clone();
            tokio::spawn(async move { hosted.answer(&Request { seed, ..request(&[]) }).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    scripted.sent_ms(start)
}

#[tokio::test(start_paused = true)]
async fn connections_are_limited() {
    let limits = Limits { connections_max: 2, ..Limits::default() };
    let sent = flood(vec![yes().after_ms(100)], limits, 6).await;
    expect!["[0, 0, 100, 100, 200, 200]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn requests_per_minute_are_limited() {
    let requests_per_minute = NonZeroU32::new(30);
    let limits = Limits { requests_per_minute, connections_max: 100, ..Limits::default() };
    let sent = flood(vec![yes()], limits, 6).await;
    // A burst of 3, then one every 2 s.
    expect!["[0, 0, 0, 2000, 4000, 6000]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn tokens_per_minute_are_limited() {
    // Each request is estimated at 7 tokens of prompt and 24 of completion.
    let tokens_per_minute = NonZeroU32::new(310);
    let limits = Limits { tokens_per_minute, ..Limits::default() };
    let sent = flood(vec![yes()], limits, 4).await;
    expect!["[0, 6000, 12000, 18000]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_window_holds_everyone_back() {
    let spent =
        yes().header("x-ratelimit-remaining-requests", "0").header("x-ratelimit-reset-requests", "1m2.5s");
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let sent = flood(vec![spent, yes()], limits, 3).await;
    expect!["[0, 62510, 62520]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_holds_everyone_back() {
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let sent = flood(vec![busy().header("retry-after", "30"), yes()], limits, 2).await;
    expect!["[0, 30010, 30020]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_held_back_for_longer_than_the_budget() {
    let day =
        yes().header("x-ratelimit-remaining-requests", "0").header("x-ratelimit-reset-requests", "24h0m0s");
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let sent = flood(vec![day, yes()], limits, 2).await;
    expect!["[0, 120010]"].assert_eq(&format!("{sent:?}"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_back() {
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let scripted = Scripted::new([yes().after_ms(50_000), yes()]);
    let hosted = scripted.hosted(RetryPolicy::default(), &limits);
    let asked = request(&[]);
    let cancelled = tokio::time::timeout(Duration::from_secs(1), hosted.answer(&asked)).await;
    assert!(cancelled.is_err());
    let start = Instant::now();
    hosted.answer(&asked).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
}
