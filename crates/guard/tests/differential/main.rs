//! The engine against `spec.rs` on generated charters, states and requests.
//!
//! A small alphabet: two plain tools, one that submits marks, one that ends somebody, one that copies,
//! one that writes a switch; two agents, a delegate, an operator. `model.rs` keeps the state that the
//! specification needs and knows nothing of JSON, Cedar or hashes. `EPHOR_GUARD_REQUESTS` sets another
//! number of requests than 120,000.
#![allow(clippy::unwrap_used)]

mod alphabet;
mod model;

use alphabet::{Dice, Told};
use guard::{Mode, Verdict, spec};
use std::collections::BTreeMap;

const REQUESTS: usize = 120_000;
/// Orders and requests under one charter.
const STEPS: u64 = 200;

#[test]
fn the_engine_says_what_the_specification_says() {
    let wanted = std::env::var("EPHOR_GUARD_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(REQUESTS);
    let mut seen: BTreeMap<Verdict, usize> = BTreeMap::new();
    for seed in 0_u64.. {
        if seen.values().sum::<usize>() >= wanted {
            break;
        }
        let mut dice = Dice::new(seed);
        let setting = alphabet::setting(&mut dice);
        let mut monitor = alphabet::monitor(&setting);
        let mut model = model::Model::new(&setting);
        for n in 0..STEPS {
            let told = alphabet::told(&mut dice, n / 8);
            if let Told::Order(order, now) = &told {
                let (did, may) = (monitor.obey(order, *now).is_ok(), model.obey(order, *now));
                assert_eq!(did, may, "charter {seed}, step {n}: {order:?} at {now}\n{setting:#?}");
                continue;
            }
            let Told::Asked(asked) = told else { continue };
            let expected = model.expected(&asked);
            let (offer, text) = alphabet::concrete(&asked);
            let decision = monitor.decide(asked.who, &offer, text.as_deref(), asked.now);
            assert_eq!(
                decision.verdict,
                expected,
                "charter {seed}, step {n}: {asked:?}\n{}\n{setting:#?}",
                decision.reason()
            );
            model.note(&asked, expected);
            *seen.entry(expected).or_default() += 1;
        }
    }
    println!("{} requests: {seen:?}", seen.values().sum::<usize>());
    let least = wanted / 400;
    assert!(
        seen.len() == 5 && seen.values().all(|n| *n >= least),
        "some verdicts are too rare to show anything: {seen:?}"
    );
}

#[test]
fn the_specification_fits_on_a_page() {
    let lines = include_str!("../../src/spec.rs").lines().count();
    assert!(lines <= 40, "{lines} lines");
}

#[test]
fn the_specification_is_fail_closed() {
    let nothing = spec::policy(&[]);
    assert_eq!(nothing, Verdict::Deny);
    assert_eq!(spec::policy(&[spec::Vote::Permits, spec::Vote::Errs]), Verdict::Deny);
    assert_eq!(spec::policy(&[spec::Vote::Forbids(Verdict::Defer)]), Verdict::Deny);
    let votes =
        [spec::Vote::Permits, spec::Vote::Forbids(Verdict::Defer), spec::Vote::Forbids(Verdict::StepUp)];
    assert_eq!(spec::policy(&votes), Verdict::StepUp);
    assert_eq!(guard::Mode::default(), Mode::Enforce);
}
