//! The fuzz target of the log's decoder, for a number of inputs: the corpus, and what comes of it by
//! mutation. `fuzz/` runs the same function under cargo-fuzz for as long as one likes.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod target;

use std::path::PathBuf;
use target::decode;

/// Inputs that are made of the corpus.
const INPUTS: usize = 200_000;
const INPUT_BYTES_MAX: usize = 2_000;

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/log");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn the_corpus_is_read() {
    let corpus = corpus();
    assert!(corpus.len() >= 8, "{}", corpus.len());
    corpus.iter().for_each(|input| decode(input));
    let signed = |input: &Vec<u8>| guard::verify::Head::of_log(input, &[target::KEY.to_owned()]).is_ok();
    assert_eq!(corpus.iter().filter(|input| signed(input)).count(), 1, "a checkpoint that is good is in it");
}

#[test]
fn what_comes_of_the_corpus_is_read() {
    let corpus = corpus();
    let mut seed = 7;
    // SplitMix64: the same inputs in every run.
    let mut below = move |n: usize| {
        seed += 0x9e37_79b9_7f4a_7c15_u128;
        let mut z = seed as u64;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    };
    for _ in 0..INPUTS {
        let mut input = corpus[below(corpus.len())].clone();
        for _ in 0..=below(4) {
            let (at, other) = (below(input.len() + 1), &corpus[below(corpus.len())]);
            match below(6) {
                0 => input.truncate(at),
                1 => input.insert(at, below(256) as u8),
                2 => drop(input.splice(at..at, other[..below(other.len())].iter().copied())),
                3 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << below(8)),
                4 => input.iter_mut().skip(at).take(2).for_each(|byte| *byte = 0xff),
                _ => drop(input.drain(at..(at + below(9)).min(input.len()).max(at))),
            }
        }
        input.truncate(INPUT_BYTES_MAX);
        decode(&input);
    }
}
