//! The monitor: a request meets every room, and one decision comes out.
//!
//! ```text
//! text ─▶ read ─▶ amend (all rooms, at once) ─▶ read again ─▶ judge (all rooms) ─▶ strictest ─▶ Decision
//!            └──────────── cannot be read: denied                                     └─▶ note, if sent
//! ```
//!
//! What is judged is what is sent: rooms that rewrite do so first, and what they made is read and judged
//! as if the agent had written it.

use crate::door::Repeat;
use crate::mutant::{Mutant, planted};
use crate::payload;
use crate::rooms::{self, Order, Room};
use crate::verdict::strictest;
use crate::{
    Adopted, Case, Charter, Considered, Credential, Decision, Facts, Fault, Memory, Mode, Offer, Operators,
    Opinion, Request, Ruling, Tally, Verdict,
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
    /// The text of the policy in force.
    policy: Arc<str>,
}

impl Clone for Monitor {
    fn clone(&self) -> Self {
        let rooms = self.rooms.iter().map(|(mode, room)| (*mode, room.boxed())).collect();
        let (charter, tally, operators) = (self.charter.clone(), self.tally.clone(), self.operators.clone());
        Self { charter, rooms, tally, operators, epoch: self.epoch, policy: self.policy.clone() }
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
        let policy = charter.policy.as_str().into();
        Ok(Self { rooms, tally: Tally::default(), operators, epoch: 0, policy, charter: Arc::new(charter) })
    }

    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The text of the policy in force.
    pub fn policy(&self) -> &str {
        &self.policy
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

    /// What an operator's approval of a decision says, word for word: signed as a C2SP note. It names this
    /// guard's charter, so that no other guard of these operators takes it.
    pub fn approval_text(&self, decision: &Decision) -> String {
        let Decision { epoch, now, hash, .. } = decision;
        format!("ephor-guard approval\n{}\n{epoch}\n{now}\n{hash}\n", self.charter.bare_hash())
    }

    /// Takes approvals of a decision's bytes: a C2SP note over [`Monitor::approval_text`]. Whoever asked, and on
    /// whose behalf, counts for nothing.
    ///
    /// # Errors
    /// In words, where no operator has signed it or it is not of this epoch.
    pub fn approve(&mut self, decision: &Decision, note: &[u8]) -> Result<usize, String> {
        if decision.epoch != self.epoch {
            return Err(format!("it was decided in epoch {}, this is {}", decision.epoch, self.epoch));
        }
        let who = self.operators.signers(&self.approval_text(decision), note)?;
        let own = |name: &&String| decision.counted().any(|who| who == name.as_str());
        let count = who.iter().filter(|name| !own(name)).count();
        self.tally.approve(decision.hash.clone(), decision.now, who)?;
        Ok(count)
    }

    /// Does what operators say.
    ///
    /// # Errors
    /// The first room's that cannot, or that nobody has that name. No room has changed then.
    pub fn obey(&mut self, order: &Order, now: u64) -> Result<(), String> {
        if let Order::Stop(who) | Order::Revoke(who) = order {
            self.known(who)?;
        }
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
    /// In words, where it is not the next epoch, or was let through for another charter or after another
    /// policy.
    pub fn adopt(&mut self, adopted: &Adopted) -> Result<(), String> {
        if adopted.epoch() != self.epoch + 1 {
            return Err(format!("epoch {} does not follow {}", adopted.epoch(), self.epoch));
        }
        if !adopted.follows(&self.charter, &self.policy) && !planted(Mutant::AdoptsFromAnywhere) {
            return Err("it was let through for another charter or after another policy".into());
        }
        self.swap(adopted);
        self.policy = adopted.policies().text().into();
        self.epoch = adopted.epoch();
        self.tally.forget_approvals();
        Ok(())
    }

    /// The first half of [`Monitor::adopt`]: the planted fault that tears them apart needs it alone.
    pub(crate) fn swap(&mut self, adopted: &Adopted) {
        self.rooms.iter_mut().for_each(|(_, room)| room.adopt(adopted.policies()));
    }

    /// That what was decided may begin now: whoever asked is known, nobody for whom it counts is stopped, and
    /// they have the right from whom they had it then.
    ///
    /// # Errors
    /// In words, where it may not.
    pub fn standing(&self, decision: &Decision, now: u64) -> Result<Standing, String> {
        let who = self.known(&decision.principal)?;
        if decision.behind != self.behind(&decision.principal) {
            return Err(format!("`{}` acts for somebody else now", decision.principal));
        }
        let mut obeyed = self.rooms.iter().filter(|(mode, _)| *mode == Mode::Enforce);
        obeyed.try_for_each(|(_, room)| room.stands(&who, decision, now))?;
        Ok(Standing { hash: decision.hash.clone(), epoch: self.epoch })
    }

    /// What it must not forget when it stops.
    pub fn memory(&self) -> Memory {
        let kept = self.rooms.iter().map(|(_, room)| (room.name().to_owned(), room.memory()));
        Memory {
            charter: self.charter.bare_hash(),
            epoch: self.epoch,
            policy: self.policy.to_string(),
            tally: self.tally.clone(),
            rooms: kept.filter(|(_, memory)| !memory.is_null()).collect(),
        }
    }

    pub(crate) fn remember(&mut self, memory: &Memory) -> Result<(), String> {
        if let Some(name) = memory.rooms.keys().find(|name| rooms::names().all(|room| room != **name)) {
            return Err(format!("there is no room `{name}`"));
        }
        for (_, room) in &mut self.rooms {
            let kept = memory.rooms.get(room.name()).unwrap_or(&Value::Null);
            if !(kept.is_null() && room.memory().is_null()) {
                room.remember(kept).map_err(|why| format!("{}: {why}", room.name()))?;
            }
        }
        self.tally = memory.tally.clone();
        self.epoch = memory.epoch;
        Ok(())
    }

    fn known(&self, who: &str) -> Result<Credential, String> {
        self.credential(who).ok_or_else(|| format!("nobody is called `{who}`"))
    }

    /// On whose behalf somebody acts, as the rooms know it.
    fn behind(&self, who: &str) -> Vec<String> {
        let asked = self.rooms.iter().filter(|(mode, _)| *mode != Mode::Off);
        asked.flat_map(|(_, room)| room.behind(who)).collect()
    }

    fn repeat(&self, request: &Request) -> Repeat {
        let declared = request.method() == "call" && self.charter.idempotent.contains(request.tool());
        if declared { Repeat::Idempotent } else { Repeat::Never }
    }

    fn facts(&self, request: &Request, now: u64) -> Facts {
        let behind = self.behind(&request.credential().principal);
        self.tally.facts(&self.charter, request, behind, now)
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
        let facts = self.facts(request, now);
        let case = Case { request, facts: &facts };
        let obeyed =
            |mode: Mode| mode == Mode::Enforce || planted(Mutant::ShadowAmends) && mode == Mode::Shadow;
        let asked = self.rooms.iter().filter(|(mode, _)| obeyed(*mode));
        let set = asked.map(|(_, room)| Ok((room.name(), room.amend(case)?)));
        set.filter(|set| !matches!(set, Ok((_, set)) if set.is_empty())).collect()
    }

    fn judge(&self, asked: &Request, request: Request, amended: &[&'static str], now: u64) -> Considered {
        let judged = if planted(Mutant::AuthorisesBeforeModifying) { asked } else { &request };
        let facts = self.facts(judged, now);
        let rulings = self.rulings(Case { request: judged, facts: &facts }, amended);
        let verdict = self.verdict(&rulings);
        let decision = Decision {
            verdict,
            rulings,
            behind: facts.behind.clone(),
            principal: request.credential().principal.clone(),
            method: request.method().into(),
            tool: request.tool().into(),
            hash: request.hash(),
            epoch: self.epoch,
            now,
            repeat: self.repeat(&request),
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
            repeat: Repeat::Never,
            behind: Vec::new(),
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

/// That something may begin now. Only [`Monitor::standing`] makes one, and [`crate::door::Door::begin`] uses it up.
#[derive(Debug)]
pub struct Standing {
    hash: String,
    epoch: u64,
}

impl Standing {
    pub(crate) fn is_of(&self, hash: &str, epoch: u64) -> bool {
        self.hash == hash && self.epoch == epoch
    }
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
