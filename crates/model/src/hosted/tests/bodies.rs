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
        expect![[r#""#]],
    )
    .await;
    response(r#"{"status":"completed","output":[]}"#, expect![[r#""#]]).await;
    response(
        r#"{"output":[{"type":"message","content":"Yes"}],"usage":{"input_tokens":-1,"output_tokens":"2"}}"#,
        expect![[r#""#]],
    )
    .await;
    // Odd log-probabilities cost the scores, never the text.
    for logprobs in ["7", "[7]", r#"[{"token":1}]"#, r#"[{"token":"Yes","logprob":"x","top_logprobs":{}}]"#] {
        let part = format!(r#"{{"type":"output_text","text":"Yes","logprobs":{logprobs}}}"#);
        let body = format!(r#"{{"output":[{{"type":"message","content":[{part}]}}]}}"#);
        response(&body, expect![[r#""#]]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn responses_that_are_none() {
    response(r#"{"status":"completed"}"#, expect![[r#""#]]).await;
    response("[]", expect![[r#""#]]).await;
    response(r#""hello""#, expect![[r#""#]]).await;
    response("<html>", expect![[r#""#]]).await;
    response(r#"{"status":"queued","output":[]}"#, expect![[r#""#]]).await;
    response(r#"{"status":"cancelled","output":[]}"#, expect![[r#""#]]).await;
    response(r#"{"status":"failed","error":{"code":"server_error","message":"boom"}}"#, expect![[r#""#]])
        .await;
    response(
        r#"{"status":"failed","error":{"code":"invalid_prompt","message":"too odd"}}"#,
        expect![[r#""#]],
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
        expect![[r#""#]],
    )
    .await;
    message(r#"{"content":[],"stop_reason":"end_turn"}"#, expect![[r#""#]]).await;
    message(
        r#"{"content":[{"type":"text","text":"Yes"}],"stop_reason":7,"usage":{"input_tokens":18446744073709551615,"cache_read_input_tokens":9}}"#,
        expect![[r#""#]],
    )
    .await;
    message(
        r#"{"content":[{"type":"text","text":"Ye"}],"stop_reason":"model_context_window_exceeded"}"#,
        expect![[r#""#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_none() {
    message("{}", expect![[r#""#]]).await;
    message(r#"{"content":"Yes"}"#, expect![[r#""#]]).await;
    message("", expect![[r#""#]]).await;
    message(
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        expect![[r#""#]],
    )
    .await;
    message(
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-secret"}}"#,
        expect![[r#""#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_utf8() {
    check(
        "openai-responses/gpt-test",
        b"{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"Y\xff\x00\"}]}]}",
        expect![[r#""#]],
    )
    .await;
    check(
        "anthropic/claude-test",
        b"{\"content\":[{\"type\":\"text\",\"text\":\"Y\xff\\udc80\x1b\"}]}",
        expect![[r#""#]],
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
