//! A series: several games between the same seats, in which two of them may hold a private line.
//!
//! Source: `voluntary-collusion-2026` (arXiv 2605.27593), repaired: the line carries words and
//! nothing else, both must consent, a refusal is not final, nobody is ordered to use it, and what is
//! written stands word for word in the prompt of the next move. Facts: the seats of the game; one
//! question at a time but for simultaneous moves; ends after `games` games; points add up.
//!
//! ```text
//! [reasons ─▶] offer ─▶ [reasons ─▶] consent ─▶ game: [message ─▶ answer ─▶] move … ─▶ next game
//! ```
//!
//! The unit of analysis is the series: within one, everything depends on one acceptance.

mod honest;
mod ledger;
mod line;
mod play;
mod show;
mod spec;
mod stage;

pub use honest::Honest;
pub use ledger::number;
pub use show::{PARTNER, STATE, wrote};
pub use spec::{Paragraph, Question, Script, SeriesSpec, ToolSpec};

use crate::{Deed, Game, Illegal, Seats, Stage, Turn, World};
use ledger::Ledger;
use line::{Exchange, Message};
use serde::Serialize;
use std::sync::Arc;
use trace::{Act, Change, Fact, Observation, seed_of};

/// The question that every seat of a game is asked, with `#` for its number. All others belong to the tool.
pub const MOVE: &str = "move-#";

/// The name of a seat in acts and records.
pub fn seat_name(seat: usize) -> String {
    format!("seat-{seat}")
}

/// What is asked now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    ReasonsBefore,
    Offer,
    ReasonsAfter,
    Consent,
    /// The first message of an exchange, by this seat.
    Message(usize),
    /// The partner's answer to it.
    Reply {
        from: usize,
        out: Message,
    },
    Moves,
    Over,
}

/// A series being played.
#[derive(Clone, Debug, Serialize)]
pub struct Series<G: Game> {
    #[serde(skip)]
    spec: Arc<SeriesSpec<G::Rules>>,
    game: G,
    /// The game that ended last as it ended, and the turn before which it did: for the reader of a report.
    ended: Option<(u32, G)>,
    /// Games that are over.
    nth: u32,
    phase: Phase,
    /// Moves that are over; seats that move at once share one.
    moves: u32,
    /// Whether the pair holds the tool.
    holds: bool,
    /// Points of this game for declining.
    bonus: Vec<f64>,
    /// Why the offered seat says that it will choose as it does.
    reasons: String,
    exchange: Option<Exchange>,
    /// Moves of the pair since the last exchange.
    quiet: u32,
    /// Plans that wait for the writer's next move.
    plans: Vec<Option<String>>,
    /// What each seat has not been told yet.
    news: Vec<Vec<String>>,
    ledger: Ledger,
}

impl<G: Game> Series<G> {
    /// Opens a series. `Err` names the parameter that is wrong.
    pub fn new(spec: Arc<SeriesSpec<G::Rules>>) -> Result<Self, String> {
        let game = G::new(&spec.rules, seed_of("game", &[&spec.seed.to_string(), "0"]))?;
        let seats = game.seats();
        if let Some(tool) = &spec.tool {
            let [a, b] = tool.pair;
            if a == b || a >= seats || b >= seats {
                return Err(format!("tool.pair is {a} and {b}; accepted: two different seats below {seats}"));
            }
            if tool.every == 0 {
                return Err("tool.every is 0; accepted: 1 or more".into());
            }
        }
        if spec.games == 0 {
            return Err("games is 0; accepted: 1 or more".into());
        }
        // Rules that open one game open every game: those of a pair that the engine favours too.
        if let Some(tool) = spec.tool.as_ref().filter(|tool| tool.mechanic) {
            G::new(&G::allied(&spec.rules, tool.pair), 0)?;
        }
        let mut series = Self {
            game,
            ended: None,
            nth: 0,
            phase: Phase::Moves,
            moves: 0,
            holds: spec.tool.as_ref().is_some_and(|tool| tool.given),
            bonus: vec![0.0; seats],
            reasons: String::new(),
            exchange: None,
            quiet: 0,
            plans: vec![None; seats],
            news: vec![Vec::new(); seats],
            ledger: Ledger::of(spec.tool.as_ref().map_or([0, 1], |tool| tool.pair)),
            spec,
        };
        series.open_game()?;
        Ok(series)
    }

    fn tool(&self) -> Option<&ToolSpec> {
        self.spec.tool.as_ref()
    }

    /// A new game and what comes before its first move.
    fn open_game(&mut self) -> Result<(), String> {
        self.game = self.fresh_game()?;
        self.bonus.fill(0.0);
        self.exchange = None;
        self.quiet = 0;
        let offered = self.tool().is_some_and(|tool| tool.offered_in.contains(&self.nth));
        self.phase = match self.tool() {
            Some(tool) if offered && !self.holds && tool.offer.reasons_before.is_some() => {
                Phase::ReasonsBefore
            }
            Some(_) if offered && !self.holds => Phase::Offer,
            _ => Phase::Moves,
        };
        self.settle_phase();
        Ok(())
    }

    /// The game that is due, under the rules that hold now, before its first move.
    fn fresh_game(&self) -> Result<G, String> {
        let seed = seed_of("game", &[&self.spec.seed.to_string(), &self.nth.to_string()]);
        match self.tool() {
            Some(tool) if tool.mechanic && tool.works && self.holds => {
                G::new(&G::allied(&self.spec.rules, tool.pair), seed)
            }
            _ => G::new(&self.spec.rules, seed),
        }
    }

    /// Before moves: ends a game that is over, and lets the pair talk when it is its time.
    fn settle_phase(&mut self) {
        while self.phase == Phase::Moves {
            let due = self.game.due();
            if due.is_empty() {
                self.close_game();
            } else {
                if let Some(seat) = self.talker(due) {
                    self.phase = Phase::Message(seat);
                }
                return;
            }
        }
    }

    /// The seat of the pair that writes now, if the pair talks before these seats move.
    fn talker(&self, due: Seats) -> Option<usize> {
        let tool = self.tool().filter(|_| self.holds)?;
        let rested = self.exchange.is_none() || self.quiet >= tool.every;
        tool.pair.into_iter().find(|seat| due.has(*seat)).filter(|_| rested)
    }

    fn close_game(&mut self) {
        self.ledger.close(&self.game, self.holds, &self.bonus);
        let points: Vec<String> = self.game.points().iter().map(f64::to_string).collect();
        self.tell_all(&format!("Game {} is over. Points by seat: {}.", self.nth + 1, points.join(", ")));
        self.nth += 1;
        let ended = self.game.clone();
        // `new` has seen that these rules open a game.
        if self.nth >= self.spec.games || self.open_game().is_err() {
            self.phase = Phase::Over;
        } else {
            self.ended = Some((self.number(), ended));
        }
    }

    fn tell_all(&mut self, line: &str) {
        self.news.iter_mut().for_each(|news| news.push(line.into()));
    }

    /// The number of the turn that is due: of the move that is due, and what of it or before it. So a
    /// move has the same number, and with it the same luck, whether or not something was offered.
    fn number(&self) -> u32 {
        let part = match &self.phase {
            Phase::ReasonsBefore => 0,
            Phase::Offer => 1,
            Phase::ReasonsAfter => 2,
            Phase::Consent => 3,
            Phase::Message(_) => 4,
            Phase::Reply { .. } => 5,
            Phase::Moves => 6,
            Phase::Over => 7,
        };
        self.moves.saturating_mul(8).saturating_add(part)
    }

    /// The seats that act now.
    fn acting(&self) -> Seats {
        let pair = self.tool().map_or([0, 0], |tool| tool.pair);
        match &self.phase {
            Phase::ReasonsBefore | Phase::Offer | Phase::ReasonsAfter => Seats::one(pair[0]),
            Phase::Consent => Seats::one(pair[1]),
            Phase::Message(seat) => Seats::one(*seat),
            Phase::Reply { from, .. } => Seats::one(self.partner_of(*from)),
            Phase::Moves => self.game.due(),
            Phase::Over => Seats::NONE,
        }
    }

    /// The tool, for a seat that holds one that does something.
    fn effective(&self, seat: usize) -> Option<&ToolSpec> {
        self.tool().filter(|tool| self.holds && tool.works && tool.pair.contains(&seat))
    }

    fn partner_of(&self, seat: usize) -> usize {
        let [a, b] = self.tool().map_or([0, 1], |tool| tool.pair);
        if seat == a { b } else { a }
    }
}

/// The seat of that name.
pub fn seat_of(name: &str) -> Option<usize> {
    name.strip_prefix("seat-")?.parse().ok()
}

impl<G: Game> World for Series<G> {
    fn version(&self) -> &'static str {
        G::VERSION
    }

    fn due(&self) -> Vec<Turn> {
        let turn = |seat| Turn { number: self.number(), seat: seat_name(seat) };
        self.acting().iter().map(turn).collect()
    }

    /// Per move a message and an answer, per game five questions about the tool.
    fn turns_max(&self) -> u64 {
        u64::from(self.spec.games).saturating_mul(self.game.moves_max().saturating_mul(3).saturating_add(5))
    }

    fn view(&self, seat: &str) -> Observation {
        match seat_of(seat).filter(|seat| self.acting().has(*seat)) {
            Some(seat) => self.show(seat),
            None => Observation { turn: self.number(), ..Observation::default() },
        }
    }

    fn apply(&mut self, seat: &str, act: &Act) -> Result<Vec<Change>, Illegal> {
        let seat = seat_of(seat).filter(|seat| self.acting().has(*seat));
        let seat = seat.ok_or_else(|| Illegal::new("a seat acts only in its turn"))?;
        if act.turn != self.number() {
            return Err(Illegal::new("an act belongs to the turn that is due"));
        }
        self.act(seat, act)
    }

    fn forfeit(&self, seat: &str) -> Option<Act> {
        let seat = seat_of(seat).filter(|seat| self.acting().has(*seat))?;
        Some(self.default_act(seat))
    }

    fn stages(&self) -> Vec<Stage> {
        self.on_stage()
    }

    fn deed(&self, seat: &str, act: &Act) -> Option<Deed> {
        let seat = seat_of(seat).filter(|seat| self.acting().has(*seat))?;
        Some(self.told(seat, act))
    }

    fn facts(&self) -> Vec<Fact> {
        let own =
            self.ledger.facts().into_iter().chain(self.tool().map_or(Vec::new(), |_| self.ledger.of_tool()));
        let stated =
            |(name, value): (&String, &serde_json::Value)| Fact { name: name.clone(), value: value.clone() };
        own.chain(self.spec.facts.iter().map(stated)).collect()
    }

    fn save(&self) -> Vec<u8> {
        trace::canonical(self)
    }
}
