//! Plays what is missing: claims episodes, keeps many in flight, seals them in groups.

use crate::plan::Plan;
use agent::Mind;
use arena::{Halt, Tape, play};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use model::{Kind, Model};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::{StoreError, Writer};
use trace::{End, Episode, Sampling, VERSION};
use world::{Form, FormSpec};

/// Episodes in flight of a model that answers over the wire; its own limits hold the connections.
const IN_FLIGHT_PAID: usize = 1024;
/// Episodes in flight of a model on this machine: enough to fill its batches, few enough that the
/// prefixes of an episode stay cached until its last turn.
const IN_FLIGHT_LOCAL: usize = 64;
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

/// Plays one world with one model at its seat, into a tape.
pub async fn one(form: &Arc<FormSpec>, mind: Mind, seed: u64, tape: &mut Tape) -> Result<(), Halt> {
    let mut world = Form::shared(form.clone());
    let seats = BTreeMap::from([(form.seat.clone(), mind)]);
    play(&mut world, &seats, &guard::Open, seed, tape).await
}

struct Ended {
    episode: Episode,
    broke: Option<(Kind, String)>,
}

async fn episode(plan: Plan, sampling: Sampling) -> Ended {
    let Plan { name, key, form, model, .. } = plan;
    let brief = Arc::new(key.briefs.first().cloned().unwrap_or_default());
    let mut tape = Tape::default();
    let played = one(&form, Mind { brief, model, sampling }, key.seed, &mut tape).await;
    let (end, broke) = match played {
        Ok(()) => (End::Done, None),
        Err(halt) => {
            let kind = if let Halt::Model(e) = &halt { e.kind } else { Kind::Storage };
            (End::Incomplete { why: halt.to_string() }, Some((kind, halt.to_string())))
        }
    };
    Ended { episode: Episode { v: VERSION, name, key, events: tape.events, end }, broke }
}

/// Plays the episodes of one model that are neither on record nor being played elsewhere.
pub async fn play_missing(
    writer: &mut Writer,
    model: &Arc<dyn Model>,
    plans: Vec<Plan>,
    sampling: &Sampling,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Played, StoreError> {
    let name = model.card().name.clone();
    let in_flight = if model.card().paid { IN_FLIGHT_PAID } else { IN_FLIGHT_LOCAL };
    let (planned, mut left) = (plans.len(), plans);
    let mut played = Played::default();
    let mut recorded = 0;
    let (mut incomplete, mut first_why) = (0usize, String::new());
    loop {
        let mut later = Vec::new();
        let mut queue = left.into_iter();
        let mut flying = FuturesUnordered::new();
        let mut group: Vec<Episode> = Vec::new();
        let (mut since, mut broken, mut give_up) = (Instant::now(), 0, false);
        loop {
            while flying.len() < in_flight && !give_up && !stop.load(Ordering::Relaxed) {
                let chunk: Vec<Plan> = queue.by_ref().take(in_flight).collect();
                if chunk.is_empty() {
                    break;
                }
                let names: Vec<_> = chunk.iter().map(|p| p.name.clone()).collect();
                for (plan, claimed) in chunk.into_iter().zip(writer.claim(&names)?) {
                    if claimed {
                        flying.push(episode(plan, sampling.clone()));
                    } else {
                        later.push(plan);
                    }
                }
            }
            let stopping = stop.load(Ordering::Relaxed) || give_up;
            let next = if stopping { flying.next().now_or_never().flatten() } else { flying.next().await };
            let Some(ended) = next else { break };
            broken = if ended.broke.is_some() { broken + 1 } else { 0 };
            if let Some((kind, why)) = &ended.broke {
                incomplete += 1;
                if first_why.is_empty() {
                    first_why.clone_from(why);
                }
                let is_final = matches!(kind, Kind::Auth | Kind::NoSuchModel | Kind::Storage);
                if (is_final || broken >= BROKEN_MAX) && !give_up {
                    give_up = true;
                    played.failures.push(why.clone());
                }
            }
            recorded += 1;
            group.push(ended.episode);
            if group.len() >= GROUP || since.elapsed() > GROUP_WAIT {
                played.played += group.len();
                writer.append(std::mem::take(&mut group))?;
                since = Instant::now();
                progress.at(&name, recorded, planned);
            }
        }
        played.played += group.len();
        if !group.is_empty() {
            writer.append(group)?;
        }
        progress.at(&name, recorded, planned);
        played.interrupted = stop.load(Ordering::Relaxed);
        let over = played.interrupted || give_up || later.is_empty();
        if over {
            break;
        }
        // Others hold these, or have just finished them.
        let done: HashSet<_> = writer.finished()?;
        later.retain(|plan| !done.contains(&plan.name));
        recorded = planned - later.len();
        if later.is_empty() {
            break;
        }
        progress.waiting(&name, later.len());
        tokio::time::sleep(Duration::from_millis(300)).await;
        writer.release_dead()?;
        left = later;
    }
    if played.failures.is_empty() && incomplete > 0 {
        played.failures.push(format!("{first_why}\n{incomplete} of {planned} episodes are incomplete"));
    }
    Ok(played)
}
