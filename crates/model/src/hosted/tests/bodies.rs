//! Bodies of status 200 on the newer wires: what is read of them, and what is no answer.

use super::*;
use expect_test::{Expect, expect};

async fn check(name: &str, body: &[u8], told: Expect) {
    let response = Response { status: 200, body: body.to_vec(), ..Response::default() };
    let scripted = Scripted::new([Play { after_ms: 10, result: Ok(response) }]);
    let hosted = scripted.hosted_as(name);
    told.assert_eq(&match hosted.answer(&request(&["Yes", "No"])).await {
        Ok(answered) => {
            let c = answered.completion;
            let usage = (c.usage.prompt_tokens, c.usage.completion_tokens);
            format!(
                "{:?} {:?} {:?} {:?} {usage:?} {:?}",
                c.text, c.beside, c.reasoning, c.finish, c.option_logp
            )
        }
        Err(e) => format!("{:?} {} in {} attempts", e.kind, e.message, e.attempts.len()),
    });
}

async fn response(body: &str, told: Expect) {
    check("openai-responses/gpt-test", body.as_bytes(), told).await;
}

async fn message(body: &str, told: Expect) {
    check("anthropic/claude-test", body.as_bytes(), told).await;
}

#[tokio::test(start_paused = true)]
async fn responses() {
    // Unknown items and parts, missing fields, several messages.
    response(
        r#"{"status":"completed","new":1,"output":[{"type":"web_search_call","text":"x"},{},7,null,
            {"type":"message"},{"type":"message","content":[{"type":"new","text":7},{"type":"output_text"}]},
            {"type":"message","content":[{"type":"output_text","text":"Ye"},{"type":"output_text","text":"s"}]}]}"#,
        expect![[r#""Yes" "" "" Stop (0, 0) []"#]],
    )
    .await;
    response(r#"{"status":"completed","output":[]}"#, expect![[r#""" "" "" Stop (0, 0) []"#]]).await;
    response(
        r#"{"output":[{"type":"message","content":"Yes"}],"usage":{"input_tokens":-1,"output_tokens":"2"}}"#,
        expect![[r#""" "" "" Stop (0, 0) []"#]],
    )
    .await;
    // Odd log-probabilities cost the scores, never the text.
    for logprobs in ["7", "[7]", r#"[{"token":1}]"#, r#"[{"token":"Yes","logprob":"x","top_logprobs":{}}]"#] {
        let part = format!(r#"{{"type":"output_text","text":"Yes","logprobs":{logprobs}}}"#);
        let body = format!(r#"{{"output":[{{"type":"message","content":[{part}]}}]}}"#);
        response(&body, expect![[r#""Yes" "" "" Stop (0, 0) []"#]]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn responses_that_are_none() {
    response(
        r#"{"status":"completed"}"#,
        expect!["Unavailable the answer holds no output; gave up after 5 retries in 6 attempts"],
    )
    .await;
    response("[]", expect!["Unavailable the answer holds no output; gave up after 5 retries in 6 attempts"])
        .await;
    response(
        r#""hello""#,
        expect!["Unavailable the answer holds no output; gave up after 5 retries in 6 attempts"],
    )
    .await;
    response("<html>", expect!["Unavailable the answer is no JSON of a response (expected value at line 1 column 1); gave up after 5 retries in 6 attempts"]).await;
    response(
        r#"{"status":"queued","output":[]}"#,
        expect!["Unavailable the answer is not there yet (queued); gave up after 5 retries in 6 attempts"],
    )
    .await;
    response(
        r#"{"status":"cancelled","output":[]}"#,
        expect!["Unavailable the answer ends with status `cancelled`; gave up after 5 retries in 6 attempts"],
    )
    .await;
    response(
        r#"{"status":"failed","error":{"code":"server_error","message":"boom"}}"#,
        expect!["Unavailable status 500: boom; gave up after 5 retries in 6 attempts"],
    )
    .await;
    response(
        r#"{"status":"failed","error":{"code":"invalid_prompt","message":"too odd"}}"#,
        expect!["BadRequest status 400: too odd; the server refuses this request in 1 attempts"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn messages() {
    message(
        r#"{"type":"message","new":1,"content":[{"type":"server_tool_use","name":"x"},{},7,null,"a",
            {"type":"redacted_thinking","data":"zzz"},{"type":"thinking","thinking":"one"},
            {"type":"thinking","thinking":"two"},{"type":"text"},{"type":"text","text":"Yes"}],
            "usage":{"input_tokens":5,"cache_read_input_tokens":7,"cache_creation_input_tokens":null,"output_tokens":2}}"#,
        expect![[r#""Yes" "" "one\ntwo" Stop (12, 2) []"#]],
    )
    .await;
    message(r#"{"content":[],"stop_reason":"end_turn"}"#, expect![[r#""" "" "" Stop (0, 0) []"#]]).await;
    message(
        r#"{"content":[{"type":"text","text":"Yes"}],"stop_reason":7,"usage":{"input_tokens":18446744073709551615,"cache_read_input_tokens":9}}"#,
        expect![[r#""Yes" "" "" Stop (18446744073709551615, 0) []"#]],
    )
    .await;
    message(
        r#"{"content":[{"type":"text","text":"Ye"}],"stop_reason":"model_context_window_exceeded"}"#,
        expect![[r#""Ye" "" "" Length (0, 0) []"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_none() {
    message("{}", expect!["Unavailable the answer holds no content; gave up after 5 retries in 6 attempts"])
        .await;
    message(
        r#"{"content":"Yes"}"#,
        expect!["Unavailable the answer holds no content; gave up after 5 retries in 6 attempts"],
    )
    .await;
    message("", expect!["Unavailable the answer is no JSON of a message (EOF while parsing a value at line 1 column 0); gave up after 5 retries in 6 attempts"]).await;
    message(
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        expect!["Unavailable status 529: Overloaded; gave up after 5 retries in 6 attempts"],
    )
    .await;
    message(
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-secret"}}"#,
        expect!["Auth status 401: invalid x-api-key (key); check the key in ANTHROPIC_API_KEY in 1 attempts"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_utf8() {
    check(
        "openai-responses/gpt-test",
        b"{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"Y\xff\x00\"}]}]}",
        expect![[r#""Y�\0" "" "" Stop (0, 0) []"#]],
    )
    .await;
    check(
        "anthropic/claude-test",
        b"{\"content\":[{\"type\":\"text\",\"text\":\"Y\xff\\udc80\x1b\"}]}",
        expect![[r#""Y��\u{1b}" "" "" Stop (0, 0) []"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes() {
    let long = "no ".repeat(10 << 20 >> 1);
    for (name, body) in [
        (WIRES[1], json!({"output": [{"type": "message", "content": [{"text": long}]}]})),
        (WIRES[2], json!({"content": [{"type": "text", "text": long}]})),
    ] {
        let answered =
            Scripted::new([play(200, &body.to_string())]).hosted_as(name).answer(&request(&[])).await;
        assert!(answered.unwrap().completion.text == long, "{name}");
    }
}

/// Whatever stands in a body: an answer or an error in words, never a panic.
#[tokio::test(start_paused = true)]
async fn every_shape_is_borne() {
    let odd = ["null", "7", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[7]", "true", "1e400"];
    let fields =
        ["choices", "output", "content", "error", "usage", "status", "stop_reason", "incomplete_details"];
    for name in WIRES {
        for (field, value) in fields.iter().flat_map(|f| odd.iter().map(move |v| (f, v))) {
            let body = format!(r#"{{"content":[],"output":[],"choices":[{{}}],"{field}":{value}}}"#);
            let scripted = Scripted::new([play(200, &body), play(401, "")]);
            match scripted.hosted_as(name).answer(&with_tools(&[])).await {
                Ok(answered) => assert_eq!(answered.purchase.unwrap().raw, body),
                Err(e) => assert!(!e.message.is_empty(), "{name} {body}"),
            }
        }
    }
}
