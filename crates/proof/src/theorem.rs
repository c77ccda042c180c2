//! The theorems: what is asked of the solver, and what its answers come to.

use crate::people::{self, AGENT, OPERATOR};
use crate::request::Request;
use crate::solver::{Relation, Solver};
use cedar_policy::{Effect, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use guard::{Charter, Kind, Mode, Policies};

/// Something that was to be proven.
#[derive(Clone, Debug, PartialEq)]
pub struct Theorem {
    /// `never-errors`, `can-match`, `sealed`, `no-widening` or `no-difference`.
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
    /// It holds of nothing: there is no request that it speaks of.
    Nothing,
    /// The solver did not answer, or what it was asked has no form in Cedar.
    Unknown(String),
}

impl Outcome {
    /// One word: part of the face's JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted(_) => "refuted",
            Self::Nothing => "vacuous",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The first that is refuted, or else the last that is not proven, of several that all must be. Of none it
    /// says nothing.
    fn all(outcomes: impl Iterator<Item = Self>) -> Self {
        let mut so_far = Self::Nothing;
        for outcome in outcomes {
            match (&outcome, &so_far) {
                (Self::Refuted(_), _) => return outcome,
                (Self::Unknown(_), _) | (Self::Proven, Self::Nothing) => so_far = outcome,
                _ => {}
            }
        }
        so_far
    }

    /// Proven where any is, of several kinds of requests.
    fn any(outcomes: impl Iterator<Item = Self>) -> Self {
        let mut so_far = Self::Nothing;
        for outcome in outcomes {
            match outcome {
                Self::Proven => return outcome,
                Self::Unknown(_) => so_far = outcome,
                Self::Refuted(_) | Self::Nothing => {}
            }
        }
        so_far
    }
}

impl Theorem {
    /// Whether it fails, and nothing else holds what it says.
    pub fn is_broken(&self) -> bool {
        match self.outcome {
            Outcome::Refuted(_) => self.held_by.is_none(),
            // A room refuses what a seal means, and nothing holds a seal that means nothing.
            Outcome::Nothing => true,
            Outcome::Proven | Outcome::Unknown(_) => false,
        }
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
        let set = Policies::parse(&charter.policy).map_err(|why| why.to_string())?;
        let envs = schema.request_envs().collect();
        Ok(Self { schema, set, envs })
    }
}

/// `never-errors` and `can-match` for each rule, and `sealed` for each thing.
///
/// # Errors
/// In words, where the charter is none that [`guard::Monitor`] would take.
pub fn check(charter: &Charter, solver: &mut Solver) -> Result<Vec<Theorem>, String> {
    let read = Read::new(charter)?;
    let rules = read.set.policies().map(|policy| never_errors(charter, policy, &read, solver));
    let mut found: Vec<Theorem> = rules.collect();
    found.extend(read.set.policies().map(|policy| can_match(charter, policy, &read, solver)));
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
    of_rule("never-errors", policy, Outcome::all(outcomes))
}

/// Whether a rule matches any request at all: who wrote one that does not is held by nothing.
fn can_match(charter: &Charter, policy: &Policy, read: &Read, solver: &mut Solver) -> Theorem {
    let outcomes = read.envs.iter().map(|env| match within_reach(charter, policy, env) {
        Ok(policy) => solver.can_match(&policy, env, &read.schema),
        Err(why) => Outcome::Unknown(why),
    });
    of_rule("can-match", policy, Outcome::any(outcomes))
}

fn of_rule(name: &'static str, policy: &Policy, outcome: Outcome) -> Theorem {
    let of = policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned);
    Theorem { name, of, outcome, held_by: None }
}

/// A rule that says nothing of requests that cannot reach the guard: that condition comes first, and what is
/// false first is not evaluated further.
fn within_reach(charter: &Charter, policy: &Policy, env: &RequestEnv) -> Result<Policy, String> {
    let mut rule = policy.to_json().map_err(|why| why.to_string())?;
    let reachable = people::reachable(charter, env);
    let conditions = rule["conditions"].as_array_mut().ok_or("a rule without conditions")?;
    conditions.insert(0, serde_json::json!({ "kind": "when", "body": reachable }));
    Policy::from_json(Some(policy.id().clone()), rule).map_err(|why| why.to_string())
}

/// Whether the policy permits no agent of the charter a call that a pattern means.
fn sealed(charter: &Charter, pattern: &guard::Pattern, read: &Read, solver: &mut Solver) -> Outcome {
    let Some(meant) = people::meant(charter, pattern) else {
        return Outcome::Unknown("its values have no form in Cedar".into());
    };
    let is = |env: &&RequestEnv| {
        env.principal().to_string() == AGENT && env.action().id().unescaped() == pattern.tool
    };
    Outcome::all(read.envs.iter().filter(is).map(|env| {
        let when = people::both(people::reachable(charter, env), meant.clone());
        let rule = written("the sealed calls", people::rule("permit", Some(&pattern.tool), &when));
        let set = rule.and_then(|rule| PolicySet::from_policies([rule]).map_err(|why| why.to_string()));
        match set {
            Ok(written) => solver.compare(&read.set, &written, env, &read.schema, Relation::Disjoint),
            Err(why) => Outcome::Unknown(why),
        }
    }))
}

/// Whether a new policy over the same register lets nothing through that the old one did not, nor asks for
/// less where the old one asked for more.
///
/// # Errors
/// In words, where either is none that [`guard::Monitor`] would take.
pub fn no_widening(old: &Charter, policy: &str, solver: &mut Solver) -> Result<Theorem, String> {
    let (before, after) = read_both(old, policy)?;
    let theorem = |outcome| Theorem { name: "no-widening", of: "the policy".into(), outcome, held_by: None };
    // The guard denies where a rule errs, Cedar does not: the old policy could have denied more than Cedar
    // knows.
    if let Some(rule) = may_err(old, &before, solver) {
        return Ok(theorem(Outcome::Unknown(format!("the rule `{rule}` of the old policy can err, or may"))));
    }
    let mut outcomes = Vec::new();
    for env in &before.envs {
        let strangers = people::not(people::reachable(old, env));
        let strangers = written("no strangers", people::rule("forbid", None, &strangers))?;
        for asked in levels(&before, &after) {
            let old = milder(&before.set, asked, None)?;
            let new = milder(&after.set, asked, Some(&strangers))?;
            outcomes.push(solver.compare(&new, &old, env, &before.schema, Relation::Implies));
        }
    }
    Ok(theorem(Outcome::all(outcomes.into_iter())))
}

/// Whether a new policy says the same of every request of somebody in an action: `no-difference`, for each of
/// those who are asked about.
///
/// # Errors
/// As [`no_widening`].
pub fn no_difference(
    old: &Charter,
    policy: &str,
    asked: &[(String, String)],
    solver: &mut Solver,
) -> Result<Vec<Theorem>, String> {
    let (before, after) = read_both(old, policy)?;
    let errs = match asked.is_empty() {
        true => None,
        false => may_err(old, &before, solver).or_else(|| may_err(old, &after, solver)),
    };
    let one = |(principal, action): &(String, String)| {
        let outcome = match &errs {
            Some(rule) => Outcome::Unknown(format!("the rule `{rule}` can err, or may")),
            None => same(old, (&before, &after), principal, action, solver)?,
        };
        let of = format!("{principal} {action}");
        Ok(Theorem { name: "no-difference", of, outcome, held_by: None })
    };
    asked.iter().map(one).collect()
}

fn same(
    charter: &Charter,
    (before, after): (&Read, &Read),
    principal: &str,
    action: &str,
    solver: &mut Solver,
) -> Result<Outcome, String> {
    let kind = match charter.principals.get(principal).map(|who| who.kind) {
        Some(Kind::Operator) => OPERATOR,
        Some(Kind::Agent | Kind::Delegate) => AGENT,
        None => return Err(format!("nobody is called `{principal}`")),
    };
    let mut outcomes = Vec::new();
    let is =
        |env: &&RequestEnv| env.principal().to_string() == kind && env.action().id().unescaped() == action;
    for env in before.envs.iter().filter(is) {
        let asks = people::both(people::is(kind, principal), people::reachable(charter, env));
        let others = written("no others", people::rule("forbid", None, &people::not(asks)))?;
        for asked in levels(before, after) {
            let old = milder(&before.set, asked, Some(&others))?;
            let new = milder(&after.set, asked, Some(&others))?;
            outcomes.push(solver.compare(&old, &new, env, &before.schema, Relation::Equals));
        }
    }
    Ok(Outcome::all(outcomes.into_iter()))
}

fn read_both(old: &Charter, policy: &str) -> Result<(Read, Read), String> {
    let new = Charter { policy: policy.to_owned(), ..old.clone() };
    Ok((Read::new(old)?, Read::new(&new)?))
}

/// A rule that is not proven never to err.
fn may_err(charter: &Charter, read: &Read, solver: &mut Solver) -> Option<String> {
    let mut rules = read.set.policies().map(|rule| never_errors(charter, rule, read, solver));
    rules.find(|theorem| theorem.outcome != Outcome::Proven).map(|theorem| theorem.of)
}

/// What may be taken for an allow, so that policies are compared at each verdict: nothing, what asks for a
/// second panel, what asks for approval.
fn levels(before: &Read, after: &Read) -> Vec<&'static [&'static str]> {
    let asks = |verdict: &str| {
        let mut rules = before.set.policies().chain(after.set.policies());
        rules.any(|rule| rule.annotation("verdict") == Some(verdict))
    };
    let mut levels: Vec<&[&str]> = vec![&[]];
    levels.extend(asks("defer").then_some(&["defer"][..]));
    levels.extend(asks("step-up").then_some(&["defer", "step-up"][..]));
    levels
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
