//! All that chance decides. Each draw is addressed by its purpose and the round, and a seat's hand does
//! not depend on who is still alive: cells on one seed share their deals whatever was played.

use super::card::{Card, Cards};
use super::rules::{BAYS, HAND, LiarsBarRules, SEATS_MAX};
use crate::{Draw, Seats};
use rand::RngExt;
use rand::seq::{IteratorRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

#[derive(Clone, Copy)]
enum Purpose {
    Bays,
    Target,
    Hands,
    Opener,
}

fn dice(draw: Draw, purpose: Purpose, round: u32) -> ChaCha8Rng {
    draw.at(u64::from(round) << 8 | purpose as u64)
}

/// The live bay of every revolver, counted from 0.
pub(super) fn bays(draw: Draw, rules: &LiarsBarRules) -> [u8; SEATS_MAX] {
    let mut dice = dice(draw, Purpose::Bays, 0);
    let drawn = std::array::from_fn(|_| dice.random_range(0..BAYS));
    if rules.sixth_shot { [BAYS - 1; SEATS_MAX] } else { drawn }
}

/// Who opens a round after which nobody fired.
pub(super) fn opener(draw: Draw, round: u32, living: Seats) -> usize {
    living.iter().choose(&mut dice(draw, Purpose::Opener, round)).unwrap_or(0)
}

pub(super) fn target(draw: Draw, round: u32) -> Card {
    Card::RANKS[dice(draw, Purpose::Target, round).random_range(0..Card::RANKS.len())]
}

/// A hand for every chair, dead or alive, from one shuffled deck.
pub(super) fn hands(draw: Draw, round: u32, target: Card, rules: &LiarsBarRules) -> [Cards; SEATS_MAX] {
    let mut deck = DECK;
    deck.shuffle(&mut dice(draw, Purpose::Hands, round));
    if rules.fixed_hands { fixed(&deck, target) } else { consecutive(&deck) }
}

fn consecutive(deck: &[Card; 28]) -> [Cards; SEATS_MAX] {
    std::array::from_fn(|seat| deck[seat * HAND..][..HAND].iter().copied().collect())
}

/// Two of the target, one wild, and two others in the order of the deck.
fn fixed(deck: &[Card; 28], target: Card) -> [Cards; SEATS_MAX] {
    let mut others = deck.iter().copied().filter(|card| !card.fits(target));
    let core = Cards::NONE.with(target).with(target).with(Card::Wild);
    std::array::from_fn(|_| others.by_ref().take(2).fold(core, Cards::with))
}

const DECK: [Card; 28] = {
    let mut deck = [Card::Wild; 28];
    let mut at = 0;
    while at < 24 {
        deck[at] = Card::RANKS[at / 8];
        at += 1;
    }
    deck
};

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: u64 = 12_000;

    /// Each of `kinds` equally likely outcomes comes as often as the others, within five deviations.
    fn check_even(kinds: usize, outcome: impl Fn(u64) -> usize) {
        let mut counts = vec![0.0; kinds];
        (0..SEEDS).for_each(|seed| counts[outcome(seed)] += 1.0);
        let share = 1.0 / kinds as f64;
        let deviation = (SEEDS as f64 * share * (1.0 - share)).sqrt();
        let off = |count: &f64| (count - SEEDS as f64 * share).abs() / deviation;
        assert!(counts.iter().all(|count| off(count) < 5.0), "{counts:?}");
    }

    #[test]
    fn chance_has_no_favourite() {
        let rules = LiarsBarRules::default();
        check_even(6, |seed| bays(Draw::new(seed), &rules)[3].into());
        check_even(3, |seed| target(Draw::new(seed), 2) as usize);
        check_even(2, |seed| opener(Draw::new(seed), 2, Seats::one(1).with(3)) / 2);
    }

    /// A hand of five has 5/7 of a wild card on average.
    #[test]
    fn hands_are_drawn_from_the_whole_deck() {
        let rules = LiarsBarRules::default();
        let wilds = |seed| hands(Draw::new(seed), 1, Card::Ace, &rules).map(|hand| hand.of(Card::Wild));
        for seat in 0..SEATS_MAX {
            let sum: f64 = (0..SEEDS).map(|seed| f64::from(wilds(seed)[seat])).sum();
            assert!((sum / SEEDS as f64 - 5.0 / 7.0).abs() < 0.04, "seat {seat}: {sum}");
        }
    }

    #[test]
    fn the_deck_has_eight_of_each_rank_and_four_wild() {
        let deck: Cards = DECK.into_iter().collect();
        assert_eq!(Card::ALL.map(|card| deck.of(card)), [8, 8, 8, 4]);
    }
}
