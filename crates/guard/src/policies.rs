//! The engine: Cedar over typed facts.
//!
//! Source: Cedar (arXiv 2407.01688); Cedar skips a policy that errs "as if absent", so that a forbid that errs
//! would allow. Here any error denies. What is loaded has passed strict validation against a schema that
//! is derived from the register, without a warning: a rule that can never match is refused, not ignored.

use crate::bounds;
use crate::mutant::{Mutant, planted};
use crate::said::Said;
use crate::schema::{self, AGENT, DESK, OPERATOR, PLAIN, ROLE};
use crate::slices::{self, Face, Slices};
use crate::{Case, Charter, Fault, Kind, Opinion, Verdict};
use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy,
    PolicyId, PolicySet, Request, Response, Schema, ValidationMode, Validator,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

/// The annotation of a forbid that asks for something milder than a denial: `@verdict("step-up")`.
const VERDICT: &str = "verdict";

/// A policy as it is decided by: validated, sliced by action, with everybody it knows.
#[derive(Debug)]
pub struct Policies {
    text: String,
    schema: Schema,
    types: Types,
    slices: Slices,
    /// What a forbid asks for.
    verdicts: HashMap<PolicyId, Verdict>,
    said: HashMap<PolicyId, Said>,
    rules: Rules,
    entities: Entities,
    authorizer: Authorizer,
}

#[derive(Debug)]
struct Types {
    action: EntityTypeName,
    agent: EntityTypeName,
    operator: EntityTypeName,
    desk: EntityUid,
}

/// The texts of permits and forbids, for comparing two policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub permits: BTreeSet<String>,
    pub forbids: BTreeSet<String>,
    /// Those of both that can end in an error, and so deny.
    pub may_err: BTreeSet<String>,
}

impl Policies {
    /// Reads and validates a charter's policy.
    ///
    /// # Errors
    /// A [`Fault`] at `policy`: a text that is not Cedar or too deep, a template, an unknown attribute, action,
    /// name or class, a rule that can never match, an unknown `@verdict`.
    pub fn load(charter: &Charter) -> Result<Self, Fault> {
        let fault = |why: &dyn std::fmt::Display| Fault::new("policy", why);
        let schema = Schema::from_json_value(schema::of(charter)).map_err(|why| fault(&why))?;
        let set = Self::parse(&charter.policy)?;
        validate(&set, &schema)?;
        let types = Types::new().map_err(|why| fault(&why))?;
        let (mut verdicts, mut all) = (HashMap::new(), HashMap::new());
        let mut rules = Rules::default();
        for policy in set.policies() {
            let said = said(charter, policy)?;
            if said.may_err {
                rules.may_err.insert(said.text.clone());
            }
            match policy.effect() {
                Effect::Permit => rules.permits.insert(said.text.clone()),
                Effect::Forbid => rules.forbids.insert(said.text.clone()),
            };
            verdicts.insert(policy.id().clone(), verdict_of(policy)?);
            all.insert(policy.id().clone(), said);
        }
        let actions = charter.tools().map(|tool| (tool.name.as_str(), Some("call")));
        let slices = Slices::new(charter, &set, actions.chain(PLAIN.map(|name| (name, None))))?;
        let entities = people(charter, &types, &schema)?;
        Ok(Self {
            text: charter.policy.clone(),
            schema,
            types,
            slices,
            verdicts,
            said: all,
            rules,
            entities,
            authorizer: Authorizer::new(),
        })
    }

    /// The rules of a text, in the bounds that keep Cedar on its stack. Nobody reads a policy another way.
    ///
    /// # Errors
    /// A [`Fault`] at `policy`: too long, too deep, or not Cedar.
    pub fn parse(text: &str) -> Result<PolicySet, Fault> {
        bounds::check(text).map_err(|why| Fault::new("policy", why))?;
        PolicySet::from_str(text).map_err(|why| Fault::new("policy", why))
    }

    /// What this policy sees of somebody.
    pub(crate) fn face(&self, principal: &str) -> Option<&Face> {
        self.slices.face(principal)
    }

    /// The rules that can match an action and a face.
    pub(crate) fn said_of<'a>(&'a self, action: &str, face: &Face) -> impl Iterator<Item = &'a Said> {
        let slice = self.slices.get(action, face).into_iter().flat_map(PolicySet::policies);
        slice.filter_map(|policy| self.said.get(policy.id()))
    }

    /// The policy as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What policies may speak of: the schema, as Cedar's JSON.
    pub fn schema(charter: &Charter) -> serde_json::Value {
        schema::of(charter)
    }

    /// What the policy says of a case if `principal` asks. Total: every error is a denial.
    pub fn decide(&self, principal: &str, kind: Kind, case: Case<'_>) -> Opinion {
        self.decide_all([(principal, kind)], case)
    }

    /// The strictest of what it says if any of these ask. Who looks alike to it is asked once.
    pub fn decide_all<'a>(
        &self,
        principals: impl IntoIterator<Item = (&'a str, Kind)>,
        case: Case<'_>,
    ) -> Opinion {
        let context =
            schema::context(case).and_then(|pairs| Context::from_pairs(pairs).map_err(|why| why.to_string()));
        let context = match context {
            Ok(context) => context,
            Err(why) => return Opinion::deny(why),
        };
        let (mut asked, mut so_far) = (Vec::new(), Opinion::allow());
        for (principal, kind) in principals {
            let Some(face) = self.slices.face(principal) else {
                return Opinion::deny("nobody of this name is known");
            };
            if !asked.contains(&face) {
                asked.push(face);
                so_far = so_far.meet(self.opinion(principal, kind, face, case.request.tool(), &context));
            }
        }
        so_far
    }

    fn opinion(&self, principal: &str, kind: Kind, face: &Face, tool: &str, context: &Context) -> Opinion {
        let asked = match self.request(principal, kind, tool, context) {
            Ok(asked) => asked,
            Err(why) => return Opinion::deny(why),
        };
        let Some(slice) = self.slices.get(tool, face) else {
            return Opinion::deny(format!("no policy knows `{tool}`"));
        };
        if slice.is_empty() && planted(Mutant::EmptyPolicyAllows) {
            return Opinion::allow();
        }
        let answer = self.authorizer.is_authorized(&asked, slice, &self.entities);
        let verdict = self.verdict(&answer, slice, &asked);
        Opinion { verdict, reason: self.reason(verdict, &answer, slice) }
    }

    fn verdict(&self, answer: &Response, slice: &PolicySet, asked: &Request) -> Verdict {
        if answer.diagnostics().errors().next().is_some() && !planted(Mutant::ErrorsAreSkipped) {
            return Verdict::Deny;
        }
        if answer.decision() == Decision::Allow {
            return Verdict::Allow;
        }
        if planted(Mutant::PermitTrumpsForbid) && self.any_permit(slice, asked) {
            return Verdict::Allow;
        }
        // Of a denial Cedar names the forbids alone; none of them: nothing permitted it.
        let asks =
            answer.diagnostics().reason().map(|id| self.verdicts.get(id).copied().unwrap_or(Verdict::Deny));
        let asked_for = asks.max().unwrap_or(Verdict::Deny);
        // A forbid asks for less than a denial only where the rest would have permitted.
        let mild = asked_for != Verdict::Deny && self.any_permit(slice, asked);
        if mild { asked_for } else { Verdict::Deny }
    }

    /// Whether any permit alone would allow, without an error.
    fn any_permit(&self, slice: &PolicySet, asked: &Request) -> bool {
        let permits = slice.policies().filter(|policy| policy.effect() == Effect::Permit).cloned();
        let Ok(permits) = PolicySet::from_policies(permits) else { return false };
        let answer = self.authorizer.is_authorized(asked, &permits, &self.entities);
        answer.decision() == Decision::Allow && answer.diagnostics().errors().next().is_none()
    }

    fn reason(&self, verdict: Verdict, answer: &Response, slice: &PolicySet) -> String {
        if verdict == Verdict::Allow {
            return String::new();
        }
        let name = |id: &PolicyId| slice.annotation(id, "id").map_or_else(|| id.to_string(), str::to_owned);
        let mut words: Vec<String> = answer.diagnostics().errors().map(|why| why.to_string()).collect();
        words.extend(answer.diagnostics().reason().map(name));
        words.sort();
        if words.is_empty() { "no policy permits it".into() } else { words.join("; ") }
    }

    fn request(&self, principal: &str, kind: Kind, tool: &str, context: &Context) -> Result<Request, String> {
        let of = |name: &EntityTypeName, id: &str| {
            EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
        };
        let principal = of(self.types.of(kind), principal);
        if self.entities.get(&principal).is_none() {
            return Err("nobody of this name is known".into());
        }
        let action = of(&self.types.action, tool);
        Request::new(principal, action, self.types.desk.clone(), context.clone(), Some(&self.schema))
            .map_err(|why| why.to_string())
    }
}

impl Types {
    fn new() -> Result<Self, String> {
        let name = |text: &str| EntityTypeName::from_str(text).map_err(|why| why.to_string());
        let desk = EntityUid::from_type_name_and_id(name(DESK)?, EntityId::new("desk"));
        Ok(Self { action: name("Action")?, agent: name(AGENT)?, operator: name(OPERATOR)?, desk })
    }

    fn of(&self, kind: Kind) -> &EntityTypeName {
        if slices::kind(kind) == OPERATOR { &self.operator } else { &self.agent }
    }
}

fn validate(set: &PolicySet, schema: &Schema) -> Result<(), Fault> {
    if set.num_of_templates() > 0 {
        return Err(Fault::new("policy", "a template has no values here: write the policy out"));
    }
    let found = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    let errors = found.validation_errors().map(ToString::to_string);
    let warnings = found.validation_warnings().map(ToString::to_string);
    let words: Vec<String> = errors.chain(warnings).collect();
    if words.is_empty() { Ok(()) } else { Err(Fault::new("policy", words.join("; "))) }
}

/// What a rule names, if the charter has it and something can match.
fn said(charter: &Charter, policy: &Policy) -> Result<Said, Fault> {
    let tools: Vec<&trace::Tool> =
        charter.tools().filter(|tool| slices::is_of(policy, &tool.name, Some("call"))).collect();
    let other = PLAIN.iter().any(|name| slices::is_of(policy, name, None));
    let name = policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned);
    let read = Said::of(charter, policy, &tools, other);
    if planted(Mutant::UnknownNamesPass) {
        return Ok(read.unwrap_or_default());
    }
    read.map_err(|why| Fault::new("policy", format!("the rule `{name}`: {why}")))
}

fn verdict_of(policy: &Policy) -> Result<Verdict, Fault> {
    match (policy.annotation(VERDICT), policy.effect()) {
        (None, _) | (Some("deny"), Effect::Forbid) => Ok(Verdict::Deny),
        (Some("step-up"), Effect::Forbid) => Ok(Verdict::StepUp),
        (Some("defer"), Effect::Forbid) => Ok(Verdict::Defer),
        (Some(other), effect) => {
            let why = format!("@verdict(\"{other}\") on a {effect}: a forbid has deny, step-up or defer");
            Err(Fault::new("policy", why))
        }
    }
}

/// Everybody, in their roles.
fn people(charter: &Charter, types: &Types, schema: &Schema) -> Result<Entities, Fault> {
    let role = EntityTypeName::from_str(ROLE).map_err(|why| Fault::new("policy", why))?;
    let role_uid = |name: &str| EntityUid::from_type_name_and_id(role.clone(), EntityId::new(name));
    let roles = charter.roles.keys().map(|name| Entity::new_no_attrs(role_uid(name), HashSet::new()));
    let people = charter.principals.iter().map(|(name, who)| {
        let uid = EntityUid::from_type_name_and_id(types.of(who.kind).clone(), EntityId::new(name));
        Entity::new_no_attrs(uid, HashSet::from([role_uid(&who.role)]))
    });
    let desk = std::iter::once(Entity::new_no_attrs(types.desk.clone(), HashSet::new()));
    Entities::from_entities(roles.chain(people).chain(desk), Some(schema))
        .map_err(|why| Fault::new("principals", why))
}
