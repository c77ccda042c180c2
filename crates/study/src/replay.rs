//! Plays an episode again from its record: byte-equal, or the first difference.

use crate::plan::{Plan, plan, sheet};
use crate::play::one;
use crate::player::player;
use crate::scenario::{Cell, Unit};
use crate::study::Study;
use arena::Tape;
use model::replay::{Replay, replay_key};
use std::collections::HashMap;
use std::sync::Arc;
use trace::{Completion, Episode, Event, Name, canonical};

/// The answers on record, by what was read.
fn answers(episode: &Episode) -> HashMap<Name, Completion> {
    let mut asked: HashMap<&str, Name> = HashMap::new();
    let mut answers = HashMap::new();
    for event in &episode.events {
        match event {
            Event::Prompted { ask, messages, seed, .. } => {
                asked.insert(ask, replay_key(messages, *seed));
            }
            Event::Completed { ask, completion, .. } => {
                if let Some(key) = asked.get(ask.as_str()) {
                    answers.insert(key.clone(), completion.clone());
                }
            }
            _ => {}
        }
    }
    answers
}

/// Plays the episode again and compares. `Err` says where the bytes differ.
pub async fn replay(study: &Study, episode: &Episode) -> Result<(), String> {
    if episode.key.scenario == crate::judge::SCENARIO {
        return replay_judgement(episode).await;
    }
    let key = &episode.key;
    let part = study
        .parts
        .iter()
        .position(|p| p.scenario.file.name == key.scenario && p.scenario.hash == key.scenario_hash);
    let part =
        part.ok_or_else(|| format!("scenario `{}` is not in this study as it was played", key.scenario))?;
    let card = key.seats.first().ok_or("the episode has no seat")?.model.clone();
    let model: Arc<dyn model::Model> = match card.name.strip_prefix("player/") {
        Some(name) => player(&study.parts[part].scenario, name)?,
        None => {
            let answers = answers(episode);
            let first: Arc<dyn model::Model> = Arc::new(Replay::new(card.clone(), answers.clone()));
            // The second of a pair sits somewhere under its own name.
            let second = key.seats.iter().map(|seat| &seat.model).find(|other| **other != card);
            match second.filter(|_| model::pair::halves(&card.name).is_some()) {
                Some(second) => {
                    let second = Replay::new(second.clone(), answers);
                    Arc::new(model::Pair::recorded(first, Arc::new(second)))
                }
                None => first,
            }
        }
    };
    let plan = again(study, part, episode, &model)?;
    compare(plan, episode).await
}

/// A judgement needs no study: all that was read is in its key.
async fn replay_judgement(episode: &Episode) -> Result<(), String> {
    let card = episode.key.seats.first().ok_or("the episode has no seat")?.model.clone();
    let model: Arc<dyn model::Model> = Arc::new(Replay::new(card, answers(episode)));
    let plan = crate::judge::again(&episode.key, &model).filter(|plan| plan.name == episode.name);
    compare(plan.ok_or("it was judged by another rubric than this version's")?, episode).await
}

async fn compare(plan: Plan, episode: &Episode) -> Result<(), String> {
    let mut tape = Tape::default();
    let minds = plan.minds();
    one(&plan.setup, &minds, plan.post.as_deref(), plan.key.seed, &mut tape)
        .await
        .map_err(|halt| halt.to_string())?;
    let again = Episode { events: tape.events, key: plan.key, ..episode.clone() };
    differs(episode, &again).map_or(Ok(()), Err)
}

/// The plan of an episode, from what its key says and the scenario as it is.
fn again(
    study: &Study,
    part: usize,
    episode: &Episode,
    model: &Arc<dyn model::Model>,
) -> Result<Plan, String> {
    let key = &episode.key;
    let scenario = &study.parts[part].scenario;
    let cell = Cell::parse(scenario, &key.cell).map_err(|f| f.to_string())?;
    let unit = Unit { wording: key.wording, state: key.state };
    let sampling = key.seats.first().map(|s| s.sampling.clone()).unwrap_or_default();
    let sheet = sheet(scenario, &cell, unit, key.epoch).map_err(|f| f.to_string())?;
    let plan = plan(scenario, &sheet, model, &sampling);
    if plan.name != episode.name {
        return Err("its name is not the name of what it says it was made from".into());
    }
    Ok(plan)
}

fn differs(recorded: &Episode, again: &Episode) -> Option<String> {
    if canonical(recorded) == canonical(again) {
        return None;
    }
    let pairs = recorded.events.iter().zip(&again.events);
    let first = pairs.into_iter().position(|(a, b)| canonical(a) != canonical(b));
    Some(match first {
        Some(at) => format!("event {at} differs from the record"),
        None => {
            format!("{} events on record, {} when played again", recorded.events.len(), again.events.len())
        }
    })
}
