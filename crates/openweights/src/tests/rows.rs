//! Row invariance: a sequence has the same bits alone, in any batch, and behind any cached prefix.

use super::{ids, pieces, probes, runner, smollm2, tiny};
use crate::gguf::Gguf;
use crate::reference::Reference;
use crate::{ModelFile, Probe, Probed};
use std::sync::Arc;

fn probe(model: &ModelFile, tokens: &[u32]) -> Probe {
    let n = tokens.len();
    let mut positions = vec![n / 3, n - 2, n - 1];
    positions.dedup();
    Probe { tokens: tokens.to_vec(), positions, blocks: vec![0, model.shape().blocks - 1] }
}

fn assert_bits(a: &Probed, b: &Probed, what: &str) {
    let bits = |p: &Probed| -> Vec<u32> {
        let hidden = p.hidden.iter().flatten();
        p.logp.iter().chain(hidden).flatten().map(|x| x.to_bits()).collect()
    };
    assert!(bits(a) == bits(b), "{what}: the bits differ");
}

fn alone(model: &Arc<ModelFile>, tokens: &[u32]) -> Probed {
    probes(&mut runner(model), vec![probe(model, tokens)]).remove(0)
}

/// The laws for one model; `lengths` are those of the sequences.
fn invariant(model: &Arc<ModelFile>, lengths: &[usize]) {
    for n in lengths {
        let tokens = ids(model, 7, *n);
        let expected = alone(model, &tokens);
        for batch in [2, 3, 7, 32] {
            let companions = (1..batch).map(|i| {
                // Some share a prefix with the sequence, some share all of it.
                let mut other = tokens[..(i * 5) % (n + 1)].to_vec();
                other.extend(ids(model, i as u64, 3 + i % 11));
                other
            });
            let mut all: Vec<Probe> = companions.map(|t| probe(model, &t)).collect();
            let at = batch / 2;
            all.insert(at, probe(model, &tokens));
            let got = probes(&mut runner(model), all).remove(at);
            assert_bits(&expected, &got, &format!("{n} tokens in a batch of {batch}"));
        }
        for cached in [1, n / 3, n / 2, n - 2, n - 1, *n] {
            let mut runner = runner(model);
            let mut first = tokens[..cached].to_vec();
            first.extend(ids(model, 99, 5));
            probes(&mut runner, vec![probe(model, &first)]);
            let got = probes(&mut runner, vec![probe(model, &tokens)]).remove(0);
            assert_bits(&expected, &got, &format!("{n} tokens, {cached} cached"));
            let again = probes(&mut runner, vec![probe(model, &tokens)]).remove(0);
            assert_bits(&expected, &again, &format!("{n} tokens, asked again"));
        }
    }
}

#[test]
fn tiny_model_is_row_invariant() {
    invariant(&tiny::model(), &[3, 31, 32, 33, 70, 130]);
}

#[test]
fn a_model_of_pieces_is_row_invariant() {
    invariant(&pieces::model(), &[3, 33]);
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_is_row_invariant() {
    invariant(&smollm2(), &[5, 40]);
}

#[test]
fn threads_do_not_change_bits() {
    let model = tiny::model();
    let tokens = ids(&model, 3, 100);
    let with = |threads| {
        let pool = crate::engine::pool(threads).unwrap();
        pool.install(|| alone(&model, &tokens))
    };
    assert_bits(&with(1), &with(3), "1 and 3 threads");
}

#[test]
fn a_prefix_is_computed_once() {
    let model = tiny::model();
    let counters = Arc::new(crate::runner::Counters::default());
    let mut runner = crate::runner::Runner::new(model.clone(), usize::MAX, counters.clone());
    let shared = ids(&model, 1, 50);
    let with = |i: u32| {
        let mut tokens = shared.clone();
        tokens.extend([i, i + 1]);
        Probe { positions: vec![51], tokens, blocks: Vec::new() }
    };
    probes(&mut runner, (0..4).map(with).collect());
    assert_eq!(counters.read().computed_tokens, 50 + 4 * 2);
    probes(&mut runner, vec![with(0), with(9)]);
    let read = counters.read();
    assert_eq!((read.prompt_tokens, read.computed_tokens), (6 * 52, 58 + 1 + 2));
}

/// A run that is broken off leaves nobody who waits: such a pass has no rows.
#[test]
fn what_nobody_waits_for_is_dropped() {
    let model = tiny::model();
    let counters = Arc::new(crate::runner::Counters::default());
    let mut runner = crate::runner::Runner::new(model.clone(), usize::MAX, counters.clone());
    let (reply, gone) = tokio::sync::oneshot::channel();
    let probe = Probe { positions: vec![9], tokens: ids(&model, 1, 10), blocks: Vec::new() };
    runner.add(crate::runner::Job::Probe(probe, reply));
    drop(gone);
    runner.turn();
    assert!(runner.is_idle());
    assert_eq!(counters.read().computed_tokens, 0);
}

/// Largest difference of log-probabilities and relative difference of states.
fn distance(model: &Arc<ModelFile>, bytes: Vec<u8>, tokens: &[u32]) -> (f32, f32) {
    let reference = Reference::load(&Gguf::parse(bytes).unwrap()).unwrap();
    let forward = reference.forward(tokens).unwrap();
    let last = tokens.len() - 1;
    let logits: Vec<f32> = forward.logits.get(last).unwrap().to_vec1().unwrap();
    let total = crate::math::log_sum_exp(&logits) as f32;
    let got = alone(model, tokens);
    let blocks = model.shape().blocks;
    let state: Vec<f32> = forward.hidden[blocks - 1].get(last).unwrap().to_vec1().unwrap();
    let ours = got.hidden[1].last().unwrap();
    let scale = state.iter().fold(0f32, |m, x| m.max(x.abs()));
    let most = |a: f32, b: f32| a.max(b);
    let logp = got.logp.last().unwrap().iter().zip(&logits).map(|(a, b)| (a - (b - total)).abs());
    let hidden = ours.iter().zip(&state).map(|(a, b)| (a - b).abs() / scale);
    (logp.fold(0.0, most), hidden.fold(0.0, most))
}

#[test]
fn tiny_model_agrees_with_the_reference() {
    let model = tiny::model();
    let (logp, hidden) = distance(&model, tiny::file(), &ids(&model, 5, 75));
    assert!(logp < 1e-4 && hidden < 1e-5, "log p {logp}, states {hidden}");
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_agrees_with_the_reference() {
    let model = smollm2();
    let path = std::path::Path::new(&std::env::var("EPHOR_MODELS").unwrap()).join(crate::SMOLLM2.file);
    let tokens = model.tokenizer.encode("Why did Marie Curie win the Nobel Prize in Economics?");
    let (logp, hidden) = distance(&model, std::fs::read(path).unwrap(), &tokens);
    assert!(logp < 1e-3 && hidden < 1e-4, "log p {logp}, states {hidden}");
}

#[test]
fn the_reference_has_gradients() {
    let reference = Reference::load(&Gguf::parse(tiny::file()).unwrap()).unwrap();
    let forward = reference.forward(&[3, 4, 5, 6]).unwrap();
    let loss = forward.logits.sqr().unwrap().mean_all().unwrap();
    let gradients = loss.backward().unwrap();
    for (name, weight) in &reference.weights {
        let gradient = gradients.get(weight.as_tensor());
        let gradient = gradient.unwrap_or_else(|| panic!("{name} has no gradient"));
        let size: f32 = gradient.sqr().unwrap().sum_all().unwrap().to_scalar().unwrap();
        assert!(size.is_finite() && size > 0.0, "{name}: {size}");
    }
}
