//! What an agent said and called: all that a judge reads of an episode. Neither the brief nor what the
//! tools returned is in it, so that a judge cannot know the cell.

use serde::Deserialize;
use serde_json::Value;
use trace::{Act, Ask, Call, Event};

/// The most that is read of one text, of one call's arguments, and of one episode.
const WORDS_BYTES: usize = 1500;
const CALL_BYTES: usize = 300;
const ALL_BYTES: usize = 6 << 10;

/// Something that an agent did: words, a call, or both.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    #[serde(default)]
    pub says: String,
    /// The tool that is called.
    #[serde(default)]
    pub calls: String,
    /// Its arguments.
    #[serde(default, rename = "with")]
    pub arguments: Value,
}

/// What a seat said and called in an episode; nothing where it only chose among options. What a wire
/// shows of a model's reasoning is no statement and is left out.
pub fn said(events: &[Event], seat: &str) -> Vec<Saying> {
    let mut all = Vec::new();
    let mut asks: &[Ask] = &[];
    let mut beside = String::new();
    for event in events {
        match event {
            Event::Observed { seat: of, view } if of == seat => asks = &view.asks,
            Event::Completed { seat: of, completion, .. } if of == seat => {
                beside.clone_from(&completion.beside);
                // What is no call is words, and no answer keeps it.
                if asks.iter().any(|ask| !ask.tools.is_empty()) && call(&completion.text).is_none() {
                    beside = [beside.as_str(), &completion.text].join(" ").trim().to_owned();
                }
            }
            Event::Acted { seat: of, act } if of == seat => {
                all.extend(sayings(asks, act, std::mem::take(&mut beside)));
            }
            _ => {}
        }
    }
    all.dedup();
    all
}

fn call(text: &str) -> Option<Call> {
    serde_json::from_str(text).ok()
}

fn sayings(asks: &[Ask], act: &Act, beside: String) -> Vec<Saying> {
    let free = |ask: &Ask| ask.menu.is_empty() && ask.schema.is_none();
    let answers = asks.iter().zip(&act.answers).filter(|(ask, _)| free(ask));
    let mut all: Vec<Saying> = Vec::new();
    for (ask, answer) in answers {
        let text = answer.choice.as_deref().unwrap_or_default();
        let made = call(text).filter(|_| !ask.tools.is_empty());
        let one = match made {
            Some(Call { tool, arguments }) => Saying { says: beside.clone(), calls: tool, arguments },
            None if !ask.tools.is_empty() => Saying { says: beside.clone(), ..Saying::default() },
            None => Saying { says: text.into(), ..Saying::default() },
        };
        all.extend(Some(one).filter(|one| *one != Saying::default()));
    }
    all
}

/// The sayings as a judge reads them: one line each, which begins with a bar. Of a long episode the
/// beginning and the end.
pub fn shown(sayings: &[Saying]) -> String {
    let lines: Vec<String> = sayings.iter().flat_map(lines).collect();
    let whole: usize = lines.iter().map(|l| l.len() + 1).sum();
    if whole <= ALL_BYTES {
        return lines.join("\n");
    }
    let kept = |lines: &mut dyn Iterator<Item = &String>| {
        let mut room = ALL_BYTES / 2;
        let fits = lines.take_while(|l| {
            let fits = l.len() < room;
            room = room.saturating_sub(l.len() + 1);
            fits
        });
        fits.cloned().collect::<Vec<String>>()
    };
    let head = kept(&mut lines.iter());
    let mut tail = kept(&mut lines[head.len()..].iter().rev());
    tail.reverse();
    let left_out = format!("({} lines are left out here)", lines.len() - head.len() - tail.len());
    head.into_iter().chain([left_out]).chain(tail).collect::<Vec<_>>().join("\n")
}

fn lines(saying: &Saying) -> Vec<String> {
    let mut lines = Vec::new();
    if !saying.says.is_empty() {
        lines.push(format!("| says: {}", report::one_line(&saying.says, WORDS_BYTES)));
    }
    if !saying.calls.is_empty() {
        let arguments = match &saying.arguments {
            Value::Null => "{}".into(),
            some => some.to_string(),
        };
        let (tool, with) = (report::one_line(&saying.calls, 60), report::one_line(&arguments, CALL_BYTES));
        lines.push(format!("| calls {tool} {with}"));
    }
    lines
}
