//! Tests of the crate as a whole. Those that need the real model are ignored in a plain `cargo test`.

#![allow(clippy::unwrap_used)]

mod constraint;
mod fetching;
mod generation;
mod hostile;
mod injection;
mod oracle;
mod pieces;
mod rows;
mod scoring;
mod size;
mod tiny;

use crate::job::{Generate, Generated, Probe, Probed, Score};
use crate::runner::{Counters, Job, Runner};
use crate::{ModelFile, SMOLLM2};
use std::sync::{Arc, OnceLock};
use tokio::sync::oneshot;

/// The real model. Fails, and says why, where `EPHOR_MODELS` does not lead to it.
fn smollm2() -> Arc<ModelFile> {
    static MODEL: OnceLock<Arc<ModelFile>> = OnceLock::new();
    let load = || {
        let folder = std::env::var("EPHOR_MODELS")
            .expect("EPHOR_MODELS is not set: run `cargo xtask test`, which fetches the model and sets it");
        let path = std::path::Path::new(&folder).join(SMOLLM2.file);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(trace::digest(&bytes), SMOLLM2.sha256, "{} is another file", path.display());
        Arc::new(ModelFile::parse(bytes).unwrap())
    };
    MODEL.get_or_init(load).clone()
}

/// A runner with an empty cache.
fn runner(model: &Arc<ModelFile>) -> Runner {
    Runner::new(model.clone(), usize::MAX, Arc::new(Counters::default()))
}

/// Runs all requests together and returns their answers in order.
fn together<Q, A>(
    runner: &mut Runner,
    requests: Vec<Q>,
    job: fn(Q, crate::runner::Reply<A>) -> Job,
) -> Vec<A> {
    let mut answers = Vec::new();
    for request in requests {
        let (reply, answer) = oneshot::channel();
        runner.add(job(request, reply));
        answers.push(answer);
    }
    while !runner.is_idle() {
        runner.turn();
    }
    answers.into_iter().map(|mut a| a.try_recv().unwrap().unwrap()).collect()
}

fn probes(runner: &mut Runner, requests: Vec<Probe>) -> Vec<Probed> {
    together(runner, requests, Job::Probe)
}

fn scores(runner: &mut Runner, requests: Vec<Score>) -> Vec<Vec<f64>> {
    together(runner, requests, Job::Score)
}

fn generations(runner: &mut Runner, requests: Vec<Generate>) -> Vec<Generated> {
    together(runner, requests, Job::Generate)
}

/// Token ids from a small generator.
fn ids(model: &ModelFile, seed: u64, n: usize) -> Vec<u32> {
    let vocabulary = model.shape().vocabulary as u64;
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % vocabulary) as u32
    };
    (0..n).map(next).collect()
}
