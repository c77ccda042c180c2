//! The one loop.

use crate::{Receipt, Sink};

use agent::{Mind, ModelError};
use guard::Guard;
use std::collections::BTreeMap;
use trace::{Act, Event, Verdict, seed_of};
use world::World;

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

/// Plays a world to its end. `seed` is the unit's seed; the seed of a turn adds seat and turn.
pub async fn play(
    world: &mut dyn World,
    seats: &BTreeMap<String, Mind>,
    guard: &dyn Guard,
    seed: u64,
    sink: &mut dyn Sink,
) -> Result<(), Halt> {
    let limit = world.turns_max();
    for _ in 0..limit {
        let Some(turn) = world.turn() else { break };
        let seat = turn.seat;
        let mind = seats.get(&seat).ok_or_else(|| Halt::EmptySeat(seat.clone()))?;
        let view = guard.show(&seat, world.view(&seat));
        let seed = seed_of("turn", &[&seed.to_string(), &seat, &turn.number.to_string()]);
        let (exchanges, act) = mind.act(&view, seed).await?;
        record(sink, Event::Observed { seat: seat.clone(), view })?;
        for e in exchanges {
            record(
                sink,
                Event::Prompted { seat: seat.clone(), ask: e.ask.clone(), messages: e.messages, seed },
            )?;
            record(sink, Event::Completed { seat: seat.clone(), ask: e.ask, completion: e.completion })?;
        }
        record(sink, Event::Acted { seat: seat.clone(), act: act.clone() })?;
        let verdict = guard.admit(&seat, &act);
        let receipt =
            record(sink, Event::Judged { seat: seat.clone(), turn: turn.number, verdict: verdict.clone() })?;
        if verdict != Verdict::Allow {
            break;
        }
        let event = effect(world, &seat, &act, receipt);
        let refused = matches!(event, Event::Illegal { .. });
        record(sink, event)?;
        if refused {
            break;
        }
    }
    record(sink, Event::Stated { facts: world.facts() })?;
    Ok(())
}

/// Applies an act whose allowance is on record. An illegal act ends the episode; it is data.
fn effect(world: &mut dyn World, seat: &str, act: &Act, _allowed: Receipt) -> Event {
    match world.apply(seat, act) {
        Ok(changes) => Event::Changed { turn: act.turn, changes },
        Err(illegal) => Event::Illegal { seat: seat.into(), turn: act.turn, rule: illegal.rule },
    }
}

fn record(sink: &mut dyn Sink, event: Event) -> Result<Receipt, Halt> {
    sink.append(event).map_err(Halt::Record)
}
