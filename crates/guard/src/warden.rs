//! The monitor at the seats of an arena.
//!
//! ```text
//! show   remembers what a seat is asked, after the rooms took away what is not for it
//! amend  the act as the guard would send it
//! admit  once for each time that was shown, and only for these very bytes
//! ```
//!
//! A tick is a turn. The operators of a laboratory are always there, so every act is preceded by a beat.

use crate::mutant::{Mutant, planted};
use crate::rooms::Order;
use crate::{Considered, Decision, Guard, Monitor, Offer, Offered, REFUSAL, Verdict, question_of};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use trace::{Act, Answer, Ask, Observation, Read};

/// A guard with a charter, for [`crate::Guard`]'s ports.
pub struct Warden {
    state: Mutex<State>,
}

struct State {
    monitor: Monitor,
    /// The principal of each seat: the credential.
    seats: BTreeMap<String, String>,
    shown: BTreeMap<String, Shown>,
    /// The seats whose last act was denied: the next thing that they read says so.
    denied: BTreeSet<String>,
    log: Vec<Decision>,
}

/// What a seat was shown and has not answered.
#[derive(Default)]
struct Shown {
    turn: u32,
    offers: BTreeMap<String, Arc<Offer>>,
}

impl Warden {
    /// `seats` names the principal of each seat; a seat without one is shown nothing and denied
    /// everything.
    pub fn new(monitor: Monitor, seats: BTreeMap<String, String>) -> Self {
        let state =
            State { monitor, seats, shown: BTreeMap::new(), denied: BTreeSet::new(), log: Vec::new() };
        Self { state: Mutex::new(state) }
    }

    /// Takes the decisions so far, with what shadows said.
    pub fn take_log(&self) -> Vec<Decision> {
        self.state.lock().map(|mut state| std::mem::take(&mut state.log)).unwrap_or_default()
    }

    /// Does what operators say (a stop, marks of a panel).
    ///
    /// # Errors
    /// In words, where a room cannot.
    pub fn obey(&self, order: &Order, now: u64) -> Result<(), String> {
        let mut state = self.state.lock().map_err(|_| BROKEN)?;
        state.monitor.obey(order, now)
    }
}

/// A decision panicked: whatever the state is now, nothing passes any more.
const BROKEN: &str = "the guard is broken";

impl State {
    fn show(&mut self, seat: &str, view: Observation) -> Observation {
        let who = self.seats.get(seat).and_then(|principal| self.monitor.credential(principal));
        let Some(who) = who else {
            return Observation { turn: view.turn, ..Observation::default() };
        };
        // What is a call stays one, also where every tool is taken away: else it would be words, which a
        // world may read as a call.
        let asks_calls = |ask: &&Ask| !ask.tools.is_empty() && !planted(Mutant::HiddenToolsAreWords);
        let calls: BTreeSet<String> = view.asks.iter().filter(asks_calls).map(|ask| ask.id.clone()).collect();
        let mut view = self.monitor.show(&who, view);
        // What came of the last act: it never reached the world, which cannot say. Where seats call tools, the
        // world's first words are on the pass that it saw instead; elsewhere they are everybody's.
        if self.denied.remove(seat) {
            let of_the_pass = usize::from(!calls.is_empty()).min(view.news.len());
            view.news.splice(..of_the_pass, [REFUSAL.to_owned()]);
        }
        let known = self.shown.remove(seat).unwrap_or_default();
        let offered = |ask: &Ask| if calls.contains(&ask.id) { tools(ask, &known) } else { offer(ask) };
        let offers = view.asks.iter().map(|ask| (ask.id.clone(), offered(ask))).collect();
        self.shown.insert(seat.into(), Shown { turn: view.turn, offers });
        view
    }

    fn consider(&self, monitor: &Monitor, seat: &str, turn: u32, answer: &Answer) -> Option<Considered> {
        let shown = self.shown.get(seat).filter(|shown| shown.turn == turn)?;
        let offer = shown.offers.get(&answer.ask)?;
        Some(monitor.consider(self.seats.get(seat)?, offer, content(answer), u64::from(turn)))
    }

    fn amend(&self, seat: &str, mut act: Act) -> Act {
        for answer in &mut act.answers {
            let considered = self.consider(&self.monitor, seat, act.turn, answer);
            if let Some(text) =
                considered.as_ref().and_then(|c| c.decision().sent()).filter(|_| answer.choice.is_some())
            {
                answer.choice = Some(text.to_owned());
            }
        }
        act
    }

    fn admit(&mut self, seat: &str, act: &Act) -> trace::Verdict {
        let asks: BTreeSet<&str> = act.answers.iter().map(|answer| answer.ask.as_str()).collect();
        if asks.len() != act.answers.len() {
            return deny("an ask is answered twice");
        }
        let now = u64::from(act.turn);
        if let Err(why) = self.monitor.obey(&Order::Beat, now) {
            return deny(&why);
        }
        let verdict = match act.answers.as_slice() {
            [answer] => self.admit_one(seat, act.turn, answer),
            _ => self.admit_all(seat, act),
        };
        if verdict == trace::Verdict::Allow {
            self.shown.remove(seat);
        } else {
            self.denied.insert(seat.into());
        }
        verdict
    }

    fn admit_one(&mut self, seat: &str, turn: u32, answer: &Answer) -> trace::Verdict {
        let Some(considered) = self.consider(&self.monitor, seat, turn, answer) else { return deny(UNASKED) };
        let record = considered.decision().record();
        let decision = match record {
            trace::Verdict::Allow => self.monitor.commit(considered),
            trace::Verdict::Deny { .. } => considered.decision().clone(),
        };
        self.log.push(decision);
        record
    }

    /// All of an act or nothing of it: each answer is judged in the state that those before it leave.
    fn admit_all(&mut self, seat: &str, act: &Act) -> trace::Verdict {
        let mut after = self.monitor.clone();
        let mut record = trace::Verdict::Allow;
        for answer in &act.answers {
            let Some(considered) = self.consider(&after, seat, act.turn, answer) else {
                return deny(UNASKED);
            };
            if considered.decision().verdict != Verdict::Allow && record == trace::Verdict::Allow {
                record = considered.decision().record();
            }
            self.log.push(after.commit(considered));
        }
        if record == trace::Verdict::Allow {
            self.monitor = after;
        }
        record
    }
}

const UNASKED: &str = "nobody asked this";

fn deny(reason: &str) -> trace::Verdict {
    trace::Verdict::Deny { reason: reason.into() }
}

/// What an answer says; nothing where it was refused, filtered or unreadable.
fn content(answer: &Answer) -> Option<&str> {
    let text = answer.choice.as_deref()?;
    let passes = text.is_empty() && matches!(answer.read, Read::Unparsed | Read::Refused | Read::Filtered);
    (!passes).then_some(text)
}

/// The tools of an ask. Their hashes are kept from the last time, if they are the same tools.
fn tools(ask: &Ask, known: &Shown) -> Arc<Offer> {
    let same = |offer: &&Arc<Offer>| matches!(&***offer, Offer::Call(offered) if offered.is_of(&ask.tools));
    let new = || Arc::new(Offer::Call(Arc::new(Offered::new(ask.tools.clone()))));
    known.offers.values().find(same).cloned().unwrap_or_else(new)
}

/// How the answer to an ask without tools will be read.
fn offer(ask: &Ask) -> Arc<Offer> {
    let question = question_of(&ask.id);
    Arc::new(match &ask.schema {
        Some(schema) => Offer::Move { question, schema: schema.clone() },
        None if ask.menu.is_empty() || planted(Mutant::UnshownAskPasses) => Offer::Say { question },
        None => {
            Offer::Choose { question, names: ask.menu.iter().map(|choice| choice.name.clone()).collect() }
        }
    })
}

impl Guard for Warden {
    fn show(&self, seat: &str, view: Observation) -> Observation {
        match self.state.lock() {
            Ok(mut state) => state.show(seat, view),
            Err(_) => Observation { turn: view.turn, ..Observation::default() },
        }
    }

    fn amend(&self, seat: &str, act: Act) -> Act {
        match self.state.lock() {
            Ok(state) => state.amend(seat, act),
            Err(_) => act,
        }
    }

    fn admit(&self, seat: &str, act: &Act) -> trace::Verdict {
        match self.state.lock() {
            Ok(mut state) => state.admit(seat, act),
            Err(_) => deny(BROKEN),
        }
    }
}
