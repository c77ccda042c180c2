//! The size that a model's name states.

/// Below this a number of millions is more likely the length of a context (`-1m`, `-10m`).
const MILLIONS_MIN: f64 = 12.0;
/// More billions than any model has.
const BILLIONS_MAX: f64 = 100_000.0;

/// The number of parameters that a name says plainly: `…-8b`, `…-70B`, `SmolLM2-135M`. `None` where it
/// says none or two, and for mixtures that only name their parts (`8x7b`, `17b-128e`): which sum would
/// be meant is not ours to guess.
pub fn stated_parameters(name: &str) -> Option<u64> {
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let words: Vec<&str> = last.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').collect();
    if words.iter().any(|w| is_of_a_mixture(w)) {
        return None;
    }
    let mut stated: Vec<u64> = words.iter().filter_map(|w| parameters(w)).collect();
    stated.dedup();
    match stated[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// `8x7b`, or the number of experts: `128e`.
fn is_of_a_mixture(word: &str) -> bool {
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok();
    let parts = word.strip_suffix('b').and_then(|w| w.split_once('x'));
    parts.is_some_and(|(n, each)| number(n) && number(each)) || word.strip_suffix('e').is_some_and(number)
}

fn parameters(word: &str) -> Option<u64> {
    let (digits, billion) = match word.strip_suffix('b') {
        Some(digits) => (digits, true),
        None => (word.strip_suffix('m')?, false),
    };
    // Rust would read `inf` and `1e3` as numbers too.
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.contains('e') {
        return None;
    }
    let much: f64 = digits.parse().ok()?;
    let known = if billion { much > 0.0 && much <= BILLIONS_MAX } else { much >= MILLIONS_MIN };
    let unit = if billion { 1e9 } else { 1e6 };
    known.then(|| (much * unit).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(name: &str, expected: Expect) {
        let stated = stated_parameters(name).map_or("unknown".into(), |n| n.to_string());
        expected.assert_eq(&stated);
    }

    #[test]
    fn plain_sizes_are_read() {
        check("openrouter/meta-llama/llama-3.1-8b-instruct", expect!["8000000000"]);
        check("vllm/Qwen/Qwen2.5-0.5B-Instruct", expect!["500000000"]);
        check("ollama/llama3.1:70b", expect!["70000000000"]);
        check("vllm/HuggingFaceTB/SmolLM2-135M-Instruct", expect!["135000000"]);
        check("vllm/Qwen3-30B-A3B", expect!["30000000000"]);
    }

    #[test]
    fn what_is_not_plain_is_unknown() {
        check("openai/gpt-4o-mini", expect!["unknown"]);
        check("openrouter/mistralai/mixtral-8x7b-instruct", expect!["unknown"]);
        check("openrouter/meta-llama/llama-4-maverick-17b-128e", expect!["unknown"]);
        check("openai/long-1m", expect!["unknown"]);
        check("vllm/olmoe-1b-7b", expect!["unknown"]);
        check("local/smollm2", expect!["unknown"]);
        check("control/random", expect!["unknown"]);
        check("x/infb", expect!["unknown"]);
        check("", expect!["unknown"]);
    }
}
