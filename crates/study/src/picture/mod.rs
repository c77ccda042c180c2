//! Pictures of a game, from its record: the acts are applied again, and after each turn the state is
//! drawn with what was done in it. What the record says and what the world does must agree.

mod draw;
#[cfg(test)]
mod tests;
mod timeline;

pub use timeline::timeline;

use report::Replay;
use report::replay::{Deed, Frame, Game, Said, bytes};
use std::collections::BTreeMap;
use trace::{Act, Change, End, Episode, Event, Verdict};
use world::series::seat_of;
use world::{Setup, Stage, World};

/// The most that is drawn of one episode.
const FRAMES_MAX: usize = 2_000;
const BYTES_MAX: usize = 1_000_000;
/// The most of an act that stands in its line.
const WORDS_BYTES: usize = 160;

/// The games of an episode; none where its world is no game.
pub fn replay(setup: &Setup, episode: &Episode) -> Option<Replay> {
    let world = setup.open().ok()?;
    let opening = world.stages().pop()?;
    let mut reel =
        Reel { world, replay: Replay::default(), turn: Turn::default(), left: BYTES_MAX, frames: 0 };
    reel.shoot(&opening, Turn::default());
    for (at, event) in episode.events.iter().enumerate() {
        if let Err(why) = reel.hear(event) {
            reel.replay.notes.push(format!("The picture ends before event {at} of the record: {why}."));
            break;
        }
    }
    if let End::Incomplete { why } = &episode.end {
        reel.replay.notes.push(format!("The episode is incomplete: {why}"));
    }
    Some(reel.replay)
}

/// What was done since the last frame: seats that move at once share a turn.
#[derive(Default)]
struct Turn {
    deeds: Vec<Deed>,
    /// Who wrote a message.
    wrote: Option<usize>,
    tried: BTreeMap<String, Vec<(String, String)>>,
    pending: Option<Pending>,
}

/// An act that the record has not yet said the effect of.
struct Pending {
    seat: String,
    act: Act,
    forfeited: bool,
}

struct Reel {
    world: Box<dyn World>,
    replay: Replay,
    turn: Turn,
    /// Bytes that may still be drawn.
    left: usize,
    frames: usize,
}

impl Reel {
    /// `Err` says why no more can be drawn.
    fn hear(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Acted { seat, act } => self.pend(seat, act.clone(), false),
            Event::Judged { seat, verdict: Verdict::Deny { .. }, .. } => self.refused(seat, "it was denied"),
            Event::Illegal { seat, rule, .. } => self.refused(seat, rule),
            Event::Forfeited { seat, .. } => {
                let act = self.world.forfeit(seat).ok_or("the world makes no act for this seat")?;
                self.pend(seat, act, true);
            }
            Event::Changed { changes, .. } => return self.apply(changes),
            Event::Observed { .. } | Event::Prompted { .. } | Event::Completed { .. } => {}
            Event::Judged { .. } | Event::Stated { .. } => {}
        }
        Ok(())
    }

    fn pend(&mut self, seat: &str, act: Act, forfeited: bool) {
        self.turn.pending = Some(Pending { seat: seat.into(), act, forfeited });
    }

    fn refused(&mut self, seat: &str, rule: &str) {
        let Some(Pending { act, .. }) = self.turn.pending.take() else { return };
        let words = self.world.deed(seat, &act).map_or(String::new(), |deed| deed.words);
        let tried = (report::one_line(&words, WORDS_BYTES), rule.to_owned());
        self.turn.tried.entry(seat.into()).or_default().push(tried);
    }

    fn apply(&mut self, recorded: &[Change]) -> Result<(), String> {
        let Pending { seat, act, forfeited } = self.turn.pending.take().ok_or("no act precedes a change")?;
        let told = self.world.deed(&seat, &act).ok_or("it is not this seat's turn")?;
        let changes = self.world.apply(&seat, &act).map_err(|illegal| illegal.rule)?;
        if changes != recorded {
            return Err("the record has another change than the rules".into());
        }
        let (tried, number) =
            (self.turn.tried.remove(&seat).unwrap_or_default(), seat_of(&seat).unwrap_or_default());
        let (words, seen) = (report::one_line(&told.words, WORDS_BYTES), told.seen.to_string());
        self.turn.deeds.push(Deed { seat: number, words, seen, tried, forfeited });
        let writes =
            |answer: &trace::Answer| ["message-", "reply-"].iter().any(|id| answer.ask.starts_with(id));
        self.turn.wrote = act.answers.iter().any(writes).then_some(number);
        if self.world.due().iter().any(|due| due.number == act.turn) {
            return Ok(());
        }
        self.cut()
    }

    /// The turn is over: its frame, and the first of a game that opens with it.
    fn cut(&mut self) -> Result<(), String> {
        let mut turn = std::mem::take(&mut self.turn);
        for stage in self.world.stages() {
            if self.frames >= FRAMES_MAX || self.left == 0 {
                return Err(format!("it holds {FRAMES_MAX} turns and {BYTES_MAX} bytes at most"));
            }
            self.shoot(&stage, std::mem::take(&mut turn));
        }
        Ok(())
    }

    fn shoot(&mut self, stage: &Stage, turn: Turn) {
        let frame = frame(stage, turn);
        self.frames += 1;
        self.left = self.left.saturating_sub(bytes(&frame));
        let games = &mut self.replay.games;
        match games.last_mut().filter(|game| game.nth == stage.game) {
            Some(game) => game.frames.push(frame),
            None => games.push(game(stage, frame)),
        }
    }
}

fn game(stage: &Stage, first: Frame) -> Game {
    let seen = stage.scene.seen.iter().map(|(what, who)| ((*what).to_owned(), who.clone()));
    Game { nth: stage.game, of: stage.games, pair: stage.pair, seen: seen.collect(), frames: vec![first] }
}

fn frame(stage: &Stage, turn: Turn) -> Frame {
    let wrote = turn.wrote;
    let said = |said: &world::scene::Said| Said {
        by: said.by,
        words: said.words.clone(),
        plan: said.plan.clone(),
        readers: said.readers.iter().collect(),
        now: wrote == Some(said.by),
    };
    Frame {
        deeds: turn.deeds,
        holds: stage.holds,
        said: stage.said.iter().map(said).collect(),
        points: stage.points.clone(),
        scene: draw::scene(&stage.scene.board),
    }
}
