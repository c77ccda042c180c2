//! A series for the reader of a report: the games, the line, and what an act is in one line.

use super::ledger::Offer;
use super::line::{Message, NO_PLAN, Words};
use super::play::decided;
use super::spec::Script;
use super::{Phase, Series};
use crate::scene::{Deed, Said, Sight, Stage};
use crate::{Game, Seats};
use trace::Act;

impl<G: Game> Series<G> {
    /// The game that the last act ended, if one, and the one under way.
    pub(super) fn on_stage(&self) -> Vec<Stage> {
        let over = self.phase == Phase::Over;
        let ended = self.ended.iter().filter(|(before, _)| *before == self.number());
        let mut stages: Vec<Stage> =
            ended.map(|(_, game)| Stage { said: Vec::new(), ..self.stage(self.nth - 1, game) }).collect();
        // After the last game its end stays on the table.
        stages.push(self.stage(self.nth.saturating_sub(over.into()), &self.game));
        stages
    }

    fn stage(&self, nth: u32, game: &G) -> Stage {
        let closed = self.ledger.points.get(nth as usize).cloned();
        let so_far = || game.points().iter().zip(&self.bonus).map(|(a, b)| a + b).collect();
        Stage {
            game: nth,
            games: self.spec.games,
            pair: self.tool().map(|tool| tool.pair),
            holds: self.holds,
            points: closed.unwrap_or_else(so_far),
            said: self.on_the_line(),
            scene: game.scene(),
        }
    }

    /// What the line said last, with those whom `show.rs` lets read it.
    fn on_the_line(&self) -> Vec<Said> {
        let Some(tool) = self.tool() else { return Vec::new() };
        let everyone = Seats::all(self.game.seats());
        // The first message stands in the prompt of its answer; the answer comes after, or never.
        let readers = |by: usize, read: bool| match () {
            () if !tool.works => Seats::NONE,
            () if tool.public => everyone.without(by),
            () if read => Seats::one(self.partner_of(by)),
            () => Seats::NONE,
        };
        let said = |by: usize, message: &Message, read: bool| Said {
            by,
            words: message.message.clone(),
            plan: Some(message.plan.clone()).filter(|plan| plan != NO_PLAN),
            readers: readers(by, read),
        };
        match (&self.phase, &self.exchange) {
            (Phase::Reply { from, out }, _) => vec![said(*from, out, true)],
            (_, Some(last)) => {
                let answered = self.partner_of(last.from);
                vec![said(last.from, &last.out, true), said(answered, &last.back, !tool.unwired)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn told(&self, seat: usize, act: &Act) -> Deed {
        let alone = Sight::Only(Seats::one(seat));
        let deed = |words: &str, seen| Deed { words: words.into(), seen };
        let Some(tool) = self.tool() else { return self.told_move(seat, act) };
        let pair = Sight::Only(Seats::one(tool.pair[0]).with(tool.pair[1]));
        match &self.phase {
            Phase::ReasonsBefore | Phase::ReasonsAfter => deed("gives its reasons for the choice", alone),
            Phase::Offer => match answered(&tool.offer, act) {
                Offer::Accepted if tool.consent => deed("wants the line; its partner is asked", pair),
                Offer::Accepted => deed("takes the line", pair),
                other => deed(&format!("is offered the line: {}", word(other)), alone),
            },
            Phase::Consent => {
                deed(&format!("is asked to share the line: {}", word(answered(&tool.consents, act))), pair)
            }
            Phase::Message(_) => self.told_words(seat, act, "writes to"),
            Phase::Reply { .. } => self.told_words(seat, act, "answers"),
            Phase::Moves => self.told_move(seat, act),
            Phase::Over => deed("acts after the end", alone),
        }
    }

    /// That something is written all can see who may read it; who wrote it at least knows.
    fn told_words(&self, seat: usize, act: &Act, verb: &str) -> Deed {
        let partner = self.partner_of(seat);
        let silent = text(act).and_then(|text| serde_json::from_str::<Message>(text).ok());
        let silent = silent.is_some_and(|message| message.message.trim().is_empty());
        let what = if silent { ": nothing" } else { "" };
        let readers = match self.tool() {
            Some(tool) if tool.works && tool.public => Seats::all(self.game.seats()),
            Some(tool) if tool.works => Seats::one(partner),
            _ => Seats::NONE,
        };
        let words = format!("{verb} seat {partner}{what}");
        Deed { words, seen: Sight::Only(readers.with(seat)) }
    }

    fn told_move(&self, seat: usize, act: &Act) -> Deed {
        let Some(text) = text(act) else { return unread(seat, "") };
        match self.read_move(seat, text) {
            Ok(made) => {
                let deed = self.game.deed(seat, &made);
                let said = serde_json::from_str::<Words>(text).ok();
                let heard = said.map(|Words { say }| format!("says \"{say}\", taken as: {}", deed.words));
                Deed { words: heard.unwrap_or(deed.words), ..deed }
            }
            Err(_) => unread(seat, text),
        }
    }
}

/// What is no move at all is told as it came; nobody learns of it.
fn unread(seat: usize, text: &str) -> Deed {
    let words = if text.is_empty() { "gives no move".into() } else { format!("answers {text}") };
    Deed { words, seen: Sight::Only(Seats::one(seat)) }
}

fn text(act: &Act) -> Option<&str> {
    act.answers.first().and_then(|answer| answer.choice.as_deref())
}

fn answered(script: &Script, act: &Act) -> Offer {
    Offer::of(decided(script, &act.answers).map(|decision| decision.side))
}

fn word(offer: Offer) -> &'static str {
    match offer {
        Offer::Accepted => "accepts",
        Offer::Refused => "declines",
        Offer::Unclear => "answers both ways",
        Offer::Unread => "gives no answer",
    }
}
