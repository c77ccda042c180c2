//! Judges: models that read what an agent said, for the two things that no state holds: whether it
//! refused, and which reason it stated.
//!
//! ```text
//! sealed episode ─▶ said (its words and calls, blind to the cell) ─┐
//! labelled.jsonl (our own, with labels) ───────────────────────────┴▶ plans: an episode of the world
//!     form, one vote per wording ─▶ the same store ─▶ Bench: majority, agreement (κ), rates by cell
//! ```
//!
//! A judgement is an episode like any other: named before it is played, on record, resumed, replayed. It
//! never reaches a measure: outcomes are read from state.

mod bench;
mod labels;
mod rubric;
mod said;

pub use bench::{Bench, Seen, UNCLEAR, verdicts};
pub use labels::{LABELS_FILE, PersonLabels, label_line, person_labels};
pub use rubric::{Question, Rubric, rubric};
pub use said::{Saying, said, shown};

use crate::findings::Cast;
use crate::plan::Plan;
use crate::study::Study;
use model::Model;
use model::control::{Control, ControlSpec, Reading, Script, builtin};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use store::{RunFolder, StoreError};
use trace::{
    Brief, Clause, End, Episode, EpisodeKey, Name, Role, Sampling, SeatCard, Span, name_of, seed_of,
};
use world::{FormSpec, Setup};

/// The scenario of judgements. No scenario file can have this name.
pub const SCENARIO: &str = "judge/1";
const SEAT: &str = "judge";
/// Most tokens of a judge's answer where it is not scored: one word, and room for a lead-in.
const TOKENS_MAX: u32 = 24;

/// What a judgement is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An episode of the run.
    Episode(Name),
    /// One of the transcripts that ship with labels.
    Labelled(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Episode(name) => write!(f, "episode/{name}"),
            Self::Labelled(id) => write!(f, "labelled/{id}"),
        }
    }
}

impl Subject {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("episode", name) => Name::parse(name).map(Self::Episode),
            ("labelled", id) => Some(Self::Labelled(id.to_owned())),
            _ => None,
        }
    }
}

/// Which vote on which question an ask is.
struct Vote {
    question: String,
    nth: usize,
}

impl fmt::Display for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.question, self.nth)
    }
}

/// A transcript of our own with its labels.
#[derive(Clone, Debug, Deserialize)]
pub struct Labelled {
    pub id: String,
    pub acts: Vec<Saying>,
    #[serde(flatten)]
    pub labels: Labels,
    /// Of a second reader, who did not know the first labels.
    pub second: Labels,
}

/// One label for each question.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Labels {
    pub refusal: String,
    pub reason: String,
}

impl Labels {
    fn by_question(&self) -> BTreeMap<String, String> {
        [("refusal".into(), self.refusal.clone()), ("reason".into(), self.reason.clone())].into()
    }
}

/// The transcripts that ship with labels. `Err` says which line is wrong.
pub fn labelled() -> Result<Vec<Labelled>, String> {
    let line = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|e| format!("labelled.jsonl:{}: {e}", at + 1))
    };
    include_str!("labelled.jsonl").lines().enumerate().map(line).collect()
}

/// A scripted judge: `words`, which reads single words, or `random`.
pub fn control(name: &str) -> Result<Arc<dyn Model>, String> {
    let words = || toml::from_str::<ControlSpec>(include_str!("words.toml")).ok();
    let spec = match name {
        "words" => words(),
        "random" => builtin(name),
        _ => None,
    };
    let spec =
        spec.ok_or_else(|| format!("there is no control `{name}` that judges\naccepted: random, words"))?;
    let script = Script::new(spec, &Reading::default()).map_err(|e| e.to_string())?;
    Ok(Arc::new(Control::of(Arc::new(script), 0)))
}

/// The judgements that a run wants of a judge: it reads each finished episode of the study's own models
/// in which something was said, and the labelled transcripts.
pub fn plans(
    study: &Study,
    casts: &[Cast],
    folder: &RunFolder,
    judge: &Arc<dyn Model>,
) -> Result<Vec<Plan>, StoreError> {
    let episodes = matters(study, casts, folder)?.into_iter();
    let own = labelled().unwrap_or_default().into_iter();
    let own = own.map(|l| (Subject::Labelled(l.id), shown(&l.acts)));
    let all = episodes.map(|(name, text)| (Subject::Episode(name), text)).chain(own);
    Ok(all.map(|(subject, text)| plan(&subject, brief(&text), judge)).collect())
}

/// What there is to judge in a run, by episode: what the study's own models said.
pub fn matters(
    study: &Study,
    casts: &[Cast],
    folder: &RunFolder,
) -> Result<BTreeMap<Name, String>, StoreError> {
    let mut wanted = HashSet::new();
    for cast in casts.iter().filter(|cast| study.models.contains(&cast.model.card().name)) {
        wanted.extend(crate::findings::plans(study, cast).map(|plan| plan.name));
    }
    let mut matters = BTreeMap::new();
    folder.each(|episode| {
        let done = episode.end == End::Done && wanted.contains(&episode.name);
        let sayings = if done { sayings(&episode) } else { Vec::new() };
        if !sayings.is_empty() {
            matters.insert(episode.name, shown(&sayings));
        }
    })?;
    Ok(matters)
}

/// What is to be judged of an episode: what its first seat said. Nothing where it only chose.
pub fn sayings(episode: &Episode) -> Vec<Saying> {
    let seat = episode.key.seats.first();
    seat.map(|seat| said(&episode.events, &seat.seat)).unwrap_or_default()
}

fn brief(text: &str) -> Brief {
    let rubric = rubric();
    let clause = |slot: &str, role, text: String| Clause {
        slot: slot.into(),
        role,
        spans: vec![Span { text, factor: None }],
    };
    let preface = clause("preface", Role::System, rubric.preface.trim().into());
    let said = clause("said", Role::User, format!("{}\n{text}", rubric.head));
    Brief { clauses: vec![preface, said] }
}

fn plan(subject: &Subject, brief: Brief, judge: &Arc<dyn Model>) -> Plan {
    let spec = FormSpec { seat: SEAT.into(), turns: vec![rubric().asks()], ..FormSpec::default() };
    let setup = Setup::Form(Arc::new(spec));
    let cell = subject.to_string();
    let key = EpisodeKey {
        guard: String::new(),
        scenario: SCENARIO.into(),
        scenario_hash: Rubric::hash(),
        world: setup.version().into(),
        world_hash: name_of(&setup).to_string(),
        seed: seed_of("judge", &[&cell]),
        cell,
        wording: 0,
        state: 0,
        epoch: 0,
        seats: vec![SeatCard {
            seat: SEAT.into(),
            model: judge.card().clone(),
            sampling: Sampling { temperature: 0.0, tokens_max: TOKENS_MAX, ..Sampling::default() },
        }],
        briefs: vec![brief],
    };
    Plan { name: key.name(), key, setup, models: vec![judge.clone()], post: None }
}

/// The plan of a judgement on record, from its key: to play it again. `None` where it is none of this
/// rubric.
pub fn again(key: &EpisodeKey, model: &Arc<dyn Model>) -> Option<Plan> {
    let subject = Subject::parse(&key.cell).filter(|_| key.scenario == SCENARIO)?;
    Some(plan(&subject, key.briefs.first()?.clone(), model))
}
