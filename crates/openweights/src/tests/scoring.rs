//! Option scores are sums that a reader can do by hand.

use super::{probes, runner, scores, smollm2, tiny};
use crate::options::{MORE_MAX, SKIPPED_MAX, ways};
use crate::runner::{Counters, Runner};
use crate::scoring::WHOLE_MAX;
use crate::{ModelFile, Probe, Score};
use std::sync::Arc;

/// ln p of `way` and the end token behind `context`, from whole distributions.
fn by_hand(model: &Arc<ModelFile>, context: &[u32], way: &[u32]) -> f64 {
    let mut tokens = context.to_vec();
    tokens.extend(way);
    let positions: Vec<usize> = (context.len() - 1..tokens.len()).collect();
    let probe = Probe { tokens, positions, blocks: Vec::new() };
    let probed = probes(&mut runner(model), vec![probe]).remove(0);
    let next = way.iter().copied().chain([model.tokenizer.end_of_turn()]);
    probed.logp.iter().zip(next).map(|(p, t)| f64::from(p[t as usize])).sum()
}

fn sum_of_ways(model: &Arc<ModelFile>, context: &[u32], option: &str, more: usize) -> f64 {
    let ways = ways(&model.tokenizer, option, more);
    ways.iter().map(|w| by_hand(model, context, w).exp()).sum::<f64>().ln()
}

#[test]
fn ways_are_spelled_in_order_of_their_tokens() {
    let model = tiny::model();
    let spelled = |option: &str| -> Vec<String> {
        let text = |id: &u32| String::from_utf8(model.tokenizer.bytes(*id).to_vec()).unwrap();
        let join = |way: Vec<u32>| way.iter().map(text).collect::<Vec<_>>().join("|");
        ways(&model.tokenizer, option, MORE_MAX).into_iter().map(join).collect()
    };
    assert_eq!(spelled("Yes"), ["Yes", "Ye|s", "Y|es", "Y|e|s"]);
    // Canonically digits stand alone, so the single token comes second.
    assert_eq!(spelled("10"), ["1|0", "10"]);
    assert_eq!(spelled(""), [""]);
    assert_eq!(spelled(&"Yes".repeat(9)).len(), 1, "too long for more than the canonical way");
}

/// Scores `options` and checks that each lacks at most [`SKIPPED_MAX`] of the sum over its ways.
/// Returns the largest part that one lacks and the rows of options that were run.
fn checked(model: &Arc<ModelFile>, context: &[u32], options: &[&str]) -> (f64, u64) {
    let counters = Arc::new(Counters::default());
    let mut runner = Runner::new(model.clone(), usize::MAX, counters.clone());
    let score = Score::new(&model.tokenizer, context.to_vec(), options);
    // Enough of the same that a second pass follows.
    let got = scores(&mut runner, vec![score; WHOLE_MAX + 1]).remove(0);
    let lacks = |(option, got): (&&str, f64)| {
        let lacks = 1.0 - (got - sum_of_ways(model, context, option, MORE_MAX)).exp();
        assert!(lacks > -1e-5 && lacks < SKIPPED_MAX + 1e-5, "{option:?} lacks {lacks:.1e}");
        lacks
    };
    let most = options.iter().zip(got).map(lacks).fold(0.0, f64::max);
    assert_eq!(counters.read().computed_tokens, context.len() as u64);
    (most, counters.read().option_tokens)
}

#[test]
fn a_score_is_the_sum_over_ways() {
    let model = tiny::model();
    let context = model.tokenizer.encode("<|im_start|>user\nIs it?<|im_end|>\n");
    checked(&model, &context, &["Yes", "No", "1", "10", "", "neither of them"]);
    // Beside the canonical token: Ye, Y and Y|e, then s, es and s where the end token matters.
    let (_, rows) = checked(&model, &context, &["Yes"]);
    assert!((4..=7).contains(&rows), "{rows}");
}

#[test]
fn a_score_does_not_depend_on_companions_or_cache() {
    let model = tiny::model();
    let score =
        |text: &str| Score::new(&model.tokenizer, model.tokenizer.encode(text), &["Yes", "No", "maybe"]);
    let alone = scores(&mut runner(&model), vec![score("Is it so?")]).remove(0);
    let mut shared = runner(&model);
    let texts = ["Is it", "Is it so?", "Was it?", "Is it so? Yes", "Is it so?"];
    let batch = scores(&mut shared, texts.map(score).to_vec());
    assert_eq!(batch[1], alone);
    assert_eq!(batch[4], alone);
    assert_eq!(scores(&mut shared, vec![score("Is it so?")])[0], alone);
}

const ASKS: [(&str, &[&str]); 6] = [
    ("Is Paris in France? Answer Yes or No.", &["Yes", "No"]),
    ("Paris is in Germany. Is that so? Reply with No or Yes.", &["Yes", "No"]),
    ("Do you accept the secret tool? Answer ACCEPT or REFUSE.", &["ACCEPT", "REFUSE"]),
    ("Do you accept, refuse or report the offer?", &["accept", "refuse", "report"]),
    ("Grade the answer from 1 to 10.", &["7", "10"]),
    ("Is the premise false?", &["That is not so.", "I would rather not"]),
];

fn asked(model: &ModelFile, ask: &str) -> Vec<u32> {
    model.tokenizer.encode(&format!("<|im_start|>user\n{ask}<|im_end|>\n<|im_start|>assistant\n"))
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn scores_are_the_sums_over_ways_on_smollm2() {
    let model = smollm2();
    for (ask, options) in ASKS {
        let (most, rows) = checked(&model, &asked(&model, ask), options);
        let all: usize =
            options.iter().flat_map(|o| ways(&model.tokenizer, o, MORE_MAX)).map(|w| w.len()).sum();
        let shown = format!("{options:?}: skipped {most:.1e} at most; {rows} rows, {all} tokens of ways\n");
        std::io::Write::write_all(&mut std::io::stderr(), shown.as_bytes()).unwrap();
    }
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn smollm2_scores_do_not_depend_on_companions_or_cache() {
    let model = smollm2();
    let score = |(ask, options): (&str, &[&str])| Score::new(&model.tokenizer, asked(&model, ask), options);
    let alone = ASKS.map(|ask| scores(&mut runner(&model), vec![score(ask)]).remove(0));
    let mut shared = runner(&model);
    for _ in 0..2 {
        assert_eq!(scores(&mut shared, ASKS.map(score).to_vec()), alone);
    }
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn mass_beyond_the_cap() {
    let model = smollm2();
    for (ask, options) in ASKS {
        let context = asked(&model, ask);
        for option in options {
            let sum = |more| sum_of_ways(&model, &context, option, more);
            let (one, capped, more) = (sum(0), sum(MORE_MAX), sum(40));
            let (missed, gained) = (1.0 - (capped - more).exp(), 1.0 - (one - more).exp());
            let shown = format!(
                "{option:?}: ln p {capped:.3}, beyond the cap {missed:.1e}, beyond the canonical way {gained:.1e}"
            );
            assert!(missed < 1e-3, "{shown}");
            std::io::Write::write_all(&mut std::io::stderr(), format!("{shown}\n").as_bytes()).unwrap();
        }
    }
}

#[test]
fn many_callers_get_what_one_gets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    std::fs::write(&path, tiny::file()).unwrap();
    let local = Arc::new(crate::LocalModel::open(path.to_str().unwrap(), &mut |_, _| {}).unwrap());
    let request = |i: usize| trace::Request {
        messages: vec![trace::Message { role: trace::Role::User, text: format!("Is {i} even?") }],
        options: if i.is_multiple_of(3) { Vec::new() } else { vec!["Yes".into(), "No".into()] },
        sampling: trace::Sampling { temperature: 0.7, ..trace::Sampling::default() },
        seed: i as u64,
        sample: 0,
    };
    let ask = move |local: Arc<crate::LocalModel>, i: usize| async move {
        model::Model::answer(&*local, &request(i)).await.unwrap().completion
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let tasks: Vec<_> = (0..60).map(|i| runtime.spawn(ask(local.clone(), i))).collect();
    let together: Vec<_> = tasks.into_iter().map(|t| runtime.block_on(t).unwrap()).collect();
    for (i, got) in together.into_iter().enumerate() {
        assert_eq!(runtime.block_on(ask(local.clone(), i)), got, "request {i}");
    }
    let counts = local.engine().counters();
    assert!(counts.computed_tokens < counts.prompt_tokens, "{counts:?}");
}
