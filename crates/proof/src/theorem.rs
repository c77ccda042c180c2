//! The theorems: what is asked of the solver, and what its answers come to.

use crate::people::{self, AGENT};
use crate::request::Request;
use crate::solver::Solver;
use cedar_policy::{Effect, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use guard::{Charter, Mode, Policies};
use std::str::FromStr;

/// Something that was to be proven.
#[derive(Clone, Debug, PartialEq)]
pub struct Theorem {
    /// `never-errors`, `sealed` or `no-widening`.
    pub name: &'static str,
    /// Of which rule, thing or policy.
    pub of: String,
    pub outcome: Outcome,
    /// What holds it all the same, where the policy does not: a room of the guard.
    pub held_by: Option<&'static str>,
}

/// What the solver said.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// For every request.
    Proven,
    /// Here is one for which it does not hold.
    Refuted(Request),
    /// The solver did not answer, or what it was asked has no form in Cedar.
    Unknown(String),
}

impl Outcome {
    /// One word: part of the face's JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted(_) => "refuted",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The first that is not proven, of several that all must be.
    fn all(outcomes: impl Iterator<Item = Self>) -> Self {
        let mut unknown = Self::Proven;
        for outcome in outcomes {
            match outcome {
                Self::Refuted(_) => return outcome,
                Self::Unknown(_) => unknown = outcome,
                Self::Proven => {}
            }
        }
        unknown
    }
}

impl Theorem {
    /// Whether it fails, and nothing else holds what it says.
    pub fn is_broken(&self) -> bool {
        matches!(self.outcome, Outcome::Refuted(_)) && self.held_by.is_none()
    }
}

/// A charter as the solver reads it.
struct Read {
    schema: Schema,
    set: PolicySet,
    envs: Vec<RequestEnv>,
}

impl Read {
    fn new(charter: &Charter) -> Result<Self, String> {
        let schema = Schema::from_json_value(Policies::schema(charter)).map_err(|why| why.to_string())?;
        let set = PolicySet::from_str(&charter.policy).map_err(|why| why.to_string())?;
        let envs = schema.request_envs().collect();
        Ok(Self { schema, set, envs })
    }
}

/// `never-errors` for each rule, and `sealed` for each thing.
///
/// # Errors
/// In words, where the charter is none that [`guard::Monitor`] would take.
pub fn check(charter: &Charter, solver: &mut Solver) -> Result<Vec<Theorem>, String> {
    let read = Read::new(charter)?;
    let rules = read.set.policies().map(|policy| never_errors(charter, policy, &read, solver));
    let mut found: Vec<Theorem> = rules.collect();
    for (thing, patterns) in &charter.switch.sealed {
        let outcomes: Vec<Outcome> =
            patterns.iter().map(|pattern| sealed(charter, pattern, &read, solver)).collect();
        let held_by = (charter.mode("switch") == Mode::Enforce).then_some("switch");
        let outcome = Outcome::all(outcomes.into_iter());
        found.push(Theorem { name: "sealed", of: thing.clone(), outcome, held_by });
    }
    Ok(found)
}

fn never_errors(charter: &Charter, policy: &Policy, read: &Read, solver: &mut Solver) -> Theorem {
    let outcomes = read.envs.iter().map(|env| match within_reach(charter, policy, env) {
        Ok(policy) => solver.never_errors(&policy, env, &read.schema),
        Err(why) => Outcome::Unknown(why),
    });
    let outcome = Outcome::all(outcomes);
    let of = policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned);
    Theorem { name: "never-errors", of, outcome, held_by: None }
}

/// A rule that says nothing of requests that cannot reach the guard: that condition comes first, and what is
/// false first is not evaluated further.
fn within_reach(charter: &Charter, policy: &Policy, env: &RequestEnv) -> Result<Policy, String> {
    let mut rule = policy.to_json().map_err(|why| why.to_string())?;
    let reachable = people::reachable(charter, &env.principal().to_string());
    let conditions = rule["conditions"].as_array_mut().ok_or("a rule without conditions")?;
    conditions.insert(0, serde_json::json!({ "kind": "when", "body": reachable }));
    Policy::from_json(Some(policy.id().clone()), rule).map_err(|why| why.to_string())
}

/// Whether the policy permits no agent of the charter a call that a pattern means.
fn sealed(charter: &Charter, pattern: &guard::Pattern, read: &Read, solver: &mut Solver) -> Outcome {
    let Some(meant) = people::meant(charter, pattern) else { return Outcome::Proven };
    let when = people::both(people::reachable(charter, AGENT), meant);
    let written = match written("the sealed calls", people::rule("permit", Some(&pattern.tool), &when))
        .and_then(|rule| PolicySet::from_policies([rule]).map_err(|why| why.to_string()))
    {
        Ok(set) => set,
        Err(why) => return Outcome::Unknown(why),
    };
    let is = |env: &&RequestEnv| {
        env.principal().to_string() == AGENT && env.action().id().unescaped() == pattern.tool
    };
    Outcome::all(
        read.envs.iter().filter(is).map(|env| solver.disjoint(&read.set, &written, env, &read.schema)),
    )
}

/// Whether a new policy over the same register lets nothing through that the old one did not, nor asks for
/// less where the old one asked for more.
///
/// # Errors
/// In words, where either is none that [`guard::Monitor`] would take.
pub fn no_widening(old: &Charter, policy: &str, solver: &mut Solver) -> Result<Theorem, String> {
    let new = Charter { policy: policy.to_owned(), ..old.clone() };
    let (before, after) = (Read::new(old)?, Read::new(&new)?);
    let theorem = |outcome| Theorem { name: "no-widening", of: "the policy".into(), outcome, held_by: None };
    // The guard denies where a rule errs, Cedar does not: the old policy could have denied more than Cedar
    // knows.
    let total = before.set.policies().map(|rule| never_errors(old, rule, &before, solver));
    if let Some(rule) = total.collect::<Vec<_>>().iter().find(|t| t.outcome != Outcome::Proven) {
        let why = format!("the rule `{}` of the old policy can err, or may", rule.of);
        return Ok(theorem(Outcome::Unknown(why)));
    }
    let asks = |verdict: &str| {
        let mut rules = before.set.policies().chain(after.set.policies());
        rules.any(|rule| rule.annotation("verdict") == Some(verdict))
    };
    let mut levels: Vec<&[&str]> = vec![&[]];
    levels.extend(asks("defer").then_some(&["defer"][..]));
    levels.extend(asks("step-up").then_some(&["defer", "step-up"][..]));
    let mut outcomes = Vec::new();
    for env in &before.envs {
        let strangers = people::not(people::reachable(old, &env.principal().to_string()));
        let strangers = written("no strangers", people::rule("forbid", None, &strangers))?;
        for asked in &levels {
            let old = milder(&before.set, asked, None)?;
            let new = milder(&after.set, asked, Some(&strangers))?;
            outcomes.push(solver.implies(&new, &old, env, &before.schema));
        }
    }
    Ok(theorem(Outcome::all(outcomes.into_iter())))
}

/// The policy as it is for who takes these verdicts for an allow: without the forbids that ask for them.
fn milder(set: &PolicySet, verdicts: &[&str], more: Option<&Policy>) -> Result<PolicySet, String> {
    let asks = |policy: &&Policy| {
        policy.effect() == Effect::Forbid
            && policy.annotation("verdict").is_some_and(|v| verdicts.contains(&v))
    };
    let kept = set.policies().filter(|policy| !asks(policy)).chain(more).cloned();
    PolicySet::from_policies(kept).map_err(|why| why.to_string())
}

fn written(id: &str, rule: serde_json::Value) -> Result<Policy, String> {
    Policy::from_json(Some(PolicyId::new(id)), rule).map_err(|why| why.to_string())
}
