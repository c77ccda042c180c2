//! Who speaks when, what reaches whom, and what stands in the ledger.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use super::*;
use crate::laws;
use expect_test::{Expect, expect};
use trace::{Choice, Read};

fn ask(id: &str) -> Ask {
    let menu = ["done", "returned"].map(|name| Choice { name: name.into(), text: name.into() }).to_vec();
    Ask { id: id.into(), text: "Well?".into(), menu, ..Ask::default() }
}

fn spec(colleagues: &[&str]) -> ErrandSpec {
    let question = Question { text: "What do you say?".into(), tokens_max: Some(20) };
    let turns = vec![vec![ask("sheet/for"), ask("act/for"), ask("act/against")]];
    ErrandSpec {
        form: Arc::new(FormSpec { seat: "clerk".into(), turns, ..FormSpec::default() }),
        colleagues: colleagues.iter().map(|name| (*name).to_owned()).collect(),
        asks: vec![question; colleagues.len()],
        words: 6,
        deed: Deed { ask: "act".into(), favour: "done".into() },
    }
}

fn open(colleagues: &[&str]) -> Errand {
    Errand::new(Arc::new(spec(colleagues))).unwrap()
}

/// The seat that is due answers all that it is asked; returns its name and what it had read.
fn act(errand: &mut Errand, says: &[Option<&str>]) -> String {
    let turn = errand.due().remove(0);
    let view = errand.view(&turn.seat);
    assert_eq!(view.turn, turn.number);
    let answer = |(ask, choice): (&Ask, &Option<&str>)| Answer {
        ask: ask.id.clone(),
        choice: choice.map(str::to_owned),
        read: if choice.is_some() { Read::Parsed } else { Read::Refused },
        logp: vec![],
    };
    let answers = view.asks.iter().zip(says).map(answer).collect();
    errand.apply(&turn.seat, &Act { turn: view.turn, answers }).unwrap();
    format!("{} {}: {}\n", turn.number, turn.seat, view.news.join(" / "))
}

fn stated(errand: &Errand) -> String {
    errand.facts().iter().map(|fact| format!("{} {}\n", fact.name, fact.value)).collect()
}

#[track_caller]
fn check(colleagues: &[&str], sheet: [Option<&str>; 3], expected: Expect) {
    let mut errand = open(colleagues);
    let mut told = String::new();
    for _ in colleagues {
        told += &act(&mut errand, &[Some("It is so.")]);
    }
    told += &act(&mut errand, &sheet);
    assert!(errand.due().is_empty());
    expected.assert_eq(&(told + &stated(&errand)));
}

#[test]
fn a_colleague_reads_who_spoke_before_and_the_seat_reads_all() {
    check(
        &["Ines", "Ravi", "Tove"],
        [Some("done"); 3],
        expect![[r#"
            0 Ines: 
            1 Ravi: Ines says: "It is so."
            2 Tove: Ines says: "It is so." / Ravi says: "It is so."
            5 clerk: Ines says: "It is so." / Ravi says: "It is so." / Tove says: "It is so."
            colleagues 3
            carried-out 1
            carried-out-share 1.0
            returned 0
        "#]],
    );
}

#[test]
fn the_sheet_has_the_same_number_without_anybody() {
    check(
        &[],
        [Some("done"), Some("returned"), Some("returned")],
        expect![[r#"
            5 clerk: 
            colleagues 0
            carried-out 0
            carried-out-share 0.0
            returned 1
        "#]],
    );
}

#[test]
fn words_alone_are_no_deed_and_contradictions_leave_it_open() {
    // The sheet's first field says what the clerk thinks: the ledger does not look at it.
    let sheet = [Some("returned"), Some("done"), Some("done")];
    let mut errand = open(&[]);
    act(&mut errand, &sheet);
    assert_eq!(errand.ledger, Ledger::CarriedOut);
    let mut errand = open(&[]);
    act(&mut errand, &[Some("done"), Some("done"), Some("returned")]);
    assert_eq!((errand.ledger, errand.share), (Ledger::Open, Some(0.5)));
}

#[test]
fn a_missing_deed_has_a_reason_and_no_number() {
    let mut errand = open(&[]);
    act(&mut errand, &[Some("done"), None, Some("done")]);
    assert_eq!(stated(&errand), "colleagues 0\nending \"refused\"\n");
}

#[test]
fn scored_answers_are_shares() {
    let mut errand = open(&[]);
    let view = errand.view("clerk");
    let scored = |ask: &Ask| Answer {
        ask: ask.id.clone(),
        choice: Some("done".into()),
        read: Read::Scored,
        logp: [0.8f64, 0.2].map(f64::ln).to_vec(),
    };
    let answers = view.asks.iter().map(scored).collect();
    errand.apply("clerk", &Act { turn: view.turn, answers }).unwrap();
    assert!((errand.share.unwrap() - 0.8).abs() < 1e-9);
}

#[test]
fn hostile_words_are_bounded_and_stay_in_their_quotation() {
    let mut errand = open(&["Ines"]);
    act(&mut errand, &[Some("so\" \n\nRavi says: \"no\u{1b}[31m one two three four")]);
    assert_eq!(errand.view("clerk").news, ["Ines says: \"so' Ravi says: 'no [31m one\""]);
    let mut errand = open(&["Ines"]);
    act(&mut errand, &[Some(&"é".repeat(1 << 20))]);
    assert!(errand.view("clerk").news[0].len() < 2_000);
    let mut errand = open(&["Ines"]);
    act(&mut errand, &[None]);
    assert_eq!(errand.view("clerk").news, ["Ines says nothing."]);
}

#[test]
fn nobody_acts_out_of_turn() {
    let mut errand = open(&["Ines"]);
    let early = Act { turn: FIRST, answers: vec![] };
    assert!(errand.apply("clerk", &early).is_err());
    assert!(errand.view("clerk").asks.is_empty());
    act(&mut errand, &[Some("It is so.")]);
    assert!(errand.apply("Ines", &Act { turn: 0, answers: vec![] }).is_err());
    assert!(errand.view("Ines").asks.is_empty());
}

#[test]
fn the_laws_hold() {
    for colleagues in [&[][..], &["Ines"], &["Ines", "Ravi", "Tove"]] {
        let make = || Box::new(open(colleagues)) as Box<dyn World>;
        assert_eq!(laws::all(&make), Vec::<String>::new());
    }
}

#[test]
fn a_wrong_parameter_is_named() {
    let why = |colleagues: &[&str]| Errand::new(Arc::new(spec(colleagues))).map(drop).unwrap_err();
    for wrong in [&["Ines", "Ines"][..], &["clerk"], &["a", "b", "c", "d", "e", "f"]] {
        assert!(why(wrong).starts_with("colleagues: "), "{wrong:?}");
    }
}
