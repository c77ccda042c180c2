//! Options from log-probabilities.

use super::super::options::option_logp;
use super::super::parse::Token;
use super::*;
use expect_test::{Expect, expect};

fn token(token: &str, p: f64) -> Token {
    Token { token: token.into(), logprob: Some(p.ln()), top_logprobs: Vec::new() }
}

/// Probabilities of the options, the first alternative being the written one.
fn check(options: &[&str], alternatives: &[(&str, f64)], scored: Expect) {
    let top: Vec<_> = alternatives.iter().map(|(t, p)| token(t, *p)).collect();
    let first = Token { top_logprobs: top.clone(), ..top[0].clone() };
    let options: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
    let logp = option_logp(&options, Some(&first));
    let shown: Vec<String> = logp.iter().map(|l| format!("{:.4}", l.exp())).collect();
    scored.assert_eq(&shown.join(" "));
}

#[test]
fn beginnings_are_summed() {
    let listed = [("Yes", 0.5), (" Yes", 0.1), ("Y", 0.1), (" No", 0.2), ("no", 0.05), ("I", 0.05)];
    check(&["Yes", "No"], &listed, expect!["0.7000 0.2500"]);
}

#[test]
fn case_counts_unless_nothing_fits() {
    check(&["a", "A"], &[("A", 0.7), ("a", 0.3)], expect!["0.3000 0.7000"]);
    check(&["Yes", "No"], &[("YES", 0.7), ("no", 0.3)], expect!["0.7000 0.3000"]);
}

#[test]
fn an_unlisted_option_gets_an_upper_bound() {
    check(&["A", "B", "C"], &[("A", 0.6), ("B", 0.3), ("x", 0.08)], expect!["0.6000 0.3000 0.0200"]);
    check(&["A", "B", "C"], &[("A", 0.7), ("B", 0.29), ("x", 0.01)], expect!["0.7000 0.2900 0.0100"]);
}

#[test]
fn what_cannot_tell_stays_empty() {
    // Too little mass.
    check(&["Yes", "No"], &[("I", 0.6), ("Yes", 0.3), ("No", 0.1)], expect![""]);
    // Every alternative shared.
    check(&["I accept", "I refuse"], &[("I", 0.9), (" i", 0.1)], expect![""]);
    // One option has shared alternatives only.
    check(&["Yes", "No", "None"], &[("Yes", 0.6), ("No", 0.3), ("Non", 0.1)], expect![""]);
    // Two equal options.
    check(&["Yes", "Yes"], &[("Yes", 1.0)], expect![""]);
    // No probabilities.
    check(&["Yes", "No"], &[("Yes", 0.9), ("No", 0.9)], expect![""]);
    check(&["Yes", "No"], &[("\n", 0.9), (" ", 0.1)], expect![""]);
    assert!(option_logp(&["Yes".into()], None).is_empty());
}

#[test]
fn a_token_written_below_the_list_bounds_nothing() {
    let top = vec![token("A", 0.6), token("B", 0.3)];
    let first = Token { top_logprobs: top, ..token("x", 0.001) };
    let options = ["A", "B", "C"].map(str::to_owned);
    let logp = option_logp(&options, Some(&first));
    assert!((logp[2].exp() - 0.099).abs() < 1e-12, "{logp:?}");
}

#[tokio::test(start_paused = true)]
async fn from_the_wire() {
    let body = r#"{"choices":[{"message":{"content":"Yes"},"logprobs":{"content":[
        {"token":"Yes","logprob":-0.1,"bytes":[89],"top_logprobs":[
            {"token":"No","logprob":-2.5},{"token":"No!","logprob":-9999.0},{"token":"?","logprob":null}]}]}}]}"#;
    let answered = Scripted::new([play(200, body)]).answer(&request(&["Yes", "No"])).await.unwrap();
    assert_eq!(answered.completion.option_logp, [-0.1, -2.5]);
    let odd = r#"{"choices":[{"message":{"content":"Yes"},"logprobs":{"content":"?"}}]}"#;
    let answered = Scripted::new([play(200, odd)]).answer(&request(&["Yes", "No"])).await.unwrap();
    assert!(answered.completion.option_logp.is_empty());
    assert_eq!(answered.completion.text, "Yes");
}
