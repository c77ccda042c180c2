//! The one loop.

use crate::{Receipt, Sink};

use agent::{Exchange, Memory, Mind, ModelError};
use futures_util::future::try_join_all;
use guard::Guard;
use std::collections::BTreeMap;
use trace::{Act, Event, Observation, Verdict, seed_of};
use world::{Turn, World};

/// Why an episode stopped before its end. None of these is a model's bad output.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the event could not be recorded: {0}")]
    Record(String),
    #[error("nobody sits at seat `{0}`")]
    EmptySeat(String),
}

/// How often a seat may try again after an act that the rules refuse, before it forfeits the turn.
pub const RETRIES: u32 = 2;

/// Plays a world to its end. `seed` is the unit's seed; the seed of a try adds seat, turn and try.
pub async fn play(
    world: &mut dyn World,
    seats: &BTreeMap<String, Mind>,
    guard: &dyn Guard,
    seed: u64,
    sink: &mut dyn Sink,
) -> Result<(), Halt> {
    let mut floor = Floor { world, seats, memories: BTreeMap::new(), guard, seed, sink };
    let mut left = floor.world.turns_max();
    'turns: while left > 0 {
        let due = floor.world.due();
        if due.is_empty() {
            break;
        }
        // All are asked before any act is applied: nobody sees what another does in this turn.
        let looks: Vec<Look> = due.iter().map(|turn| floor.look(turn, None, 0)).collect();
        let (seats, memories) = (floor.seats, &floor.memories);
        let asked = due.iter().zip(looks).map(|(turn, look)| think(seats, memories, turn, look));
        let tries = try_join_all(asked).await?;
        for (turn, tried) in due.iter().zip(tries) {
            left = left.saturating_sub(1);
            if !floor.settle(turn, tried).await? {
                break 'turns;
            }
        }
    }
    let facts = floor.world.facts();
    floor.record(Event::Stated { facts }).map(drop)
}

/// What a seat sees before a try.
struct Look {
    view: Observation,
    seed: u64,
}

/// One try of a seat: what it saw, what was said word for word, what it did.
struct Try {
    look: Look,
    exchanges: Vec<Exchange>,
    act: Act,
}

async fn think(
    seats: &BTreeMap<String, Mind>,
    memories: &BTreeMap<String, Memory>,
    turn: &Turn,
    look: Look,
) -> Result<Try, Halt> {
    let mind = seats.get(&turn.seat).ok_or_else(|| Halt::EmptySeat(turn.seat.clone()))?;
    let nothing = Memory::default();
    let memory = memories.get(&turn.seat).unwrap_or(&nothing);
    let (exchanges, act) = mind.act(memory, &look.view, look.seed).await?;
    Ok(Try { look, exchanges, act })
}

/// What became of a try.
enum Enacted {
    Done,
    /// By the guard.
    Denied,
    /// By the rules, which say why.
    Illegal(String),
}

/// A world being played.
struct Floor<'a> {
    world: &'a mut dyn World,
    seats: &'a BTreeMap<String, Mind>,
    memories: BTreeMap<String, Memory>,
    guard: &'a dyn Guard,
    seed: u64,
    sink: &'a mut dyn Sink,
}

impl Floor<'_> {
    fn look(&self, turn: &Turn, refused: Option<String>, nth: u32) -> Look {
        let view = self.guard.show(&turn.seat, self.world.view(&turn.seat));
        let (unit, number, nth) = (self.seed.to_string(), turn.number.to_string(), nth.to_string());
        // The first try's seed is that of a turn without tries.
        let parts = [unit.as_str(), &turn.seat, &number, &nth];
        let seed = seed_of("turn", if nth == "0" { &parts[..3] } else { &parts });
        Look { view: Observation { refused, ..view }, seed }
    }

    /// Brings a turn to its end: an act, tries again, or a forfeit. False when the world cannot go on.
    async fn settle(&mut self, turn: &Turn, first: Try) -> Result<bool, Halt> {
        let mut tried = first;
        for nth in 0.. {
            let learnt = Mind::learns(&tried.look.view, &tried.exchanges, &tried.act);
            match self.enact(&turn.seat, tried)? {
                Enacted::Done => {
                    self.memories.entry(turn.seat.clone()).or_default().keep(learnt);
                    return Ok(true);
                }
                // What was denied would be denied again: the seat remembers it, and its turn is over.
                Enacted::Denied => {
                    self.memories.entry(turn.seat.clone()).or_default().keep(learnt);
                    break;
                }
                Enacted::Illegal(rule) if nth < RETRIES && self.world.forfeit(&turn.seat).is_some() => {
                    let look = self.look(turn, Some(rule), nth + 1);
                    tried = think(self.seats, &self.memories, turn, look).await?;
                }
                Enacted::Illegal(_) => break,
            }
        }
        self.forfeit(turn)
    }

    /// Records a try and applies it if the guard and the rules allow. What is recorded is what is applied:
    /// the act as the guard would send it.
    fn enact(&mut self, seat: &str, tried: Try) -> Result<Enacted, Halt> {
        let Try { look: Look { view, seed }, exchanges, act } = tried;
        let seat = || seat.to_owned();
        self.record(Event::Observed { seat: seat(), view })?;
        for Exchange { ask, messages, completion } in exchanges {
            self.record(Event::Prompted { seat: seat(), ask: ask.clone(), messages, seed })?;
            self.record(Event::Completed { seat: seat(), ask, completion })?;
        }
        let act = self.guard.amend(&seat(), act);
        self.record(Event::Acted { seat: seat(), act: act.clone() })?;
        let verdict = self.guard.admit(&seat(), &act);
        let allowed = verdict == Verdict::Allow;
        let receipt = self.record(Event::Judged { seat: seat(), turn: act.turn, verdict })?;
        // The reason is the operator's.
        if allowed { self.effect(&seat(), &act, receipt) } else { Ok(Enacted::Denied) }
    }

    /// Applies an act whose allowance is on record.
    fn effect(&mut self, seat: &str, act: &Act, _allowed: Receipt) -> Result<Enacted, Halt> {
        match self.world.apply(seat, act) {
            Ok(changes) => self.record(Event::Changed { turn: act.turn, changes }).map(|_| Enacted::Done),
            Err(illegal) => {
                let rule = illegal.rule.clone();
                self.record(Event::Illegal { seat: seat.into(), turn: act.turn, rule: illegal.rule })?;
                Ok(Enacted::Illegal(rule))
            }
        }
    }

    fn forfeit(&mut self, turn: &Turn) -> Result<bool, Halt> {
        let Some(act) = self.world.forfeit(&turn.seat) else { return Ok(false) };
        let receipt = self.record(Event::Forfeited { seat: turn.seat.clone(), turn: turn.number })?;
        Ok(matches!(self.effect(&turn.seat, &act, receipt)?, Enacted::Done))
    }

    fn record(&mut self, event: Event) -> Result<Receipt, Halt> {
        self.sink.append(event).map_err(Halt::Record)
    }
}
