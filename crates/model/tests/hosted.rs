//! Hosted models over real sockets on the loopback address: bytes in, bytes out.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use expect_test::expect;
use model::hosted::fake::{Fake, Said, Step};
use model::hosted::{Endpoint, Hosted, Limits, RetryPolicy};
use model::{Answered, Model, ModelError};
use serde_json::json;
use std::sync::Arc;
use trace::{Message, Request, Role, Sampling};

fn request() -> Request {
    Request {
        messages: vec![Message { role: Role::User, text: "Shall we?".into() }],
        options: vec!["Yes".into(), "No".into()],
        schema: None,
        sampling: Sampling::default(),
        seed: 1,
        ..Request::default()
    }
}

fn hosted(url: &str, limits: &Limits) -> Hosted {
    let env = |variable: &str| match variable {
        "VLLM_BASE_URL" => Some(url.to_owned()),
        "VLLM_API_KEY" => Some("sk-1".to_owned()),
        _ => None,
    };
    let endpoint = Endpoint::resolve("vllm/org/model", &env).unwrap();
    // No retries: a back-off would be a sleep.
    let policy = RetryPolicy { retries_max: 0, ..RetryPolicy::default() };
    Hosted::new(endpoint, limits, policy).unwrap()
}

async fn answer(step: Step) -> Result<Answered, ModelError> {
    let server = Fake::start(move |_, _| step.clone()).await.unwrap();
    hosted(server.url(), &Limits::default()).answer(&request()).await
}

/// The message, with the address that changes from run to run as `BASE`.
async fn failure(step: Step) -> String {
    let server = Fake::start(move |_, _| step.clone()).await.unwrap();
    let model = hosted(server.url(), &Limits::default());
    let e = model.answer(&request()).await.unwrap_err();
    format!("{:?} {e} [{}]", e.kind, e.attempts[0].status).replace(server.url(), "BASE")
}

#[tokio::test]
async fn what_a_server_sees() {
    let server = Fake::start(|_, _| Step::text("Yes")).await.unwrap();
    let answered = hosted(server.url(), &Limits::default()).answer(&request()).await.unwrap();
    assert_eq!(answered.completion.text, "Yes");
    assert_eq!(answered.completion.usage.prompt_tokens, 11);
    let seen = server.last().unwrap();
    let own = ["authorization", "content-type", "user-agent"];
    let headers: Vec<_> = seen.headers.iter().filter(|(n, _)| own.contains(&n.as_str())).collect();
    expect![[r#"
        /v1/chat/completions [("content-type", "application/json"), ("authorization", "Bearer sk-1"), ("user-agent", "ephor/0.1.0")]
        {"model":"org/model","messages":[{"role":"user","content":"Shall we?"}],"temperature":0.0,"top_p":1.0,"max_tokens":24,"seed":571794129,"logprobs":true,"top_logprobs":20}"#]].assert_eq(&format!("{} {headers:?}\n{}", seen.path, seen.body));
}

/// Each wire's own headers carry the key, and a server that echoes it back is not repeated.
#[tokio::test]
async fn keys_on_each_wire() {
    let server = Fake::start(|n, _| match n % 2 {
        0 => Step::text("Yes"),
        _ => Step::error(401, "the key sk-1 is unknown"),
    });
    let server = server.await.unwrap();
    let mut told = String::new();
    for name in ["openai/m", "openai-responses/m", "anthropic/m"] {
        let env = |variable: &str| match variable.ends_with("_BASE_URL") {
            true => Some(server.url().to_owned()),
            false => variable.ends_with("_API_KEY").then(|| "sk-1".to_owned()),
        };
        let endpoint = Endpoint::resolve(name, &env).unwrap();
        let model = Hosted::new(endpoint, &Limits::default(), RetryPolicy::default()).unwrap();
        assert_eq!(model.answer(&request()).await.unwrap().completion.text, "Yes");
        let seen = server.last().unwrap();
        let own = ["authorization", "x-api-key", "anthropic-version"];
        let headers: Vec<_> = seen.headers.iter().filter(|(n, _)| own.contains(&n.as_str())).collect();
        told += &format!("{} {headers:?}\n", seen.path);
        let refused = model.answer(&request()).await.unwrap_err().to_string();
        assert!(refused.contains("the key (key) is unknown") && !refused.contains("sk-1"), "{refused}");
    }
    expect![[r#"
        /v1/chat/completions [("authorization", "Bearer sk-1")]
        /v1/responses [("authorization", "Bearer sk-1")]
        /v1/messages [("anthropic-version", "2023-06-01"), ("x-api-key", "sk-1")]
    "#]]
    .assert_eq(&told);
}

/// What a model says comes through each wire: words, reasoning, calls and scores.
#[tokio::test]
async fn an_answer_through_each_wire() {
    let said = Said {
        text: "I look.".into(),
        calls: vec![("look".into(), json!({"at": "it"}))],
        reasoning: "It may be near.".into(),
        alternatives: vec![("Yes".into(), -0.25), ("No".into(), -2.0)],
    };
    let server = Fake::start(move |_, _| Step::said(said.clone())).await.unwrap();
    for (name, scores) in [("openai/m", true), ("openai-responses/m", true), ("anthropic/m", false)] {
        let env = |variable: &str| variable.ends_with("_BASE_URL").then(|| server.url().to_owned());
        let endpoint = Endpoint::resolve(name, &env).unwrap();
        let model = Hosted::new(endpoint, &Limits::default(), RetryPolicy::default()).unwrap();
        let c = model.answer(&request()).await.unwrap().completion;
        let told = [c.text.as_str(), c.beside.as_str(), c.reasoning.as_str()];
        assert_eq!(
            told,
            [r#"{"tool":"look","arguments":{"at":"it"}}"#, "I look.", "It may be near."],
            "{name}"
        );
        assert_eq!(c.option_logp.is_empty(), !scores, "{name}");
        assert_eq!((c.usage.prompt_tokens, c.usage.completion_tokens), (11, 3), "{name}");
    }
}

#[tokio::test]
async fn logprobs_score_options() {
    let step = Step::logprobs(&[(" Yes", -0.25), ("No", -2.0), ("?", -4.0)]);
    let answered = answer(step).await.unwrap();
    assert_eq!(answered.completion.option_logp, [-0.25, -2.0]);
}

#[tokio::test]
async fn a_dialect_is_learnt() {
    let refuse = |request: &serde_json::Value| request.get("logprobs").is_some();
    let server = Fake::start(move |_, request| match refuse(request) {
        true => Step::error(400, "logprobs are not supported"),
        false => Step::text("No"),
    });
    let server = server.await.unwrap();
    let model = hosted(server.url(), &Limits::default());
    for _ in 0..2 {
        assert_eq!(model.answer(&request()).await.unwrap().completion.text, "No");
    }
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn odd_bytes_and_large_answers_are_kept() {
    let odd = b"{\"choices\":[{\"message\":{\"content\":\"\xff\x00\"}}]}".to_vec();
    let p = answer(Step::bytes(odd)).await.unwrap().purchase.unwrap();
    assert_eq!(p.completion.text, "\u{fffd}\0");
    assert!(p.raw_escaped && p.raw.contains("\\xFF\0"));

    let long = "x".repeat(10 << 20);
    assert_eq!(answer(Step::text(&long)).await.unwrap().completion.text, long);
}

#[tokio::test]
async fn what_breaks_on_the_way() {
    let cut_off = Step::text(&"x".repeat(100_000)).cut_off();
    expect!["Unavailable vllm/org/model: the answer was cut off (unexpected EOF during chunk size line) [0]"]
        .assert_eq(&failure(cut_off).await);
    let large = Step::bytes(vec![b' '; 17 << 20]);
    expect!["Unavailable vllm/org/model: the answer is larger than the bound of 16 MiB [0]"]
        .assert_eq(&failure(large).await);
    let unknown = Step::error(404, "The model `m` does not exist");
    expect!["NoSuchModel vllm/org/model: status 404: The model `m` does not exist; BASE/models lists what the server has; VLLM_BASE_URL sets the address [404]"].assert_eq(&failure(unknown).await);
    let redirect = Step { status: 307, ..Step::default() }.header("location", "http://127.0.0.1:1");
    expect!["NoSuchModel vllm/org/model: status 307; it redirects, which is not followed: set VLLM_BASE_URL to where it points [307]"].assert_eq(&failure(redirect).await);
    let closed = hosted("http://127.0.0.1:1/v1", &Limits::default());
    let refused = closed.answer(&request()).await.unwrap_err();
    expect!["vllm/org/model: no connection to http://127.0.0.1:1/v1 (Connection refused (os error 111)); is the server running?"].assert_eq(&refused.to_string());
}

#[tokio::test]
async fn connections_are_limited_and_kept() {
    let server =
        Fake::start(|n, _| Step::json(&json!({"choices": [{"message": {"content": n.to_string()}}]})));
    let server = server.await.unwrap();
    let limits = Limits { connections_max: 3, ..Limits::default() };
    let model = Arc::new(hosted(server.url(), &limits));
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let model = model.clone();
            tokio::spawn(async move { model.answer(&request()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.requests(), 30);
    assert!(server.in_flight_max() <= 3);
}
