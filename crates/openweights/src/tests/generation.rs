//! Generation: seeded, independent of companions, ended by what should end it.

use super::{generations, runner, smollm2, tiny};
use crate::{Generate, Generated, ModelFile};
use std::sync::Arc;
use trace::{Finish, Sampling};

fn request(model: &ModelFile, text: &str, temperature: f64, seed: u64, tokens_max: u32) -> Generate {
    let sampling = Sampling { temperature, top_p: 0.95, tokens_max, stop: Vec::new() };
    Generate { prompt: model.tokenizer.encode(text), sampling, seed, sample: 0, constraint: None }
}

fn alone(model: &Arc<ModelFile>, request: Generate) -> Generated {
    generations(&mut runner(model), vec![request]).remove(0)
}

/// A sampled generation is the same alone, in batches, and behind a cached prompt.
fn independent(model: &Arc<ModelFile>, tokens_max: u32) {
    let one = || request(model, "Tell me of the sea.", 1.0, 11, tokens_max);
    let expected = alone(model, one());
    assert_eq!(alone(model, one()), expected);
    let mut shared = runner(model);
    for batch in [2, 5, 9] {
        let other = |i| request(model, &format!("Number {i}"), 0.8, i, tokens_max / 2 + i as u32);
        let mut all: Vec<Generate> = (1..batch).map(other).collect();
        all.push(one());
        let got = generations(&mut shared, all).pop().unwrap();
        assert_eq!(got, expected, "in a batch of {batch}");
    }
    let other = Generate { sample: 1, ..one() };
    assert_ne!(alone(model, other).tokens, expected.tokens);
}

#[test]
fn tiny_generations_are_independent() {
    independent(&tiny::model(), 70);
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_generations_are_independent() {
    independent(&smollm2(), 20);
}

#[test]
fn more_generations_than_fit_all_end() {
    let model = tiny::model();
    let all = (0..150).map(|i| request(&model, &format!("n{i}"), 0.9, i, 3)).collect();
    assert_eq!(generations(&mut runner(&model), all).len(), 150);
}

#[test]
fn limits_end_a_generation() {
    let model = tiny::model();
    let mut free = request(&model, "abc", 0.0, 0, 40);
    let long = alone(&model, free.clone());
    for tokens_max in [0, 1, 7] {
        free.sampling.tokens_max = tokens_max;
        let short = alone(&model, free.clone());
        assert_eq!(short.tokens, long.tokens[..tokens_max as usize]);
        assert_eq!(short.finish, Finish::Length);
    }
    free.sampling.tokens_max = 10_000;
    let window = model.shape().context;
    let all = alone(&model, free.clone());
    assert!(all.finish == Finish::Stop || all.tokens.len() + free.prompt.len() == window);
}

#[test]
fn a_stop_string_ends_the_text_before_it() {
    let model = tiny::model();
    let mut request = request(&model, "xyz", 1.0, 5, 60);
    let free = alone(&model, request.clone());
    // Random bytes mostly: a run of two that are text.
    let letters: Vec<char> = free.text.chars().collect();
    let run = letters.windows(2).skip(3).find(|w| w.iter().all(char::is_ascii)).unwrap();
    let stop: String = run.iter().collect();
    request.sampling.stop = vec!["never written".into(), stop.clone()];
    let stopped = alone(&model, request);
    assert_eq!(stopped.finish, Finish::Stop);
    assert_eq!(stopped.text, free.text[..free.text.find(&stop).unwrap()]);
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_answers() {
    let model = smollm2();
    let template = model.template.as_ref().unwrap();
    let ask = "What is the capital of France? Answer with one word.";
    let messages = [trace::Message { role: trace::Role::User, text: ask.into() }];
    let text = template.render(&messages).unwrap();
    assert!(text.starts_with("<|im_start|>system\nYou are a helpful AI assistant named SmolLM"));
    let answer = alone(&model, request(&model, &text, 0.0, 0, 12));
    assert!(answer.text.contains("Paris"), "{answer:?}");
    assert_eq!(answer.finish, Finish::Stop);
}
