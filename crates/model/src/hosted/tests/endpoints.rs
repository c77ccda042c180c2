//! Names, addresses and keys.

use super::*;
use expect_test::{Expect, expect};

fn resolve(name: &str, env: &[(&str, &str)]) -> Result<Endpoint, ModelError> {
    let look = |v: &str| env.iter().find(|(k, _)| *k == v).map(|(_, value)| (*value).to_owned());
    Endpoint::resolve(name, &look)
}

fn check(name: &str, env: &[(&str, &str)], found: Expect) {
    found.assert_eq(&match resolve(name, env) {
        Ok(e) => format!("{} at {} key {}", e.model(), e.base_url(), e.key().unwrap_or("none")),
        Err(e) => format!("{:?} {e}", e.kind),
    });
}

#[test]
fn providers() {
    check(
        "openai/gpt-4o-mini",
        &[("OPENAI_API_KEY", " sk-1\n")],
        expect!["gpt-4o-mini at https://api.openai.com/v1 key sk-1"],
    );
    check(
        "openrouter/meta/llama-3",
        &[("OPENROUTER_API_KEY", "k")],
        expect!["meta/llama-3 at https://openrouter.ai/api/v1 key k"],
    );
    check("ollama/qwen3:4b", &[], expect!["qwen3:4b at http://localhost:11434/v1 key none"]);
    check(
        "ollama/qwen3:4b",
        &[("OLLAMA_HOST", "0.0.0.0")],
        expect!["qwen3:4b at http://127.0.0.1:11434/v1 key none"],
    );
    check(
        "ollama/qwen3:4b",
        &[("OLLAMA_HOST", "box:1234")],
        expect!["qwen3:4b at http://box:1234/v1 key none"],
    );
    check(
        "ollama/qwen3:4b",
        &[("OLLAMA_HOST", "https://box/")],
        expect!["qwen3:4b at https://box/v1 key none"],
    );
    check(
        "ollama/q",
        &[("OLLAMA_BASE_URL", "http://a/v1/"), ("OLLAMA_HOST", "b")],
        expect!["q at http://a/v1 key none"],
    );
    check("vllm/org/model", &[("VLLM_API_KEY", "k")], expect!["org/model at http://localhost:8000/v1 key k"]);
    check("sglang/m", &[], expect!["m at http://localhost:30000/v1 key none"]);
    check("llamacpp/m", &[], expect!["m at http://localhost:8080/v1 key none"]);
    let env = [("MY_LAB_API_KEY", "k"), ("MY_LAB_BASE_URL", "https://u:p@lab.example/v1?key=1")];
    check("openai-api/my-lab/org/m", &env, expect!["org/m at https://lab.example/v1 key k"]);
}

/// A provider's name, its variables, and where requests go and models are listed.
#[test]
fn wires() {
    let posts = |name: &str, variable: &str, url: &str| {
        let found =
            resolve(name, &[("LAB_API_KEY", "k"), (variable, url), ("ANTHROPIC_API_KEY", "k")]).unwrap();
        format!("{} {}", found.post_url(), found.models_url())
    };
    expect!["http://localhost/v1/responses http://localhost/v1/models"].assert_eq(&posts(
        "openai-responses/m",
        "OPENAI_BASE_URL",
        "http://localhost/v1",
    ));
    expect!["https://lab.example/v1/responses https://lab.example/v1/models"].assert_eq(&posts(
        "openai-api-responses/lab/org/m",
        "LAB_BASE_URL",
        "https://lab.example/v1/",
    ));
    expect!["https://api.anthropic.com/v1/messages https://api.anthropic.com/v1/models"].assert_eq(&posts(
        "anthropic/claude",
        "NONE",
        "",
    ));
    for url in
        ["http://localhost:9", "http://localhost:9/", "http://localhost:9/v1", "http://localhost:9/v1/"]
    {
        expect!["http://localhost:9/v1/messages http://localhost:9/v1/models"].assert_eq(&posts(
            "anthropic/claude",
            "ANTHROPIC_BASE_URL",
            url,
        ));
    }
    check(
        "anthropic/claude",
        &[("OPENAI_API_KEY", "k")],
        expect!["Auth anthropic/claude: no key: set ANTHROPIC_API_KEY in the environment or in `.env`"],
    );
    check(
        "openai-responses/m",
        &[],
        expect!["Auth openai-responses/m: no key: set OPENAI_API_KEY in the environment or in `.env`"],
    );
}

#[test]
fn calls_as_text_are_the_users_choice() {
    let endpoint = resolve("vllm/m", &[]).unwrap();
    assert!(endpoint.card().tools);
    let written = endpoint.clone().without_tools();
    assert!(!written.card().tools);
    assert_eq!(written.post_url(), endpoint.post_url());
}

#[test]
fn a_loopback_address_wants_no_key() {
    for url in ["http://127.0.0.1:9/v1", "http://localhost/v1", "http://[::1]:9/v1"] {
        assert!(resolve("openai/m", &[("OPENAI_BASE_URL", url)]).is_ok(), "{url}");
    }
    check(
        "openai/m",
        &[("OPENAI_BASE_URL", "http://10.0.0.1/v1")],
        expect!["Auth openai/m: no key: set OPENAI_API_KEY in the environment or in `.env`"],
    );
}

#[test]
fn what_is_missing_is_named() {
    check(
        "openai/gpt-4o-mini",
        &[],
        expect!["Auth openai/gpt-4o-mini: no key: set OPENAI_API_KEY in the environment or in `.env`"],
    );
    check(
        "openai/gpt-4o-mini",
        &[("OPENAI_API_KEY", "  ")],
        expect!["Auth openai/gpt-4o-mini: no key: set OPENAI_API_KEY in the environment or in `.env`"],
    );
    check(
        "openai/gpt-4o-mini",
        &[("OPENAI_API_KEY", "a\u{7}b")],
        expect!["Auth openai/gpt-4o-mini: OPENAI_API_KEY holds characters that no key has; copy it again"],
    );
    check(
        "openai-api/groq/llama",
        &[],
        expect![
            "NoSuchModel openai-api/groq/llama: no address: set GROQ_BASE_URL, in the environment or in `.env`, to the address that ends in `/v1`"
        ],
    );
    check(
        "openai-api/groq/llama",
        &[("GROQ_BASE_URL", "https://g.example/v1")],
        expect!["Auth openai-api/groq/llama: no key: set GROQ_API_KEY in the environment or in `.env`"],
    );
    check(
        "vllm/m",
        &[("VLLM_BASE_URL", "localhost:8000")],
        expect![
            "NoSuchModel vllm/m: VLLM_BASE_URL is no address (neither http:// nor https://); wanted an address such as http://localhost:8000/v1"
        ],
    );
    check(
        "vllm/m",
        &[("VLLM_BASE_URL", "nonsense")],
        expect![
            "NoSuchModel vllm/m: VLLM_BASE_URL is no address (relative URL without a base); wanted an address such as http://localhost:8000/v1"
        ],
    );
}

#[test]
fn names_that_make_no_sense() {
    check(
        "bogus/m",
        &[],
        expect![
            "NoSuchModel bogus/m: unknown provider `bogus`; hosted: openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN"
        ],
    );
    check(
        "mistral/large",
        &[],
        expect![
            "NoSuchModel mistral/large: unknown provider `mistral`; hosted: openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN; this provider's own wire is not built yet, try openrouter/mistral/large"
        ],
    );
    check(
        "gpt-4o",
        &[],
        expect![
            "NoSuchModel gpt-4o: unknown provider `gpt-4o`; hosted: openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL; here: local/MODEL, control/NAME, replay/RUN"
        ],
    );
    check(
        "vllm/",
        &[],
        expect![
            "NoSuchModel vllm/: a model's name is openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL"
        ],
    );
    check(
        "openai-api/groq",
        &[],
        expect![
            "NoSuchModel openai-api/groq: a model's name is openai/MODEL, openai-responses/MODEL, anthropic/MODEL, openrouter/MODEL, ollama/MODEL, vllm/MODEL, sglang/MODEL, llamacpp/MODEL, openai-api/SERVICE/MODEL, openai-api-responses/SERVICE/MODEL"
        ],
    );
}

#[test]
fn a_key_never_shows() {
    let endpoint = endpoint();
    assert!(!format!("{endpoint:?}").contains("sk-secret"));
    expect![[r#"ModelCard { name: "openai/gpt-test", identity: "https://api.openai.com/v1", scores: false, paid: true, tools: true }"#]].assert_eq(&format!("{:?}", endpoint.card()));
    expect!["https://api.openai.com/v1/chat/completions"].assert_eq(endpoint.post_url().as_str());
}
