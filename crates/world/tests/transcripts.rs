//! A whole series of each game in words: what each seat reads, and what it writes. Reviewed by eye.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod fixture;

use expect_test::{ExpectFile, expect_file};
use fixture::{spec, tool};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use trace::{Act, Answer, Ask, Observation, Read};
use world::cleanup::Cleanup;
use world::dilemma::Dilemma;
use world::market::Market;
use world::series::{STATE, Series, ToolSpec};
use world::{Game, LiarsBar, World};

/// Both accept; messages announce the first kind of move; moves are those of a scripted player.
fn answer<G: Game>(view: &Observation, ask: &Ask, rules: &G::Rules, player: &str) -> Answer {
    let mut luck = ChaCha8Rng::seed_from_u64(u64::from(view.turn));
    let choice = match &ask.schema {
        None => "accepted".to_owned(),
        Some(schema) if schema["properties"]["plan"].is_null() => {
            let seen: G::View = serde_json::from_value(view.seen.clone()).unwrap();
            json!(G::player(player, rules).unwrap().choose(&seen, &mut luck)).to_string()
        }
        Some(_) => json!({ "message": "Let us spare each other.", "plan": G::KINDS[0] }).to_string(),
    };
    Answer { ask: ask.id.clone(), choice: Some(choice), read: Read::Parsed, logp: vec![] }
}

/// What is told, without the state as JSON: the words say the same.
fn told(view: &Observation) -> String {
    let paragraph = |spans: &Vec<trace::Span>| spans.iter().map(|s| s.text.as_str()).collect::<String>();
    let told = view.told.iter().map(paragraph).filter(|text| !text.starts_with(STATE));
    let lines = view.news.iter().cloned().chain(told).collect::<Vec<_>>().join("\n");
    lines.lines().map(|line| format!("    {line}\n")).collect()
}

fn transcript<G: Game>(rules: Value, player: &str, pair: [usize; 2]) -> String {
    let rules: G::Rules = serde_json::from_value(rules).unwrap();
    let mut spec = (*spec(rules.clone(), Some(ToolSpec { pair, ..tool() }))).clone();
    spec.games = 1;
    let mut series = Series::<G>::new(spec.into()).unwrap();
    let mut text = String::new();
    loop {
        let due = series.due();
        if due.is_empty() {
            break;
        }
        let views: Vec<Observation> = due.iter().map(|turn| series.view(&turn.seat)).collect();
        for (turn, view) in due.iter().zip(views) {
            let answers: Vec<Answer> =
                view.asks.iter().map(|ask| answer::<G>(&view, ask, &rules, player)).collect();
            let said = answers[0].choice.clone().unwrap();
            text += &format!("{} {} reads\n{}  writes {said}\n", turn.number, turn.seat, told(&view));
            series.apply(&turn.seat, &Act { turn: view.turn, answers }).unwrap();
        }
    }
    let fact = |fact: trace::Fact| format!("  {} {}\n", fact.name, fact.value);
    text + "states\n" + &series.facts().into_iter().map(fact).collect::<String>()
}

fn check<G: Game>(rules: Value, player: &str, pair: [usize; 2], expected: ExpectFile) {
    let text = transcript::<G>(rules.clone(), player, pair);
    // The same again, byte for byte.
    assert_eq!(text, transcript::<G>(rules, player, pair));
    expected.assert_eq(&text);
}

#[test]
fn liars_bar() {
    check::<LiarsBar>(json!({ "rounds_max": 1 }), "strong", [0, 1], expect_file!["golden/liars-bar.txt"]);
}

#[test]
fn cleanup() {
    check::<Cleanup>(json!({ "steps": 3 }), "forager", [0, 2], expect_file!["golden/cleanup.txt"]);
}

#[test]
fn dilemma() {
    check::<Dilemma>(json!({ "turns": 3 }), "tit-for-tat", [0, 1], expect_file!["golden/dilemma.txt"]);
}

#[test]
fn market() {
    check::<Market>(json!({ "rounds": 2 }), "best-response", [0, 1], expect_file!["golden/market.txt"]);
}
