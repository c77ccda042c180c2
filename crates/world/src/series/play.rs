//! What an act does to a series.

use super::ledger::Offer;
use super::line::{Exchange, Message, NO_PLAN, Words};
use super::spec::Script;
use super::{Phase, Series};
use crate::form::fits_menu;
use crate::{Decision, Game, Illegal, decide};
use serde_json::{Value, json};
use trace::{Act, Answer, Change, Read};

/// The most of a seat's reasons that it is shown again, in bytes.
const REASONS_BYTES: usize = 600;

impl<G: Game> Series<G> {
    pub(super) fn act(&mut self, seat: usize, act: &Act) -> Result<Vec<Change>, Illegal> {
        self.check(seat, act)?;
        match self.phase.clone() {
            Phase::ReasonsBefore | Phase::ReasonsAfter => Ok(self.reason(act)),
            Phase::Offer => Ok(self.answer_offer(act)),
            Phase::Consent => Ok(self.answer_consent(act)),
            Phase::Message(from) => self.write(from, act),
            Phase::Reply { from, out } => self.reply(from, out, act),
            Phase::Moves => self.make_move(seat, act),
            Phase::Over => Err(Illegal::new("the series is over")),
        }
    }

    fn check(&self, seat: usize, act: &Act) -> Result<(), Illegal> {
        let asks = self.asks(seat, None);
        if asks.len() != act.answers.len() || asks.iter().zip(&act.answers).any(|(ask, a)| ask.id != a.ask) {
            return Err(Illegal::new("every question of the turn is answered once, in order"));
        }
        asks.iter().zip(&act.answers).try_for_each(|(ask, answer)| fits_menu(ask, answer))
    }

    fn reason(&mut self, act: &Act) -> Vec<Change> {
        let text = act.answers.first().and_then(|a| a.choice.as_deref()).unwrap_or("");
        let mut reasons = text.split_whitespace().collect::<Vec<_>>().join(" ");
        reasons.truncate(reasons.floor_char_boundary(REASONS_BYTES));
        let change = self.change("reasons", json!(reasons));
        let before = self.phase == Phase::ReasonsBefore;
        self.reasons = reasons;
        if before {
            self.next(Phase::Offer);
        } else {
            self.after_offer();
        }
        vec![change]
    }

    fn answer_offer(&mut self, act: &Act) -> Vec<Change> {
        let Some(tool) = self.tool() else { return Vec::new() };
        let decision = decided(&tool.offer, &act.answers);
        let (bonus, after) = (tool.bonus, tool.offer.reasons_after.is_some());
        let (seat, offer) = (tool.pair[0], Offer::of(decision.map(|d| d.side)));
        self.ledger.offers.push(offer);
        if offer == Offer::Refused {
            self.bonus[seat] += bonus;
        }
        let p = decision.map(|d| d.p);
        let change = self.change("offer", json!({ "answer": offer, "p": p }));
        match after {
            true => self.next(Phase::ReasonsAfter),
            false => self.after_offer(),
        }
        vec![change]
    }

    /// An accepted offer goes to the partner, or takes effect where nobody asks it.
    fn after_offer(&mut self) {
        let accepted = self.ledger.offers.last() == Some(&Offer::Accepted);
        match (accepted, self.tool().is_some_and(|tool| tool.consent)) {
            (true, true) => self.next(Phase::Consent),
            (true, false) => self.hold(),
            (false, _) => self.next(Phase::Moves),
        }
    }

    fn answer_consent(&mut self, act: &Act) -> Vec<Change> {
        let Some(tool) = self.tool() else { return Vec::new() };
        let offer = Offer::of(decided(&tool.consents, &act.answers).map(|d| d.side));
        let [asker, partner] = tool.pair;
        let change = self.change("consent", json!(offer));
        self.ledger.consents[0] += 1;
        if offer == Offer::Accepted {
            self.ledger.consents[1] += 1;
            self.hold();
        } else {
            self.news[asker].push(format!("Seat {partner} did not agree to the line."));
            self.next(Phase::Moves);
        }
        vec![change]
    }

    fn hold(&mut self) {
        self.holds = true;
        if let Some([a, b]) = self.tool().map(|tool| tool.pair) {
            for (seat, other) in [(a, b), (b, a)] {
                self.news[seat].push(format!("You and seat {other} agreed on a line."));
            }
        }
        // What the engine gives a pair, it gives from this game's first move.
        if self.tool().is_some_and(|tool| tool.mechanic && tool.works) {
            self.game = self.fresh_game().unwrap_or_else(|_| self.game.clone());
        }
        self.next(Phase::Moves);
    }

    fn write(&mut self, from: usize, act: &Act) -> Result<Vec<Change>, Illegal> {
        let out = self.read_message(act, 0)?;
        let change = self.change(format!("messages/{from}"), json!(out));
        self.count(&out);
        self.news[from].clear();
        self.next(Phase::Reply { from, out });
        Ok(vec![change])
    }

    fn reply(&mut self, from: usize, out: Message, act: &Act) -> Result<Vec<Change>, Illegal> {
        let back = self.read_message(act, 1)?;
        let partner = self.partner_of(from);
        let change = self.change(format!("messages/{partner}"), json!(back));
        self.news[partner].clear();
        let public = self.tool().is_some_and(|tool| tool.works && tool.public);
        self.count(&back);
        for (seat, message) in [(from, &out), (partner, &back)] {
            self.plans[seat] = Some(message.plan.clone()).filter(|plan| plan != NO_PLAN);
            if public {
                self.tell_all(&format!("Seat {seat} said on the line, for all to hear: {}", message.said()));
            }
        }
        self.remember_exchange();
        self.exchange = Some(Exchange { from, out, back });
        self.quiet = 0;
        self.phase = Phase::Moves;
        Ok(vec![change])
    }

    fn count(&mut self, message: &Message) {
        if self.tool().is_some_and(|tool| tool.works) {
            self.ledger.messages += 1;
            self.ledger.said += u32::from(!message.message.trim().is_empty());
        }
    }

    /// What the line said last becomes history when it says something new.
    fn remember_exchange(&mut self) {
        let Some(pair) = self.tool().map(|tool| tool.pair) else { return };
        for seat in pair {
            if let Some(said) = self.last_exchange(seat) {
                self.news[seat].push(said);
            }
        }
    }

    fn read_message(&self, act: &Act, at: usize) -> Result<Message, Illegal> {
        let words = self.tool().map_or(0, |tool| tool.words[at]);
        Message::read(json_of(act)?, G::KINDS, words)
    }

    fn make_move(&mut self, seat: usize, act: &Act) -> Result<Vec<Change>, Illegal> {
        let made = self.read_move(seat, json_of(act)?)?;
        let due = self.game.due();
        let kind = self.plans[seat].is_some().then(|| G::kind(&self.game.view(seat), &made));
        self.game.play(seat, &made)?;
        self.keep_plan(seat, kind);
        self.news[seat].clear();
        let mut changes = vec![self.change(format!("moves/{seat}"), json!(made))];
        let path = |change: Change| Change { path: format!("game-{}/{}", self.nth, change.path), ..change };
        changes.extend(self.game.changes().into_iter().map(path));
        let left = self.game.due();
        // Seats that move at once share a turn: it is over when the last of them has moved.
        if left.is_empty() || left != due.without(seat) {
            if let Some(news) = self.game.news() {
                self.tell_all(&news);
            }
            self.moves += 1;
            self.settle_phase();
        }
        Ok(changes)
    }

    pub(super) fn read_move(&self, seat: usize, text: &str) -> Result<G::Move, Illegal> {
        let form = || Illegal::new("a move has the form that the question shows");
        if self.effective(seat).is_none_or(|tool| tool.asks_words.is_none()) {
            return serde_json::from_str(text).map_err(|_| form());
        }
        let Words { say } = serde_json::from_str(text).map_err(|_| form())?;
        let heard = G::overheard(&self.game.view(seat), &say);
        heard.ok_or_else(|| Illegal::new("the words name no move"))
    }

    /// A move as a seat would write it: in words where words are asked for.
    fn written(&self, seat: usize, made: Value) -> Value {
        let in_words = self.effective(seat).is_some_and(|tool| tool.asks_words.is_some());
        if in_words { json!(Words { say: made.to_string() }) } else { made }
    }

    /// Whether what was announced was done.
    fn keep_plan(&mut self, seat: usize, kind: Option<&str>) {
        if self.tool().is_some_and(|tool| tool.pair.contains(&seat)) {
            self.quiet += 1;
        }
        if let Some(plan) = self.plans.get_mut(seat).and_then(Option::take) {
            self.ledger.plan(Some(plan.as_str()) == kind);
        }
    }

    fn next(&mut self, phase: Phase) {
        self.phase = phase;
        self.settle_phase();
    }

    fn change(&self, path: impl Into<String>, to: Value) -> Change {
        Change { path: format!("game-{}/{}", self.nth, path.into()), to }
    }

    /// The act of a seat that makes none: no answer, no word, the game's own move.
    pub(super) fn default_act(&self, seat: usize) -> Act {
        let said = match self.phase {
            Phase::Message(_) | Phase::Reply { .. } => {
                Some(json!(Message { message: String::new(), plan: NO_PLAN.into() }))
            }
            Phase::Moves => Some(self.written(seat, json!(self.game.forfeit(seat)))),
            _ => None,
        };
        let read = if said.is_some() { Read::Parsed } else { Read::Unparsed };
        let choice = said.map(|value| value.to_string());
        let answer = |ask: trace::Ask| Answer { ask: ask.id, choice: choice.clone(), read, logp: Vec::new() };
        Act { turn: self.number(), answers: self.asks(seat, None).into_iter().map(answer).collect() }
    }
}

/// The decision that the presentations of a script's question make together.
pub(super) fn decided(script: &Script, answers: &[Answer]) -> Option<Decision> {
    let presented: Vec<_> = answers.iter().enumerate().map(|(at, a)| script.presented(at, a)).collect();
    decide(presented.iter().map(Option::as_ref))
}

fn json_of(act: &Act) -> Result<&str, Illegal> {
    let text = act.answers.first().and_then(|answer| answer.choice.as_deref());
    text.ok_or_else(|| Illegal::new("an answer is one JSON object and nothing else"))
}
