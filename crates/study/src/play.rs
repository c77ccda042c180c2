//! Plays what is missing: claims episodes, keeps many in flight, seals them in groups.

use crate::plan::Plan;
use crate::structure::Post;
use agent::Mind;
use arena::{Halt, Scroll, Sink, play};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use guard::Guard;
use model::{Kind, Model};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::{StoreError, Writer};
use trace::{End, Episode, VERSION};
use world::Setup;

/// Episodes in flight of a model on this machine: enough to fill its batches, few enough that the
/// prefixes of an episode stay cached until its last turn.
pub const IN_FLIGHT_LOCAL: usize = 64;
/// Episodes sealed in one group, and how long a finished one may wait for its group.
const GROUP: usize = 256;
const GROUP_WAIT: Duration = Duration::from_secs(1);
/// After so many episodes of a model in a row broke, no more are tried.
const BROKEN_MAX: usize = 20;

/// What happens while a run is played.
pub trait Progress: Sync {
    /// `planned` episodes belong to this model, `done` of them are on record.
    fn at(&self, model: &str, done: usize, planned: usize);
    /// Another process plays the rest.
    fn waiting(&self, model: &str, left: usize);
}

/// How playing ended.
#[derive(Debug, Default)]
pub struct Played {
    pub played: usize,
    /// One line per model that broke.
    pub failures: Vec<String>,
    pub interrupted: bool,
}

/// An episode as it is sealed: events as they stand in the record.
type Written = Episode<Scroll>;

/// Plays one world with its minds, into a sink.
pub async fn one(
    setup: &Setup,
    seats: &BTreeMap<String, Mind>,
    post: Option<&Post>,
    seed: u64,
    sink: &mut dyn Sink,
) -> Result<(), Halt> {
    // What cannot be opened was refused when the scenario was compiled.
    let mut world = setup.open().map_err(Halt::Record)?;
    let warden = post.map(Post::warden);
    let guard: &dyn Guard = warden.as_ref().map_or(&guard::Open, |warden| warden);
    play(&mut *world, seats, guard, seed, sink).await
}

struct Ended {
    episode: Written,
    broke: Option<(Kind, String)>,
}

async fn episode(plan: Plan) -> Ended {
    let minds = plan.minds();
    let Plan { name, key, setup, post, .. } = plan;
    let mut scroll = Scroll::default();
    let played = one(&setup, &minds, post.as_deref(), key.seed, &mut scroll).await;
    let (end, broke) = match played {
        Ok(()) => (End::Done, None),
        Err(halt) => {
            let kind = if let Halt::Model(e) = &halt { e.kind } else { Kind::Storage };
            (End::Incomplete { why: halt.to_string() }, Some((kind, halt.to_string())))
        }
    };
    Ended { episode: Episode { v: VERSION, name, key, events: scroll, end }, broke }
}

/// Plays the episodes of one model that are neither on record nor being played elsewhere, at most
/// `in_flight` at once.
///
/// When `stop` is set no further episode begins. Those of a paid model that are in flight are played
/// to their end: their answers are being paid for.
pub async fn play_missing(
    writer: &mut Writer,
    model: &Arc<dyn Model>,
    plans: Vec<Plan>,
    in_flight: usize,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Played, StoreError> {
    let planned = plans.len();
    let mut floor = Floor {
        writer,
        in_flight,
        progress,
        stop,
        name: model.card().name.clone(),
        paid: model.card().paid,
        planned,
        recorded: 0,
        queue: plans.into_iter(),
        elsewhere: Vec::new(),
        flying: FuturesUnordered::new(),
        group: Vec::new(),
        sealed_at: Instant::now(),
        trouble: Trouble::default(),
        sealed: 0,
    };
    loop {
        floor.play_queue().await?;
        if floor.stops() || !floor.wait_for_others().await? {
            return Ok(floor.played());
        }
    }
}

/// What broke so far.
#[derive(Default)]
struct Trouble {
    incomplete: usize,
    in_a_row: usize,
    first: String,
    /// Why no further episode is tried.
    final_: Option<String>,
}

impl Trouble {
    fn hear(&mut self, broke: Option<(Kind, String)>) {
        let Some((kind, why)) = broke else {
            self.in_a_row = 0;
            return;
        };
        self.incomplete += 1;
        self.in_a_row += 1;
        if self.first.is_empty() {
            self.first.clone_from(&why);
        }
        let is_final = matches!(kind, Kind::Auth | Kind::NoSuchModel | Kind::Storage);
        if is_final || self.in_a_row >= BROKEN_MAX {
            self.final_.get_or_insert(why);
        }
    }
}

/// One model's episodes being played.
struct Floor<'a> {
    writer: &'a mut Writer,
    in_flight: usize,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
    name: String,
    paid: bool,
    planned: usize,
    recorded: usize,
    queue: std::vec::IntoIter<Plan>,
    /// Planned episodes that another process holds.
    elsewhere: Vec<Plan>,
    flying: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// Ended episodes that wait to be sealed.
    group: Vec<Written>,
    sealed_at: Instant,
    trouble: Trouble,
    sealed: usize,
}

impl Floor<'_> {
    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.trouble.final_.is_some()
    }

    /// Plays what can be claimed of the queue.
    async fn play_queue(&mut self) -> Result<(), StoreError> {
        loop {
            while self.flying.len() < self.in_flight && !self.stops() && self.begin()? {}
            let waits = self.paid || !self.stops();
            let next =
                if waits { self.flying.next().await } else { self.flying.next().now_or_never().flatten() };
            let Some(ended) = next else { break };
            self.trouble.hear(ended.broke);
            self.recorded += 1;
            self.group.push(ended.episode);
            if self.group.len() >= GROUP || self.sealed_at.elapsed() > GROUP_WAIT {
                self.seal()?;
            }
        }
        self.seal()
    }

    /// Claims the next episodes and begins those that nobody else holds. False when none are left.
    fn begin(&mut self) -> Result<bool, StoreError> {
        let chunk: Vec<Plan> = self.queue.by_ref().take(self.in_flight).collect();
        let names: Vec<_> = chunk.iter().map(|p| p.name.clone()).collect();
        let some = !chunk.is_empty();
        for (plan, claimed) in chunk.into_iter().zip(self.writer.claim(&names)?) {
            match claimed {
                true => self.flying.push(episode(plan).boxed()),
                false => self.elsewhere.push(plan),
            }
        }
        Ok(some)
    }

    fn seal(&mut self) -> Result<(), StoreError> {
        if !self.group.is_empty() {
            self.sealed += self.group.len();
            self.writer.append(std::mem::take(&mut self.group))?;
        }
        self.sealed_at = Instant::now();
        self.progress.at(&self.name, self.recorded, self.planned);
        Ok(())
    }

    /// Waits until others have played what they hold, or are gone: then it is queued again. False when
    /// nothing is left.
    async fn wait_for_others(&mut self) -> Result<bool, StoreError> {
        if self.elsewhere.is_empty() {
            return Ok(false);
        }
        let done = self.writer.finished()?;
        self.elsewhere.retain(|plan| !done.contains(&plan.name));
        self.recorded = self.planned - self.elsewhere.len();
        if self.elsewhere.is_empty() {
            return Ok(false);
        }
        self.progress.waiting(&self.name, self.elsewhere.len());
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.writer.release_dead()?;
        self.queue = std::mem::take(&mut self.elsewhere).into_iter();
        Ok(true)
    }

    fn played(self) -> Played {
        let Trouble { incomplete, first, final_, .. } = self.trouble;
        let some = (incomplete > 0)
            .then(|| format!("{first}\n{incomplete} of {} episodes are incomplete", self.planned));
        Played {
            played: self.sealed,
            failures: final_.or(some).into_iter().collect(),
            interrupted: self.stop.load(Ordering::Relaxed),
        }
    }
}
