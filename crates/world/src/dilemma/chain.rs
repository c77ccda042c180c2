//! A pair of memory-one strategies as a Markov chain over the four outcomes: what it earns, exactly.

use super::{MemoryOne, Outcome, Payoffs};

/// Outcomes as seat 0 sees them, in the order of [`Outcome::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    first: [f64; 4],
    next: [[f64; 4]; 4],
}

impl Chain {
    /// Noise belongs into the strategies: [`MemoryOne::with_noise`].
    pub fn new(pair: &[MemoryOne; 2]) -> Self {
        let next = Outcome::ALL.map(|last| distribution(pair, Some(last)));
        Self { first: distribution(pair, None), next }
    }

    /// Expected number of turns in each outcome, when a game of at most `turns` goes on after each
    /// turn with probability `continuation`.
    pub fn visits(&self, turns: u32, continuation: f64) -> [f64; 4] {
        let (mut now, mut sum) = (self.first, [0.0; 4]);
        for _ in 0..turns {
            for at in 0..4 {
                sum[at] += now[at];
            }
            now = self.step(now).map(|p| p * continuation);
        }
        sum
    }

    /// Share of turns in each outcome, in the limit of ever longer games. Chains that fall into
    /// separate classes or run in circles have one too: it then depends on the first turn.
    pub fn long_run(&self) -> [f64; 4] {
        let reach = self.reach();
        let recurrent = |s: usize| (0..4).all(|t| !reach[s][t] || reach[t][s]);
        let mut settled = self.clone();
        (0..4).filter(|s| !recurrent(*s)).for_each(|s| settled.eliminate(s));
        let mut share = [0.0; 4];
        for state in (0..4).filter(|s| recurrent(*s)) {
            let class: Vec<_> = (0..4).filter(|t| reach[state][*t]).collect();
            let arrives: f64 = class.iter().map(|t| settled.first[*t]).sum();
            share[state] = arrives * self.stationary(&class)[state];
        }
        share
    }

    fn step(&self, now: [f64; 4]) -> [f64; 4] {
        std::array::from_fn(|to| (0..4).map(|from| now[from] * self.next[from][to]).sum())
    }

    /// Which state leads to which, in any number of steps or none.
    fn reach(&self) -> [[bool; 4]; 4] {
        let mut reach: [[bool; 4]; 4] =
            std::array::from_fn(|s| std::array::from_fn(|t| s == t || self.next[s][t] > 0.0));
        for (via, s, t) in triples() {
            reach[s][t] |= reach[s][via] && reach[via][t];
        }
        reach
    }

    /// Lets whatever enters a transient state leave it at once, to where it would go in the end.
    fn eliminate(&mut self, state: usize) {
        let mut exit = self.next[state];
        exit[state] = 0.0;
        let leaves: f64 = exit.iter().sum();
        let pass = |row: &mut [f64; 4]| {
            let held = std::mem::take(&mut row[state]);
            for to in 0..4 {
                row[to] += held * exit[to] / leaves;
            }
        };
        pass(&mut self.first);
        self.next.iter_mut().for_each(pass);
    }

    /// Stationary distribution of one class by state reduction (Grassmann, Taksar and Heyman 1985): it
    /// subtracts nothing, so no digits of rare transitions are lost.
    fn stationary(&self, class: &[usize]) -> [f64; 4] {
        let mut next = self.next;
        for (at, &last) in class.iter().enumerate().skip(1).rev() {
            let kept = &class[..at];
            let leaves: f64 = kept.iter().map(|t| next[last][*t]).sum();
            for &from in kept {
                next[from][last] /= leaves;
                for &to in kept {
                    next[from][to] += next[from][last] * next[last][to];
                }
            }
        }
        let mut weight = [0.0; 4];
        weight[class[0]] = 1.0;
        for (at, &state) in class.iter().enumerate().skip(1) {
            weight[state] = class[..at].iter().map(|from| weight[*from] * next[*from][state]).sum();
        }
        let total: f64 = weight.iter().sum();
        weight.map(|w| w / total)
    }
}

/// Points of both seats for turns (or shares of turns) in each outcome.
pub(super) fn points(turns: [f64; 4], payoffs: &Payoffs) -> [f64; 2] {
    let of = |seat: usize| {
        let paid = Outcome::ALL.iter().zip(turns).map(|(o, n)| n * payoffs.of_both(*o)[seat]);
        paid.sum()
    };
    [of(0), of(1)]
}

/// Probabilities of the next outcome.
fn distribution(pair: &[MemoryOne; 2], last: Option<Outcome>) -> [f64; 4] {
    let [p, q] = [0, 1].map(|seat| pair[seat].after(last.map(|o| o.seen_by(seat))));
    [p * q, p * (1.0 - q), (1.0 - p) * q, (1.0 - p) * (1.0 - q)]
}

fn triples() -> impl Iterator<Item = (usize, usize, usize)> {
    (0..64).map(|n| (n / 16, n / 4 % 4, n % 4))
}
