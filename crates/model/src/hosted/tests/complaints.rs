//! What servers complain of: what is learnt from it, and what is told.

use super::*;
use expect_test::{Expect, expect};

const TOO_NEW: &str = r#"{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}}"#;
const ONLY_DEFAULT: &str = r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#;
const DEPRECATED: &str = r#"{"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."},"request_id":"req_1"}"#;

/// Which of the fields stand in each body that was sent, after a complaint and in the next request.
async fn learnt(name: &str, request: &Request, complaint: &str, field: &str) -> Vec<bool> {
    let scripted = Scripted::new([play(400, complaint), yes_on(name)]);
    let hosted = scripted.hosted_as(name);
    for _ in 0..2 {
        hosted.answer(request).await.unwrap();
    }
    scripted.bodies().iter().map(|body| body.contains(&format!("\"{field}\""))).collect()
}

fn yes_on(name: &str) -> Play {
    match name.split('/').next().unwrap() {
        "openai" => yes(),
        "openai-responses" => play(200, r#"{"output":[{"type":"message","content":[{"text":"Yes"}]}]}"#),
        _ => play(200, r#"{"content":[{"type":"text","text":"Yes"}]}"#),
    }
}

const ONCE: [bool; 3] = [true, false, false];

#[tokio::test(start_paused = true)]
async fn a_model_that_samples_by_itself() {
    for (name, complaint) in
        [(WIRES[0], ONLY_DEFAULT), (WIRES[0], TOO_NEW), (WIRES[1], TOO_NEW), (WIRES[2], DEPRECATED)]
    {
        assert_eq!(learnt(name, &request(&[]), complaint, "temperature").await, ONCE, "{name} {complaint}");
    }
    let top_p = TOO_NEW.replace("temperature", "top_p");
    let mut narrow = request(&[]);
    narrow.sampling.top_p = 0.5;
    for name in WIRES {
        assert_eq!(learnt(name, &narrow, &top_p, "top_p").await, ONCE, "{name}");
    }
    assert_eq!(learnt(WIRES[0], &request(&[]), &top_p, "top_p").await, ONCE);
}

#[tokio::test(start_paused = true)]
async fn other_fields_of_the_newer_wires() {
    let schema = Request { schema: Some(json!({"type": "object"})), ..request(&[]) };
    let strict = r#"{"error":{"message":"Invalid schema for response_format 'move'","param":"text.format.schema","code":"invalid_json_schema"}}"#;
    assert_eq!(learnt(WIRES[1], &schema, strict, "json_schema").await, ONCE);
    for refusal in [
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        "output_config: Extra inputs are not permitted",
        "'claude-test' does not support output format.",
    ] {
        let body = json!({"type": "error", "error": {"type": "invalid_request_error", "message": refusal}});
        assert_eq!(learnt(WIRES[2], &schema, &body.to_string(), "output_config").await, ONCE, "{refusal}");
    }
    let silent =
        r#"{"error":{"message":"logprobs are not supported with reasoning models.","param":"include"}}"#;
    assert_eq!(learnt(WIRES[1], &request(&["Yes", "No"]), silent, "include").await, ONCE);
    let parallel =
        r#"{"error":{"message":"Unknown parameter: 'parallel_tool_calls'","param":"parallel_tool_calls"}}"#;
    for name in &WIRES[..2] {
        assert_eq!(learnt(name, &with_tools(&[]), parallel, "parallel_tool_calls").await, ONCE, "{name}");
    }
}

/// A server that complains of everything in turn is heard, each time once.
#[tokio::test(start_paused = true)]
async fn complaints_end() {
    let complain = |words: &str| play(400, &json!({"error": {"message": words}}).to_string());
    let all = ["logprobs", "response_format", "max_tokens", "temperature", "top_p", "parallel_tool_calls"];
    let plays = all.map(|field| complain(&format!("{field} is not supported")));
    let request = Request {
        options: vec!["Yes".into()],
        schema: Some(json!({})),
        tools: with_tools(&[]).tools,
        ..request(&[])
    };
    let scripted = Scripted::new(plays.iter().cloned().chain([yes()]));
    let answered = scripted.answer(&request).await.unwrap();
    assert_eq!(answered.purchase.unwrap().attempts.len(), all.len() + 1);
    // The same complaint again is none of a dialect.
    let scripted = Scripted::new([complain("temperature is not supported")]);
    assert!(scripted.answer(&request).await.is_err());
    assert_eq!(scripted.bodies().len(), 2);
}

async fn told(name: &str, request: &Request, status: u16, body: &str, told: Expect) {
    let error = Scripted::new([play(status, body)]).hosted_as(name).answer(request).await.unwrap_err();
    told.assert_eq(&format!("{:?} {error} [{}]", error.kind, error.attempts.len()));
}

#[tokio::test(start_paused = true)]
async fn tools_that_are_refused() {
    let asked = with_tools(&[(Role::User, "Begin.")]);
    let ollama = r#"{"error":{"message":"registry.ollama.ai/library/llama3:latest does not support tools","type":"api_error"}}"#;
    told(WIRES[0], &asked, 400, ollama, expect!["BadRequest openai/gpt-test: status 400: registry.ollama.ai/library/llama3:latest does not support tools; with `--tool-calls text` the model writes its calls as text [1]"]).await;
    let vllm = r#"{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}"#;
    told(WIRES[0], &asked, 400, vllm, expect![[r#"BadRequest openai/gpt-test: status 400: "auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set; with `--tool-calls text` the model writes its calls as text [1]"#]]).await;
    let router = r#"{"error":{"message":"No endpoints found that support tool use.","code":404}}"#;
    told(WIRES[0], &asked, 404, router, expect!["BadRequest openai/gpt-test: status 404: No endpoints found that support tool use.; with `--tool-calls text` the model writes its calls as text [1]"]).await;
    let schema =
        r#"{"error":{"message":"Invalid schema for function 'read_mail'","param":"tools[0].parameters"}}"#;
    told(WIRES[1], &asked, 400, schema, expect!["BadRequest openai-responses/gpt-test: status 400: Invalid schema for function 'read_mail'; with `--tool-calls text` the model writes its calls as text [1]"]).await;
    // Without tools the same words are about something else.
    told(WIRES[0], &request(&[]), 404, router, expect!["NoSuchModel openai/gpt-test: status 404: No endpoints found that support tool use.; https://api.openai.com/v1/models lists what the server has; OPENAI_BASE_URL sets the address [1]"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_assistant_with_the_last_word() {
    let begun = Request {
        messages: [(Role::User, "Shall we?"), (Role::Assistant, "I say")]
            .map(|(role, text)| Message { role, text: text.into() })
            .into(),
        ..Request::default()
    };
    let older = Scripted::new([yes_on(WIRES[2])]);
    older.hosted_as(WIRES[2]).answer(&begun).await.unwrap();
    let sent: serde_json::Value = serde_json::from_str(&older.bodies()[0]).unwrap();
    let last = json!({"role": "assistant", "content": [{"type": "text", "text": "I say"}]});
    assert_eq!(sent["messages"][1], last);
    let newer = r#"{"type":"error","error":{"type":"invalid_request_error","message":"This model does not support assistant message prefill. The conversation must end with a user message."}}"#;
    told(WIRES[2], &begun, 400, newer, expect!["BadRequest anthropic/claude-test: status 400: This model does not support assistant message prefill. The conversation must end with a user message.; this model does not continue an assistant's words: a request must end with the user's [1]"]).await;
}

#[tokio::test(start_paused = true)]
async fn anthropic_errors() {
    let error = |kind: &str, words: &str| {
        json!({"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}).to_string()
    };
    let asked = request(&[]);
    told(WIRES[2], &asked, 401, &error("authentication_error", "invalid x-api-key"), expect!["Auth anthropic/claude-test: status 401: invalid x-api-key; check the key in ANTHROPIC_API_KEY [1]"]).await;
    told(WIRES[2], &asked, 404, &error("not_found_error", "model: claude-test"), expect!["NoSuchModel anthropic/claude-test: status 404: model: claude-test; https://api.anthropic.com/v1/models lists what the server has; ANTHROPIC_BASE_URL sets the address [1]"]).await;
    told(
        WIRES[2],
        &asked,
        400,
        &error("invalid_request_error", "max_tokens: 99999999 > 8192"),
        expect!["BadRequest anthropic/claude-test: status 400: max_tokens: 99999999 > 8192; the server refuses this request [1]"],
    )
    .await;
    told(
        WIRES[2],
        &asked,
        400,
        &error("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        expect!["Auth anthropic/claude-test: status 400: Your credit balance is too low to access the Anthropic API.; the account has no credit left [1]"],
    )
    .await;
    // Two sampling parameters were set: neither is dropped on the quiet.
    let mut narrow = request(&[]);
    narrow.sampling.top_p = 0.5;
    let both = error(
        "invalid_request_error",
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    );
    told(WIRES[2], &narrow, 400, &both, expect!["BadRequest anthropic/claude-test: status 400: `temperature` and `top_p` cannot both be specified for this model. Please use only one.; the server refuses this request [1]"]).await;
    let overloaded = error("overloaded_error", "Overloaded");
    let scripted = Scripted::new([play(529, &overloaded).header("retry-after", "9"), yes_on(WIRES[2])]);
    let start = Instant::now();
    scripted.hosted_as(WIRES[2]).answer(&asked).await.unwrap();
    expect!["[0, 9010]"].assert_eq(&format!("{:?}", scripted.sent_ms(start)));
}

/// What the vendors' filters refuse is an answer.
#[tokio::test(start_paused = true)]
async fn filtered_prompts() {
    for (name, words) in [
        (WIRES[1], "Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
        (WIRES[2], "Output blocked by content filtering policy"),
    ] {
        let body = json!({"error": {"type": "invalid_request_error", "message": words}}).to_string();
        let answered = Scripted::new([play(400, &body)]).hosted_as(name).answer(&request(&[])).await.unwrap();
        assert_eq!(answered.completion.finish, trace::Finish::Filtered, "{name}");
        assert_eq!(answered.purchase.unwrap().raw, body);
    }
}
