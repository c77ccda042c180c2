//! What is true of a game beyond its moves: equilibria of a turn, the joint optimum, regret.

use super::{Chain, Choice, MemoryOne, Outcome, Payoffs, Rules, best_long_run, best_reply, chain};
use serde::Serialize;
use serde_json::{Value, json};
use trace::Fact;

/// An equilibrium of a single turn: each seat's probability of cooperation, and what it earns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StageEquilibrium {
    pub cooperates: [f64; 2],
    pub points: [f64; 2],
}

impl StageEquilibrium {
    fn new(payoffs: &Payoffs, cooperates: [f64; 2]) -> Self {
        let pair = cooperates.map(|p| MemoryOne::new(p, [p; 4]));
        Self { cooperates, points: chain::points(Chain::new(&pair).visits(1, 1.0), payoffs) }
    }
}

/// Every pure equilibrium of a turn, and the mixed one if there is one inside. Payoffs with ties can
/// have more mixed equilibria; these are left out.
pub fn stage_equilibria(payoffs: &Payoffs) -> Vec<StageEquilibrium> {
    let at = |outcome: &Outcome| [outcome.own(), outcome.other()].map(|c| f64::from(c == Choice::Cooperate));
    let pure = Outcome::ALL.iter().filter(|outcome| is_equilibrium(payoffs, **outcome)).map(at);
    pure.chain(mixed(payoffs).map(|p| [p, p])).map(|p| StageEquilibrium::new(payoffs, p)).collect()
}

/// Most points per turn that the two seats can earn together.
pub fn optimum(payoffs: &Payoffs) -> f64 {
    let joint = Outcome::ALL.map(|outcome| payoffs.of_both(outcome).iter().sum());
    joint.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

fn is_equilibrium(payoffs: &Payoffs, outcome: Outcome) -> bool {
    let keeps =
        |seen: Outcome| payoffs.of(seen) >= payoffs.of(Outcome::of(seen.own().flipped(), seen.other()));
    keeps(outcome) && keeps(outcome.seen_by(1))
}

/// The other's probability of cooperation at which both choices earn the same.
fn mixed(payoffs: &Payoffs) -> Option<f64> {
    let Payoffs { temptation, reward, punishment, sucker } = *payoffs;
    let p = (punishment - sucker) / (reward - sucker - temptation + punishment);
    (p > 0.0 && p < 1.0).then_some(p)
}

/// All facts of a game so far.
pub(super) fn facts(rules: &Rules, history: &[Outcome], points: [f64; 2]) -> Vec<Fact> {
    let equilibria = stage_equilibria(&rules.payoffs);
    let mut facts = vec![
        fact("turns_played", json!(history.len())),
        fact("points", json!(points)),
        fact("cooperation", json!(cooperation(history))),
        fact("stage_equilibria", json!(equilibria)),
        fact("optimum_per_turn", json!(optimum(&rules.payoffs))),
        fact("regret_in_hindsight", json!(hindsight(&rules.payoffs, history, points))),
    ];
    if let ([only], false) = (&*equilibria, history.is_empty()) {
        let joint = points.iter().sum::<f64>() / history.len() as f64;
        facts.extend(advantage(&rules.payoffs, only, joint).map(|a| fact("coalition_advantage", json!(a))));
    }
    facts.extend(known(rules));
    facts
}

fn fact(name: &str, value: Value) -> Fact {
    Fact { name: name.into(), value }
}

/// How many turns each seat cooperated in.
fn cooperation(history: &[Outcome]) -> [usize; 2] {
    let count = |seat| history.iter().filter(|o| o.seen_by(seat).own() == Choice::Cooperate).count();
    [count(0), count(1)]
}

/// How often each of a pair cooperated, and how often the first did right after the other had, and had not.
/// Where there was no such turn, there is no such number.
pub(super) fn rates(history: &[Outcome], pair: [usize; 2]) -> Vec<(&'static str, f64)> {
    let share = |choices: Vec<Choice>| {
        let cooperated = choices.iter().filter(|choice| **choice == Choice::Cooperate).count();
        (!choices.is_empty()).then(|| cooperated as f64 / choices.len() as f64)
    };
    let of = |seat: usize| history.iter().map(|outcome| outcome.seen_by(seat).own()).collect::<Vec<_>>();
    let (own, other) = (of(pair[0]), of(pair[1]));
    let after = |choice: Choice| {
        let turns = other.iter().zip(own.iter().skip(1)).filter(|(before, _)| **before == choice);
        share(turns.map(|(_, next)| *next).collect())
    };
    let rates = [
        ("cooperates", share(own.clone())),
        ("partner-cooperates", share(other.clone())),
        ("cooperates-after-cooperation", after(Choice::Cooperate)),
        ("cooperates-after-defection", after(Choice::Defect)),
    ];
    rates.into_iter().filter_map(|(name, rate)| Some((name, rate?))).collect()
}

/// What each seat would have gained by the best choice of every turn, the other's choices as made.
fn hindsight(payoffs: &Payoffs, history: &[Outcome], points: [f64; 2]) -> [f64; 2] {
    let best = |seen: Outcome| {
        let [cooperates, defects] = Choice::BOTH.map(|own| payoffs.of(Outcome::of(own, seen.other())));
        cooperates.max(defects)
    };
    let most = |seat: usize| history.iter().map(|outcome| best(outcome.seen_by(seat))).sum::<f64>();
    [0, 1].map(|seat| most(seat) - points[seat])
}

/// Where joint points per turn lie between the equilibrium (0) and the optimum (1).
fn advantage(payoffs: &Payoffs, equilibrium: &StageEquilibrium, joint: f64) -> Option<f64> {
    let nash: f64 = equilibrium.points.iter().sum();
    let span = optimum(payoffs) - nash;
    (span > 0.0).then(|| (joint - nash) / span)
}

/// What follows from what the seats are known to play. The value of a seat that faces an unknown
/// opponent is absent.
fn known(rules: &Rules) -> Vec<Fact> {
    let mut facts = Vec::new();
    for seat in 0..2 {
        let Some(opponent) = &rules.known[1 - seat] else { continue };
        let long_run = best_long_run(opponent, &rules.payoffs, rules.noise);
        facts.push(fact(&format!("best_reply/{seat}"), json!(best_reply(opponent, rules).value)));
        facts.push(fact(&format!("best_long_run/{seat}"), json!(long_run)));
    }
    if let [Some(first), Some(second)] = rules.known {
        facts.extend(of_pair(rules, &[first, second]));
    }
    facts
}

/// Expected points, regret and long-run points of a pair that is known.
fn of_pair(rules: &Rules, pair: &[MemoryOne; 2]) -> Vec<Fact> {
    let chain = Chain::new(&pair.map(|strategy| strategy.with_noise(rules.noise)));
    let expected = chain::points(chain.visits(rules.turns, rules.continuation), &rules.payoffs);
    let long_run = chain::points(chain.long_run(), &rules.payoffs);
    let regret = [0, 1].map(|seat| best_reply(&pair[1 - seat], rules).value - expected[seat]);
    vec![
        fact("expected_points", json!(expected)),
        fact("expected_regret", json!(regret)),
        fact("long_run_points", json!(long_run)),
    ]
}

/// The facts that are numbers of the two seats together.
pub(super) fn numbers(facts: &[Fact]) -> Vec<(&'static str, f64)> {
    let named = |name: &str| facts.iter().find(|fact| fact.name == name).map(|fact| &fact.value);
    let mean = |value: &Value| {
        let numbers = value.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<_>>>()?;
        Some(numbers.iter().sum::<f64>() / numbers.len().max(1) as f64)
    };
    let regret = named("regret_in_hindsight").and_then(mean).map(|regret| ("regret", regret));
    let advantage = named("coalition_advantage").and_then(Value::as_f64);
    regret.into_iter().chain(advantage.map(|advantage| ("coalition-advantage", advantage))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_pair_in_its_order() {
        use Outcome::{Cc, Cd, Dc, Dd};
        let told = |history: &[Outcome], pair| {
            rates(history, pair).into_iter().map(|(name, rate)| format!("{name} {rate}")).collect::<Vec<_>>()
        };
        let history = [Cc, Cd, Dd, Dc];
        assert_eq!(
            told(&history, [0, 1]),
            [
                "cooperates 0.5",
                "partner-cooperates 0.5",
                "cooperates-after-cooperation 1",
                "cooperates-after-defection 0"
            ]
        );
        // The other seat: C D D C. It met C C D, and then played D D C.
        assert_eq!(
            told(&history, [1, 0])[2..],
            ["cooperates-after-cooperation 0", "cooperates-after-defection 1"]
        );
        assert_eq!(told(&[Dc], [0, 1]), ["cooperates 0", "partner-cooperates 1"]);
        assert!(told(&[], [0, 1]).is_empty());
    }
}
