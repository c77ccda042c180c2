//! What a seat may not know does not reach it. Here, because only here hidden state can be exchanged.

use super::card::{Card, Cards};
use super::players::Random;
use super::table::Tally;
use super::{LiarsBar, LiarsBarRules, TOLD, View};
use crate::{Draw, Game, Player};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A game after some random moves.
fn midway(seed: u64, moves: usize) -> LiarsBar {
    let mut game = LiarsBar::new(&LiarsBarRules::default(), seed).unwrap();
    let mut luck = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..moves {
        let Some(seat) = game.due().iter().next() else { break };
        let made = Random.choose(&game.view(seat), &mut luck);
        game.play(seat, &made).unwrap();
    }
    game
}

/// Exchanges all that the seat may not know: other seats' cards, bays, points, counts, coming luck.
fn exchange_hidden(game: &mut LiarsBar, seat: usize, luck: &mut ChaCha8Rng) {
    let mut pool = Card::ALL.map(|card| [card; 10]).concat();
    pool.shuffle(luck);
    let mut take = |heap: &mut Cards| *heap = pool.drain(..usize::from(heap.count())).collect();
    for other in (0..4).filter(|other| *other != seat) {
        take(&mut game.hands[other]);
        take(&mut game.laid[other]);
    }
    game.claim.iter_mut().filter(|claim| claim.by != seat).for_each(|claim| take(&mut claim.cards));
    game.bays.rotate_left(1);
    game.points.iter_mut().for_each(|points| *points += 7);
    game.tally = Tally::default();
    game.draw = Draw::new(99);
}

proptest! {
    #[test]
    fn states_that_differ_only_in_what_is_hidden_look_alike(
        seed: u64,
        moves in 0_usize..60,
        seat in 0_usize..4,
    ) {
        let game = midway(seed, moves);
        let mut other = game.clone();
        exchange_hidden(&mut other, seat, &mut ChaCha8Rng::seed_from_u64(!seed));
        prop_assert_ne!(trace::canonical(&game), trace::canonical(&other));
        prop_assert_eq!(game.view(seat), other.view(seat));
    }
}

/// Words and schema take a view and nothing else: the types hold that. What the view leaves out:
#[test]
fn a_view_has_neither_points_nor_bays_nor_foreign_cards() {
    let View { seat, seats, round, target, hand, laid, held, living, shots, turn, claim, reveal } =
        midway(3, 9).view(0);
    let _public = (seat, seats, round, target, held, living, shots, turn, claim, reveal);
    let _own = (hand, laid);
}

/// The told text and the engine name the same points.
#[test]
fn the_told_points_are_the_points() {
    use super::rules::points;
    for (points, occasion) in [
        (points::SURVIVED_A_DEATH, "everyone who survives a round in which somebody dies"),
        (points::LAST_SURVIVOR, "the last survivor"),
        (points::CAUGHT_A_BLUFF, "a successful challenge"),
        (points::EMPTIED, "emptying your hand if your last play is not"),
        (points::PASSED_THE_TRUTH, "passing a play that was honest"),
        (points::CHALLENGED_THE_TRUTH, "a wrong challenge that you survive"),
    ] {
        assert!(TOLD.contains(&format!("{points:+} for {occasion}")), "{points:+} for {occasion}");
    }
}
