//! What is sent.

use super::*;
use crate::hosted::dialect::wire_seed;
use expect_test::{Expect, expect};

async fn check(request: &Request, plays: Vec<Play>, sent: Expect) {
    let scripted = Scripted::new(plays);
    let _ = scripted.answer(request).await;
    sent.assert_eq(&scripted.bodies().join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_free_answer() {
    let mut request = request(&[]);
    request.sampling.stop = vec!["\n".into()];
    request.sampling.temperature = 0.7;
    check(&request, vec![yes()], expect![[r#"{"model":"gpt-test","messages":[{"role":"system","content":"You play."},{"role":"user","content":"Do you take it?\n\u0000"}],"temperature":0.7,"top_p":1.0,"max_tokens":24,"seed":758306196,"stop":["\n"]}"#]]).await;
}

#[tokio::test(start_paused = true)]
async fn options_ask_for_logprobs() {
    check(&request(&["Yes", "No"]), vec![yes()], expect![[r#"{"model":"gpt-test","messages":[{"role":"system","content":"You play."},{"role":"user","content":"Do you take it?\n\u0000"}],"temperature":0.0,"top_p":1.0,"max_tokens":24,"seed":758306196,"logprobs":true,"top_logprobs":20}"#]]).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_teaches_its_dialect_once() {
    let newer = r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#;
    let silent = r#"{"error":{"message":"You are not allowed to request logprobs from this model"}}"#;
    let scripted = Scripted::new([play(400, newer), play(403, silent), yes()]);
    let hosted = scripted.hosted(RetryPolicy::default(), &Limits::default());
    let first = hosted.answer(&request(&["Yes", "No"])).await;
    expect![[r#"
        "Yes" Stop
        400 10 ms status 400: Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.
        403 10 ms status 403: You are not allowed to request logprobs from this model
        200 10 ms 
    "#]].assert_eq(&story(&first));
    hosted.answer(&request(&["Yes", "No"])).await.unwrap();
    let fields = ["max_tokens", "max_completion_tokens", "top_logprobs"];
    let has = |body: &String| fields.map(|f| body.contains(&format!("\"{f}\"")));
    let sent: Vec<_> = scripted.bodies().iter().map(has).collect();
    expect![[r#"
        [
            [
                true,
                false,
                true,
            ],
            [
                false,
                true,
                true,
            ],
            [
                false,
                true,
                false,
            ],
            [
                false,
                true,
                false,
            ],
        ]
    "#]]
    .assert_debug_eq(&sent);
}

fn a_move() -> Request {
    let schema = serde_json::json!({ "type": "object", "oneOf": [{ "required": ["move"] }] });
    Request { schema: Some(schema), ..request(&[]) }
}

#[tokio::test(start_paused = true)]
async fn a_schema_goes_along() {
    check(&a_move(), vec![yes()], expect![[r#"{"model":"gpt-test","messages":[{"role":"system","content":"You play."},{"role":"user","content":"Do you take it?\n\u0000"}],"temperature":0.0,"top_p":1.0,"max_tokens":24,"seed":758306196,"response_format":{"type":"json_schema","json_schema":{"name":"move","strict":true,"schema":{"type":"object","oneOf":[{"required":["move"]}]}}}}"#]]).await;
}

/// A server that knows no schemas is asked without one from then on; the world judges the answer.
async fn check_refusal(status: u16, refusal: &str) {
    let scripted = Scripted::new([play(status, refusal), yes()]);
    let hosted = scripted.hosted(RetryPolicy::default(), &Limits::default());
    for _ in 0..2 {
        hosted.answer(&a_move()).await.unwrap();
    }
    let has: Vec<_> = scripted.bodies().iter().map(|b| b.contains("response_format")).collect();
    assert_eq!(has, [true, false, false], "{refusal}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_schema_is_left_out() {
    for (status, refusal) in [
        (
            400,
            r#"{"error":{"message":"Invalid schema for response_format 'move': In context=(), 'oneOf' is not permitted.","type":"invalid_request_error","param":"response_format","code":null}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"This model does not support the requested format.","param":"response_format"}}"#,
        ),
        (
            400,
            r#"{"object":"error","message":"The provided JSON schema contains features not supported by xgrammar.","code":400}"#,
        ),
        (400, r#"{"error":{"code":400,"message":"failed to parse grammar","type":"invalid_request_error"}}"#),
        (422, r#"{"detail":[{"loc":["body","response_format","type"],"msg":"unexpected value"}]}"#),
    ] {
        check_refusal(status, refusal).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_complaint_of_schemas_without_one_is_no_dialect() {
    let refusal = r#"{"error":{"message":"'response_format' is not supported"}}"#;
    let scripted = Scripted::new([play(400, refusal), yes()]);
    assert!(scripted.answer(&request(&[])).await.is_err());
    assert_eq!(scripted.bodies().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_long_a_prompt_is_no_dialect() {
    let long = r#"{"object":"error","message":"'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens.","code":400}"#;
    let scripted = Scripted::new([play(400, long)]);
    expect![[r#"
        BadRequest openai/gpt-test: status 400: 'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens.; the server refuses this request
        400 10 ms status 400: 'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens.; the server refuses this request
    "#]].assert_eq(&story(&scripted.answer(&request(&[])).await));
}

#[test]
fn seeds_are_small_and_differ_by_sample() {
    let first = request(&[]);
    let second = Request { sample: 1, ..first.clone() };
    assert!(wire_seed(&first) < 1 << 31);
    assert_eq!(wire_seed(&first), wire_seed(&first.clone()));
    assert_ne!(wire_seed(&first), wire_seed(&second));
}
