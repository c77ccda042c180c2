//! Log-probabilities of named options from the alternatives to an answer's first token.

use super::parse::Token;

/// The least probability that the alternatives which name one option must have together. Below it
/// the model is about to write something else, and its text is parsed instead.
pub const COVERED_MIN: f64 = 0.5;

/// Listed probabilities may exceed 1 by this much through rounding.
const SUM_SLACK: f64 = 0.01;

/// What an alternative says about the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    None,
    One(usize),
    Several,
}

/// ln p of each option, or nothing where the alternatives cannot tell.
///
/// An alternative counts for an option when, without leading white space, it is a beginning of
/// that option and of no other; case counts, unless no option begins with it that way. The value
/// of an option is the logarithm of the summed probability of its alternatives. An option without
/// any gets an upper bound: the least of the listed alternatives or what they leave over. Values
/// are not normalised.
///
/// Empty when the covered mass is below [`COVERED_MIN`], when an option shares every alternative
/// that it has with another, or when the numbers are no log-probabilities.
pub(super) fn option_logp(options: &[String], first: Option<&Token>) -> Vec<f64> {
    first.and_then(|first| score(options, first)).unwrap_or_default()
}

fn score(options: &[String], first: &Token) -> Option<Vec<f64>> {
    let listed = listed(first);
    let total: f64 = listed.iter().map(|(_, logp)| logp.exp()).sum();
    if options.is_empty() || !(0.0..=1.0 + SUM_SLACK).contains(&total) {
        return None;
    }
    let mut own: Vec<Vec<f64>> = vec![Vec::new(); options.len()];
    let mut shares = vec![false; options.len()];
    for (token, logp) in &listed {
        match names(options, token) {
            Names::One(index) => own[index].push(*logp),
            Names::Several => mark_shared(options, token, &mut shares),
            Names::None => {}
        }
    }
    let covered: f64 = own.iter().flatten().map(|logp| logp.exp()).sum();
    let torn = own.iter().zip(&shares).any(|(own, shares)| own.is_empty() && *shares);
    if covered < COVERED_MIN || torn {
        return None;
    }
    let bound = unlisted_bound(first, total);
    Some(own.iter().map(|own| if own.is_empty() { bound } else { log_sum(own) }).collect())
}

/// The alternatives with finite values; the token that was written is one of them.
fn listed(first: &Token) -> Vec<(&str, f64)> {
    let has_written = first.top_logprobs.iter().any(|t| t.token == first.token);
    let written = (!has_written).then_some(first);
    let all = first.top_logprobs.iter().chain(written);
    let finite = |t: &Token| t.logprob.filter(|l| l.is_finite());
    all.filter_map(|t| Some((t.token.as_str(), finite(t)?))).collect()
}

/// ln of the most that a token which is not listed can have. The written token may stand below the
/// list, so it bounds nothing.
fn unlisted_bound(first: &Token, total: f64) -> f64 {
    let top = first.top_logprobs.iter().filter_map(|t| t.logprob);
    let least = top.filter(|logp| logp.is_finite()).fold(0.0, f64::min);
    let left = (1.0 - total).max(f64::MIN_POSITIVE).ln();
    // A rounding error in the sum must not make the bound tighter than the list does.
    if total < 1.0 - 1e-6 { least.min(left) } else { least }
}

/// ln Σ exp(x), finite for finite terms.
fn log_sum(terms: &[f64]) -> f64 {
    let max = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + terms.iter().map(|t| (t - max).exp()).sum::<f64>().ln()
}

fn names(options: &[String], token: &str) -> Names {
    let token = token.trim_start();
    if token.is_empty() {
        return Names::None;
    }
    match which(options, |option| option.starts_with(token)) {
        Names::None => which(options, |option| begins_loosely(option, token)),
        found => found,
    }
}

/// Which options a test holds for.
fn which(options: &[String], test: impl Fn(&str) -> bool) -> Names {
    let mut hits = (0..options.len()).filter(|i| test(options[*i].trim_start()));
    match (hits.next(), hits.next()) {
        (None, _) => Names::None,
        (Some(index), None) => Names::One(index),
        _ => Names::Several,
    }
}

fn mark_shared(options: &[String], token: &str, shares: &mut [bool]) {
    let token = token.trim_start();
    for (option, shares) in options.iter().zip(shares) {
        *shares |= begins_loosely(option.trim_start(), token);
    }
}

fn begins_loosely(option: &str, token: &str) -> bool {
    option.to_lowercase().starts_with(&token.to_lowercase())
}
