//! How fast a model runs on this machine.

use crate::decoder::Span;
use crate::engine::Settings;
use crate::job::Score;
use crate::model_file::ModelFile;
use crate::pages::{SLOTS, View};
use crate::runner::{Counters, Job, Runner};
use crate::sample::likeliest;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// Tokens of a prompt of the measurement.
const PROMPT: usize = 128;
/// Steps of the decoding measurement.
const STEPS: usize = 16;
/// Tokens that all contexts of the scoring measurement share, and those that each has of its own.
const SHARED: usize = 120;
const OWN: usize = 8;

/// Speed at one batch size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Sequences side by side.
    pub batch: usize,
    /// Prompt tokens per second: prompts of 128 tokens without a shared prefix.
    pub prefill_tokens_per_s: f64,
    /// Generated tokens per second: greedy, behind those prompts.
    pub decode_tokens_per_s: f64,
    /// Options scored per second: "Yes" and "No" behind 120 cached shared and 8 new tokens.
    pub options_per_s: f64,
}

/// Measures each batch size `repeats` times and keeps the best, inside the current rayon pool. Takes
/// some seconds.
pub fn measure(model: &Arc<ModelFile>, batches: &[usize], repeats: usize) -> Vec<Speed> {
    let of = |batch: &usize| {
        let mut best =
            Speed { batch: *batch, prefill_tokens_per_s: 0.0, decode_tokens_per_s: 0.0, options_per_s: 0.0 };
        for _ in 0..repeats {
            let (prefill, decode) = generation(model, *batch);
            best.prefill_tokens_per_s = best.prefill_tokens_per_s.max(prefill);
            best.decode_tokens_per_s = best.decode_tokens_per_s.max(decode);
            best.options_per_s = best.options_per_s.max(options(model, *batch));
        }
        best
    };
    batches.iter().map(of).collect()
}

/// Token ids without meaning, different for each `which`.
fn text(model: &ModelFile, which: usize, tokens: usize) -> Vec<u32> {
    let vocabulary = model.shape().vocabulary as u64;
    let id = |i: usize| {
        let mixed = (which as u64 * 1_000_003 + i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 20) % vocabulary) as u32
    };
    (0..tokens).map(id).collect()
}

/// Prefill and decode tokens per second.
fn generation(model: &ModelFile, batch: usize) -> (f64, f64) {
    let decoder = &model.decoder;
    let prompt = PROMPT.min(model.shape().context.saturating_sub(STEPS + 1)).max(1);
    let span = |which: usize| Span {
        tokens: text(model, which, prompt),
        parent: None,
        past: Vec::new(),
        own: Vec::new(),
        filled: 0,
        wanted: vec![prompt - 1],
    };
    let mut spans: Vec<Span> = (0..batch).map(span).collect();
    let begun = Instant::now();
    let mut next = decoder.logits(&decoder.pass(&mut spans, &[]).last, |_, l, _| likeliest(l));
    let prefill = begun.elapsed().as_secs_f64();
    for span in &mut spans {
        let mut left = prompt;
        for page in std::mem::take(&mut span.own) {
            let len = left.min(SLOTS);
            span.past.push(View { page: Arc::new(page), start: 0, len });
            left -= len;
        }
        (span.filled, span.wanted) = (0, vec![0]);
    }
    let begun = Instant::now();
    for step in 0..STEPS {
        for (span, token) in spans.iter_mut().zip(&next) {
            (span.tokens, span.filled) = (vec![*token], step);
        }
        next = decoder.logits(&decoder.pass(&mut spans, &[]).last, |_, l, _| likeliest(l));
    }
    let decode = begun.elapsed().as_secs_f64();
    ((batch * prompt) as f64 / prefill, (batch * STEPS) as f64 / decode)
}

/// Options scored per second.
fn options(model: &Arc<ModelFile>, batch: usize) -> f64 {
    let settings = Settings::default();
    let counters = Arc::new(Counters::default());
    let mut runner = Runner::new(model.clone(), settings.cache_bytes_max, counters);
    let mut seconds = 0.0;
    // The first round fills the cache with the shared prefix.
    for round in 0..2 {
        let mut answers = Vec::new();
        for which in 0..batch {
            let mut context = text(model, 0, SHARED);
            context.extend(text(model, 1 + round * batch + which, OWN));
            let (reply, answer) = oneshot::channel();
            let score = Score::new(&model.tokenizer, context, &["Yes", "No"]);
            runner.add(Job::Score(score, reply));
            answers.push(answer);
        }
        let begun = Instant::now();
        while !runner.is_idle() {
            runner.turn();
        }
        seconds = begun.elapsed().as_secs_f64();
    }
    (2 * batch) as f64 / seconds
}
