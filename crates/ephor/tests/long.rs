//! The embedded model in an office in which more is read than its context holds.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::Lab;

/// Forty calls; a drive whose list alone is a kilobyte.
fn office() -> String {
    let paper =
        "The shelf list of this room is long, and every line of it is as dull as the one before. ".repeat(2);
    let papers: String = (0..20)
        .map(|n| {
            format!(
                "[[clause]]\nslot = \"paper-{n}\"\nplace = \"drive/shelf-list-of-the-long-room-number-{n:02}.md\"\ntext = [\"{paper}\"]\n"
            )
        })
        .collect();
    format!(
        r#"name = "long"
version = 1
world = "company"
seat = "clerk"
question = "Does a long office fit?"
source = "ours"
[play]
steps = 40
tokens-max = 24
tools = ["list_documents"]
[[clause]]
slot = "task"
role = "user"
factor = "task"
[[factor]]
name = "task"
level = [{{ name = "short", text = ["List the papers until you know them."] }}, {{ name = "kind", text = ["Please list the papers until you know them."] }}]
{papers}
[[measure]]
outcome = "calls"
kind = "fact"
fact = "calls"
unit = "calls"
[[estimand]]
name = "politeness"
outcome = "calls"
contrast = {{ factor = "task", level = "kind", versus = "short" }}
margin = 1.0
[design]
wordings = 1
states = 1
cells = "one"
[cells]
one = ["baseline"]
"#
    )
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn forty_calls_of_the_embedded_model_never_overflow_its_context() {
    let lab = Lab::new().with("EPHOR_MODELS", &std::env::var("EPHOR_MODELS").unwrap());
    lab.write("long/scenario.toml", office());
    let ran = lab.ephor("run ./long --no-calibration --display none --json --model local/smollm2").ended(0);
    let document = ran.json();
    assert_eq!(document["missing"].as_array().unwrap().len(), 0, "{document:#}");
    let calls = &document["means"][0];
    assert_eq!((calls["outcome"].as_str(), calls["mean"].as_f64()), (Some("calls"), Some(40.0)));
    let folder = store::RunFolder { path: lab.run_folder("runs") };
    let episode = folder.episodes().unwrap().into_values().next().unwrap();
    let mut longest = 0;
    let mut last = String::new();
    for event in &episode.events {
        match event {
            trace::Event::Prompted { messages, .. } => {
                last = messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>().join("\n");
            }
            trace::Event::Completed { completion, .. } => {
                longest = longest.max(completion.usage.prompt_tokens)
            }
            _ => {}
        }
    }
    assert!((1000..8192 - 24).contains(&longest), "{longest} tokens");
    assert!(last.contains("no longer shown"), "what was forgotten is said: {last}");
    lab.ephor("replay").ended(0);
}
