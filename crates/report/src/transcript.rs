//! One episode as the template reads it: the game, what was told, asked and answered.

use crate::replay::{ReplayView, replay};
use crate::timeline::{Step, Timeline};
use crate::view::factor_class;
use crate::{ScenarioPage, Transcript, TranscriptAsk, TranscriptOption};
use serde::Serialize;
use std::collections::HashSet;

#[derive(Serialize)]
pub(crate) struct TranscriptView {
    cell: String,
    model: String,
    episode: String,
    wording: u32,
    state: u32,
    clauses: Vec<ClauseView>,
    asks: Vec<AskView>,
    /// Questions that are not shown.
    left_out: usize,
    outcome: Vec<String>,
    replay: Option<ReplayView>,
    timeline: Option<TimelineView>,
}

#[derive(Serialize)]
struct TimelineView {
    steps: Vec<Step>,
    left_out: usize,
    /// Who calls, where it is more than one.
    several: bool,
}

#[derive(Serialize)]
pub(crate) struct ClauseView {
    slot: String,
    role: &'static str,
    spans: Vec<SpanView>,
}

#[derive(Serialize)]
struct SpanView {
    text: String,
    factor: Option<String>,
    class: String,
}

#[derive(Serialize)]
pub(crate) struct AskView {
    id: String,
    text: String,
    options: Vec<OptionView>,
    answer: String,
    read: String,
}

#[derive(Serialize)]
struct OptionView {
    text: String,
    p: String,
    /// Of the bar, in per cent.
    width: String,
    chosen: bool,
}

/// Questions of a game that a page shows: a series may ask thousands.
const ASKS: usize = 300;

/// `name` is its own on the page; its pictures may take `room` bytes.
pub(crate) fn transcript(s: &ScenarioPage, t: &Transcript, name: &str, room: usize) -> TranscriptView {
    let most = if t.replay.is_some() { ASKS } else { usize::MAX };
    let mut asked = HashSet::new();
    // Every turn of a game asks in the same words.
    let text = |a: &TranscriptAsk| match t.replay.is_none() || asked.insert(a.text.clone()) {
        true => a.text.clone(),
        false => String::new(),
    };
    let texts: Vec<String> = t.asks.iter().take(most).map(text).collect();
    TranscriptView {
        cell: t.cell.clone(),
        model: t.model.clone(),
        episode: t.episode.clone(),
        wording: t.wording,
        state: t.state,
        clauses: t.clauses.iter().map(|c| clause(s, c)).collect(),
        asks: t.asks.iter().zip(texts).map(|(a, text)| AskView { text, ..ask(a) }).collect(),
        left_out: t.asks.len().saturating_sub(most),
        outcome: t.outcome.clone(),
        replay: t.replay.as_ref().map(|r| replay(r, name, room)),
        timeline: t.timeline.as_ref().map(timeline),
    }
}

fn timeline(t: &Timeline) -> TimelineView {
    let first = t.steps.first().map(|step| &step.seat);
    let several = t.steps.iter().any(|step| Some(&step.seat) != first);
    TimelineView { steps: t.steps.clone(), left_out: t.left_out, several }
}

pub(crate) fn clause(s: &ScenarioPage, c: &trace::Clause) -> ClauseView {
    let span = |span: &trace::Span| SpanView {
        text: span.text.clone(),
        class: span.factor.as_deref().map_or(String::new(), |f| factor_class(s, f)),
        factor: span.factor.clone(),
    };
    ClauseView {
        slot: c.slot.clone(),
        role: match c.role {
            trace::Role::System => "system",
            trace::Role::User | trace::Role::Tool => "user",
            trace::Role::Assistant | trace::Role::Call => "assistant",
        },
        spans: c.spans.iter().map(span).collect(),
    }
}

pub(crate) fn ask(a: &TranscriptAsk) -> AskView {
    AskView {
        id: a.id.clone(),
        text: a.text.clone(),
        options: a.options.iter().map(option).collect(),
        answer: a.answer.clone(),
        read: a.read.clone(),
    }
}

fn option(o: &TranscriptOption) -> OptionView {
    let p = o.p.filter(|p| p.is_finite());
    OptionView {
        text: o.text.clone(),
        p: p.map_or("not scored".into(), probability),
        width: format!("{:.1}", p.unwrap_or(0.0).clamp(0.0, 1.0) * 100.0),
        chosen: o.chosen,
    }
}

/// Three decimals: the small ones matter.
fn probability(p: f64) -> String {
    let digits = format!("{p:.3}");
    digits.strip_prefix('0').map(str::to_owned).unwrap_or(digits)
}
