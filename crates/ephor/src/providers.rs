//! From `provider/model` to something that answers.

use crate::args::{ToolCalls, Wire};
use crate::exit::Exit;
use crate::log;
use crate::screen::Screen;
use model::hosted::{Endpoint, Hosted, Limits, RetryPolicy};
use model::replay::{Replay, replay_key};
use model::{Kind, Model, ModelError};
use openweights::{LocalModel, OpenError};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use trace::{Completion, Event, ModelCard, Name};

/// Opens a hosted model or a replay. Controls belong to scenarios; the embedded model is [`local`].
pub fn open(name: &str, wire: &Wire, log_dir: &Path) -> Result<Arc<dyn Model>, Exit> {
    match name.split_once('/') {
        Some(("replay", run)) => Ok(Arc::new(replay(run, log_dir)?)),
        Some(_) => Ok(Arc::new(hosted(name, wire)?)),
        None => match meant(name) {
            Some(meant) => {
                Err(Exit::usage(format!("there is no model `{name}`\nhint: did you mean `{meant}`?")))
            }
            None => Ok(Arc::new(hosted(name, wire)?)),
        },
    }
}

/// A name that lacks only its provider.
fn meant(name: &str) -> Option<String> {
    let here = name == "smollm2" || name.ends_with(".gguf");
    let control = model::control::BUILTIN.contains(&name);
    here.then(|| format!("local/{name}")).or_else(|| control.then(|| format!("control/{name}")))
}

/// The embedded model, or a GGUF by path; with or without `local/`.
pub fn local(spec: &str, screen: &Screen) -> Result<LocalModel, Exit> {
    let mut progress = |done: u64, total: u64| screen.at("fetching the model", done as usize, total as usize);
    let spec = spec.strip_prefix("local/").unwrap_or(spec);
    let opened = LocalModel::open(spec, &mut progress);
    screen.clear();
    opened.map_err(|e| match e {
        OpenError::NoSuchModel { .. } | OpenError::Read { .. } | OpenError::Model { .. } => Exit::usage(e),
        OpenError::Fetch(_) | OpenError::Start(_) => Exit::broken(e),
    })
}

fn hosted(name: &str, wire: &Wire) -> Result<Hosted, Exit> {
    let env = |variable: &str| std::env::var(variable).ok();
    let told = |e: ModelError| match e.kind {
        Kind::Auth | Kind::NoSuchModel | Kind::BadRequest => Exit::usage(e),
        _ => Exit::broken(e),
    };
    let endpoint = Endpoint::resolve(name, &env).map_err(told)?;
    let endpoint = match wire.tool_calls {
        ToolCalls::Native => endpoint,
        ToolCalls::Text => endpoint.without_tools(),
    };
    let limits = Limits { connections_max: wire.max_connections as usize, ..Limits::default() };
    let timeout_per_attempt = Duration::from_secs_f64(wire.timeout);
    let policy = RetryPolicy { retries_max: wire.max_retries, timeout_per_attempt, ..RetryPolicy::default() };
    Hosted::new(endpoint, &limits, policy).map_err(told)
}

/// The answers of an earlier run, whichever model gave them.
fn replay(run: &str, log_dir: &Path) -> Result<Replay, Exit> {
    let folder = log::find(log_dir, run)?;
    let mut answers: HashMap<Name, Completion> = HashMap::new();
    let mut card: Option<ModelCard> = None;
    folder.each(|episode| {
        let Some(seat) = episode.key.seats.first().filter(|s| !trace::is_scripted(&s.model.name)) else {
            return;
        };
        card.get_or_insert(seat.model.clone());
        let mut asked = HashMap::new();
        for event in episode.events {
            match event {
                Event::Prompted { ask, messages, seed, .. } => {
                    drop(asked.insert(ask, replay_key(&messages, seed)))
                }
                Event::Completed { ask, completion, .. } => {
                    drop(asked.remove(&ask).map(|key| answers.insert(key, completion)))
                }
                _ => {}
            }
        }
    })?;
    let card = card.ok_or_else(|| Exit::usage(format!("run `{run}` holds no answers of a model")))?;
    Ok(Replay::new(card, answers))
}
