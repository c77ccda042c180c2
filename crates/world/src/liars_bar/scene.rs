//! The whole table, for the reader of a report.

use super::{Card, LiarsBar, Move};
use crate::scene::{Board, Chair, Deed, Laid, Scene, Sight, Table};

/// Who sees what, as `view.rs` has it.
const SEEN: [(&str, &str); 5] = [
    ("target, claims, shots fired, deaths, how many cards each seat holds", "all seats"),
    ("a hand", "its own seat alone"),
    ("cards face down", "who laid them, and all seats once a challenge shows them"),
    ("the live bay of a revolver", "nobody"),
    ("points", "nobody before the game is over"),
];

impl LiarsBar {
    pub(super) fn drawn(&self) -> Scene {
        let honest = |cards: super::Cards| cards.all_fit(self.target);
        let laid = |claim: super::table::Claim| Laid {
            by: claim.by,
            cards: claim.cards.iter().collect(),
            honest: honest(claim.cards),
        };
        let ended = self.last.is_some_and(|last| last.ended_round);
        let table = Table {
            round: self.round,
            target: self.target,
            chairs: (0..usize::from(self.rules.seats)).map(|seat| self.chair(seat)).collect(),
            claim: self.claim.map(laid),
            reveal: self.reveal.filter(|_| ended),
            turn: (!self.over()).then_some(self.turn),
        };
        Scene { board: Board::Table(table), seen: SEEN.map(|(what, who)| (what, who.to_owned())).to_vec() }
    }

    fn chair(&self, seat: usize) -> Chair {
        Chair {
            hand: self.hands[seat].iter().collect(),
            lives: self.living.has(seat),
            shots: self.shots[seat],
            bay: self.bays[seat],
        }
    }

    /// What a move would be, as all see it.
    pub(super) fn told(&self, made: &Move) -> Deed {
        let of = self.claim.map_or(String::new(), |claim| format!(" seat {}", claim.by));
        let words = match made {
            Move::Play { cards } => {
                let count = cards.count();
                let s = if count == 1 { "" } else { "s" };
                format!("lays {count} card{s} face down as {}{s}", Card::name(self.target))
            }
            Move::Challenge {} => format!("challenges{of}"),
            Move::Pass {} => "passes".into(),
        };
        Deed { words, seen: Sight::All }
    }
}
