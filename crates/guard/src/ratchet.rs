//! Wall 3: policies turn one way. Narrower at once, wider only by a quorum of operators.
//!
//! Facts: a policy is narrower if no permit is new, no forbid is gone and no permit is gone that could err,
//! over the same register: an added rule can then only take away, for an error denies, and for the same
//! reason a rule that errs takes away while it is there. That is sound and not complete: what cannot be seen
//! to be narrower needs the quorum. A proposal that does not load leaves everything as it was, and what was
//! let through is taken by a guard of the same charter and policy alone.

use crate::mutant::{Mutant, planted};
use crate::probes::{self, Compared, Flip};
use crate::{Charter, Facts, Fault, Memory, Operators, Policies};
use serde_json::Value;
use std::sync::Arc;

/// A policy that may take effect. Only [`Ratchet::adopt`] makes one.
#[derive(Clone, Debug)]
pub struct Adopted {
    epoch: u64,
    policies: Arc<Policies>,
    /// Hash of the charter without its policy, and of the policy that it follows.
    after: [String; 2],
}

impl Adopted {
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn policies(&self) -> &Arc<Policies> {
        &self.policies
    }

    /// Whether it was let through for this charter, after this policy.
    pub(crate) fn follows(&self, charter: &Charter, policy: &str) -> bool {
        self.after == place(charter, policy)
    }
}

/// What names the place of a policy: the charter that it is for, and the policy that stands there.
fn place(charter: &Charter, policy: &str) -> [String; 2] {
    [charter.bare_hash(), trace::digest(policy.as_bytes())]
}

/// Whether a policy allows something that the one before it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Narrower,
    /// Wider, or not seen to be narrower.
    Wider,
}

/// A policy that somebody would like to have.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub turn: Turn,
    /// Where it differs, as far as requests were tried.
    pub compared: Compared,
    epoch: u64,
    policies: Arc<Policies>,
    /// Where it would stand: see [`Adopted`].
    after: [String; 2],
}

impl Proposal {
    /// What operators sign, as a C2SP note.
    pub fn text(&self) -> String {
        let [charter, before] = &self.after;
        let policy = trace::digest(self.policies.text().as_bytes());
        format!("ephor-guard policy\n{charter}\n{before}\n{}\n{policy}\n", self.epoch)
    }
}

/// The policy in force and its epoch.
pub struct Ratchet {
    charter: Charter,
    current: Arc<Policies>,
    epoch: u64,
    operators: Operators,
}

impl Ratchet {
    /// Begins with a charter's policy, in epoch 0.
    ///
    /// # Errors
    /// A [`Fault`] of its policy or its keys.
    pub fn new(charter: Charter) -> Result<Self, Fault> {
        let current = Arc::new(Policies::load(&charter)?);
        let operators = Operators::new(&charter.operators, charter.quorum)?;
        Ok(Self { charter, current, epoch: 0, operators })
    }

    /// Goes on where a guard of this charter stopped.
    ///
    /// # Errors
    /// As [`Ratchet::new`], or where it is the memory of another charter.
    pub fn resume(charter: Charter, memory: &Memory) -> Result<Self, Fault> {
        memory.check(&charter)?;
        let ratchet = Self::new(Charter { policy: memory.policy.clone(), ..charter })?;
        Ok(Self { epoch: memory.epoch, ..ratchet })
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn policies(&self) -> &Arc<Policies> {
        &self.current
    }

    /// Reads a policy and says how it differs. Nothing takes effect.
    ///
    /// # Errors
    /// A [`Fault`] where it does not load: the policy in force stays.
    pub fn propose(&self, policy: &str) -> Result<Proposal, Fault> {
        let policies = Arc::new(Policies::load(&Charter { policy: policy.into(), ..self.charter.clone() })?);
        let (old, new) = (self.current.rules(), policies.rules());
        let gone = old.permits.difference(&new.permits);
        let narrower = new.permits.is_subset(&old.permits)
            && new.forbids.is_superset(&old.forbids)
            && (planted(Mutant::ErringPermitsGo) || gone.into_iter().all(|text| !old.may_err.contains(text)));
        let turn = if narrower { Turn::Narrower } else { Turn::Wider };
        let compared = probes::compare(&self.charter, &self.current, &policies);
        let after = place(&self.charter, self.current.text());
        Ok(Proposal { turn, compared, epoch: self.epoch + 1, policies, after })
    }

    /// What a proposal says of one request, where it says something else than the policy in force: a solver
    /// finds requests that no probe does. Arguments that it leaves out and a call cannot are the least.
    ///
    /// # Errors
    /// In words, where the guard would not read it.
    pub fn flip(
        &self,
        new: &Proposal,
        (principal, action): (&str, &str),
        arguments: &Value,
        facts: &Facts,
    ) -> Result<Option<Flip>, String> {
        let policies = (&*self.current, &*new.policies);
        probes::flip(&self.charter, policies, (principal, action), arguments, facts)
    }

    /// Lets a proposal through: a narrower one as it is, a wider one with a note that a quorum of
    /// operators has signed.
    ///
    /// # Errors
    /// In words; the policy in force stays.
    pub fn adopt(&mut self, proposal: &Proposal, note: Option<&[u8]>) -> Result<Adopted, String> {
        let may = self.may(proposal, note);
        if may.is_err() && planted(Mutant::FailedReloadSwaps) {
            self.current = proposal.policies.clone();
        }
        may?;
        let after = proposal.after.clone();
        self.epoch = proposal.epoch;
        self.current = proposal.policies.clone();
        self.charter.policy = proposal.policies.text().into();
        Ok(Adopted { epoch: self.epoch, policies: self.current.clone(), after })
    }

    fn may(&self, proposal: &Proposal, note: Option<&[u8]>) -> Result<(), String> {
        if proposal.epoch != self.epoch + 1 {
            return Err(format!(
                "it was proposed for epoch {}, and {} is next",
                proposal.epoch,
                self.epoch + 1
            ));
        }
        if proposal.after != place(&self.charter, self.current.text()) && !planted(Mutant::AdoptsFromAnywhere)
        {
            return Err("it was proposed for another charter or after another policy".into());
        }
        if proposal.turn == Turn::Narrower || planted(Mutant::WideningUnsigned) {
            return Ok(());
        }
        let note = note.ok_or("what widens needs a quorum of operators")?;
        let who = self.operators.signers(&proposal.text(), note)?;
        let short = || format!("{} operators have signed: no quorum", who.len());
        if self.operators.is_quorum(&who) { Ok(()) } else { Err(short()) }
    }
}
