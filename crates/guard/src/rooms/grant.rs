//! Room 2: who may call what with which arguments, and what may be lent.
//!
//! Source: Cedar (arXiv 2407.01688) for the policy, macaroons and capability systems for lending. Facts:
//! decides on arguments; total; a delegate has no right of its own, and may do what every delegator on
//! the way could do now; depth and expiry never grow. Cannot mend a wrong policy.

use crate::mutant::{Mutant, planted};
use crate::rooms::{Order, Room, recalled};
use crate::{Case, Charter, Credential, Decision, Fault, Kind, Opinion, Policies};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Some of somebody's rights, lent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    pub from: String,
    /// A principal of [`Kind::Delegate`].
    pub to: String,
    pub tools: BTreeSet<String>,
    /// How often it may be lent on.
    pub depth: u32,
    /// The last tick at which it holds.
    pub until: u64,
}

/// The room.
#[derive(Clone, Debug)]
pub struct Grant {
    policies: Arc<Policies>,
    kinds: Arc<BTreeMap<String, Kind>>,
    /// By whom it was lent to: nobody borrows from two.
    lent: BTreeMap<String, Delegation>,
}

impl Grant {
    pub fn new(charter: &Charter) -> Result<Self, Fault> {
        let kinds = charter.principals.iter().map(|(name, who)| (name.clone(), who.kind)).collect();
        Ok(Self {
            policies: Arc::new(Policies::load(charter)?),
            kinds: Arc::new(kinds),
            lent: BTreeMap::new(),
        })
    }

    /// Everybody whose rights a request needs: who asks, then each delegator up to one with rights of
    /// its own.
    fn chain(&self, case: Case<'_>) -> Result<Vec<String>, String> {
        let asker = &case.request.credential().principal;
        let links = self.links(asker, case.request.tool(), case.facts.now)?;
        Ok(std::iter::once(asker).chain(links.into_iter().map(|link| &link.from)).cloned().collect())
    }

    /// On which way a tool is lent to somebody, each link alive: none for who has rights of its own.
    fn links(&self, who: &str, tool: &str, now: u64) -> Result<Vec<&Delegation>, String> {
        let (mut links, mut last) = (Vec::<&Delegation>::new(), who);
        while self.kinds.get(last) == Some(&Kind::Delegate) {
            let link = self.lent.get(last).ok_or_else(|| format!("nothing is lent to `{last}`"))?;
            if now > link.until && !planted(Mutant::DelegationOutlives) {
                return Err(format!("what `{}` lent to `{last}` is over", link.from));
            }
            if !link.tools.contains(tool) {
                return Err(format!("`{}` did not lend `{tool}`", link.from));
            }
            if links.len() > self.lent.len() {
                return Err("rights lent in a circle".into());
            }
            links.push(link);
            last = &link.from;
        }
        Ok(links)
    }

    fn delegate(&mut self, new: &Delegation, now: u64) -> Result<(), String> {
        if self.kinds.get(&new.to) != Some(&Kind::Delegate) {
            return Err(format!("`{}` is no delegate", new.to));
        }
        let parent = match self.kinds.get(&new.from) {
            None => return Err(format!("nobody is called `{}`", new.from)),
            Some(Kind::Delegate) => Some(self.lent.get(&new.from).ok_or("it has nothing to lend")?),
            Some(Kind::Agent | Kind::Operator) => None,
        };
        let within = parent.is_none_or(|has| {
            new.tools.is_subset(&has.tools)
                && new.depth < has.depth
                && new.until <= has.until
                && now <= has.until
        });
        if !within && !planted(Mutant::DelegationWidens) {
            return Err(format!("`{}` cannot lend more than it has", new.from));
        }
        if self.descends(&new.from, &new.to) {
            return Err("rights lent in a circle".into());
        }
        self.lent.insert(new.to.clone(), new.clone());
        Ok(())
    }

    /// Whether what `who` has comes from `root`.
    fn descends(&self, who: &str, root: &str) -> bool {
        who == root || self.lenders(who).any(|name| name == root)
    }

    /// Who lent to somebody, and who lent to those.
    fn lenders<'a>(&'a self, who: &'a str) -> impl Iterator<Item = &'a str> {
        let from = |name: &&str| self.lent.get(*name).map(|link| link.from.as_str());
        std::iter::successors(from(&who), from).take(self.lent.len())
    }

    /// Removes what was lent to somebody, and what was lent on.
    fn revoke(&mut self, who: &str) {
        let over: Vec<String> = self.lent.keys().filter(|to| self.descends(to, who)).cloned().collect();
        over.iter().for_each(|to| drop(self.lent.remove(to)));
    }
}

impl Room for Grant {
    fn name(&self) -> &'static str {
        "grant"
    }

    fn judge(&self, case: Case<'_>) -> Opinion {
        let chain = match self.chain(case) {
            Ok(chain) => chain,
            Err(why) => return Opinion::deny(why),
        };
        let Credential { principal, kind, .. } = case.request.credential();
        let own = (principal.as_str(), *kind);
        if planted(Mutant::DelegatorsUnasked) {
            return self.policies.decide_all([own], case);
        }
        let kind_of = |name: &String| self.kinds.get(name).copied().unwrap_or(Kind::Delegate);
        let delegators = chain[1..].iter().map(|name| (name.as_str(), kind_of(name)));
        self.policies.decide_all(std::iter::once(own).chain(delegators), case)
    }

    fn obey(&mut self, order: &Order, now: u64) -> Result<(), String> {
        match order {
            Order::Delegate(new) => self.delegate(new, now)?,
            Order::Revoke(who) => self.revoke(who),
            Order::Stop(_) | Order::Beat | Order::Marks(_) => {}
        }
        Ok(())
    }

    fn behind(&self, who: &str) -> Vec<String> {
        self.lenders(who).map(str::to_owned).collect()
    }

    fn stands(&self, who: &Credential, decision: &Decision, now: u64) -> Result<(), String> {
        self.links(&who.principal, &decision.tool, now).map(drop)
    }

    fn memory(&self) -> Value {
        json!(self.lent)
    }

    fn remember(&mut self, memory: &Value) -> Result<(), String> {
        self.lent = recalled(memory)?;
        Ok(())
    }

    fn adopt(&mut self, policies: &Arc<Policies>) {
        self.policies = policies.clone();
    }

    fn boxed(&self) -> Box<dyn Room> {
        Box::new(self.clone())
    }
}
