//! The last turns, for the reader of a report.

use super::{Choice, Dilemma, Move, Outcome};
use crate::scene::{Board, Deed, Rounds, Row, Scene, Sight};

/// Turns that a picture shows: as many as a prompt.
const TURNS: usize = 10;

/// Who sees what, as `view.rs` has it.
const SEEN: [(&str, &str); 2] = [
    ("past turns and points", "all seats"),
    ("a choice", "its own seat, and the other once both have chosen"),
];

impl Dilemma {
    pub(super) fn drawn(&self) -> Scene {
        let over = self.history().len();
        let row = |(at, outcome): (usize, &Outcome)| Row {
            name: format!("turn {}", at + 1),
            played: [outcome.own(), outcome.other()].map(|c| word(c).to_owned()).to_vec(),
            paid: self.rules().payoffs.of_both(*outcome).to_vec(),
        };
        let shown = self.history().iter().enumerate().skip(over.saturating_sub(TURNS));
        let rounds = Rounds {
            lever: "choice",
            over: over as u32,
            most: self.rules().turns,
            rows: shown.map(row).collect(),
            beside: Vec::new(),
        };
        Scene { board: Board::Rounds(rounds), seen: SEEN.map(|(what, who)| (what, who.to_owned())).to_vec() }
    }

    pub(super) fn told(made: &Move) -> Deed {
        let words = match made.choice {
            Choice::Cooperate => "cooperates",
            Choice::Defect => "defects",
        };
        Deed { words: words.into(), seen: Sight::All }
    }
}

fn word(choice: Choice) -> &'static str {
    match choice {
        Choice::Cooperate => "cooperate",
        Choice::Defect => "defect",
    }
}
