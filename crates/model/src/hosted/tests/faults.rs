//! Each error's words, and whether it is tried again.

use super::*;
use expect_test::{Expect, expect};

async fn check(plays: Vec<Play>, told: Expect) {
    told.assert_eq(&story(&Scripted::new(plays).answer(&request(&[])).await));
}

fn error(status: u16, words: &str) -> Play {
    play(status, &format!(r#"{{"error":{{"message":"{words}"}}}}"#))
}

#[tokio::test(start_paused = true)]
async fn keys() {
    check(
        vec![error(401, "Incorrect API key provided: sk-secret")],
        expect![[r#"
            Auth openai/gpt-test: status 401: Incorrect API key provided: (key); check the key in OPENAI_API_KEY
            401 10 ms status 401: Incorrect API key provided: (key); check the key in OPENAI_API_KEY
        "#]],
    )
    .await;
    check(
        vec![error(403, "Country not supported")],
        expect![[r#"
        Auth openai/gpt-test: status 403: Country not supported; check the key in OPENAI_API_KEY
        403 10 ms status 403: Country not supported; check the key in OPENAI_API_KEY
    "#]],
    )
    .await;
    check(
        vec![error(402, "Insufficient credits")],
        expect![[r#"
        Auth openai/gpt-test: status 402: Insufficient credits; the account has no credit left
        402 10 ms status 402: Insufficient credits; the account has no credit left
    "#]],
    )
    .await;
    let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    check(
        vec![play(429, quota).header("retry-after", "1")],
        expect![[r#"
            Auth openai/gpt-test: status 429: You exceeded your current quota; the account has no credit left
            429 10 ms status 429: You exceeded your current quota; the account has no credit left
        "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn models() {
    check(
        vec![error(404, "The model `gpt-test` does not exist")],
        expect![[r#"
            NoSuchModel openai/gpt-test: status 404: The model `gpt-test` does not exist; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
            404 10 ms status 404: The model `gpt-test` does not exist; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
        "#]],
    )
    .await;
    check(
        vec![error(400, "gpt-test is not a valid model ID")],
        expect![[r#"
            NoSuchModel openai/gpt-test: status 400: gpt-test is not a valid model ID; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
            400 10 ms status 400: gpt-test is not a valid model ID; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
        "#]],
    )
    .await;
    check(
        vec![play(404, "<html>Not\nfound\u{1b}[0m</html>")],
        expect![[r#"
            NoSuchModel openai/gpt-test: status 404: <html>Not found\u{1b}[0m</html>; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
            404 10 ms status 404: <html>Not found\u{1b}[0m</html>; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
        "#]],
    )
    .await;
    check(vec![play(308, "")], expect![[r#"
        NoSuchModel openai/gpt-test: status 308; it redirects, which is not followed: set OPENAI_BASE_URL to where it points
        308 10 ms status 308; it redirects, which is not followed: set OPENAI_BASE_URL to where it points
    "#]]).await;
    let vllm = r#"{"object":"error","message":"The model `m` does not exist.","type":"NotFoundError","param":null,"code":404}"#;
    check(vec![play(404, vllm)], expect![[r#"
        NoSuchModel openai/gpt-test: status 404: The model `m` does not exist.; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
        404 10 ms status 404: The model `m` does not exist.; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address
    "#]]).await;
    let ollama = Endpoint::resolve("ollama/q:1b", &|_| None).unwrap();
    let scripted = Scripted::new([error(404, "model 'q:1b' not found")]);
    let policy = RetryPolicy::default();
    let hosted = Hosted::over(Box::new(scripted), ollama, &Limits::default(), policy);
    expect![[r#"
        NoSuchModel ollama/q:1b: status 404: model 'q:1b' not found; try `ollama pull q:1b`; http://localhost:11434/v1/models lists what the server has
        404 10 ms status 404: model 'q:1b' not found; try `ollama pull q:1b`; http://localhost:11434/v1/models lists what the server has
    "#]].assert_eq(&story(&hosted.answer(&request(&[])).await));
}

#[tokio::test(start_paused = true)]
async fn requests() {
    check(
        vec![error(400, "temperature must be 1")],
        expect![[r#"
        BadRequest openai/gpt-test: status 400: temperature must be 1; the server refuses this request
        400 10 ms status 400: temperature must be 1; the server refuses this request
    "#]],
    )
    .await;
    check(
        vec![play(
            422,
            r#"{"detail":[{"loc":["body","seed"],"msg":"bad"}]}"#,
        )],
        expect![[r#"
            BadRequest openai/gpt-test: status 422: [{"loc":["body","seed"],"msg":"bad"}]; the server refuses this request
            422 10 ms status 422: [{"loc":["body","seed"],"msg":"bad"}]; the server refuses this request
        "#]],
    )
    .await;
    check(
        vec![play(413, "")],
        expect![[r#"
        BadRequest openai/gpt-test: status 413; the server refuses this request
        413 10 ms status 413; the server refuses this request
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_of_16_mib_is_tried_twice() {
    let large = breaks(Broken::TooLarge { bytes_max: crate::hosted::RESPONSE_BYTES_MAX });
    check(
        vec![large],
        expect![[r#"
        Unavailable openai/gpt-test: the answer is larger than the bound of 16 MiB, twice
        0 10 ms the answer is larger than the bound of 16 MiB
        0 10 ms the answer is larger than the bound of 16 MiB
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_error_inside_a_200() {
    check(
        vec![error(200, "upstream broke"), yes()],
        expect![[r#"
        "Yes" Stop
        200 10 ms status 200: upstream broke
        200 10 ms 
    "#]],
    )
    .await;
    let denied = r#"{"error":{"code":401,"message":"No auth"}}"#;
    check(
        vec![play(200, denied)],
        expect![[r#"
        Auth openai/gpt-test: status 401: No auth; check the key in OPENAI_API_KEY
        200 10 ms status 401: No auth; check the key in OPENAI_API_KEY
    "#]],
    )
    .await;
    let choice = r#"{"choices":[{"finish_reason":"error","error":{"code":502,"message":"Provider returned error","metadata":{"raw":"boom"}}}]}"#;
    check(
        vec![play(200, choice), yes()],
        expect![[r#"
        "Yes" Stop
        200 10 ms status 502: Provider returned error: boom
        200 10 ms 
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn unreadable_answers() {
    check(
        vec![play(200, r#"{"choices":[{"mess"#), yes()],
        expect![[r#"
        "Yes" Stop
        200 10 ms the answer is no JSON of a chat completion (EOF while parsing a string at line 1 column 18)
        200 10 ms 
    "#]],
    )
    .await;
    check(
        vec![play(200, r#"{"choices":[]}"#), yes()],
        expect![[r#"
        "Yes" Stop
        200 10 ms the answer holds no choice
        200 10 ms 
    "#]],
    )
    .await;
    check(
        vec![play(200, ""), yes()],
        expect![[r#"
        "Yes" Stop
        200 10 ms the answer is no JSON of a chat completion (EOF while parsing a value at line 1 column 0)
        200 10 ms 
    "#]],
    )
    .await;
}
