//! The solver: a process that is asked one question after another.

use crate::request::Request;
use crate::theorem::Outcome;
use cedar_policy::{Authorizer, Decision, Policy, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::err::Error;
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet, Env};
use std::io::ErrorKind;
use std::path::PathBuf;
use tokio::process::Command;
use tokio::runtime::Runtime;

/// How long one question may take. What is not answered then is not proven.
const QUESTION_MS: u32 = 10_000;

/// Why there is no solver.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("cvc5 not found: not proven")]
    NotFound,
    #[error("cvc5 does not start ({0}): not proven")]
    Broken(String),
}

/// cvc5, running.
pub struct Solver {
    runtime: Runtime,
    compiler: CedarSymCompiler<LocalSolver>,
}

impl Solver {
    /// Starts what the variable `CVC5` names, or else `cvc5`.
    ///
    /// # Errors
    /// [`Missing`], whose words are the face's.
    pub fn start() -> Result<Self, Missing> {
        let path = std::env::var_os("CVC5").map_or_else(|| PathBuf::from("cvc5"), PathBuf::from);
        let broken = |why: &dyn std::fmt::Display| Missing::Broken(why.to_string());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| broken(&why))?;
        let inside = runtime.enter();
        let mut command = Command::new(path);
        command.args(["--lang", "smt", &format!("--tlimit-per={QUESTION_MS}")]).kill_on_drop(true);
        let solver = LocalSolver::from_command(&mut command).map_err(|why| match why {
            cedar_policy_symcc::solver::SolverError::Io(io) if io.kind() == ErrorKind::NotFound => {
                Missing::NotFound
            }
            cedar_policy_symcc::solver::SolverError::Io(io) => broken(&io),
            other => broken(&other),
        })?;
        let compiler = CedarSymCompiler::new(solver).map_err(|why| broken(&why))?;
        drop(inside);
        Ok(Self { runtime, compiler })
    }

    /// Whether a policy errs on no request of this kind.
    pub(crate) fn never_errors(&mut self, policy: &Policy, env: &RequestEnv, schema: &Schema) -> Outcome {
        let compiled = match CompiledPolicy::compile(policy, env, schema) {
            Ok(compiled) => compiled,
            Err(why) => return unknown(&why),
        };
        let asked = self.compiler.check_never_errors_with_counterexample_opt(&compiled);
        let found = self.runtime.block_on(asked);
        let errs = |env: &Env| PolicySet::from_policies([policy.clone()]).is_ok_and(|set| errs(&set, env));
        outcome(found, errs)
    }

    /// Whether a policy matches some request of this kind.
    pub(crate) fn can_match(&mut self, policy: &Policy, env: &RequestEnv, schema: &Schema) -> Outcome {
        let compiled = match CompiledPolicy::compile(policy, env, schema) {
            Ok(compiled) => compiled,
            Err(why) => return unknown(&why),
        };
        let asked = self.compiler.check_never_matches_opt(&compiled);
        match self.runtime.block_on(asked) {
            Ok(true) => Outcome::Nothing,
            Ok(false) => Outcome::Proven,
            Err(why) => unknown(&why),
        }
    }

    /// Asks for a request that breaks what is said of two policies.
    pub(crate) fn compare(
        &mut self,
        one: &PolicySet,
        other: &PolicySet,
        env: &RequestEnv,
        schema: &Schema,
        relation: Relation,
    ) -> Outcome {
        let (a, b) = match both(one, other, env, schema) {
            Ok(compiled) => compiled,
            Err(why) => return Outcome::Unknown(why),
        };
        let compiler = &mut self.compiler;
        let found = self.runtime.block_on(async {
            match relation {
                Relation::Disjoint => compiler.check_disjoint_with_counterexample_opt(&a, &b).await,
                Relation::Implies => compiler.check_implies_with_counterexample_opt(&a, &b).await,
                Relation::Equals => compiler.check_equivalent_with_counterexample_opt(&a, &b).await,
            }
        });
        outcome(found, |env| match (relation, allows(one, env), allows(other, env)) {
            (Relation::Disjoint, a, b) => a && b,
            (Relation::Implies, a, b) => a && !b,
            (Relation::Equals, a, b) => a != b,
        })
    }
}

/// What is said of two policies: no request is allowed by both, by the first alone, by one alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Disjoint,
    Implies,
    Equals,
}

/// Two policies as terms; what has no form in SMT is not proven.
fn both(
    one: &PolicySet,
    other: &PolicySet,
    env: &RequestEnv,
    schema: &Schema,
) -> Result<(CompiledPolicySet, CompiledPolicySet), String> {
    let compile = |set| CompiledPolicySet::compile(set, env, schema).map_err(|why| why.to_string());
    Ok((compile(one)?, compile(other)?))
}

fn allows(set: &PolicySet, env: &Env) -> bool {
    Authorizer::new().is_authorized(&env.request, set, &env.entities).decision() == Decision::Allow
}

fn errs(set: &PolicySet, env: &Env) -> bool {
    let answer = Authorizer::new().is_authorized(&env.request, set, &env.entities);
    answer.diagnostics().errors().next().is_some()
}

/// A counterexample counts if Cedar itself agrees.
fn outcome(found: Result<Option<Env>, Error>, agrees: impl Fn(&Env) -> bool) -> Outcome {
    match found {
        Ok(None) => Outcome::Proven,
        Ok(Some(env)) if agrees(&env) => match Request::of(&env.request) {
            Ok(request) => Outcome::Refuted(request),
            Err(why) => Outcome::Unknown(why),
        },
        Ok(Some(_)) => Outcome::Unknown("the solver's counterexample is none".into()),
        Err(why) => unknown(&why),
    }
}

fn unknown(why: &Error) -> Outcome {
    Outcome::Unknown(why.to_string())
}
