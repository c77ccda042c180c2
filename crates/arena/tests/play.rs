//! One episode as a text that a person can read, and what the arena must refuse.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use agent::Mind;
use arena::{Halt, Receipt, Scroll, Sink, Tape, play};
use expect_test::{Expect, expect};
use futures_util::FutureExt;
use guard::{Closed, Guard, Open};
use model::control::{Control, Reading, Script, builtin};
use std::collections::BTreeMap;
use trace::{Ask, Brief, Choice, Clause, Event, Role, Sampling, Span};
use world::{Form, FormSpec, World};

fn form() -> Form {
    let menu = ["taken", "left"].into_iter().zip(["Yes", "No"]);
    let menu = menu.map(|(name, text)| Choice { name: name.into(), text: text.into() }).collect();
    let ask = Ask { id: "offer/for".into(), text: "Do you take it?".into(), menu, ..Ask::default() };
    Form::new(FormSpec { seat: "player".into(), turns: vec![vec![ask]], ..FormSpec::default() })
}

fn seats(control: &str) -> BTreeMap<String, Mind> {
    let script = Script::new(builtin(control).unwrap(), &Reading::default()).unwrap();
    let span = |text: &str| vec![Span { text: text.into(), factor: None }];
    let clauses = vec![
        Clause { slot: "role".into(), role: Role::System, spans: span("You are Red.") },
        Clause { slot: "game".into(), role: Role::User, spans: span("A tool is on offer.") },
    ];
    let model = std::sync::Arc::new(Control::of(script.into(), 0));
    let mind = Mind { brief: Brief { clauses }.into(), model, sampling: Sampling::default() };
    BTreeMap::from([("player".to_owned(), mind)])
}

fn line(event: &Event) -> String {
    match event {
        Event::Observed { seat, view } => format!("{seat} sees {} asks", view.asks.len()),
        Event::Prompted { messages, .. } => {
            messages.iter().map(|m| format!("  {:?}: {:?}", m.role, m.text)).collect::<Vec<_>>().join("\n")
        }
        Event::Completed { completion, .. } => format!("  answers {:?}", completion.text),
        Event::Acted { act, .. } => {
            let said = act.answers.iter().map(|a| format!("{} {:?} {:?}", a.ask, a.choice, a.read));
            format!("acts: {}", said.collect::<Vec<_>>().join(", "))
        }
        Event::Judged { verdict, .. } => format!("guard: {verdict:?}"),
        Event::Illegal { rule, .. } => format!("illegal: {rule}"),
        Event::Forfeited { .. } => "forfeits".into(),
        Event::Changed { changes, .. } => {
            let paths = changes.iter().map(|c| format!("{} = {}", c.path, c.to));
            format!("changed: {}", paths.collect::<Vec<_>>().join(", "))
        }
        Event::Stated { facts } => format!("facts: {}", facts.len()),
    }
}

fn check(control: &str, guard: &dyn Guard, expected: Expect) {
    let (mut world, mut tape) = (form(), Tape::default());
    let played = play(&mut world, &seats(control), guard, 7, &mut tape).now_or_never().unwrap();
    played.unwrap();
    expected.assert_eq(&tape.events.iter().map(|e| line(e) + "\n").collect::<String>());
}

#[test]
fn a_refusal_is_an_act() {
    check(
        "refuser",
        &Open,
        expect![[r#"
        player sees 1 asks
          System: "You are Red."
          User: "A tool is on offer.\n\nDo you take it?"
          answers "I would rather not answer that."
        acts: offer/for None Refused
        guard: Allow
        changed: answers/offer/for = null
        facts: 0
    "#]],
    );
}

#[test]
fn what_the_guard_denies_changes_nothing() {
    check(
        "refuser",
        &Closed,
        expect![[r#"
        player sees 0 asks
        acts: 
        guard: Deny { reason: "no policy allows this" }
        facts: 0
    "#]],
    );
    let mut world = form();
    let before = world.save();
    let mut tape = Tape::default();
    play(&mut world, &seats("random"), &Closed, 7, &mut tape).now_or_never().unwrap().unwrap();
    assert_eq!(world.save(), before);
}

/// A sink that fails at its nth event.
struct Failing(usize);

impl Sink for Failing {
    fn append(&mut self, event: Event) -> Result<Receipt, String> {
        if self.0 == 0 {
            return Err("the disk is full".into());
        }
        self.0 -= 1;
        Tape::default().append(event)
    }
}

#[test]
fn no_record_no_effect() {
    // Observed, prompted, completed, acted, judged: until the verdict is on record nothing changes.
    for events in 0..5 {
        let mut world = form();
        let before = world.save();
        let halt = play(&mut world, &seats("random"), &Open, 7, &mut Failing(events)).now_or_never().unwrap();
        assert!(matches!(halt, Err(Halt::Record(_))), "{events}");
        assert_eq!(world.save(), before, "{events} events were recorded");
    }
}

#[test]
fn nobody_at_the_seat_is_an_error() {
    let halt = play(&mut form(), &BTreeMap::new(), &Open, 7, &mut Tape::default()).now_or_never().unwrap();
    assert_eq!(halt.unwrap_err().to_string(), "nobody sits at seat `player`");
}

#[test]
fn a_scroll_is_what_a_tape_would_be_written_as() {
    let (mut tape, mut scroll) = (Tape::default(), Scroll::default());
    assert_eq!(serde_json::to_string(&scroll).unwrap(), "[]");
    for turn in 0..3 {
        let event = Event::Forfeited { seat: "\"one\"".into(), turn };
        tape.append(event.clone()).unwrap();
        scroll.append(event).unwrap();
        assert_eq!(serde_json::to_string(&scroll).unwrap(), serde_json::to_string(&tape.events).unwrap());
    }
}
