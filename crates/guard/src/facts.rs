//! What the guard knows of a request beside the request: computed here, never taken from the body.

use crate::mutant::{Mutant, planted};
use crate::{Charter, Decision, Request};
use std::collections::{BTreeMap, BTreeSet};

/// Typed facts about one request, before it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The tick, handed in by the caller: in an arena the turn.
    pub now: u64,
    /// Requests of this principal that were sent so far.
    pub calls: u64,
    /// Their bytes.
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

/// Counts of what was sent, by principal, and approvals that wait to be used.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sent: BTreeMap<String, (u64, u64)>,
    /// Hash of a request to the operators who approved it.
    approved: BTreeMap<String, BTreeSet<String>>,
}

impl Tally {
    pub fn facts(&self, charter: &Charter, request: &Request, now: u64) -> Facts {
        let (calls, sent_bytes) = self.sent.get(&request.credential().principal).copied().unwrap_or_default();
        let falls = |patterns: &Vec<crate::Pattern>| patterns.iter().any(|pattern| pattern.matches(request));
        let classes = charter.classes.iter().filter(|(_, patterns)| falls(patterns));
        Facts {
            now,
            calls,
            sent_bytes,
            size_bytes: request.text().len() as u64,
            // Without approvals there is nothing to look up, and a hash is not free.
            quorum: if self.approved.is_empty() { 0 } else { self.quorum(&request.hash()) },
            classes: classes.map(|(name, _)| name.clone()).collect(),
        }
    }

    fn quorum(&self, hash: &str) -> u64 {
        if planted(Mutant::ApprovalForOtherBytes) {
            return self.approved.values().map(|who| who.len() as u64).max().unwrap_or(0);
        }
        self.approved.get(hash).map_or(0, |who| who.len() as u64)
    }

    /// Operators approve a request.
    pub fn approve(&mut self, hash: String, who: BTreeSet<String>) {
        self.approved.entry(hash).or_default().extend(who);
    }

    /// Approvals hold for one epoch.
    pub fn forget_approvals(&mut self) {
        self.approved.clear();
    }

    /// A request is sent: it counts, and its approvals are used up.
    pub fn note(&mut self, case: Case<'_>) {
        let sent = self.sent.entry(case.request.credential().principal.clone()).or_default();
        sent.0 = sent.0.saturating_add(1);
        sent.1 = sent.1.saturating_add(case.facts.size_bytes);
        if !self.approved.is_empty() && !planted(Mutant::ApprovalOutlivesItsUse) {
            self.approved.remove(&case.request.hash());
        }
    }

    /// What a principal has sent: requests and bytes.
    pub fn sent(&self, principal: &str) -> (u64, u64) {
        self.sent.get(principal).copied().unwrap_or_default()
    }
}

/// What an operator's approval of a decision says, word for word: signed as a C2SP note.
pub fn approval_text(decision: &Decision) -> String {
    format!("ephor-guard approval\n{}\n{}\n", decision.epoch, decision.hash)
}
