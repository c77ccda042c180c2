//! Room 1: the set of tools, pinned by the hash of each whole definition.
//!
//! Source: the seed (secret tools); MCP rug pulls. Facts: equal for equal roles, because it is pinned by
//! role; compares sets, not names, so a renamed, changed, added or missing tool is a drift; a question that
//! the register lacks for a role is answered in vain, whoever asks it; stateless.
//! Cannot see behaviour that changed under a fixed definition.

use crate::mutant::{Mutant, planted};
use crate::rooms::Room;
use crate::{Case, Charter, Credential, Offered, Opinion, hash_of};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trace::{Observation, Tool};

/// The tools of each role by name, with the hash of their definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    roles: BTreeMap<String, BTreeMap<String, String>>,
    /// The questions of each role; none where questions are not registered.
    questions: Option<BTreeMap<String, BTreeSet<String>>>,
}

/// How what is offered differs from what is pinned, by names of tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub missing: Vec<String>,
}

impl Drift {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Manifest {
    /// Pins a role's tools from the pages of a listing: all of them.
    pub fn pin<'a>(&mut self, role: &str, pages: impl IntoIterator<Item = &'a [Tool]>) {
        let mut pages: Vec<&[Tool]> = pages.into_iter().collect();
        if planted(Mutant::SkipsAPage) {
            pages.truncate(1);
        }
        let pinned = self.roles.entry(role.into()).or_default();
        pinned.extend(pages.into_iter().flatten().map(|tool| (tool.name.clone(), hash_of(tool))));
    }

    /// How an offer to a role differs from it.
    pub fn drift(&self, role: &str, offered: &Offered) -> Drift {
        let nothing = BTreeMap::new();
        let pinned = self.roles.get(role).unwrap_or(&nothing);
        let there = offered.hashes();
        let names = |keep: &dyn Fn(&str, &str) -> bool| {
            there.iter().filter(|(name, hash)| keep(name, hash)).map(|(name, _)| name.clone()).collect()
        };
        Drift {
            added: names(&|name, _| !pinned.contains_key(name)),
            changed: names(&|name, hash| pinned.get(name).is_some_and(|known| known != hash)),
            missing: pinned.keys().filter(|name| !there.contains_key(*name)).cloned().collect(),
        }
    }

    /// Whether a role may answer a question.
    pub fn asks(&self, role: &str, question: &str) -> bool {
        let Some(questions) = &self.questions else { return true };
        planted(Mutant::UnregisteredQuestionPasses)
            || questions.get(role).is_some_and(|known| known.contains(question))
    }

    /// What all participants are told before the first round, the same words for each.
    pub fn disclosure(&self) -> String {
        let line = |(role, tools): (&String, &BTreeMap<String, String>)| {
            let questions = self.questions.as_ref().and_then(|all| all.get(role)).into_iter().flatten();
            let names: Vec<&str> = tools.keys().chain(questions).map(String::as_str).collect();
            format!("{role}: {}\n", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") })
        };
        format!(
            "The tools and questions of each role, and there are no others.\n{}",
            self.roles.iter().map(line).collect::<String>()
        )
    }

    /// SHA-256 over all roles, names and hashes: what names a register in the log.
    pub fn hash(&self) -> String {
        trace::digest(&trace::canonical(&(&self.roles, &self.questions)))
    }
}

/// The room.
#[derive(Clone, Debug)]
pub struct Register {
    manifest: Manifest,
}

impl Register {
    pub fn new(charter: &Charter) -> Self {
        let mut manifest = Manifest { questions: charter.questions.clone(), ..Manifest::default() };
        for (role, tools) in &charter.roles {
            manifest.pin(role, [tools.as_slice()]);
        }
        Self { manifest }
    }
}

impl Room for Register {
    fn name(&self) -> &'static str {
        "register"
    }

    fn judge(&self, case: Case<'_>) -> Opinion {
        // Who passes uses nothing: to decline stays possible whatever is offered.
        if case.request.method() == "pass" {
            return Opinion::allow();
        }
        let role = &case.request.credential().role;
        if let Some(question) = case.request.question().filter(|question| !self.manifest.asks(role, question))
        {
            return Opinion::deny(format!("`{question}` is no question of the register for {role}"));
        }
        let Some(offered) = case.request.offered() else { return Opinion::allow() };
        let drift = self.manifest.drift(&case.request.credential().role, offered);
        match drift.is_none() {
            true => Opinion::allow(),
            false => Opinion::deny(format!("the tools on offer are not those of the register: {drift:?}")),
        }
    }

    /// Takes away every tool that is not pinned for the role, to the byte. That a tool is shown grants
    /// nothing: the call is judged as if it had not been.
    fn show(&self, to: &Credential, mut view: Observation) -> Observation {
        let pinned = self.manifest.roles.get(&to.role);
        let stays = |tool: &&Tool| {
            pinned.and_then(|tools| tools.get(&tool.name)).is_some_and(|hash| *hash == hash_of(tool))
        };
        for ask in &mut view.asks {
            if ask.tools.iter().any(|tool| !stays(&tool)) {
                ask.tools = ask.tools.iter().filter(stays).cloned().collect::<Arc<[Tool]>>();
            }
        }
        view
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
