//! What holds of every game: one deck, same bytes, a last move, shared luck, an exact schema.

use super::{SOUND, due, mixed, new, watch};
use proptest::prelude::*;
use serde_json::json;
use world::liars_bar::{Card, Cards, Move};
use world::{Game, LiarsBar, LiarsBarRules};

fn any_rules() -> impl Strategy<Value = LiarsBarRules> {
    (2..=4_u8, 1..=60_u32, any::<[bool; 3]>()).prop_map(|(seats, rounds_max, [hands, shot, reset])| {
        LiarsBarRules { seats, rounds_max, fixed_hands: hands, sixth_shot: shot, double_reset: reset }
    })
}

/// As many of each card as the deck has, at most; with `fixed_hands` always the same five.
fn check_deal(game: &LiarsBar, rules: LiarsBarRules) {
    let view = game.view(0);
    let dealt: Vec<Cards> = view.living.iter().map(|seat| game.view(seat).hand).collect();
    let all = dealt.iter().fold(Cards::NONE, |all, hand| all.plus(*hand));
    for card in Card::ALL {
        assert!(all.of(card) <= if card == Card::Wild { 4 } else { 8 }, "{card:?} of {all}");
    }
    for hand in dealt {
        assert_eq!(hand.count(), 5);
        let fixed = hand.of(view.target) == 2 && hand.of(Card::Wild) == 1;
        assert!(fixed || !rules.fixed_hands, "{hand} for {:?}", view.target);
    }
}

/// All lists of up to four cards, in every order.
fn lists() -> Vec<Vec<Card>> {
    let longer = |list: &Vec<Card>| Card::ALL.map(|card| [list.as_slice(), &[card]].concat());
    let mut lists = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..4 {
        let next: Vec<_> = lists[begin..].iter().flat_map(longer).collect();
        begin = lists.len();
        lists.extend(next);
    }
    lists
}

#[test]
fn the_schema_allows_what_the_rules_allow() {
    for seed in 0..40 {
        let game = new(SOUND, seed);
        let seat = due(&game).unwrap();
        let schema = LiarsBar::schema(&game.view(seat));
        let plays = schema["properties"]["cards"]["enum"].as_array().unwrap();
        for list in lists() {
            let played = game.clone().play(seat, &Move::cards(list.iter().copied()));
            assert_eq!(plays.contains(&json!(list)), played.is_ok(), "{list:?}");
        }
    }
}

proptest! {
    #[test]
    fn every_deal_is_from_one_deck(rules in any_rules(), seed: u64) {
        let mut game = new(rules, seed);
        check_deal(&game, rules);
        let mut round = 1;
        watch(&mut game, &mut mixed(seed), seed, |_, _, game| {
            if game.view(0).round != round && due(game).is_some() {
                round = game.view(0).round;
                check_deal(game, rules);
            }
            let kept = |seat: &usize| game.view(*seat).hand.plus(game.view(*seat).laid).count() == 5;
            assert!(due(game).is_none() || game.view(0).living.iter().all(|seat| kept(&seat)));
        });
    }

    #[test]
    fn same_seed_same_bytes(rules in any_rules(), seed: u64) {
        let play = || {
            let mut game = new(rules, seed);
            let mut states = vec![trace::canonical(&game)];
            watch(&mut game, &mut mixed(seed), seed, |_, _, game| states.push(trace::canonical(game)));
            states
        };
        prop_assert_eq!(play(), play());
    }

    #[test]
    fn it_ends_within_its_limit_even_if_nobody_decides(rules in any_rules(), seed: u64) {
        let mut game = new(rules, seed);
        let mut moves = 0;
        while let Some(seat) = due(&game) {
            let made = game.forfeit(seat);
            game.play(seat, &made).unwrap();
            moves += 1;
        }
        prop_assert!(moves <= game.moves_max());
    }

    /// Different play, same luck: what round and seat decide does not depend on what was played.
    #[test]
    fn cells_on_one_seed_share_their_deals(seed: u64) {
        let second_round = |cards: usize| {
            let mut game = new(SOUND, seed);
            let opener = due(&game).unwrap();
            let made = Move::cards(game.view(opener).hand.iter().take(cards));
            game.play(opener, &made).unwrap();
            game.play(due(&game).unwrap(), &Move::CHALLENGE).unwrap();
            let view = game.view(0);
            let hand = |seat| view.living.has(seat).then(|| game.view(seat).hand);
            (view.target, [0, 1, 2, 3].map(hand))
        };
        let ((target, hands), (same, again)) = (second_round(1), second_round(3));
        prop_assert_eq!(target, same);
        prop_assert!(hands.iter().zip(&again).all(|(a, b)| a.is_none() || b.is_none() || a == b));
    }
}
