//! A table of cards as the template draws it.

use super::{Card, Claim, Reveal, Table};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct TableView {
    round: u32,
    target: String,
    sign: String,
    chairs: Vec<ChairView>,
    /// In words, what lies on the table or what was shown.
    said: String,
    cards: Vec<CardView>,
    /// Who knows the cards, and what they are.
    note: String,
    bluff: bool,
}

#[derive(Serialize)]
struct ChairView {
    seat: usize,
    class: String,
    state: &'static str,
    hand: Vec<CardView>,
    shots: u8,
    bay: u8,
    gun: String,
    points: String,
}

#[derive(Serialize)]
struct CardView {
    sign: String,
    class: &'static str,
}

/// Bays of a revolver that a drawing has; more shots or later bays draw as the last.
const BAYS: u8 = 6;

impl TableView {
    pub fn new(table: &Table, pair: Option<[usize; 2]>, points: &[f64]) -> Self {
        let chair = |(seat, chair): (usize, &super::Chair)| {
            let turn = table.turn == Some(seat);
            let classes = [
                ("pair", pair.is_some_and(|pair| pair.contains(&seat))),
                ("now", turn),
                ("dead", !chair.lives),
            ];
            let shots = if chair.shots == 1 { "1 shot" } else { &format!("{} shots", chair.shots) };
            ChairView {
                seat,
                class: classes.iter().filter(|(_, is)| *is).map(|(class, _)| format!(" {class}")).collect(),
                state: match (chair.lives, turn, table.claim.is_some()) {
                    (false, ..) => "dead",
                    (_, true, true) => "answers",
                    (_, true, false) => "plays",
                    _ => "",
                },
                hand: chair.hand.iter().map(card).collect(),
                shots: chair.shots.min(BAYS),
                bay: chair.bay.min(BAYS - 1),
                gun: format!("{shots}, bay {} is live", chair.bay + 1),
                points: super::view::points(points.get(seat)),
            }
        };
        let (said, cards, note, bluff) = lies(table);
        Self {
            round: table.round,
            sign: sign(&table.target),
            target: table.target.clone(),
            chairs: table.chairs.iter().enumerate().map(chair).collect(),
            said,
            cards: cards.iter().map(card).collect(),
            note,
            bluff,
        }
    }
}

/// What lies in the middle: a claim, or what a challenge showed.
fn lies(table: &Table) -> (String, &[Card], String, bool) {
    match (&table.claim, &table.reveal) {
        (Some(Claim { by, cards, honest }), _) => {
            let said = format!("Seat {by} claims {} × {}", cards.len(), table.target);
            let truth = if *honest { "it is true" } else { "it is a bluff" };
            (said, cards, format!("face down: only seat {by} knows that {truth}"), !honest)
        }
        (None, Some(reveal)) => (ending(reveal), &reveal.cards, shot(reveal), !reveal.honest),
        (None, None) => ("Nothing lies on the table".into(), &[], String::new(), false),
    }
}

fn ending(reveal: &Reveal) -> String {
    let Reveal { by, honest, challenger, .. } = reveal;
    let truth = if *honest { "it was true" } else { "it was a bluff" };
    match challenger {
        Some(seat) => format!("Seat {seat} challenged seat {by}: {truth}"),
        None => format!("Seat {by} was challenged by the rules: {truth}"),
    }
}

fn shot(reveal: &Reveal) -> String {
    match (reveal.fired, reveal.died) {
        (Some(seat), true) => format!("seat {seat} fired and died; all seats saw it"),
        (Some(seat), false) => format!("seat {seat} fired and lives; all seats saw it"),
        (None, _) => "nobody fired; all seats saw it".into(),
    }
}

fn card(card: &Card) -> CardView {
    CardView {
        sign: sign(&card.rank),
        class: match (card.rank.as_str(), card.fits) {
            ("wild", _) => "w",
            (_, true) => "t",
            _ => "",
        },
    }
}

/// The letter of a rank.
fn sign(rank: &str) -> String {
    match rank {
        "wild" => "★".into(),
        other => other.chars().take(1).flat_map(char::to_uppercase).collect(),
    }
}
