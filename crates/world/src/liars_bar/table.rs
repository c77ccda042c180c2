//! The state and what a move does to it.

use super::card::{Card, Cards};
use super::deal;
use super::moves::Move;
use super::rules::{LiarsBarRules, SEATS_MAX, points};
use crate::{Draw, Seats};
use serde::{Deserialize, Serialize};

pub(super) type PerSeat<T> = [T; SEATS_MAX];
/// By the seat that acts, then by the seat whose play it concerns.
pub(super) type Matrix = PerSeat<PerSeat<u16>>;

/// A game of Liar's Bar.
#[derive(Clone, Debug, Serialize)]
pub struct LiarsBar {
    pub(super) rules: LiarsBarRules,
    pub(super) draw: Draw,
    pub(super) bays: PerSeat<u8>,
    /// The number players are told; it also addresses the deal.
    pub(super) round: u32,
    pub(super) rounds_ended: u32,
    pub(super) target: Card,
    pub(super) hands: PerSeat<Cards>,
    /// What each seat laid down in this round.
    pub(super) laid: PerSeat<Cards>,
    /// The play that waits for its answer.
    pub(super) claim: Option<Claim>,
    /// Who plays or answers.
    pub(super) turn: usize,
    pub(super) living: Seats,
    pub(super) shots: PerSeat<u8>,
    pub(super) points: PerSeat<i32>,
    pub(super) tally: Tally,
    /// How the latest round ended.
    pub(super) reveal: Option<Reveal>,
    pub(super) last: Option<Last>,
}

/// Cards face down.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Claim {
    pub by: usize,
    pub cards: Cards,
}

/// Cards shown at the end of a round, and what followed. All seats see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reveal {
    pub by: usize,
    pub cards: Cards,
    pub honest: bool,
    /// Nobody, where the rules challenge.
    pub challenger: Option<usize>,
    pub fired: Option<usize>,
    pub died: bool,
}

/// Counts for the record.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Tally {
    pub plays: PerSeat<u16>,
    pub bluffs: PerSeat<u16>,
    /// Hands that were played and challenged by the rules.
    pub automatic: PerSeat<u16>,
    pub challenges: Matrix,
    pub caught: Matrix,
    pub passes: Matrix,
    pub passed_bluffs: Matrix,
}

/// The last accepted move, for the record.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Last {
    pub seat: usize,
    pub made: Move,
    pub points_before: PerSeat<i32>,
    pub ended_round: bool,
}

impl LiarsBar {
    pub(super) fn open(rules: LiarsBarRules, seed: u64) -> Result<Self, String> {
        rules.check()?;
        let draw = Draw::new(seed);
        let mut game = Self {
            rules,
            draw,
            bays: deal::bays(draw, &rules),
            round: 0,
            rounds_ended: 0,
            target: Card::King,
            hands: Default::default(),
            laid: Default::default(),
            claim: None,
            turn: 0,
            living: Seats::all(rules.seats.into()),
            shots: Default::default(),
            points: Default::default(),
            tally: Tally::default(),
            reveal: None,
            last: None,
        };
        game.deal(1, None);
        Ok(game)
    }

    pub(super) fn survivors(&self) -> u32 {
        self.living.0.count_ones()
    }

    pub(super) fn over(&self) -> bool {
        self.survivors() == 1 || self.rounds_ended == self.rules.rounds_max
    }

    /// Makes an admitted move.
    pub(super) fn make(&mut self, seat: usize, made: Move) {
        self.last = Some(Last { seat, made, points_before: self.points, ended_round: false });
        match (made, self.claim.take()) {
            (Move::Play { cards }, _) => self.lay(seat, cards),
            (Move::Challenge {}, Some(claim)) => self.challenge(seat, claim),
            (Move::Pass {}, Some(claim)) => self.pass(seat, claim),
            (Move::Challenge {} | Move::Pass {}, None) => {}
        }
    }

    fn lay(&mut self, seat: usize, cards: Cards) {
        self.hands[seat] = self.hands[seat].minus(cards);
        self.laid[seat] = self.laid[seat].plus(cards);
        self.tally.plays[seat] += 1;
        self.tally.bluffs[seat] += u16::from(!cards.all_fit(self.target));
        self.claim = Some(Claim { by: seat, cards });
        // A seat whose fellows hold nothing never gets to lay: see `pass`.
        self.turn = self.next_holder(seat).unwrap_or(seat);
    }

    fn pass(&mut self, seat: usize, Claim { by, cards }: Claim) {
        self.tally.passes[seat][by] += 1;
        if cards.all_fit(self.target) {
            self.points[seat] += points::PASSED_THE_TRUTH;
        } else {
            self.tally.passed_bluffs[seat][by] += 1;
        }
        if self.hands[by].is_empty() {
            self.points[by] += points::EMPTIED;
        }
        if self.next_holder(seat).is_none() {
            self.challenge_by_rule(seat);
        }
    }

    fn challenge(&mut self, seat: usize, Claim { by, cards }: Claim) {
        self.tally.challenges[seat][by] += 1;
        let honest = cards.all_fit(self.target);
        let fired = if honest { seat } else { by };
        if !honest {
            self.tally.caught[seat][by] += 1;
            self.points[seat] += points::CAUGHT_A_BLUFF;
        }
        let died = self.fire(fired);
        if honest && !died {
            self.points[seat] += points::CHALLENGED_THE_TRUTH;
        }
        self.end_round(Reveal { by, cards, honest, challenger: Some(seat), fired: Some(fired), died });
    }

    /// All others have emptied their hands: the rest of this one is played and challenged.
    fn challenge_by_rule(&mut self, by: usize) {
        let cards = self.hands[by];
        self.tally.automatic[by] += 1;
        let honest = cards.all_fit(self.target);
        let died = !honest && self.fire(by);
        let fired = (!honest).then_some(by);
        self.end_round(Reveal { by, cards, honest, challenger: None, fired, died });
    }

    /// One shot; whether it killed.
    fn fire(&mut self, seat: usize) -> bool {
        let died = self.shots[seat] == self.bays[seat];
        self.shots[seat] += 1;
        if died {
            self.bury(seat);
        }
        died
    }

    fn bury(&mut self, seat: usize) {
        self.living = self.living.without(seat);
        self.points[seat] += points::DIED;
        if self.survivors() == 1 {
            self.points[seat] += points::SECOND_LAST;
        }
        for other in self.living.iter() {
            self.points[other] += points::SURVIVED_A_DEATH;
        }
    }

    fn end_round(&mut self, reveal: Reveal) {
        if let Some(last) = &mut self.last {
            last.ended_round = true;
        }
        self.reveal = Some(reveal);
        self.rounds_ended += 1;
        let resets: u8 = if self.rules.double_reset && reveal.challenger.is_some() { 2 } else { 1 };
        if self.survivors() == 1 {
            for survivor in self.living.iter() {
                self.points[survivor] += i32::from(resets) * points::LAST_SURVIVOR;
            }
        } else if !self.over() {
            self.deal(resets.into(), reveal.fired);
        }
    }

    /// A new round: whoever fired opens it, or the next living seat, or one drawn if nobody fired.
    fn deal(&mut self, resets: u32, fired: Option<usize>) {
        self.round += resets;
        self.target = deal::target(self.draw, self.round);
        self.hands = deal::hands(self.draw, self.round, self.target, &self.rules);
        for seat in (0..SEATS_MAX).filter(|seat| !self.living.has(*seat)) {
            self.hands[seat] = Cards::NONE;
        }
        self.laid = Default::default();
        self.turn = match fired {
            Some(seat) if self.living.has(seat) => seat,
            Some(seat) => self.next_holder(seat).unwrap_or(seat),
            None => deal::opener(self.draw, self.round, self.living),
        };
    }

    /// The first seat after this one that lives and holds cards.
    fn next_holder(&self, seat: usize) -> Option<usize> {
        let seats = usize::from(self.rules.seats);
        let holds = |other: &usize| self.living.has(*other) && !self.hands[*other].is_empty();
        (1..seats).map(|step| (seat + step) % seats).find(holds)
    }
}
