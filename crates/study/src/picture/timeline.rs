//! The timeline of an episode in which tools are called: from the record alone.

use report::timeline::{Kind, Moved, Step, Timeline};
use serde_json::Value;
use trace::{Act, Call, Change, Event};

/// The most that is shown of one text.
const TEXT_BYTES: usize = 400;
/// The most steps of one episode.
const STEPS_MAX: usize = 400;

/// The steps of an episode, of all its seats in order.
pub fn timeline(events: &[Event]) -> Timeline {
    let mut reel = Reel::default();
    for event in events {
        reel.hear(event);
    }
    let Reel { mut steps, .. } = reel;
    let left_out = steps.len().saturating_sub(STEPS_MAX);
    steps.truncate(STEPS_MAX);
    Timeline { steps, left_out }
}

#[derive(Default)]
struct Reel {
    steps: Vec<Step>,
    /// What the seat said beside the call that it is making.
    said: String,
    /// The rules that this turn's earlier tries broke.
    refused: Vec<String>,
    act: Option<(String, Act)>,
    forfeited: bool,
}

impl Reel {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::Observed { seat, view } => {
                // What a call brought back is told before the same seat's next one.
                let last =
                    self.steps.iter_mut().rev().find(|step| &step.seat == seat && step.result.is_empty());
                if let Some(step) = last.filter(|_| view.refused.is_none()) {
                    step.result = report::one_line(&view.news.join(" · ").replace('\n', " · "), TEXT_BYTES);
                }
            }
            Event::Completed { completion, .. } => {
                let said =
                    [&completion.beside, &completion.reasoning].into_iter().find(|text| !text.is_empty());
                self.said = said.map(|text| report::one_line(text, TEXT_BYTES)).unwrap_or_default();
            }
            Event::Acted { seat, act } => self.act = Some((seat.clone(), act.clone())),
            Event::Illegal { rule, .. } => self.refused.push(report::one_line(rule, TEXT_BYTES)),
            Event::Forfeited { .. } => self.forfeited = true,
            Event::Changed { changes, .. } => self.step(changes),
            Event::Prompted { .. } | Event::Judged { .. } | Event::Stated { .. } => {}
        }
    }

    fn step(&mut self, changes: &[Change]) {
        let Some((seat, act)) = self.act.take() else { return };
        let text = act.answers.first().and_then(|answer| answer.choice.as_deref()).unwrap_or_default();
        let call: Option<Call> = serde_json::from_str(text).ok().filter(|_| !self.forfeited);
        let moved = changes.iter().map(|change| Moved {
            path: report::one_line(&change.path, TEXT_BYTES),
            // Of an ending the words are of interest: they are the reason that is given.
            to: report::one_line(&shown(change.to.get("words").unwrap_or(&change.to)), TEXT_BYTES),
            by_scheduler: change.path.starts_with("ended/"),
        });
        let moved: Vec<Moved> = moved.collect();
        self.steps.push(Step {
            number: self.steps.len() + 1,
            seat,
            kind: kind(call.as_ref(), &moved),
            tool: call.as_ref().map_or("no call".into(), |call| report::one_line(&call.tool, TEXT_BYTES)),
            arguments: call.as_ref().map(arguments).unwrap_or_default(),
            result: String::new(),
            moved,
            said: std::mem::take(&mut self.said),
            refused: std::mem::take(&mut self.refused),
        });
        self.forfeited = false;
    }
}

fn kind(call: Option<&Call>, moved: &[Moved]) -> Kind {
    match call.map(|call| call.tool.as_str()) {
        None => Kind::Nothing,
        Some("finish" | "decline") => Kind::End,
        Some(_) if !moved.is_empty() => Kind::Change,
        Some(_) => Kind::Read,
    }
}

/// The arguments in one line: `name=policy.md, from=1500`.
fn arguments(call: &Call) -> String {
    let fields = call.arguments.as_object().into_iter().flatten();
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={}", shown(value))).collect();
    report::one_line(&fields.join(", "), TEXT_BYTES)
}

/// A value as a person writes it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "gone".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
