//! Calls that come back, from the polite to the hostile, on each wire.

use super::*;
use expect_test::{Expect, expect};
use serde_json::Value;

/// A body in which the model calls tools, with its own words beside them.
fn body(name: &str, said: &Value, calls: &[(Value, Value)]) -> String {
    let each = |f: fn((&Value, &Value)) -> Value| calls.iter().map(|(n, a)| f((n, a))).collect::<Vec<_>>();
    let body = match name.split('/').next().unwrap() {
        "openai" => {
            let calls = each(
                |(name, arguments)| json!({"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}),
            );
            json!({"choices": [{"message": {"content": said, "tool_calls": calls}, "finish_reason": "tool_calls"}]})
        }
        "openai-responses" => {
            let calls = each(
                |(name, arguments)| json!({"type": "function_call", "call_id": "c", "name": name, "arguments": arguments}),
            );
            let said = json!({"type": "message", "content": [{"type": "output_text", "text": said}]});
            let output = [vec![said], calls].concat();
            json!({"status": "completed", "output": output})
        }
        _ => {
            let calls =
                each(|(name, input)| json!({"type": "tool_use", "id": "c", "name": name, "input": input}));
            let said = json!({"type": "text", "text": said});
            let content = [vec![said], calls].concat();
            json!({"type": "message", "content": content, "stop_reason": "tool_use"})
        }
    };
    body.to_string()
}

/// What is read, and that it is the same on each wire.
async fn check(said: Value, calls: &[(Value, Value)], read: Expect) {
    let mut reads = Vec::new();
    for name in WIRES {
        let scripted = Scripted::new([play(200, &body(name, &said, calls))]);
        let request = with_tools(&[(Role::User, "Begin.")]);
        let c = scripted.hosted_as(name).answer(&request).await.unwrap().completion;
        reads.push(format!("{}\nbeside {:?} {:?}", c.text, c.beside, c.finish));
    }
    assert!(reads.iter().all(|r| *r == reads[0]), "{reads:?}");
    read.assert_eq(&reads[0]);
}

#[tokio::test(start_paused = true)]
async fn one_call() {
    check(
        json!("I read it."),
        &[(json!("read_mail"), json!({"id": 1, "n": 1.0}))],
        expect![[r#"
        {"tool":"read_mail","arguments":{"id":1,"n":1.0}}
        beside "I read it." Stop"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn arguments_as_a_string_as_an_object_and_none() {
    check(
        Value::Null,
        &[
            (json!("a"), json!(r#" {"id": 1} "#)),
            (json!("b"), json!({"id": 1})),
            (json!("c"), json!("")),
            (json!("d"), Value::Null),
        ],
        expect![[r#"
            {"tool":"a","arguments":{"id":1}}
            {"tool":"b","arguments":{"id":1}}
            {"tool":"c","arguments":{}}
            {"tool":"d","arguments":{}}
            beside "" Stop"#]],
    )
    .await;
}

/// What is no JSON, no object or no name is kept: whoever reads the call refuses it.
#[tokio::test(start_paused = true)]
async fn nonsense_is_kept() {
    let deep = "[".repeat(100_000);
    check(
        json!(42),
        &[
            (json!("a"), json!("{\"id\": \n")),
            (json!("b"), json!("{} {}")),
            (json!("c"), json!("\"{}\"")),
            (json!("d"), json!([1])),
            (json!({"x": 1}), json!("1e999")),
            (Value::Null, json!("\u{1b}[2J\u{0}")),
        ],
        expect![[r#"
            {"tool":"a","arguments":"{\"id\": \n"}
            {"tool":"b","arguments":"{} {}"}
            {"tool":"c","arguments":"{}"}
            {"tool":"d","arguments":[1]}
            {"tool":"","arguments":"1e999"}
            {"tool":"","arguments":"\u001b[2J\u0000"}
            beside "" Stop"#]],
    )
    .await;
    for name in WIRES {
        let scripted = Scripted::new([play(200, &body(name, &json!(""), &[(json!("a"), json!(deep))]))]);
        let answered = scripted.hosted_as(name).answer(&with_tools(&[])).await.unwrap();
        let read: trace::Call = serde_json::from_str(&answered.completion.text).unwrap();
        assert_eq!(read.arguments, json!(deep), "{name}");
    }
}

/// Two calls are two lines, which the one reader of calls refuses.
#[tokio::test(start_paused = true)]
async fn two_calls_are_two_lines() {
    let calls = [(json!("a"), json!({"text": "x\ny"})), (json!("b"), json!({}))];
    check(
        json!("Both."),
        &calls,
        expect![[r#"
        {"tool":"a","arguments":{"text":"x\ny"}}
        {"tool":"b","arguments":{}}
        beside "Both." Stop"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn entries_that_are_no_calls() {
    let body = r#"{"choices":[{"message":{"content":"x","tool_calls":[null,7,"a",{"function":null},{"function":{"name":"b"}}]}}]}"#;
    let answered = Scripted::new([play(200, body)]).answer(&with_tools(&[])).await.unwrap();
    expect![[r#"
        {"tool":"","arguments":{}}
        {"tool":"","arguments":{}}
        {"tool":"","arguments":{}}
        {"tool":"","arguments":{}}
        {"tool":"b","arguments":{}}"#]]
    .assert_eq(&answered.completion.text);
    let body = r#"{"choices":[{"message":{"content":"x","tool_calls":{"function":1}}}]}"#;
    let answered = Scripted::new([play(200, body)]).answer(&with_tools(&[])).await.unwrap();
    assert_eq!((answered.completion.text.as_str(), answered.completion.beside.as_str()), ("x", ""));
}

/// The words a wire without stop sequences lets through are cut; calls are not.
#[tokio::test(start_paused = true)]
async fn words_end_at_a_stop() {
    let mut request = with_tools(&[]);
    request.sampling.stop = vec!["\n".into(), String::new(), "STOP".into()];
    for name in WIRES {
        let calls = [(json!("a"), json!({"text": "STOP"}))];
        let scripted = Scripted::new([play(200, &body(name, &json!("one STOP two\n"), &calls))]);
        let c = scripted.hosted_as(name).answer(&request).await.unwrap().completion;
        assert_eq!(
            (c.beside.as_str(), c.text.as_str()),
            ("one ", r#"{"tool":"a","arguments":{"text":"STOP"}}"#)
        );
        let scripted = Scripted::new([play(200, &body(name, &json!("ä\nb"), &[]))]);
        assert_eq!(scripted.hosted_as(name).answer(&request).await.unwrap().completion.text, "ä");
    }
}
