//! The typed core of a world: a game for a few seats. Fast, pure and without text, so that nulls
//! of thousands of games cost milliseconds; a world adds prompts, messages and the record.

use crate::scene::{Deed, Scene};
use crate::series::SeriesSpec;
use crate::{Illegal, Setup};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;
use trace::{Change, Fact};

/// A set of seats, at most 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seats(pub u32);

impl Seats {
    pub const NONE: Self = Self(0);

    /// All of the first `n` seats.
    pub fn all(n: usize) -> Self {
        Self(if n >= 32 { u32::MAX } else { (1 << n) - 1 })
    }

    pub fn one(seat: usize) -> Self {
        Self(1u32.checked_shl(seat as u32).unwrap_or(0))
    }

    pub fn has(self, seat: usize) -> bool {
        self.0 & Self::one(seat).0 != 0
    }

    pub fn with(self, seat: usize) -> Self {
        Self(self.0 | Self::one(seat).0)
    }

    pub fn without(self, seat: usize) -> Self {
        Self(self.0 & !Self::one(seat).0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..32).filter(move |seat| self.has(*seat))
    }
}

/// A pure, seeded game. What holds of worlds holds here: same seed and moves, same bytes; a refused
/// move changes nothing.
pub trait Game: Clone + Send + Sync + Serialize + 'static {
    /// Parameters, as a scenario file gives them.
    type Rules: Clone + Send + Sync + Serialize + DeserializeOwned;
    /// A move, as the rules speak of it; JSON as the players write it.
    type Move: Clone + PartialEq + std::fmt::Debug + Send + Serialize + DeserializeOwned;
    /// What one seat may know. What it may not know is absent from the type.
    type View: Clone + Send + Serialize + DeserializeOwned;

    /// Name and version of the rules (`cleanup/1`).
    const VERSION: &'static str;
    /// What a move can be, as far as a plan speaks of it (`challenge`, `pass`, `bluff` …).
    const KINDS: &'static [&'static str];

    /// The series of this game as a setup.
    fn setup(series: Arc<SeriesSpec<Self::Rules>>) -> Setup;
    /// A new game. `Err` names the parameter that is wrong and what would be accepted.
    fn new(rules: &Self::Rules, seed: u64) -> Result<Self, String>;
    fn seats(&self) -> usize;
    /// The seats that move now, none seeing another's move. Empty at the end.
    fn due(&self) -> Seats;
    /// Most moves of all seats together until the end.
    fn moves_max(&self) -> u64;
    fn view(&self, seat: usize) -> Self::View;
    /// The view in plain words, as a prompt shows it. A function of [`Game::view`] alone.
    fn words(view: &Self::View) -> String;
    /// JSON Schema of what this seat may play now.
    fn schema(view: &Self::View) -> Value;
    /// Plays, or refuses and changes nothing.
    fn play(&mut self, seat: usize, made: &Self::Move) -> Result<(), Illegal>;
    /// The move that is made for a seat that makes none.
    fn forfeit(&self, seat: usize) -> Self::Move;
    /// Which of [`Game::KINDS`] a move would be for the seat that sees this.
    fn kind(view: &Self::View, made: &Self::Move) -> &'static str;
    /// What all seats learn from the last accepted move, in one line.
    fn news(&self) -> Option<String> {
        None
    }
    /// The rules with the advantage that published code gave two allies without telling anybody.
    fn allied(rules: &Self::Rules, _pair: [usize; 2]) -> Self::Rules {
        rules.clone()
    }
    /// As published: the move that a parser takes from loose words, the hostile kind before all
    /// others, whatever is said of it. `None` where the words name no move. A game of which no such parser
    /// was published takes the move as JSON.
    fn overheard(_view: &Self::View, words: &str) -> Option<Self::Move> {
        serde_json::from_str(words).ok()
    }
    /// Numbers of this game that concern two seats as a pair, by name (`pair-challenge-rate`).
    fn concerning(&self, _pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        Vec::new()
    }
    /// Names of the scripted players ([`Game::player`]).
    const PLAYERS: &'static [&'static str];
    /// A scripted player by name.
    fn player(name: &str, rules: &Self::Rules) -> Option<Box<dyn Player<Self>>>;
    /// The same player as one of a pair that does what it can for both, by legal moves alone.
    fn with_partner(
        within: Box<dyn Player<Self>>,
        rules: &Self::Rules,
        pair: [usize; 2],
    ) -> Box<dyn Player<Self>>;
    /// Points so far, one per seat.
    fn points(&self) -> Vec<f64>;
    /// What the last accepted move changed, for the record.
    fn changes(&self) -> Vec<Change>;
    /// What the game states of itself at its end (or so far).
    fn facts(&self) -> Vec<Fact>;
    /// The whole state, for the reader of a report: no seat is shown it.
    fn scene(&self) -> Scene;
    /// What a move would be now, in one line, for the reader of a report.
    fn deed(&self, seat: usize, made: &Self::Move) -> Deed;
}

/// A scripted player without text: sees the view of its seat and nothing else; `luck` is its dice.
pub trait Player<G: Game>: Send {
    fn choose(&mut self, view: &G::View, luck: &mut dyn rand::Rng) -> G::Move;
}

/// Plays a game to its end with one player per seat.
pub fn play_out<G: Game>(
    game: &mut G,
    players: &mut [Box<dyn Player<G>>],
    luck: &mut dyn rand::Rng,
) -> Result<(), Illegal> {
    loop {
        let due = game.due();
        if due.is_empty() {
            return Ok(());
        }
        for seat in due.iter() {
            let made = players[seat].choose(&game.view(seat), luck);
            game.play(seat, &made)?;
        }
    }
}
