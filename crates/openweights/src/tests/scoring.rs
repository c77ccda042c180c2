//! Option scores are sums that a reader can do by hand.

use super::{probes, runner, scores, smollm2, tiny};
use crate::options::{MORE_MAX, ways};
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

#[test]
fn a_score_is_the_sum_over_ways() {
    let model = tiny::model();
    let context = model.tokenizer.encode("<|im_start|>user\nIs it?<|im_end|>\n");
    let options = ["Yes", "No", "1", "10", "", "neither of them"];
    let score = Score::new(&model.tokenizer, context.clone(), &options);
    let got = scores(&mut runner(&model), vec![score]).remove(0);
    for (option, got) in options.iter().zip(got) {
        let want = sum_of_ways(&model, &context, option, MORE_MAX);
        assert!((got - want).abs() < 1e-5, "{option:?}: {got} instead of {want}");
    }
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

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn yes_is_the_sum_of_its_ways_on_smollm2() {
    let model = smollm2();
    let text = "<|im_start|>user\nIs Paris in France? Answer Yes or No.<|im_end|>\n<|im_start|>assistant\n";
    let context = model.tokenizer.encode(text);
    let score = Score::new(&model.tokenizer, context.clone(), &["Yes", "No"]);
    let got = scores(&mut runner(&model), vec![score]).remove(0);
    for (option, got) in ["Yes", "No"].iter().zip(got) {
        let want = sum_of_ways(&model, &context, option, MORE_MAX);
        assert!((got - want).abs() < 1e-5, "{option}: {got} instead of {want}");
    }
}

#[test]
#[ignore = "needs the model: cargo xtask test fetches it and sets EPHOR_MODELS"]
fn mass_beyond_the_cap() {
    let model = smollm2();
    let asks = [
        ("Is Paris in France? Answer Yes or No.", &["Yes", "No"][..]),
        ("Do you accept the secret tool? Answer ACCEPT or REFUSE.", &["ACCEPT", "REFUSE"]),
        ("Grade the answer from 1 to 10.", &["7", "10"]),
        ("Is the premise false?", &["That is not so.", "I would rather not"]),
    ];
    for (ask, options) in asks {
        let text = format!("<|im_start|>user\n{ask}<|im_end|>\n<|im_start|>assistant\n");
        let context = model.tokenizer.encode(&text);
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
        schema: None,
        sampling: trace::Sampling { temperature: 0.7, ..trace::Sampling::default() },
        seed: i as u64,
        ..trace::Request::default()
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
