//! What comes back, and what is kept of it.

use super::*;
use expect_test::{Expect, expect};

async fn purchase(body: &[u8]) -> trace::Purchase {
    let response = Response { status: 200, body: body.to_vec(), ..Response::default() };
    let scripted = Scripted::new([Play { after_ms: 0, result: Ok(response) }]);
    *scripted.answer(&request(&[])).await.unwrap().purchase.unwrap()
}

async fn check(body: &[u8], read: Expect) {
    let p = purchase(body).await;
    let c = &p.completion;
    let usage = (c.usage.prompt_tokens, c.usage.completion_tokens);
    read.assert_eq(&format!("{:?} {:?} {usage:?} usd {:?}", c.text, c.finish, p.usd));
}

#[tokio::test(start_paused = true)]
async fn contents_of_every_shape() {
    let with = |message: &str| format!(r#"{{"choices":[{{"message":{message}}}]}}"#);
    check(with(r#"{"content":"Yes"}"#).as_bytes(), expect![[r#""Yes" Stop (0, 0) usd None"#]]).await;
    check(
        with(r#"{"content":null,"reasoning_content":"hm"}"#).as_bytes(),
        expect![[r#""" Stop (0, 0) usd None"#]],
    )
    .await;
    check(
        with(r#"{"content":[{"type":"text","text":"Y"},"es",{"type":"x"}]}"#).as_bytes(),
        expect![[r#""Yes" Stop (0, 0) usd None"#]],
    )
    .await;
    check(
        with(r#"{"content":null,"refusal":"I will not."}"#).as_bytes(),
        expect![[r#""I will not." Refused (0, 0) usd None"#]],
    )
    .await;
    check(with(r#"{"content":42,"refusal":7}"#).as_bytes(), expect![[r#""" Stop (0, 0) usd None"#]]).await;
    check(with("{}").as_bytes(), expect![[r#""" Stop (0, 0) usd None"#]]).await;
}

#[tokio::test(start_paused = true)]
async fn finish_usage_and_cost() {
    let with = |finish: &str, usage: &str| {
        format!(r#"{{"choices":[{{"message":{{"content":""}},"finish_reason":{finish}}}],"usage":{usage}}}"#)
    };
    let usage = r#"{"prompt_tokens":7,"completion_tokens":2,"cost":0.00014,"x":[1]}"#;
    check(with(r#""length""#, usage).as_bytes(), expect![[r#""" Length (7, 2) usd Some(0.00014)"#]]).await;
    check(with(r#""content_filter""#, "null").as_bytes(), expect![[r#""" Filtered (0, 0) usd None"#]]).await;
    check(
        with("3", r#"{"prompt_tokens":-1,"completion_tokens":"2"}"#).as_bytes(),
        expect![[r#""" Stop (0, 0) usd None"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_the_filter_refuses_is_an_answer() {
    let azure = r#"{"error":{"message":"The response was filtered","code":"content_filter"}}"#;
    let router = r#"{"error":{"code":403,"message":"flagged","metadata":{"flagged_input":"take it"}}}"#;
    for (status, body) in [(400, azure), (403, router)] {
        let scripted = Scripted::new([play(status, body)]);
        let answered = scripted.answer(&request(&[])).await.unwrap();
        assert_eq!(answered.completion.finish, trace::Finish::Filtered);
        assert_eq!(answered.purchase.unwrap().raw, body);
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_utf8_are_kept() {
    let p = purchase(b"{\"choices\":[{\"message\":{\"content\":\"a\xff\xc3(\"}}],\"new\":1}").await;
    assert_eq!(p.completion.text, "a\u{fffd}\u{fffd}(");
    assert!(p.raw_escaped);
    expect![[r#"{"choices":[{"message":{"content":"a\xFF\xC3("}}],"new":1}"#]].assert_eq(&p.raw);
}

#[tokio::test(start_paused = true)]
async fn control_characters_are_kept() {
    // Escaped as JSON wants it; bare, as it does not; a lone surrogate; a pair; a quote.
    let body = b"{\"choices\":[{\"message\":{\"content\":\"\\u0000\x00\x1b[2J\n\\udc80\\ud83d\\ude00\\\"\\ud800\"}}]}";
    let p = purchase(body).await;
    assert_eq!(p.completion.text, "\0\0\u{1b}[2J\n\u{fffd}😀\"\u{fffd}");
    assert_eq!(p.raw.as_bytes(), body);
    assert!(!p.raw_escaped);
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes_are_kept() {
    let long = "no ".repeat(10 << 20 >> 1);
    let p = purchase(format!(r#"{{"choices":[{{"message":{{"content":"{long}"}}}}]}}"#).as_bytes()).await;
    assert_eq!(p.completion.text, long);
}

#[tokio::test(start_paused = true)]
async fn the_purchase_names_the_request() {
    let scripted = Scripted::new([yes()]);
    let asked = request(&["Yes", "No"]);
    let answered = scripted.answer(&asked).await.unwrap();
    let p = answered.purchase.unwrap();
    assert_eq!(p.key, crate::cache::request_key(&endpoint().card(), &asked));
    assert_eq!((p.v, p.model.as_str()), (trace::VERSION, "openai/gpt-test"));
    assert_eq!((&p.request, &p.completion), (&asked, &answered.completion));
    assert!(p.at_s > 1_600_000_000);
}
