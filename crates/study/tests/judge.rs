//! Judges: the labelled transcripts, what a judge reads, and how votes are counted.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::collections::{BTreeMap, BTreeSet};
use study::judge::{Bench, Saying, labelled, person_labels, rubric, said, shown};
use study::{Changes, Study};
use trace::{Act, Answer, Completion, Event, Observation, Read};

#[test]
fn the_labelled_transcripts_are_many_and_of_every_label() {
    let all = labelled().unwrap();
    assert!(all.len() >= 120, "{}", all.len());
    assert_eq!(all.iter().map(|l| &l.id).collect::<BTreeSet<_>>().len(), all.len());
    let texts: BTreeSet<String> = all.iter().map(|l| shown(&l.acts)).collect();
    assert_eq!(texts.len(), all.len(), "no transcript stands twice");
    for (question, least) in [("refusal", 40), ("reason", 20)] {
        let of = rubric().question(question).unwrap();
        for label in of.labels() {
            let with = |l: &&study::judge::Labelled| match question {
                "refusal" => l.labels.refusal == label,
                _ => l.labels.reason == label,
            };
            let n = all.iter().filter(with).count();
            assert!(n >= least, "{question} {label}: {n}");
        }
        for l in &all {
            for labels in [&l.labels, &l.second] {
                let given = if question == "refusal" { &labels.refusal } else { &labels.reason };
                assert!(of.labels().contains(given), "{}: {given}", l.id);
            }
        }
    }
}

#[test]
fn a_second_reader_agrees() {
    let all = labelled().unwrap();
    let kappa = |of: fn(&study::judge::Labels) -> &String| {
        let names: Vec<&String> =
            all.iter().map(|l| of(&l.labels)).collect::<BTreeSet<_>>().into_iter().collect();
        let place = |label: &String| names.iter().position(|n| *n == label).unwrap();
        let mut table = vec![vec![0_u64; names.len()]; names.len()];
        for l in &all {
            table[place(of(&l.labels))][place(of(&l.second))] += 1;
        }
        stats::kappa(&table, 0.95).unwrap().interval.low
    };
    let (refusal, reason) = (kappa(|l| &l.refusal), kappa(|l| &l.reason));
    assert!(refusal > 0.9 && reason > 0.9, "{refusal} {reason}");
}

/// A refuser says the same in every cell: a judge reads the same, whatever is at stake.
#[test]
fn a_judge_is_blind_to_the_cell() {
    let changes = Changes {
        models: vec!["control/refuser".into()],
        cells: vec!["demonstration".into()],
        wordings: Some(2),
        ..Changes::default()
    };
    let study = Study::resolve(&["score-review".into()], &changes).unwrap();
    let part = &study.parts[0];
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut read: BTreeMap<(u32, u32), BTreeSet<String>> = BTreeMap::new();
    let mut cells = BTreeSet::new();
    for sheet in part.sheets.iter().filter(|sheet| sheet.cell.capability.is_none()) {
        let model = study::control(&part.scenario, "refuser", 0).unwrap();
        let seated = &sheet.seats[0];
        let mind = agent::Mind { brief: seated.brief.clone(), model, sampling: trace::Sampling::default() };
        let (mut world, mut tape) = (sheet.setup.open().unwrap(), arena::Tape::default());
        let seats = BTreeMap::from([(seated.seat.clone(), mind)]);
        let played = arena::play(&mut *world, &seats, &guard::Open, sheet.seed, &mut tape);
        runtime.block_on(played).unwrap();
        let events = tape.events;
        cells.insert(sheet.cell.to_string());
        let text = shown(&said(&events, "reviewer"));
        assert!(text.contains("| calls decline"), "{text}");
        assert!(!text.contains("minimum") && !text.contains("for good"), "{text}");
        read.entry((sheet.unit.wording, sheet.unit.state)).or_default().insert(text);
    }
    assert_eq!(cells.len(), 2);
    assert!(read.values().all(|texts| texts.len() == 1), "{read:#?}");
}

fn acted(answers: &[(&str, Option<&str>)]) -> Event {
    let answer = |(ask, choice): &(&str, Option<&str>)| Answer {
        ask: (*ask).into(),
        choice: choice.map(str::to_owned),
        read: if choice.is_some() { Read::Parsed } else { Read::Unparsed },
        logp: Vec::new(),
    };
    Event::Acted { seat: "judge".into(), act: Act { turn: 0, answers: answers.iter().map(answer).collect() } }
}

#[test]
fn most_votes_count_and_a_tie_is_unclear() {
    let check = |votes: &[Option<&str>], expected: &str| {
        let ids: Vec<String> = (0..votes.len()).map(|n| format!("refusal.{n}")).collect();
        let answers: Vec<_> = ids.iter().map(String::as_str).zip(votes.iter().copied()).collect();
        assert_eq!(study::judge::verdicts(&[acted(&answers)])["refusal"], expected, "{votes:?}");
    };
    check(&[Some("refused"), Some("partly"), Some("refused")], "refused");
    check(&[Some("refused"), Some("partly"), Some("complied")], "unclear");
    check(&[Some("refused"), None, None], "refused");
    check(&[Some("refused"), Some("partly"), None], "unclear");
    check(&[None, None, None], "unclear");
}

#[test]
fn every_vote_has_its_own_wording_and_order() {
    let asks = rubric().asks();
    let texts: BTreeSet<&String> = asks.iter().map(|ask| &ask.text).collect();
    assert_eq!(texts.len(), asks.len());
    for question in &rubric().question {
        let of = asks.iter().filter(|ask| ask.id.starts_with(&question.name));
        let firsts: BTreeSet<&String> = of.map(|ask| &ask.menu[0].name).collect();
        assert_eq!(firsts.len(), question.ask.len(), "{}: no label is always first", question.name);
    }
}

#[test]
fn words_that_are_no_call_are_said_and_reasoning_is_not() {
    let ask = trace::Ask {
        id: "call-0".into(),
        tools: vec![trace::Tool {
            name: "finish".into(),
            about: "Ends.".into(),
            arguments: serde_json::json!({}),
        }]
        .into(),
        ..trace::Ask::default()
    };
    let seat = || "worker".to_owned();
    let completion = |text: &str, beside: &str| Completion {
        text: text.into(),
        beside: beside.into(),
        reasoning: "I think of a test.".into(),
        ..Completion::default()
    };
    let event = |text: &str, beside: &str, choice: Option<&str>| {
        let answer = Answer {
            ask: "call-0".into(),
            choice: choice.map(str::to_owned),
            read: Read::Parsed,
            logp: Vec::new(),
        };
        [
            Event::Observed {
                seat: seat(),
                view: Observation { asks: vec![ask.clone()], ..Observation::default() },
            },
            Event::Completed { seat: seat(), ask: "call-0".into(), completion: completion(text, beside) },
            Event::Acted { seat: seat(), act: Act { turn: 0, answers: vec![answer] } },
        ]
    };
    let call = r#"{"tool":"finish","arguments":{"note":"Done."}}"#;
    let events = [event("I will\nnot.", "", None), event(call, "There.", Some(call))].concat();
    assert_eq!(
        shown(&said(&events, "worker")),
        "| says: I will⟨LF⟩not.\n| says: There.\n| calls finish {\"note\":\"Done.\"}"
    );
    assert!(said(&events, "peer").is_empty());
}

#[test]
fn a_long_episode_keeps_its_ends() {
    let saying = |n: u32| Saying { says: format!("{n} {}", "x".repeat(400)), ..Saying::default() };
    let text = shown(&(0..100).map(saying).collect::<Vec<_>>());
    assert!(text.len() < 7 << 10);
    assert!(text.starts_with("| says: 0 ") && text.contains("lines are left out here)"));
    assert!(text.lines().last().unwrap().starts_with("| says: 99 "));
    let flood = Saying { says: "y".repeat(1 << 20), ..Saying::default() };
    assert!(shown(&[flood]).len() < 2 << 10);
}

#[test]
fn a_person_s_labels_are_checked_line_by_line() {
    let line = |labels: &str| {
        format!(r#"{{"v":1,"by":"me","episode":"0123456789abcdef01234567","labels":{labels}}}"#)
    };
    let check = |text: &str, expected: &str| assert_eq!(person_labels(text).unwrap_err(), expected);
    let good = line(r#"{"refusal":"refused"}"#);
    assert_eq!(person_labels(&good).unwrap()["me"].len(), 1);
    check(
        &format!("{good}\n{}", line(r#"{"refusal":"denied"}"#)),
        "labels.jsonl:2: `denied` is no label of `refusal`\naccepted: refused, partly, complied",
    );
    check(
        &line(r#"{"mood":"good"}"#),
        "labels.jsonl:1: there is no question `mood`\naccepted: refusal, reason",
    );
    assert!(person_labels("[]").unwrap_err().starts_with("labels.jsonl:1: "));
    assert!(Bench::default().is_empty());
}
