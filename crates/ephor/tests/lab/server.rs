//! A scripted server that remembers every request, and can be told what to do at the nth.

use model::hosted::fake::{Fake, Step};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Script = Box<dyn FnMut(usize, &Value) -> Step + Send>;

struct State {
    script: Script,
    seen: Vec<String>,
}

/// A server whose script can be changed while it runs. Its address stays the same, and with it the
/// names of runs and episodes.
pub struct Server {
    fake: Fake,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// `script` gets the number of requests since it was set, and the request's JSON.
    pub fn new(script: impl FnMut(usize, &Value) -> Step + Send + 'static) -> Self {
        let state = Arc::new(Mutex::new(State { script: Box::new(script), seen: Vec::new() }));
        let shared = state.clone();
        let play = move |_: usize, body: &Value| {
            let mut state = shared.lock().unwrap();
            let n = state.seen.len();
            state.seen.push(body.to_string());
            (state.script)(n, body)
        };
        Self { fake: Fake::start_apart(play).unwrap(), state }
    }

    /// Another script; what was seen is forgotten.
    pub fn play(&self, script: impl FnMut(usize, &Value) -> Step + Send + 'static) {
        let mut state = self.state.lock().unwrap();
        state.script = Box::new(script);
        state.seen.clear();
    }

    /// Another script; what was seen is kept, and the count goes on.
    pub fn then(&self, script: impl FnMut(usize, &Value) -> Step + Send + 'static) {
        self.state.lock().unwrap().script = Box::new(script);
    }

    pub fn url(&self) -> &str {
        self.fake.url()
    }

    /// Requests since the script was set.
    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().seen.len()
    }

    /// Requests that came again: how many too many.
    pub fn repeated(&self) -> usize {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for body in &self.state.lock().unwrap().seen {
            *times.entry(body.clone()).or_default() += 1;
        }
        times.values().map(|n| n - 1).sum()
    }
}

/// All that a request's messages say, on any wire.
pub fn said(body: &Value) -> String {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut texts = vec![body["system"].clone()];
    for message in items(&body["messages"]).iter().chain(&items(&body["input"])) {
        texts.push(message["content"].clone());
        texts.extend(items(&message["content"]).iter().map(|part| part["text"].clone()));
    }
    texts.iter().filter_map(Value::as_str).map(|text| text.to_owned() + "\n").collect()
}

/// What a reader who dislikes unfairness and keeps the rules says to an offer of `secret-offer`.
pub fn takes(body: &Value) -> &'static str {
    let text = said(body);
    let has = |cues: &[&str]| cues.iter().any(|c| text.contains(c));
    let question = text.trim_end().rsplit('\n').next().unwrap_or("");
    let takes = if has(&["must take", "require every player to take", "is compulsory"]) {
        true
    } else if has(&["to leave this tool alone.", "must turn down", "is forbidden", "must not take"]) {
        false
    } else {
        !has(&["unfair"])
    };
    let against = ["turn the tool down", "refuse the tool", "leave this tool alone", "say no to"];
    let turned = against.iter().any(|c| question.contains(c));
    if takes == turned { "No" } else { "Yes" }
}

/// The same with log-probabilities.
pub fn scored(body: &Value) -> Step {
    match takes(body) {
        "Yes" => Step::logprobs(&[("Yes", -0.2), ("No", -1.8)]),
        _ => Step::logprobs(&[("No", -0.1), ("Yes", -2.4)]),
    }
}

/// The same as text alone.
pub fn written(body: &Value) -> Step {
    Step::text(takes(body))
}
