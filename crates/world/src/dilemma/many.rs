//! Many games of one memory-one pair at once, 64 to a machine word.
//!
//! Bit `k` of every word belongs to game `k`. A turn is a handful of logical operations, and one
//! random word serves all 64 games: a uniform number is drawn bit by bit, from the top, only until
//! every game knows on which side of its probability the number falls.

use super::{MemoryOne, Outcome, Payoffs, Rules, chain};
use crate::Draw;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use serde::Serialize;

const LANES: usize = 64;
const EVERY: u64 = u64::MAX;

/// How often a game ended a turn in each outcome, as seat 0 sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub outcomes: [u32; 4],
}

impl Tally {
    pub fn turns(&self) -> u32 {
        self.outcomes.iter().sum()
    }

    pub fn points(&self, payoffs: &Payoffs) -> [f64; 2] {
        chain::points(self.outcomes.map(f64::from), payoffs)
    }
}

/// Plays `games` independent games. Game `k` is a function of seed and `k`: asking for more games
/// changes none. Probabilities are taken as they are: [`super::Dilemma`] checks rules, this does not.
pub fn play_many(pair: &[MemoryOne; 2], rules: &Rules, seed: u64, games: usize) -> Vec<Tally> {
    let plan = Plan::new(pair, rules);
    let block = |number: usize| {
        let luck = Xoshiro256PlusPlus::from_rng(&mut Draw::new(seed).at(number as u64));
        Block { luck }.play(&plan)
    };
    (0..games.div_ceil(LANES)).flat_map(block).take(games).collect()
}

/// Probabilities of a pair and its rules, ready to be drawn from.
struct Plan {
    turns: u32,
    first: [Chance; 2],
    after: [Chance; 2],
    goes_on: Chance,
}

impl Plan {
    fn new(pair: &[MemoryOne; 2], rules: &Rules) -> Self {
        let pair = pair.map(|strategy| strategy.with_noise(rules.noise));
        Self {
            turns: rules.turns,
            first: pair.map(|strategy| Chance::new([strategy.first; 4])),
            after: pair.map(|strategy| Chance::new(Outcome::ALL.map(|last| strategy.after(Some(last))))),
            goes_on: Chance::new([rules.continuation; 4]),
        }
    }
}

/// Four probabilities, one per outcome. Words are all ones or all zeros.
struct Chance {
    /// Outcomes after which it happens for sure.
    sure: [u64; 4],
    /// Outcomes after which it is a matter of luck.
    open: [u64; 4],
    /// Binary digits of the probabilities, from the top down to the last one that is set.
    digits: Vec<[u64; 4]>,
}

impl Chance {
    fn new(probability: [f64; 4]) -> Self {
        let word = |set: bool| if set { EVERY } else { 0 };
        let open = probability.map(|p| p > 0.0 && p < 1.0);
        // Digits beyond the 64th are dropped: an error below 1e-19.
        let fixed = probability.map(|p| (p * 2f64.powi(64)) as u64);
        let in_play = |at: usize| if open[at] { fixed[at] } else { 0 };
        let all = (0..4).fold(0, |all, at| all | in_play(at));
        let places = (all.trailing_zeros()..64).rev();
        Self {
            sure: probability.map(|p| word(p >= 1.0)),
            open: open.map(word),
            digits: places
                .map(|place| std::array::from_fn(|at| word(in_play(at) >> place & 1 == 1)))
                .collect(),
        }
    }
}

/// Sixty-four games in step.
struct Block {
    luck: Xoshiro256PlusPlus,
}

impl Block {
    fn play(&mut self, plan: &Plan) -> [Tally; LANES] {
        let mut counters = [(); 4].map(|()| Counter::default());
        let mut running = EVERY;
        let mut cooperates = plan.first.each_ref().map(|chance| self.draw(chance, [EVERY, 0, 0, 0]));
        for turn in 1..=plan.turns {
            let [cc, cd, dc, dd] = outcomes(cooperates, running);
            for (counter, games) in counters.iter_mut().zip([cc, cd, dc, dd]) {
                counter.add(games);
            }
            running &= self.draw(&plan.goes_on, [running, 0, 0, 0]);
            if running == 0 || turn == plan.turns {
                break;
            }
            cooperates =
                [self.draw(&plan.after[0], [cc, cd, dc, dd]), self.draw(&plan.after[1], [cc, dc, cd, dd])];
        }
        std::array::from_fn(|lane| Tally { outcomes: counters.each_ref().map(|counter| counter.of(lane)) })
    }

    /// The games in which it happens; `last` holds the games that had each outcome.
    fn draw(&mut self, chance: &Chance, last: [u64; 4]) -> u64 {
        let mut happens = pick(&chance.sure, &last);
        let mut open = pick(&chance.open, &last);
        for digit in &chance.digits {
            if open == 0 {
                break;
            }
            let (digit, random) = (pick(digit, &last), self.luck.next_u64());
            happens |= open & digit & !random;
            open &= !(digit ^ random);
        }
        happens
    }
}

fn outcomes([first, second]: [u64; 2], running: u64) -> [u64; 4] {
    [first & second, first & !second, !first & second, !first & !second].map(|games| games & running)
}

fn pick(word: &[u64; 4], last: &[u64; 4]) -> u64 {
    (word[0] & last[0]) | (word[1] & last[1]) | (word[2] & last[2]) | (word[3] & last[3])
}

/// Sixty-four counters on edge: word `k` holds digit `k` of each.
#[derive(Default)]
struct Counter {
    digits: [u64; 32],
}

impl Counter {
    fn add(&mut self, games: u64) {
        let mut carry = games;
        for digit in &mut self.digits {
            if carry == 0 {
                break;
            }
            (*digit, carry) = (*digit ^ carry, *digit & carry);
        }
    }

    fn of(&self, lane: usize) -> u32 {
        self.digits.iter().rev().fold(0, |count, digit| count << 1 | (digit >> lane & 1) as u32)
    }
}
