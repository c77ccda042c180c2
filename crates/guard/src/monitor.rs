//! The monitor: a request meets every room, and one decision comes out.
//!
//! ```text
//! text ─▶ read ─▶ amend (all rooms, at once) ─▶ read again ─▶ judge (all rooms) ─▶ strictest ─▶ Decision
//!            └──────────── cannot be read: denied                                     └─▶ note, if sent
//! ```
//!
//! What is judged is what is sent: rooms that rewrite do so first, and what they made is read and judged
//! as if the agent had written it.

use crate::mutant::{Mutant, planted};
use crate::payload;
use crate::rooms::{self, Order, Room};
use crate::verdict::strictest;
use crate::{
    Adopted, Case, Charter, Considered, Credential, Decision, Fault, Mode, Offer, Operators, Opinion,
    Request, Ruling, Tally, Verdict, facts,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::Observation;

/// Who speaks of requests that no room could judge.
const READING: &str = "reading";
const REWRITING: &str = "rewriting";

/// Every room, seated in its mode.
pub struct Monitor {
    charter: Arc<Charter>,
    rooms: Vec<(Mode, Box<dyn Room>)>,
    tally: Tally,
    operators: Operators,
    epoch: u64,
}

impl Clone for Monitor {
    fn clone(&self) -> Self {
        let rooms = self.rooms.iter().map(|(mode, room)| (*mode, room.boxed())).collect();
        let (charter, tally, operators) = (self.charter.clone(), self.tally.clone(), self.operators.clone());
        Self { charter, rooms, tally, operators, epoch: self.epoch }
    }
}

impl Monitor {
    /// Opens every room of a charter, in epoch 0.
    ///
    /// # Errors
    /// The first [`Fault`]: there is no guard with a part that cannot be kept.
    pub fn new(charter: Charter) -> Result<Self, Fault> {
        charter.check()?;
        let rooms = rooms::open(&charter)?.into_iter();
        let rooms = rooms.map(|room| (charter.mode(room.name()), room)).collect();
        let operators = Operators::new(&charter.operators, charter.quorum)?;
        Ok(Self { rooms, tally: Tally::default(), operators, epoch: 0, charter: Arc::new(charter) })
    }

    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The credential of somebody whom the transport has authenticated.
    pub fn credential(&self, principal: &str) -> Option<Credential> {
        let who = self.charter.principals.get(principal)?;
        Some(Credential { principal: principal.into(), role: who.role.clone(), kind: who.kind })
    }

    /// Puts the rooms into another order: no decision may depend on it.
    pub fn reorder(&mut self, by: impl Fn(&str) -> usize) {
        self.rooms.sort_by_key(|(_, room)| by(room.name()));
    }

    /// What somebody sees of a view, after every room that is obeyed.
    pub fn show(&self, to: &Credential, view: Observation) -> Observation {
        let obeyed = self.rooms.iter().filter(|(mode, _)| *mode == Mode::Enforce);
        obeyed.fold(view, |view, (_, room)| room.show(to, view))
    }

    /// Decides, and remembers what is sent. `text` is what somebody answered to what was offered, at the
    /// tick `now`.
    pub fn decide(&mut self, principal: &str, offer: &Arc<Offer>, text: Option<&str>, now: u64) -> Decision {
        let considered = self.consider(principal, offer, text, now);
        self.commit(considered)
    }

    /// What would be decided. Nothing is remembered before [`Monitor::commit`].
    pub fn consider(&self, principal: &str, offer: &Arc<Offer>, text: Option<&str>, now: u64) -> Considered {
        let read = self.credential(principal).ok_or_else(|| "nobody of this name is known".to_owned());
        let read = read.and_then(|who| Request::read(&who, offer, text));
        let request = match read {
            Ok(request) => request,
            Err(why) => return self.unjudged(principal, text, READING, &why, now),
        };
        match self.amend(&request, now) {
            Ok((amended, rooms)) => self.judge(&request, amended, &rooms, now),
            Err(why) => self.unjudged(principal, text, REWRITING, &why, now),
        }
    }

    /// Remembers what was considered, if it is sent. To be called before anything else is considered.
    pub fn commit(&mut self, considered: Considered) -> Decision {
        let Considered { decision, noted } = considered;
        if let Some((request, facts)) =
            noted.filter(|_| decision.verdict.sends() || planted(Mutant::RefusedIsNoted))
        {
            self.note(Case { request: &request, facts: &facts });
        }
        decision
    }

    /// Takes approvals of a decision's bytes: a C2SP note over [`facts::approval_text`].
    ///
    /// # Errors
    /// In words, where no operator has signed it or it is not of this epoch.
    pub fn approve(&mut self, decision: &Decision, note: &[u8]) -> Result<usize, String> {
        if decision.epoch != self.epoch {
            return Err(format!("it was decided in epoch {}, this is {}", decision.epoch, self.epoch));
        }
        let mut who = self.operators.signers(&facts::approval_text(decision), note)?;
        who.remove(&decision.principal);
        let count = who.len();
        self.tally.approve(decision.hash.clone(), who);
        Ok(count)
    }

    /// Does what operators say.
    ///
    /// # Errors
    /// The first room's that cannot. No room has changed then.
    pub fn obey(&mut self, order: &Order, now: u64) -> Result<(), String> {
        if matches!(order, Order::Delegate(_) | Order::Marks(_)) {
            // These can fail, so they are tried on a copy.
            let mut rooms = self.clone().rooms;
            tell(&mut rooms, order, now)?;
            self.rooms = rooms;
            return Ok(());
        }
        tell(&mut self.rooms, order, now)
    }

    /// Takes a policy that the ratchet let through: from the next decision on, and no sooner. Approvals
    /// were given under the old one and end with it.
    ///
    /// # Errors
    /// In words, where it is not the next epoch.
    pub fn adopt(&mut self, adopted: &Adopted) -> Result<(), String> {
        if adopted.epoch() != self.epoch + 1 {
            return Err(format!("epoch {} does not follow {}", adopted.epoch(), self.epoch));
        }
        self.swap(adopted);
        self.epoch = adopted.epoch();
        self.tally.forget_approvals();
        Ok(())
    }

    /// The first half of [`Monitor::adopt`]: the planted fault that tears them apart needs it alone.
    pub(crate) fn swap(&mut self, adopted: &Adopted) {
        self.rooms.iter_mut().for_each(|(_, room)| room.adopt(adopted.policies()));
    }

    /// The request as it would be sent, and the rooms that rewrote it.
    fn amend(&self, request: &Request, now: u64) -> Result<(Request, Vec<&'static str>), String> {
        let set = self.settings(request, now)?;
        let rooms: Vec<&'static str> = set.iter().map(|(room, _)| *room).collect();
        if rooms.is_empty() {
            return Ok((request.clone(), rooms));
        }
        let amended = request.amended(&joined(set)?)?;
        match self.settings(&amended, now)?.is_empty() {
            true => Ok((amended, rooms)),
            false => Err("what the rooms rewrote does not come to rest".into()),
        }
    }

    /// What each room that is obeyed would set.
    fn settings(&self, request: &Request, now: u64) -> Result<Settings, String> {
        let facts = self.tally.facts(&self.charter, request, now);
        let case = Case { request, facts: &facts };
        let obeyed =
            |mode: Mode| mode == Mode::Enforce || planted(Mutant::ShadowAmends) && mode == Mode::Shadow;
        let asked = self.rooms.iter().filter(|(mode, _)| obeyed(*mode));
        let set = asked.map(|(_, room)| Ok((room.name(), room.amend(case)?)));
        set.filter(|set| !matches!(set, Ok((_, set)) if set.is_empty())).collect()
    }

    fn judge(&self, asked: &Request, request: Request, amended: &[&'static str], now: u64) -> Considered {
        let judged = if planted(Mutant::AuthorisesBeforeModifying) { asked } else { &request };
        let facts = self.tally.facts(&self.charter, judged, now);
        let rulings = self.rulings(Case { request: judged, facts: &facts }, amended);
        let verdict = self.verdict(&rulings);
        let decision = Decision {
            verdict,
            rulings,
            principal: request.credential().principal.clone(),
            method: request.method().into(),
            tool: request.tool().into(),
            hash: request.hash(),
            epoch: self.epoch,
            now,
            text: request.text().to_owned(),
            question: request.question().map(str::to_owned),
        };
        Considered { decision, noted: Some((request, facts)) }
    }

    fn verdict(&self, rulings: &[Ruling]) -> Verdict {
        if planted(Mutant::FirstVerdictWins) {
            return rulings.first().map_or(Verdict::Deny, |first| first.opinion.verdict);
        }
        if planted(Mutant::ShadowIsObeyed) {
            return rulings.iter().map(|ruling| ruling.opinion.verdict).fold(Verdict::Allow, Verdict::meet);
        }
        strictest(rulings)
    }

    fn rulings(&self, case: Case<'_>, amended: &[&'static str]) -> Vec<Ruling> {
        let rewriting = || Opinion { verdict: Verdict::Modify, reason: "it sets arguments".into() };
        let opinion = |mode: Mode, room: &dyn Room| match mode {
            Mode::Shadow => match room.amend(case) {
                Ok(set) if set.is_empty() => room.judge(case),
                Ok(_) => room.judge(case).meet(rewriting()),
                Err(why) => Opinion::deny(why),
            },
            Mode::Off | Mode::Enforce if amended.contains(&room.name()) => room.judge(case).meet(rewriting()),
            Mode::Off | Mode::Enforce => room.judge(case),
        };
        let asked = self.rooms.iter().filter(|(mode, _)| *mode != Mode::Off);
        let ruled = asked.map(|(mode, room)| Ruling {
            room: room.name(),
            mode: *mode,
            opinion: opinion(*mode, &**room),
        });
        ruled.collect()
    }

    fn note(&mut self, case: Case<'_>) {
        self.tally.note(case);
        self.rooms.iter_mut().filter(|(mode, _)| *mode != Mode::Off).for_each(|(_, room)| room.note(case));
    }

    /// A request that has no meaning, or more than one. No room could judge it, so it passes only where
    /// no room is obeyed.
    fn unjudged(
        &self,
        principal: &str,
        text: Option<&str>,
        room: &'static str,
        why: &str,
        now: u64,
    ) -> Considered {
        let mode = self.rooms.iter().map(|(mode, _)| *mode).max().unwrap_or_default();
        let rulings = vec![Ruling { room, mode, opinion: Opinion::deny(why) }];
        let verdict = strictest(&rulings);
        let text = text.unwrap_or_default();
        let decision = Decision {
            verdict,
            rulings,
            principal: principal.into(),
            method: "unread".into(),
            tool: String::new(),
            hash: payload::hash_of(principal, "unread", text, None),
            epoch: self.epoch,
            now,
            text: text.to_owned(),
            question: None,
        };
        Considered { decision, noted: None }
    }
}

fn tell(rooms: &mut [(Mode, Box<dyn Room>)], order: &Order, now: u64) -> Result<(), String> {
    let mut on = rooms.iter_mut().filter(|(mode, _)| *mode != Mode::Off);
    on.try_for_each(|(_, room)| room.obey(order, now))
}

/// What rooms would set, by room.
type Settings = Vec<(&'static str, BTreeMap<String, Value>)>;

/// All settings at once. Two that disagree are none: which came first must not matter.
fn joined(set: Settings) -> Result<BTreeMap<String, Value>, String> {
    let mut all = BTreeMap::new();
    for (name, value) in set.into_iter().flat_map(|(_, set)| set) {
        if all.get(&name).is_some_and(|known| *known != value) {
            return Err(format!("two rooms set `{name}` to different values"));
        }
        all.insert(name, value);
    }
    Ok(all)
}
