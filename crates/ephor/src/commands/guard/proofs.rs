//! What a solver adds to `ephor guard check` and `diff`: theorems, or the line that says there are none.

use crate::exit::Exit;
use guard::Charter;
use proof::{Missing, Outcome, Solver, Theorem};
use serde_json::{Value, json};

/// Theorems, or why nothing was asked.
pub struct Proofs(Result<Vec<Theorem>, Missing>);

impl Proofs {
    /// What holds of a charter.
    pub fn of(charter: &Charter) -> Result<Self, Exit> {
        Self::with(|solver| proof::check(charter, solver))
    }

    /// Whether another policy only narrows.
    pub fn between(charter: &Charter, policy: &str) -> Result<Self, Exit> {
        Self::with(|solver| proof::no_widening(charter, policy, solver).map(|theorem| vec![theorem]))
    }

    fn with(ask: impl FnOnce(&mut Solver) -> Result<Vec<Theorem>, String>) -> Result<Self, Exit> {
        match Solver::start() {
            Ok(mut solver) => Ok(Self(Ok(ask(&mut solver).map_err(Exit::failed)?))),
            Err(missing) => Ok(Self(Err(missing))),
        }
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
        for name in ["never-errors", "sealed", "no-widening"] {
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
                _ => "it lets more through, or more mildly",
            };
            Some(format!("  {of}: {fails}{held}; for one:\n    {request}\n"))
        }
        Outcome::Unknown(why) => Some(format!("  {of}: not proven ({}){held}\n", report::one_line(why, 200))),
    }
}

fn document(theorem: &Theorem) -> Value {
    let (counterexample, because) = match &theorem.outcome {
        Outcome::Proven => (Value::Null, Value::Null),
        Outcome::Refuted(r) => {
            (json!({ "principal": r.principal, "call": r.call(), "facts": r.facts }), Value::Null)
        }
        Outcome::Unknown(why) => (Value::Null, json!(why)),
    };
    json!({ "theorem": theorem.name, "of": theorem.of, "outcome": theorem.outcome.word(),
        "held_by": theorem.held_by, "counterexample": counterexample, "because": because })
}
