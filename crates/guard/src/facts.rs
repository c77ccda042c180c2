//! What the guard knows of a request beside the request: computed here, never taken from the body.

use crate::mutant::{Mutant, planted};
use crate::{Charter, Request};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Typed facts about one request, before it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The tick, handed in by the caller: in an arena the turn.
    pub now: u64,
    /// On whose behalf: the delegators, the nearest first. What is done counts for each of them too, so
    /// that nobody has more by lending.
    pub behind: Vec<String>,
    /// Requests that were sent so far: the most that anybody has of those for whom this one counts.
    pub calls: u64,
    /// Their bytes, likewise.
    pub sent_bytes: u64,
    /// The bytes of this one.
    pub size_bytes: u64,
    /// Operators who approved these very bytes in this epoch.
    pub quorum: u64,
    /// The classes of [`Charter::classes`] that it falls into.
    pub classes: BTreeSet<String>,
}

/// A request and what is known of it: what a room judges.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub request: &'a Request,
    pub facts: &'a Facts,
}

impl<'a> Case<'a> {
    /// Everybody for whom it counts: who asks, then the delegators.
    pub fn counted(self) -> impl Iterator<Item = &'a str> + Clone {
        let behind = if planted(Mutant::LendingMultiplies) { &[] } else { self.facts.behind.as_slice() };
        std::iter::once(self.request.credential().principal.as_str()).chain(behind.iter().map(String::as_str))
    }

    /// Whose right it is in the end: the first delegator, or who asks.
    pub fn root(self) -> &'a str {
        self.counted().last().unwrap_or_default()
    }
}

/// Counts of what was sent, by principal, and approvals that wait to be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tally {
    sent: BTreeMap<String, (u64, u64)>,
    /// By the hash of what was approved.
    approved: BTreeMap<String, Approved>,
    /// Notes that were used up in this epoch, by hash and tick: none of them opens again.
    used: BTreeSet<(String, u64)>,
}

/// Approvals of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Approved {
    who: BTreeSet<String>,
    /// The ticks of the decisions that were approved.
    asked: BTreeSet<u64>,
}

impl Tally {
    pub fn facts(&self, charter: &Charter, request: &Request, behind: Vec<String>, now: u64) -> Facts {
        let falls = |patterns: &Vec<crate::Pattern>| patterns.iter().any(|pattern| pattern.matches(request));
        let classes = charter.classes.iter().filter(|(_, patterns)| falls(patterns));
        let mut facts = Facts {
            now,
            behind,
            calls: 0,
            sent_bytes: 0,
            size_bytes: request.text().len() as u64,
            quorum: 0,
            classes: classes.map(|(name, _)| name.clone()).collect(),
        };
        let case = Case { request, facts: &facts };
        let most = |a: (u64, u64), b: (u64, u64)| (a.0.max(b.0), a.1.max(b.1));
        let (calls, sent_bytes) = case.counted().map(|who| self.sent(who)).fold((0, 0), most);
        // Without approvals there is nothing to look up, and a hash is not free.
        let quorum = if self.approved.is_empty() { 0 } else { self.quorum(case) };
        (facts.calls, facts.sent_bytes, facts.quorum) = (calls, sent_bytes, quorum);
        facts
    }

    /// Operators who approved it, without those for whom it is done.
    fn quorum(&self, case: Case<'_>) -> u64 {
        let others = |approved: &Approved| {
            let own = |name: &&String| case.counted().any(|who| who == name.as_str());
            approved.who.iter().filter(|name| !own(name)).count() as u64
        };
        if planted(Mutant::ApprovalForOtherBytes) {
            return self.approved.values().map(others).max().unwrap_or(0);
        }
        self.approved.get(&case.request.hash()).map_or(0, others)
    }

    /// Operators approve a request that was decided at a tick.
    ///
    /// # Errors
    /// Where an approval of that decision was used: a note opens once.
    pub fn approve(&mut self, hash: String, now: u64, who: BTreeSet<String>) -> Result<(), String> {
        let note = (hash, now);
        if self.used.contains(&note) && !planted(Mutant::ApprovalsAreReplayed) {
            return Err("an approval of this decision was used".into());
        }
        let approved = self.approved.entry(note.0).or_default();
        approved.who.extend(who);
        approved.asked.insert(now);
        Ok(())
    }

    /// Approvals hold for one epoch, and name it.
    pub fn forget_approvals(&mut self) {
        self.approved.clear();
        self.used.clear();
    }

    /// A request is sent: it counts, and its approvals are used up.
    pub fn note(&mut self, case: Case<'_>) {
        for who in case.counted() {
            let sent = self.sent.entry(who.to_owned()).or_default();
            sent.0 = sent.0.saturating_add(1);
            sent.1 = sent.1.saturating_add(case.facts.size_bytes);
        }
        if !self.approved.is_empty() && !planted(Mutant::ApprovalOutlivesItsUse) {
            let hash = case.request.hash();
            let asked = self.approved.remove(&hash).unwrap_or_default().asked;
            self.used.extend(asked.into_iter().map(|now| (hash.clone(), now)));
        }
    }

    /// What was sent by a principal or for it: requests and bytes.
    pub fn sent(&self, principal: &str) -> (u64, u64) {
        self.sent.get(principal).copied().unwrap_or_default()
    }
}
