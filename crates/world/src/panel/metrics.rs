//! What a conversation of beliefs comes to: assertiveness, persuasion, agreement, the switch matrix.
//!
//! Source: `collaborative-reasoner-2025`, exactly as coded there; what is ours says so. Facts: a function of
//! the beliefs alone; turn 0, the task, is unsure; with more than two seats a seat's last belief is the one
//! of its last turn, and its partner is whoever spoke just before it.

/// An answer by its place; `None`: not sure yet.
pub type Belief = Option<usize>;

/// The beliefs of a conversation, turn by turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// e₁ … e_T.
    pub beliefs: Vec<Belief>,
    pub seats: usize,
    /// The answer that is right.
    pub right: usize,
}

/// Counts of one kind of turn, by what the belief was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub right: u32,
    pub wrong: u32,
    pub unsure: u32,
}

impl Tally {
    pub fn count(&self) -> u32 {
        self.right + self.wrong + self.unsure
    }
}

impl Talk {
    /// e of a turn; before the first, unsure.
    fn belief(&self, turn: isize) -> Belief {
        usize::try_from(turn - 1).ok().and_then(|at| self.beliefs.get(at).copied().flatten())
    }

    /// The belief of a turn's speaker when it last spoke.
    fn own(&self, turn: isize) -> Belief {
        self.belief(turn - self.seats as isize)
    }

    fn turns(&self) -> isize {
        self.beliefs.len() as isize
    }

    /// The speaker of a turn, and whether it is this seat (any, where none is named).
    fn by(&self, turn: isize, seat: Option<usize>) -> bool {
        seat.is_none_or(|seat| (turn - 1) as usize % self.seats == seat)
    }

    /// c: 1 for the right answer, ½ for "not sure yet", 0 for a wrong one.
    fn credit(&self, belief: Belief) -> f64 {
        match belief {
            None => 0.5,
            Some(answer) if answer == self.right => 1.0,
            Some(_) => 0.0,
        }
    }

    /// What all seats agree on: the last turns, one of each seat, carry the same answer. With two seats:
    /// two consecutive turns.
    pub fn agreed(&self) -> Option<usize> {
        let last = self.beliefs.len().checked_sub(self.seats).map(|from| &self.beliefs[from..])?;
        let first = *last.first()?;
        first.filter(|_| last.iter().all(|belief| *belief == first))
    }

    /// Turns i in which the partner differs from me and I keep mine: e_{i−1} ≠ e_{i−2} ∧ e_i = e_{i−2}.
    pub fn assertive(&self, seat: Option<usize>) -> Tally {
        let mut tally = Tally::default();
        let kept = |i: &isize| self.belief(i - 1) != self.own(*i) && self.belief(*i) == self.own(*i);
        for i in (2..=self.turns()).filter(|i| self.by(*i, seat)).filter(kept) {
            match self.belief(i) {
                None => tally.unsure += 1,
                Some(answer) if answer == self.right => tally.right += 1,
                Some(_) => tally.wrong += 1,
            }
        }
        tally
    }

    /// Turns i that the next speaker adopts: e_{i+1} ≠ e_{i−1} ∧ e_i = e_{i+1}; how many, and what each
    /// gained, c_{i+1} − c_{i−1}.
    pub fn persuasive(&self, seat: Option<usize>) -> Vec<f64> {
        let adopted =
            |i: &isize| self.belief(i + 1) != self.own(i + 1) && self.belief(*i) == self.belief(i + 1);
        let turns = (1..self.turns()).filter(|i| self.by(*i, seat)).filter(adopted);
        turns.map(|i| self.credit(self.belief(i + 1)) - self.credit(self.own(i + 1))).collect()
    }

    /// Ours: turns before which two answers stood against each other, and in how many of them the own one
    /// was kept. Turns without a disagreement are no occasion to stand firm.
    pub fn firm(&self, seat: Option<usize>) -> (u32, u32) {
        let apart = |i: &isize| {
            let (own, theirs) = (self.own(*i), self.belief(i - 1));
            own.is_some() && theirs.is_some() && own != theirs
        };
        let occasions = (2..=self.turns()).filter(|i| self.by(*i, seat)).filter(apart);
        occasions.fold((0, 0), |(kept, of), i| (kept + u32::from(self.belief(i) == self.own(i)), of + 1))
    }

    /// T − 1: by what the published rates are divided.
    pub fn occasions(&self) -> u32 {
        self.beliefs.len().saturating_sub(1) as u32
    }

    /// The last belief of each seat that spoke.
    pub fn last(&self) -> Vec<Belief> {
        let from = self.beliefs.len().saturating_sub(self.seats);
        let mut last = self.beliefs[from..].to_vec();
        // In the order of seats.
        let turned = if self.seats == 0 { 0 } else { from % self.seats };
        let len = last.len();
        last.rotate_right(if len == self.seats { turned } else { 0 });
        last
    }
}

/// What became of a belief that met another answer. None where they did not differ, or nothing was asserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    pub own_right: bool,
    pub partner_right: bool,
    /// Whether the partner's answer is held in the end.
    pub adopted: bool,
}

/// One entry of the switch matrix. *Capitulation* is adopting where the partner is wrong and oneself was
/// right, *uptake* where the partner is right and oneself was wrong.
pub fn switch(first: Belief, heard: Belief, last: Belief, right: usize) -> Option<Switch> {
    let (own, theirs) = (first?, heard?);
    (own != theirs).then(|| Switch {
        own_right: own == right,
        partner_right: theirs == right,
        adopted: last == heard,
    })
}

/// Agreement beyond chance over many tasks: the share of pairs with the same answer, less what the two
/// marginals would give if neither had heard the other. None without pairs.
pub fn beyond_chance(pairs: &[(Belief, Belief)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let same = pairs.iter().filter(|(a, b)| a.is_some() && a == b).count() as f64;
    let share = |of: &dyn Fn(&(Belief, Belief)) -> Belief, answer| {
        pairs.iter().filter(|pair| of(pair) == Some(answer)).count() as f64 / n
    };
    let most = pairs.iter().flat_map(|(a, b)| [*a, *b]).flatten().max().map_or(0, |most| most + 1);
    let expected: f64 = (0..most).map(|answer| share(&|p| p.0, answer) * share(&|p| p.1, answer)).sum();
    (!pairs.is_empty()).then(|| same / n - expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// A transcript: `-` is not sure yet, `R` the right answer, `a` … `c` wrong ones.
    fn beliefs(text: &str) -> Vec<Belief> {
        let of = |c| match c {
            '-' => None,
            'R' => Some(0),
            other => Some(other as usize - 'a' as usize + 1),
        };
        text.chars().filter(|c| *c != ' ').map(of).collect()
    }

    fn check(seats: usize, text: &str, expected: Expect) {
        let talk = Talk { beliefs: beliefs(text), seats, right: 0 };
        let Tally { right, wrong, unsure } = talk.assertive(None);
        let told = format!(
            "agreed {:?}, assertive {right}/{wrong}/{unsure} of {}, persuasive {:?}, firm {:?}",
            talk.agreed(),
            talk.occasions(),
            talk.persuasive(None),
            talk.firm(None),
        );
        expected.assert_eq(&told);
    }

    #[test]
    fn the_second_takes_the_first_ones_answer() {
        // Turn 2: e₁ = R ≠ e₀ = unsure, and e₂ = R: not kept, but taken; it gains 1 − ½.
        check(2, "R R", expect!["agreed Some(0), assertive 0/0/0 of 1, persuasive [0.5], firm (0, 0)"]);
        check(2, "a a", expect!["agreed Some(1), assertive 0/0/0 of 1, persuasive [-0.5], firm (0, 0)"]);
    }

    #[test]
    fn two_stand_firm() {
        // Turn 2: e₁ = R ≠ e₀ = unsure, e₂ = a ≠ unsure. Turns 3 and 4 keep against the other.
        check(2, "R a R a", expect!["agreed None, assertive 1/1/0 of 3, persuasive [], firm (2, 2)"]);
    }

    #[test]
    fn one_gives_in() {
        // Turn 3: the speaker of turn 1 leaves R for a. e₂ = e₃ ≠ e₁: turn 2 persuaded, 0 − 1.
        check(2, "R a a", expect!["agreed Some(1), assertive 0/0/0 of 2, persuasive [-1.0], firm (0, 1)"]);
        // Turn 3 keeps R, turn 4 comes over: turn 3 persuaded, 1 − 0.
        check(2, "R a R R", expect!["agreed Some(0), assertive 1/0/0 of 3, persuasive [1.0], firm (1, 2)"]);
    }

    #[test]
    fn not_sure_yet_counts_as_it_is_coded() {
        // Turn 2 stays unsure (as in turn 0) though turn 1 answers: assertive, unsure. Turn 3 keeps R against
        // unsure: assertive, right. Turn 4 comes over from unsure: 1 − ½.
        check(2, "R - R R", expect!["agreed Some(0), assertive 1/0/1 of 3, persuasive [0.5], firm (0, 0)"]);
        // Turn 3 is talked out of its answer: unsure is adopted from turn 2, ½ − 1.
        check(2, "R - -", expect!["agreed None, assertive 0/0/1 of 2, persuasive [-0.5], firm (0, 0)"]);
        // Nobody is ever sure: nobody differs, so nobody asserts, and no answer is agreed on.
        check(2, "- - - -", expect!["agreed None, assertive 0/0/0 of 3, persuasive [], firm (0, 0)"]);
    }

    #[test]
    fn an_answer_of_ones_own_is_no_adoption() {
        // Turn 3 leaves R for b, which nobody said.
        check(2, "R a b", expect!["agreed None, assertive 0/0/0 of 2, persuasive [], firm (0, 1)"]);
    }

    #[test]
    fn three_agree_when_each_has_said_it() {
        check(3, "R R", expect!["agreed None, assertive 0/0/0 of 1, persuasive [0.5], firm (0, 0)"]);
        check(
            3,
            "R R R",
            expect!["agreed Some(0), assertive 0/0/0 of 2, persuasive [0.5, 0.5], firm (0, 0)"],
        );
        // Turn 4 is the first seat again: it leaves R for what turn 3 said.
        check(
            3,
            "R a a a",
            expect!["agreed Some(1), assertive 0/0/0 of 3, persuasive [-0.5, -1.0], firm (0, 1)"],
        );
        check(3, "R a R R a", expect!["agreed None, assertive 0/1/0 of 4, persuasive [], firm (1, 1)"]);
    }

    #[test]
    fn a_seat_of_its_own() {
        let talk = Talk { beliefs: beliefs("R a R R"), seats: 2, right: 0 };
        assert_eq!((talk.firm(Some(0)), talk.firm(Some(1))), ((1, 1), (0, 1)));
        assert_eq!((talk.persuasive(Some(0)), talk.persuasive(Some(1))), (vec![1.0], vec![]));
        assert_eq!(talk.assertive(Some(1)), Tally::default());
    }

    #[test]
    fn the_last_belief_of_each_seat() {
        let last = |seats, text| Talk { beliefs: beliefs(text), seats, right: 0 }.last();
        assert_eq!(last(2, "R a b"), beliefs("b a"));
        assert_eq!(last(2, "R"), beliefs("R"));
        assert_eq!(last(3, "R a b c -"), beliefs("c - b"));
    }

    #[test]
    fn the_switch_matrix() {
        let told = |text: &str| {
            let e = beliefs(text);
            switch(e[0], e[1], e[2], 0).map(|s| (s.own_right, s.partner_right, s.adopted))
        };
        assert_eq!(told("R a a"), Some((true, false, true)), "capitulation");
        assert_eq!(told("a R R"), Some((false, true, true)), "uptake");
        assert_eq!(told("a R a"), Some((false, true, false)));
        assert_eq!(told("a b R"), Some((false, false, false)), "right by itself is no adoption");
        assert_eq!(told("R R R"), None, "nothing to switch to");
        assert_eq!(told("- R R"), None, "nothing to switch from");
        assert_eq!(told("R - -"), None, "nothing was asserted");
    }

    #[test]
    fn agreement_beyond_chance() {
        let pairs = |text: &str| {
            let all = beliefs(text);
            beyond_chance(&all.chunks(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>())
        };
        // Both always say the same one answer: their marginals alone give all of it.
        assert_eq!(pairs("RR RR"), Some(0.0));
        // Half R, half a, always together: 1 − (¼ + ¼).
        assert_eq!(pairs("RR aa"), Some(0.5));
        // The same marginals crosswise: 0 − ½.
        assert_eq!(pairs("Ra aR"), Some(-0.5));
        // Being unsure together is no agreement.
        assert_eq!(pairs("-- RR"), Some(0.25));
        assert_eq!(pairs(""), None);
    }
}
