//! Which policies can match whom: what cannot match is not evaluated, and who looks alike is asked once.
//!
//! A policy sees of a principal three things: its type, its role, and its name, where the policy says that
//! name. So two principals of one type and role whom no policy names get the same answer to the same
//! request. That makes lending cheap: a delegate and its delegator are mostly one [`Face`].

use crate::mutant::{Mutant, planted};
use crate::schema::{AGENT, OPERATOR, ROLE};
use crate::{Charter, Fault, Kind};
use cedar_policy::{
    ActionConstraint, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a policy can see of a principal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Face {
    kind: &'static str,
    role: String,
    /// Its name, if any policy says it.
    named: Option<String>,
}

/// The policies that can match an action and a face. Cedar never evaluates the others, so they cannot err.
#[derive(Debug, Default)]
pub struct Slices {
    faces: BTreeMap<String, Face>,
    by_action: BTreeMap<String, BTreeMap<Face, Arc<PolicySet>>>,
}

impl Slices {
    /// `actions` are names, with the group that each is in.
    ///
    /// # Errors
    /// A [`Fault`] at `policy`, where Cedar would not take back its own policies.
    pub fn new<'a>(
        charter: &Charter,
        set: &PolicySet,
        actions: impl Iterator<Item = (&'a str, Option<&'static str>)>,
    ) -> Result<Self, Fault> {
        let literals = set.policies().flat_map(Policy::entity_literals);
        let said: BTreeSet<String> = literals.map(|uid| uid.id().unescaped().to_owned()).collect();
        let face = |(name, who): (&String, &crate::Principal)| {
            let named = said.contains(name) && !planted(Mutant::NamesGoUnseen);
            let face =
                Face { kind: kind(who.kind), role: who.role.clone(), named: named.then(|| name.clone()) };
            (name.clone(), face)
        };
        let faces: BTreeMap<String, Face> = charter.principals.iter().map(face).collect();
        let distinct: BTreeSet<&Face> = faces.values().collect();
        let mut known: BTreeMap<Vec<PolicyId>, Arc<PolicySet>> = BTreeMap::new();
        let mut by_action = BTreeMap::new();
        for (name, group) in actions {
            let mut slices = BTreeMap::new();
            for face in &distinct {
                let matching = || set.policies().filter(|p| is_of(p, name, group) && face.may_match(p));
                let ids: Vec<PolicyId> = matching().map(|policy| policy.id().clone()).collect();
                let slice = match known.get(&ids) {
                    Some(slice) => slice.clone(),
                    None => {
                        let slice = PolicySet::from_policies(matching().cloned());
                        Arc::new(slice.map_err(|why| Fault::new("policy", why))?)
                    }
                };
                known.insert(ids, slice.clone());
                slices.insert((*face).clone(), slice);
            }
            by_action.insert(name.to_owned(), slices);
        }
        Ok(Self { faces, by_action })
    }

    /// What policies see of somebody; nothing where nobody is called so.
    pub fn face(&self, principal: &str) -> Option<&Face> {
        self.faces.get(principal)
    }

    /// The policies for an action; none where no policy can know it.
    pub fn get(&self, action: &str, face: &Face) -> Option<&PolicySet> {
        self.by_action.get(action)?.get(face).map(|slice| &**slice)
    }
}

impl Face {
    /// Whether a policy's scope has room for this face.
    fn may_match(&self, policy: &Policy) -> bool {
        let is = |name: &EntityTypeName| name.to_string() == self.kind;
        let same =
            |uid: &EntityUid| is(uid.type_name()) && Some(uid.id().unescaped()) == self.named.as_deref();
        let within = |uid: &EntityUid| {
            same(uid) || uid.type_name().to_string() == ROLE && uid.id().unescaped() == self.role
        };
        match policy.principal_constraint() {
            PrincipalConstraint::Any => true,
            PrincipalConstraint::Eq(uid) => same(&uid),
            PrincipalConstraint::In(uid) => within(&uid),
            PrincipalConstraint::Is(name) => is(&name),
            PrincipalConstraint::IsIn(name, uid) => is(&name) && within(&uid),
        }
    }
}

/// The type that somebody has for policies. A delegate is an agent.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Operator => OPERATOR,
        Kind::Agent | Kind::Delegate => AGENT,
    }
}

/// Whether an action, which may be in a group, is in the scope of a policy.
pub fn is_of(policy: &Policy, action: &str, group: Option<&str>) -> bool {
    let is =
        |uid: &EntityUid, name: &str| uid.type_name().to_string() == "Action" && uid.id().unescaped() == name;
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => is(&uid, action),
        ActionConstraint::In(uids) => {
            uids.iter().any(|uid| is(uid, action) || group.is_some_and(|group| is(uid, group)))
        }
    }
}
