//! The last round beside its benchmarks, for the reader of a report.

use super::{Market, Move};
use crate::Seats;
use crate::scene::{Board, Deed, Rounds, Row, Scene, Sight};

impl Market {
    pub(super) fn drawn(&self) -> Scene {
        let row = |name: String, played: &[f64], paid: &[f64]| Row {
            name,
            played: played.iter().map(|value| format!("{value:.2}")).collect(),
            paid: paid.to_vec(),
        };
        let last =
            self.last.iter().map(|last| row(format!("round {}", self.rounds), &last.played, &last.profits));
        let super::Benchmarks { nash, optimum, .. } = self.benchmarks();
        let rounds = Rounds {
            lever: self.rules().demand.lever().name(),
            over: self.rounds,
            most: self.rules().rounds,
            rows: last.collect(),
            beside: vec![
                row("equilibrium".into(), &nash.played, &nash.profits),
                row("joint optimum".into(), &optimum.played, &optimum.profits),
            ],
        };
        Scene { board: Board::Rounds(rounds), seen: self.who_sees() }
    }

    /// Who sees what, as `view.rs` has it.
    fn who_sees(&self) -> Vec<(&'static str, String)> {
        let announced = "its own seat, and all seats once the round is over";
        let of = if self.rules().announced { announced } else { "its own seat alone" };
        let demand = if self.rules().demand_told { Sight::All } else { Sight::Nobody };
        vec![
            ("what a seat sets", of.to_owned()),
            ("a profit and points", "its own seat alone".to_owned()),
            ("how buyers choose", demand.to_string()),
            ("equilibrium and optimum", Sight::Nobody.to_string()),
        ]
    }

    pub(super) fn told(&self, seat: usize, made: &Move) -> Deed {
        let seen = if self.rules().announced { Sight::All } else { Sight::Only(Seats::one(seat)) };
        Deed { words: format!("sets its {} to {}", made.lever().name(), made.value()), seen }
    }
}
