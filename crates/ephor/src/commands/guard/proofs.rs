//! What a solver adds to `ephor guard check` and `diff`: theorems, or the line that says there are none.

use crate::exit::Exit;
use guard::Charter;
use proof::{Missing, Outcome, Solver, Theorem};
use serde_json::{Value, json};

/// Most principals and actions of which the solver is asked whether two policies differ.
const ASKED_MAX: usize = 40;
/// Of the thread on which policies become terms.
const STACK_BYTES: usize = 256 << 20;

/// Theorems, or why nothing was asked.
pub struct Proofs(Result<Vec<Theorem>, Missing>);

impl Proofs {
    /// What holds of a charter.
    pub fn of(charter: &Charter) -> Result<Self, Exit> {
        Self::with(|solver| proof::check(charter, solver))
    }

    /// Whether another policy only narrows, and whether it differs for those of whom no probe shows it.
    pub fn between(charter: &Charter, policy: &str, unseen: &[(String, String)]) -> Result<Self, Exit> {
        Self::with(|solver| {
            let widening = proof::no_widening(charter, policy, solver)?;
            let asked = &unseen[..unseen.len().min(ASKED_MAX)];
            let mut theorems = vec![widening];
            theorems.extend(proof::no_difference(charter, policy, asked, solver)?);
            Ok(theorems)
        })
    }

    fn with(ask: impl FnOnce(&mut Solver) -> Result<Vec<Theorem>, String> + Send) -> Result<Self, Exit> {
        let run = || match Solver::start() {
            Ok(mut solver) => ask(&mut solver).map(Ok),
            Err(missing) => Ok(Err(missing)),
        };
        // The compiler to SMT calls itself once for each term that a policy joins.
        let asked = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
            thread
                .map_err(|why| why.to_string())?
                .join()
                .map_err(|_| "the solver's thread panicked".to_owned())?
        });
        asked.map(Self).map_err(Exit::failed)
    }

    /// What the solver says of somebody's requests in an action, if it was asked.
    pub fn difference(&self, principal: &str, action: &str) -> Option<&Outcome> {
        let of = format!("{principal} {action}");
        let mut theorems = self.0.iter().flatten();
        theorems.find(|theorem| theorem.name == "no-difference" && theorem.of == of).map(|t| &t.outcome)
    }

    /// The theorems that fail and that nothing else holds.
    pub fn broken(&self) -> Vec<&Theorem> {
        self.0.iter().flatten().filter(|theorem| theorem.is_broken()).collect()
    }

    pub fn document(&self) -> Value {
        match &self.0 {
            Err(missing) => json!({ "solver": null, "because": missing.to_string(), "theorems": [] }),
            Ok(theorems) => {
                let theorems: Vec<Value> = theorems.iter().map(document).collect();
                json!({ "solver": "cvc5", "because": null, "theorems": theorems })
            }
        }
    }

    /// One line for each theorem that is not proven, and one that counts those that are.
    pub fn told(&self) -> String {
        let theorems = match &self.0 {
            Err(missing) => {
                return format!("{missing}\nhint: `apt-get install cvc5`, or name the program in CVC5\n");
            }
            Ok(theorems) => theorems,
        };
        let mut text = String::new();
        for name in ["never-errors", "can-match", "sealed", "no-widening", "no-difference"] {
            let all: Vec<&Theorem> = theorems.iter().filter(|theorem| theorem.name == name).collect();
            let proven = all.iter().filter(|theorem| theorem.outcome == Outcome::Proven).count();
            if !all.is_empty() {
                text += &format!("{name:14}{proven} of {} proven by cvc5, for every request\n", all.len());
            }
            all.into_iter().filter_map(line).for_each(|line| text += &line);
        }
        text
    }
}

fn line(theorem: &Theorem) -> Option<String> {
    let of = report::one_line(&theorem.of, 100);
    let held = match theorem.held_by {
        Some(room) => format!("; the room `{room}` refuses it whatever the policy says"),
        None => String::new(),
    };
    match &theorem.outcome {
        Outcome::Proven => None,
        Outcome::Refuted(request) => {
            let request = report::one_line(&request.to_string(), 1_000);
            let fails = match theorem.name {
                "never-errors" => "it errs",
                "sealed" => "the policy permits it",
                "no-difference" => "the verdict is another",
                _ => "it lets more through, or more mildly",
            };
            Some(format!("  {of}: {fails}{held}; for one:\n    {request}\n"))
        }
        Outcome::Nothing => Some(format!("  {of}: no request that can reach the guard is such a one\n")),
        Outcome::Unknown(why) => Some(format!("  {of}: not proven ({}){held}\n", report::one_line(why, 200))),
    }
}

fn document(theorem: &Theorem) -> Value {
    let (counterexample, because) = match &theorem.outcome {
        Outcome::Proven => (Value::Null, Value::Null),
        Outcome::Nothing => (Value::Null, json!("no request that can reach the guard is such a one")),
        Outcome::Refuted(r) => {
            (json!({ "principal": r.principal, "call": r.call(), "facts": r.facts }), Value::Null)
        }
        Outcome::Unknown(why) => (Value::Null, json!(why)),
    };
    json!({ "theorem": theorem.name, "of": theorem.of, "outcome": theorem.outcome.word(),
        "held_by": theorem.held_by, "counterexample": counterexample, "because": because })
}
