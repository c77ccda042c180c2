//! The best reply to an opponent whose memory-one strategy is known.
//!
//! Such an opponent remembers one turn, so the last outcome is all that a best reply needs: a
//! decision process of four states, solved backwards from the last turn.

use super::{Chain, Choice, Dilemma, MemoryOne, Move, Outcome, Payoffs, Rules, View, chain};
use crate::Player;
use rand::Rng;

/// What to do in each turn after each outcome, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Expected points of the whole game.
    pub value: f64,
    first: Choice,
    after: Vec<[Choice; 4]>,
}

impl Reply {
    /// The best choice in a turn (from 0) after an outcome; `None` in the first.
    pub fn choice(&self, turn: u32, last: Option<Outcome>) -> Choice {
        let later = |last: Outcome| Some(self.after.get(turn.checked_sub(1)? as usize)?[last as usize]);
        last.and_then(later).unwrap_or(self.first)
    }
}

/// The exact best reply in games under these rules. Of equally good choices it cooperates.
pub fn best_reply(opponent: &MemoryOne, rules: &Rules) -> Reply {
    let opponent = opponent.with_noise(rules.noise);
    let (mut ahead, mut after) = ([0.0; 4], Vec::with_capacity(rules.turns as usize));
    for _ in 1..rules.turns {
        let best = Outcome::ALL.map(|last| best_choice(&opponent, rules, Some(last), &ahead));
        ahead = best.map(|(value, _)| value);
        after.push(best.map(|(_, choice)| choice));
    }
    after.reverse();
    let (value, first) = best_choice(&opponent, rules, None, &ahead);
    Reply { value, first, after }
}

/// The most points per turn that any strategy earns against this opponent in endless games. Some
/// deterministic memory-one strategy earns them, so all of these are tried.
pub fn best_long_run(opponent: &MemoryOne, payoffs: &Payoffs, noise: f64) -> f64 {
    let opponent = opponent.with_noise(noise);
    let earns = |own: MemoryOne| {
        let share = Chain::new(&[own.with_noise(noise), opponent]).long_run();
        chain::points(share, payoffs)[0]
    };
    MemoryOne::deterministic().map(earns).fold(f64::NEG_INFINITY, f64::max)
}

/// `ahead` is what each outcome of this turn is worth from the next turn on.
fn best_choice(
    opponent: &MemoryOne,
    rules: &Rules,
    last: Option<Outcome>,
    ahead: &[f64; 4],
) -> (f64, Choice) {
    let other = opponent.after(last.map(|o| o.seen_by(1)));
    let lead = |choice| {
        let of = |made, p: f64| {
            let outcome = Outcome::of(choice, made);
            p * (rules.payoffs.of(outcome) + rules.continuation * ahead[outcome as usize])
        };
        of(Choice::Cooperate, other) + of(Choice::Defect, 1.0 - other)
    };
    let [cooperates, defects] = Choice::BOTH.map(lead);
    let mean = |meant: f64, flipped: f64| meant * (1.0 - rules.noise) + flipped * rules.noise;
    let (cooperate, defect) = (mean(cooperates, defects), mean(defects, cooperates));
    if defect > cooperate { (defect, Choice::Defect) } else { (cooperate, Choice::Cooperate) }
}

/// Plays the best reply to a known opponent.
#[derive(Clone, Debug)]
pub struct BestResponse {
    reply: Reply,
}

impl BestResponse {
    pub fn new(opponent: &MemoryOne, rules: &Rules) -> Self {
        Self { reply: best_reply(opponent, rules) }
    }
}

/// Plays the best reply to what the opponent has shown so far: how often it cooperated after each
/// outcome, with one turn of each kind added (Laplace), as a memory-one strategy.
#[derive(Clone, Copy, Debug, Default)]
pub struct BestReply;

/// Turns that it looks ahead: what lies further hardly moves the first choice.
const AHEAD: u32 = 50;

impl BestReply {
    /// The opponent's strategy as seat 0 of its own chain, from the turns seen here.
    fn shown(history: &[Outcome]) -> MemoryOne {
        let mut seen = [[1.0, 2.0]; 4];
        for pair in history.windows(2) {
            let [cooperated, turns] = &mut seen[pair[0].seen_by(1) as usize];
            *cooperated += f64::from(u8::from(pair[1].other() == Choice::Cooperate));
            *turns += 1.0;
        }
        let first = history.first().map_or(0.5, |o| f64::from(u8::from(o.other() == Choice::Cooperate)));
        MemoryOne::new(first, seen.map(|[cooperated, turns]| cooperated / turns))
    }
}

impl Player<Dilemma> for BestReply {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Move {
        let turns = (view.turns - view.turn).min(AHEAD);
        let rules = Rules {
            turns: turns + 1,
            payoffs: view.payoffs,
            noise: view.noise,
            continuation: view.continuation,
            ..Rules::default()
        };
        let shown = Self::shown(&view.history);
        // The turn that is due is the second of a game whose first ended as the last one did.
        let choice = match view.history.last() {
            Some(last) => best_reply(&shown, &rules).choice(1, Some(*last)),
            None => best_reply(&shown, &Rules { turns, ..rules }).choice(0, None),
        };
        Move { choice }
    }
}

impl Player<Dilemma> for BestResponse {
    fn choose(&mut self, view: &View, _: &mut dyn Rng) -> Move {
        Move { choice: self.reply.choice(view.turn, view.history.last().copied()) }
    }
}
