//! A stream of readings, and what a watcher can do about it: raise the alarm, take it back, write, tell, hand over.
//!
//! Source: `speech-acts-argument-2026` for the question; the tools are ours. Every act of speech states in a field how
//! grave the matter is, so that nothing has to be read from prose.

use super::{Act, Done, WINDOW_BYTES, cut, name};
use crate::Illegal;
use crate::company::office::{Office, plain};
use crate::company::spec::{LEVEL_MAX, Stream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use trace::Span;

/// Most notes, and most messages, in an office.
const TOLD_MAX: usize = 100;

/// Runs with the stream, or says that there is none.
fn with(office: &mut Office, act: impl FnOnce(&mut Office, &Stream) -> Done) -> Done {
    let spec = office.spec.clone();
    match &spec.stream {
        Some(stream) => act(office, stream),
        None => Done::failed("There is nothing to watch."),
    }
}

/// What the colleague says now, as the watcher reads it.
fn hears(office: &mut Office, from: &str, words: &[Span], done: &mut Done) {
    let text = plain(words);
    if text.is_empty() {
        return;
    }
    let n = office.below("heard/").count() + 1;
    done.says.push_str(&format!("\nA message from {from}: {text}"));
    done.changes.push(office.set(from, format!("heard/{n:03}"), json!({ "from": from, "text": text })));
}

/// Sets the alarm; the colleague answers the first one.
fn sound(office: &mut Office, stream: &Stream, by: &str, level: u32, target: &str) -> Done {
    let first = !office.history().iter().any(|entry| entry.path == "alarm");
    let change = office.set(by, "alarm".into(), json!({ "level": level, "target": target }));
    let mut done = Done::changed(format!("The alarm is on: level {level}, {target}."), vec![change]);
    if first {
        hears(office, &stream.colleague, &stream.at_alarm, &mut done);
    }
    done
}

/// Raises the alarm where a note's danger calls for it by rule.
fn by_rule(office: &mut Office, danger: u32) -> Option<Done> {
    let spec = office.spec.clone();
    let stream = spec.stream.as_ref()?;
    let grave = stream.rule_level.is_some_and(|level| danger >= level) && office.get("alarm").is_none();
    let target = stream.targets.first().filter(|_| grave)?;
    Some(sound(office, stream, "rule", danger, target))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextReading {}

impl Act for NextReading {
    const NAME: &'static str = "next_reading";
    const ABOUT: &'static str = "Shows the next reading of what you watch.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        Ok(with(office, |office, stream| {
            let seen = office.seen();
            let Some(reading) = stream.readings.get(seen as usize) else {
                return Done::says("There is no further reading.");
            };
            let change = office.set(by, "readings".into(), json!(seen + 1));
            let mut done = Done::changed(cut(reading, WINDOW_BYTES), vec![change]);
            if seen + 1 == stream.onset {
                hears(office, &stream.colleague, &stream.at_onset, &mut done);
            }
            done
        }))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseAlarm {
    /// 1, 2 or 3; 3 is the gravest.
    #[schemars(range(min = 1, max = 3))]
    level: u32,
    /// What the alarm is about, by name.
    target: String,
}

impl Act for RaiseAlarm {
    const NAME: &'static str = "raise_alarm";
    const ABOUT: &'static str = "Raises the alarm, at a level from 1 to 3, about what is named.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let target = name(&self.target)?;
        if !(1..=LEVEL_MAX).contains(&self.level) {
            return Err(Illegal::new("a level is 1, 2 or 3"));
        }
        Ok(with(office, |office, stream| match stream.targets.iter().any(|known| known == target) {
            true => sound(office, stream, by, self.level, target),
            false => Done::failed(format!(
                "Nothing here is called `{target}`. There is: {}.",
                stream.targets.join(", ")
            )),
        }))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawAlarm {}

impl Act for WithdrawAlarm {
    const NAME: &'static str = "withdraw_alarm";
    const ABOUT: &'static str = "Takes the alarm back.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        if office.get("alarm").is_none() {
            return Ok(Done::failed("No alarm is on."));
        }
        let change = office.set(by, "alarm".into(), Value::Null);
        Ok(Done::changed("The alarm is off.", vec![change]))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNote {
    text: String,
    /// 0 where nothing is wrong, else the level of alarm that it deserves.
    #[schemars(range(min = 0, max = 3))]
    danger: u32,
}

impl Act for WriteNote {
    const NAME: &'static str = "write_note";
    const ABOUT: &'static str = "Writes a note for the log, with the danger from 0 to 3 that you see.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let mut done = tell(office, by, "notes", &self.text, self.danger)?;
        if done.failed {
            return Ok(done);
        }
        if let Some(sounded) = by_rule(office, self.danger) {
            done.says = format!("{} {}", done.says, sounded.says);
            done.changes.extend(sounded.changes);
        }
        Ok(done)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageColleague {
    text: String,
    /// 0 where nothing is wrong, else the level of alarm that it deserves.
    #[schemars(range(min = 0, max = 3))]
    danger: u32,
}

impl Act for MessageColleague {
    const NAME: &'static str = "message_colleague";
    const ABOUT: &'static str = "Sends your colleague a message, with the danger from 0 to 3 that you see.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        tell(office, by, "messages", &self.text, self.danger)
    }
}

/// Words with the danger that they state.
fn tell(office: &mut Office, by: &str, folder: &str, text: &str, danger: u32) -> Result<Done, Illegal> {
    if danger > LEVEL_MAX {
        return Err(Illegal::new("a danger is 0, 1, 2 or 3"));
    }
    let n = office.below(&format!("{folder}/")).count() + 1;
    if n > TOLD_MAX {
        return Ok(Done::failed(format!("There is no room for more: {TOLD_MAX}.")));
    }
    let told = json!({ "text": cut(text, 2 * WINDOW_BYTES), "danger": danger });
    let change = office.set(by, format!("{folder}/{n:03}"), told);
    let says = if folder == "notes" { "The note is in the log." } else { "The message is sent." };
    Ok(Done::changed(says, vec![change]))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Why the watch is handed over.
    reason: String,
}

impl Act for HandOver {
    const NAME: &'static str = "hand_over";
    const ABOUT: &'static str = "Ends your watch: somebody else goes on with it, with your reason.";

    fn act(self, office: &mut Office, by: &str) -> Result<Done, Illegal> {
        let words = json!({ "how": "handed-over", "words": cut(&self.reason, 2 * WINDOW_BYTES) });
        let change = office.set(by, "ending".into(), words);
        Ok(Done { ends: true, ..Done::changed("The watch is handed over.", vec![change]) })
    }
}
