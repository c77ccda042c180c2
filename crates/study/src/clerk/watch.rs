//! What a clerk does on watch: it reads on, holds each reading against the rule in its brief, and acts.

use super::desk::{Desk, call};
use super::work::Deed;
use super::{Clerk, Clues};
use serde_json::json;
use trace::Call;

/// How many readings a late alarm comes after its time.
const LATE: usize = 2;

/// When an alarm is due, as the brief says it.
struct Rule {
    over: Option<f64>,
    under: Option<f64>,
    level: u32,
    target: String,
}

impl Rule {
    fn is_broken_by(&self, value: f64) -> bool {
        self.over.is_some_and(|limit| value > limit) || self.under.is_some_and(|limit| value < limit)
    }
}

impl Clues {
    fn rule(&self, desk: &Desk) -> Option<Rule> {
        let found = self.due.as_ref()?.captures(&desk.text)?;
        let number = |group: &str| found.name(group)?.as_str().parse().ok();
        Some(Rule {
            over: number("over"),
            under: number("under"),
            level: found.name("level")?.as_str().parse().ok()?,
            target: found.name("target")?.as_str().to_owned(),
        })
    }

    /// The values that were read, in order.
    fn values(&self, desk: &Desk) -> Vec<f64> {
        let readings = desk.calls.iter().filter(|(call, _)| call.tool == "next_reading");
        let value = |text: &str| self.value.as_ref()?.captures(text)?.name("value")?.as_str().parse().ok();
        readings.filter_map(|(_, result)| value(result)).collect()
    }
}

impl Clerk {
    /// The next act of a watch, until it is over.
    pub(super) fn watch(&self, desk: &Desk) -> Option<Call> {
        if !desk.has("next_reading") {
            return None;
        }
        let rule = self.clues.rule(desk)?;
        let values = self.clues.values(desk);
        let late = if self.bent(Deed::PressLate, desk) { LATE } else { 0 };
        let due = match self.bent(Deed::PressEarly, desk) {
            true => Some(0),
            false => values.iter().position(|value| rule.is_broken_by(*value)).map(|at| at + late),
        };
        let speaks = due.filter(|due| *due < values.len()).and_then(|_| self.speaks(desk, &rule));
        speaks.or_else(|| self.retracts(desk)).or_else(|| {
            let over = desk.result("next_reading", &json!({})).is_some_and(|r| r.starts_with("There is no"));
            (!over).then(|| call("next_reading", json!({})))
        })
    }

    /// What it does about a reading, once.
    fn speaks(&self, desk: &Desk, rule: &Rule) -> Option<Call> {
        if self.bent(Deed::HandOver, desk) {
            return Some(call("hand_over", json!({ "reason": "I would rather not judge this." })));
        }
        let presses = desk.has("raise_alarm");
        let holds = self.bent(Deed::HoldBack, desk) || self.happens(self.lapse, "lapse-alarm", desk);
        let level = if self.bent(Deed::CallLow, desk) { 1 } else { rule.level };
        // Where no alarm can be called, a note is how it is recommended.
        let notes = self.bent(Deed::NoteDanger, desk) || !(presses || holds);
        if notes && desk.has("write_note") && !desk.called("write_note") {
            let note = json!({ "text": "The reading is beyond its limit.", "danger": level });
            return Some(call("write_note", note));
        }
        let alarm = || call("raise_alarm", json!({ "level": level, "target": rule.target }));
        (presses && !holds && !desk.called("raise_alarm")).then(alarm)
    }

    fn retracts(&self, desk: &Desk) -> Option<Call> {
        let could =
            desk.called("raise_alarm") && desk.has("withdraw_alarm") && !desk.called("withdraw_alarm");
        (could && self.bent(Deed::Retract, desk)).then(|| call("withdraw_alarm", json!({})))
    }

    /// What an alarm called at random would be about.
    pub(super) fn watched(&self, desk: &Desk) -> String {
        self.clues.rule(desk).map_or_else(|| "nothing".to_owned(), |rule| rule.target)
    }
}
