//! The laws hold over the shelf, and they catch a world that breaks them.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::cell::Cell;
use trace::{Act, Ask, Change, Choice, Fact, Observation};
use world::scene::{Board, Rounds, Scene, Stage};
use world::{Form, FormSpec, Illegal, OWN, Tally, Turn, World, laws};

fn ask(id: &str, text: &str) -> Ask {
    let menu = ["yes", "no"].map(|n| Choice { name: n.into(), text: n.to_uppercase() }).to_vec();
    Ask { id: id.into(), text: text.into(), menu, ..Ask::default() }
}

fn form() -> Form {
    let turns = vec![
        vec![ask("item-1/for", "right?"), ask("item-1/against", "wrong?")],
        vec![ask("total", &format!("you marked {OWN}"))],
    ];
    let decisions = vec![vec!["item-1/for".to_owned(), "item-1/against".to_owned()]];
    let tally = Tally { favour: "yes".into(), decisions };
    Form::new(FormSpec { seat: "reviewer".into(), turns, tally, ..FormSpec::default() })
}

#[test]
fn the_form_keeps_every_law() {
    let make = || Box::new(form()) as Box<dyn World>;
    assert_eq!(laws::all(&make), Vec::<String>::new());
}

/// A form that breaks one law.
struct Broken {
    inner: Form,
    flaw: Flaw,
    refused: u32,
    looks: Cell<u32>,
}

#[derive(Clone, Copy)]
enum Flaw {
    ChangesOnRefusal,
    Differs(u32),
    ShowsStrangers,
    Endless,
    /// A picture that shows how often it was looked at.
    Draws,
}

impl World for Broken {
    fn version(&self) -> &'static str {
        "broken/1"
    }
    fn due(&self) -> Vec<Turn> {
        match self.flaw {
            Flaw::Endless => vec![Turn { number: 0, seat: "reviewer".into() }],
            _ => self.inner.due(),
        }
    }
    fn turns_max(&self) -> u64 {
        self.inner.turns_max()
    }
    fn view(&self, seat: &str) -> Observation {
        match self.flaw {
            Flaw::ShowsStrangers => self.inner.view("reviewer"),
            _ => self.inner.view(seat),
        }
    }
    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        let applied = self.inner.apply(seat, act);
        self.refused += u32::from(applied.is_err());
        applied
    }
    fn stages(&self) -> Vec<Stage> {
        if !matches!(self.flaw, Flaw::Draws) {
            return self.inner.stages();
        }
        self.looks.set(self.looks.get() + 1);
        let rounds = Rounds { lever: "none", over: self.looks.get(), most: 9, rows: vec![], beside: vec![] };
        let scene = Scene { board: Board::Rounds(rounds), seen: vec![] };
        let (points, said) = (vec![], vec![]);
        vec![Stage { game: 0, games: 1, pair: None, holds: false, points, said, scene }]
    }
    fn facts(&self) -> Vec<Fact> {
        self.inner.facts()
    }
    fn save(&self) -> Vec<u8> {
        let mut bytes = self.inner.save();
        match self.flaw {
            Flaw::ChangesOnRefusal => bytes.push(self.refused as u8),
            Flaw::Differs(which) => bytes.push(which as u8),
            _ => {}
        }
        bytes
    }
}

fn violations(flaw: impl Fn() -> Flaw) -> Vec<String> {
    laws::all(&|| {
        Box::new(Broken { inner: form(), flaw: flaw(), refused: 0, looks: Cell::new(0) }) as Box<dyn World>
    })
}

#[test]
fn the_laws_catch_broken_worlds() {
    let made = Cell::new(0);
    let next = || {
        made.set(made.get() + 1);
        Flaw::Differs(made.get())
    };
    assert!(violations(next)[0].contains("two plays of the same acts differ"));
    let refusing = violations(|| Flaw::ChangesOnRefusal);
    assert_eq!(refusing[0], "another seat's act was refused and changed the state");
    assert_eq!(violations(|| Flaw::ShowsStrangers), ["a stranger was shown questions"]);
    assert_eq!(violations(|| Flaw::Draws), ["two pictures of one state differ"]);
    let endless = violations(|| Flaw::Endless);
    assert!(endless.iter().any(|v| v.contains("refused") || v.contains("did not end")), "{endless:?}");
}

#[test]
fn a_later_question_knows_the_own_marks() {
    let mut form = form();
    let view = form.view("reviewer");
    let answers = view.asks.iter().zip(["yes", "yes"]).map(|(ask, choice)| trace::Answer {
        ask: ask.id.clone(),
        choice: Some(choice.into()),
        read: trace::Read::Parsed,
        logp: vec![],
    });
    form.apply("reviewer", &Act { turn: 0, answers: answers.collect() }).unwrap();
    assert_eq!(form.view("reviewer").asks[0].text, "you marked 1");
}
