//! Liar's Bar: one game as text, every refusal, the laws, and ten thousand games against a reference.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod reference;

use expect_test::expect;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use reference::Reference;
use serde_json::{Value, json};
use std::fmt::Write;
use world::liars_bar::players::{Honest, Prober, Random};
use world::liars_bar::{Card, Cards, Move};
use world::{Game, LiarsBar, LiarsBarRules, Player, play_out};

type Chair = Box<dyn Player<LiarsBar>>;

const SOUND: LiarsBarRules =
    LiarsBarRules { seats: 4, rounds_max: 60, fixed_hands: false, sixth_shot: false, double_reset: false };

fn new(rules: LiarsBarRules, seed: u64) -> LiarsBar {
    LiarsBar::new(&rules, seed).unwrap()
}

fn luck(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn due(game: &LiarsBar) -> Option<usize> {
    game.due().iter().next()
}

fn fact(game: &LiarsBar, name: &str) -> Value {
    game.facts().into_iter().find(|fact| fact.name == name).unwrap().value
}

fn read(json: &str) -> Move {
    serde_json::from_str(json).unwrap()
}

/// Players of every kind in an order that the seed decides.
fn mixed(seed: u64) -> Vec<Chair> {
    let mut chairs: Vec<Chair> =
        vec![Box::new(Random), Box::new(Honest::Novice), Box::new(Random), Box::new(Prober::default())];
    chairs.rotate_left((seed % 4) as usize);
    chairs
}

/// Plays, and shows each move and position to `see`.
fn watch(game: &mut LiarsBar, chairs: &mut [Chair], seed: u64, mut see: impl FnMut(usize, &Move, &LiarsBar)) {
    let mut luck = luck(seed);
    while let Some(seat) = due(game) {
        let made = chairs[seat].choose(&game.view(seat), &mut luck);
        game.play(seat, &made).unwrap();
        see(seat, &made, game);
    }
}

fn changes(game: &LiarsBar) -> String {
    game.changes().iter().fold(String::new(), |mut text, change| {
        writeln!(text, "    {} = {}", change.path, change.to).unwrap();
        text
    })
}

#[test]
fn one_game_as_text() {
    let rules = LiarsBarRules { seats: 2, ..SOUND };
    let mut game = new(rules, 12);
    let mut text = changes(&game);
    let mut chairs: Vec<Chair> = vec![Box::new(Honest::Strong), Box::new(Random)];
    watch(&mut game, &mut chairs, 12, |seat, made, game| {
        write!(text, "{seat}: {}\n{}", json!(made), changes(game)).unwrap();
    });
    for fact in game.facts() {
        writeln!(text, "{} = {}", fact.name, fact.value).unwrap();
    }
    expect![[r#"
            bays = [0,0]
            round = 1
            target = "ace"
            hands/0 = ["king","queen","queen","ace","ace"]
            hands/1 = ["king","queen","queen","queen","wild"]
            turn = 0
        0: {"move":"play","cards":["ace"]}
            hands/0 = ["king","queen","queen","ace"]
            claim = {"by":0,"cards":["ace"]}
            turn = 1
        1: {"move":"challenge"}
            claim = null
            reveal = {"by":0,"cards":["ace"],"honest":true,"challenger":1,"fired":1,"died":true}
            shots/1 = 1
            survivors = [0]
            points/0 = 4
            turn = null
        points = [4,0]
        survivors = [0]
        winners = [0]
        ending = "last-survivor"
        rounds = 1
        round-counter = 1
        shots = [0,1]
        plays = [1,0]
        bluffs = [0,0]
        automatic-challenges = [0,0]
        challenges = [[0,0],[1,0]]
        challenges-won = [[0,0],[0,0]]
        passes = [[0,0],[0,0]]
        passed-bluffs = [[0,0],[0,0]]
    "#]].assert_eq(&text);
}

#[test]
fn what_a_model_reads() {
    let mut game = new(SOUND, 5);
    let mut text = String::new();
    for json in ["play", r#"{"move":"challenge"}"#, "play"] {
        let seat = due(&game).unwrap();
        let view = game.view(seat);
        writeln!(text, "{}\n{}\n", LiarsBar::words(&view), LiarsBar::schema(&view)).unwrap();
        let made = if json == "play" { Move::cards(view.hand.iter().take(2)) } else { read(json) };
        game.play(seat, &made).unwrap();
    }
    let idle = (0..4).find(|seat| due(&game) != Some(*seat)).unwrap();
    let view = game.view(idle);
    writeln!(text, "{}\n{}", LiarsBar::words(&view), LiarsBar::schema(&view)).unwrap();
    expect![[r#"
        You are seat 2. Round 1. The target is king.
        Your hand: king, king, king, queen, ace. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1: 5 cards in hand, 0 of 6 bays fired.
        Seat 2 (you): 5 cards in hand, 0 of 6 bays fired.
        Seat 3: 5 cards in hand, 0 of 6 bays fired.
        It is your turn. Lay one to three cards of your hand face down as king.
        Answer like this: {"move":"play","cards":["king"]}
        {"type":"object","required":["move","cards"],"additionalProperties":false,"properties":{"move":{"const":"play"},"cards":{"type":"array","items":{"enum":["king","queen","ace"]},"minItems":1,"maxItems":3,"allOf":[{"contains":{"const":"king"},"minContains":0,"maxContains":3},{"contains":{"const":"queen"},"minContains":0,"maxContains":1},{"contains":{"const":"ace"},"minContains":0,"maxContains":1}]}}}

        You are seat 3. Round 1. The target is king.
        Your hand: king, queen, queen, queen, wild. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1: 5 cards in hand, 0 of 6 bays fired.
        Seat 2: 3 cards in hand, 0 of 6 bays fired.
        Seat 3 (you): 5 cards in hand, 0 of 6 bays fired.
        Seat 2 lays 2 cards face down and says each is king or wild.
        You alone may challenge this.
        Answer {"move":"challenge"} or {"move":"pass"}
        {"type":"object","required":["move"],"additionalProperties":false,"properties":{"move":{"enum":["challenge","pass"]}}}

        The last round ended so: seat 3 challenged seat 2, who had laid king, king: an honest play. Seat 3 fired and lives.
        You are seat 3. Round 2. The target is queen.
        Your hand: king, king, ace, wild, wild. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1: 5 cards in hand, 0 of 6 bays fired.
        Seat 2: 5 cards in hand, 0 of 6 bays fired.
        Seat 3 (you): 5 cards in hand, 1 of 6 bays fired.
        It is your turn. Lay one to three cards of your hand face down as queen.
        Answer like this: {"move":"play","cards":["king"]}
        {"type":"object","required":["move","cards"],"additionalProperties":false,"properties":{"move":{"const":"play"},"cards":{"type":"array","items":{"enum":["king","ace","wild"]},"minItems":1,"maxItems":3,"allOf":[{"contains":{"const":"king"},"minContains":0,"maxContains":2},{"contains":{"const":"ace"},"minContains":0,"maxContains":1},{"contains":{"const":"wild"},"minContains":0,"maxContains":2}]}}}

        The last round ended so: seat 3 challenged seat 2, who had laid king, king: an honest play. Seat 3 fired and lives.
        You are seat 1. Round 2. The target is queen.
        Your hand: king, queen, queen, queen, ace. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1 (you): 5 cards in hand, 0 of 6 bays fired.
        Seat 2: 5 cards in hand, 0 of 6 bays fired.
        Seat 3: 3 cards in hand, 1 of 6 bays fired.
        Seat 3 lays 2 cards face down and says each is queen or wild.
        Seat 0 is to move.
        false
    "#]].assert_eq(&text);
}

const PASS: &str = r#"{"move":"pass"}"#;
const CHALLENGE: &str = r#"{"move":"challenge"}"#;
const WILD: &str = r#"{"move":"play","cards":["wild"]}"#;

/// Fixed hands: everybody holds exactly one wild.
fn fixed() -> LiarsBar {
    new(LiarsBarRules { fixed_hands: true, ..SOUND }, 1)
}

/// The moves are legal; then `json` of the seat `ahead` of the one whose turn it is breaks the rule.
fn refused(game: LiarsBar, moves: &[&str], ahead: usize, json: &str, rule: &str) {
    let mut game = game;
    for made in moves {
        game.play(due(&game).unwrap(), &read(made)).unwrap();
    }
    let seat = (due(&game).unwrap_or(0) + ahead) % 4;
    refuses(&mut game, seat, json, rule);
}

fn refuses(game: &mut LiarsBar, seat: usize, json: &str, rule: &str) {
    let before = serde_json::to_vec(game).unwrap();
    assert_eq!(game.play(seat, &read(json)).unwrap_err().rule, rule, "{json}");
    assert_eq!(serde_json::to_vec(game).unwrap(), before, "{json} changed the state");
}

#[test]
fn refused_moves_name_the_rule_and_change_nothing() {
    let answer_first = "a play is challenged or passed before the next one is made";
    let nothing_laid = "only a play that was just made is challenged or passed";
    let one_to_three = "a play is one, two or three cards";
    let not_held = "every card played is in the seat's hand";
    let in_turn = "a seat moves only in its turn";
    let cards = |cards: &[&str]| json!({ "move": "play", "cards": cards }).to_string();
    refused(fixed(), &[], 1, WILD, in_turn);
    refused(fixed(), &[], 3, PASS, in_turn);
    refused(fixed(), &[WILD], 3, WILD, in_turn);
    refused(fixed(), &[WILD], 1, CHALLENGE, in_turn);
    refused(fixed(), &[WILD], 0, WILD, answer_first);
    refused(fixed(), &[], 0, CHALLENGE, nothing_laid);
    refused(fixed(), &[], 0, PASS, nothing_laid);
    refused(fixed(), &[WILD, PASS], 0, PASS, nothing_laid);
    refused(fixed(), &[], 0, &cards(&[]), one_to_three);
    refused(fixed(), &[], 0, &cards(&["wild"; 4]), one_to_three);
    refused(fixed(), &[], 0, &cards(&["king"; 700]), one_to_three);
    refused(fixed(), &[], 0, &cards(&["wild", "wild"]), not_held);
    refused(fixed(), &[WILD, PASS, WILD, PASS, WILD, PASS, WILD, PASS], 0, WILD, not_held);
    refuses(&mut fixed(), 4, WILD, "only the game's seats make moves");
    refuses(&mut new(LiarsBarRules { seats: 2, ..SOUND }, 1), 3, WILD, "only the game's seats make moves");
}

#[test]
fn the_dead_and_the_finished_move_no_more() {
    let mut game = new(SOUND, 1);
    let mut luck = luck(1);
    while game.view(0).living.iter().count() == 4 {
        let seat = due(&game).unwrap();
        let made = Random.choose(&game.view(seat), &mut luck);
        game.play(seat, &made).unwrap();
    }
    let dead = (0..4).find(|seat| !game.view(0).living.has(*seat)).unwrap();
    refuses(&mut game, dead, WILD, "dead seats make no moves");
    refuses(&mut game, dead, PASS, "dead seats make no moves");
    play_out(&mut game, &mut mixed(0), &mut luck).unwrap();
    (0..4).for_each(|seat| refuses(&mut game, seat, PASS, "no move is made after the game's end"));
}

#[test]
fn what_is_no_single_move_is_not_read() {
    for json in [
        r#"{"move":"pass","cards":["king"]}"#,
        r#"{"move":"challenge","move":"pass"}"#,
        r#"[{"move":"challenge"},{"move":"pass"}]"#,
        r#"{"move":"challenge"}{"move":"pass"}"#,
        r#"{"move":["challenge","pass"]}"#,
        r#"{"move":"play"}"#,
        r#"{"move":"play","cards":"king"}"#,
        r#"{"move":"play","cards":["joker"]}"#,
        r#"{"move":"play","cards":[0]}"#,
        r#"{"move":"play","cards":["king"],"claim":"queen"}"#,
        r#"{"move":"Challenge"}"#,
        r#"{"move":"fold"}"#,
        r#"{"play":["king"]}"#,
        r#""challenge""#,
        "{}",
        "",
    ] {
        assert!(serde_json::from_str::<Move>(json).is_err(), "{json}");
    }
}

#[test]
fn a_move_is_written_as_it_is_read() {
    for json in [PASS, CHALLENGE, WILD, r#"{"move":"play","cards":["king","ace","wild"]}"#] {
        assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
    }
}

#[test]
fn rules_say_what_they_accept() {
    let bad = |rules: &LiarsBarRules| LiarsBar::new(rules, 0).err().unwrap();
    assert_eq!(bad(&LiarsBarRules { seats: 5, ..SOUND }), "`seats` is 5; 2 to 4 are accepted");
    let endless = LiarsBarRules { rounds_max: 0, ..SOUND };
    assert_eq!(bad(&endless), "`rounds_max` is 0; 1 to 1000000 are accepted");
    assert_eq!(serde_json::from_str::<LiarsBarRules>("{}").unwrap(), SOUND);
    assert!(serde_json::from_str::<LiarsBarRules>(r#"{"seat":4}"#).is_err());
}

/// Ten thousand games move by move; every second table passes often, so that hands run empty.
fn agrees_with_the_reference(rules: LiarsBarRules) {
    for seed in 0..10_000 {
        let mut game = new(rules, seed);
        let mut reference = Reference::new(rules, &game.changes());
        let random = || (0..4).map(|_| Box::new(Random) as Chair).collect();
        let mut chairs = if seed % 2 == 0 { random() } else { mixed(seed / 2) };
        watch(&mut game, &mut chairs, seed, |seat, made, game| {
            reference.step(seat, &json!(made), &game.changes());
            assert_eq!(game.points(), reference.points, "seed {seed}");
            assert_eq!(due(game), reference.turn, "seed {seed}");
            assert_eq!(u64::from(game.view(0).round), reference.round, "seed {seed}");
        });
        let survivors: Vec<usize> = (0..reference.alive.len()).filter(|s| reference.alive[*s]).collect();
        assert!(reference.over());
        assert_eq!(fact(&game, "survivors"), json!(survivors), "seed {seed}");
        assert_eq!(fact(&game, "winners"), json!(reference.winners()), "seed {seed}");
        assert_eq!(fact(&game, "shots"), json!(reference.shots), "seed {seed}");
        assert_eq!(fact(&game, "challenges"), json!(reference.challenges), "seed {seed}");
    }
}

#[test]
fn the_sound_game_agrees_with_the_reference() {
    agrees_with_the_reference(SOUND);
}

#[test]
fn a_short_game_of_three_agrees_with_the_reference() {
    agrees_with_the_reference(LiarsBarRules { seats: 3, rounds_max: 5, ..SOUND });
}

#[test]
fn fixed_hands_agree_with_the_reference() {
    agrees_with_the_reference(LiarsBarRules { fixed_hands: true, ..SOUND });
}

#[test]
fn the_sixth_shot_agrees_with_the_reference() {
    agrees_with_the_reference(LiarsBarRules { sixth_shot: true, ..SOUND });
}

#[test]
fn the_double_reset_agrees_with_the_reference() {
    agrees_with_the_reference(LiarsBarRules { double_reset: true, ..SOUND });
}

#[test]
fn all_artefacts_together_agree_with_the_reference() {
    agrees_with_the_reference(LiarsBarRules {
        fixed_hands: true,
        sixth_shot: true,
        double_reset: true,
        ..SOUND
    });
}

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

/// The few keywords that the schemas use.
fn accepts(schema: &Value, cards: &[Card]) -> bool {
    let cards_schema = &schema["properties"]["cards"];
    let many = |key: &str| cards_schema[key].as_u64().unwrap() as usize;
    let held = cards_schema["items"]["enum"].as_array().unwrap();
    let within = |cap: &Value| {
        let count = cards.iter().filter(|card| json!(card) == cap["contains"]["const"]).count();
        count as u64 <= cap["maxContains"].as_u64().unwrap()
    };
    (many("minItems")..=many("maxItems")).contains(&cards.len())
        && cards.iter().all(|card| held.contains(&json!(card)))
        && cards_schema["allOf"].as_array().unwrap().iter().all(within)
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
        for list in lists() {
            let played = game.clone().play(seat, &Move::cards(list.iter().copied()));
            assert_eq!(accepts(&schema, &list), played.is_ok(), "{list:?}");
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
            let living = game.view(0).living;
            (game.view(0).target, (0..4).map(move |s| living.has(s).then(|| game.view(s).hand)).collect::<Vec<_>>())
        };
        let ((target, hands), (same, again)) = (second_round(1), second_round(3));
        prop_assert_eq!(target, same);
        prop_assert!(hands.iter().zip(&again).all(|(a, b)| a.is_none() || b.is_none() || a == b));
    }
}

/// Mean points of a player against three random ones, each chair in turn.
fn mean_against_random(player: impl Fn() -> Chair) -> f64 {
    const GAMES: u64 = 4000;
    let mut luck = luck(0);
    let points = (0..GAMES).map(|seed| {
        let mut chairs: Vec<Chair> = (0..4).map(|_| Box::new(Random) as Chair).collect();
        let chair = (seed % 4) as usize;
        chairs[chair] = player();
        let mut game = new(SOUND, seed / 4);
        play_out(&mut game, &mut chairs, &mut luck).unwrap();
        game.points()[chair]
    });
    points.sum::<f64>() / GAMES as f64
}

/// The standard deviation of a seat's points is about seven, so of a mean of 4,000 games about 0.11.
#[test]
fn strength_is_ordered() {
    let random = mean_against_random(|| Box::new(Random));
    let [novice, fair, strong] =
        [Honest::Novice, Honest::Fair, Honest::Strong].map(|honest| mean_against_random(|| Box::new(honest)));
    let prober = mean_against_random(|| Box::new(Prober::default()));
    let means = format!("random {random} novice {novice} fair {fair} strong {strong} prober {prober}");
    assert!(random + 1.0 < novice && novice + 1.0 < fair && fair + 0.5 < strong, "{means}");
    assert!(prober > random + 6.0, "{means}");
}

#[test]
fn nobody_outplays_the_prober_at_a_mixed_table() {
    let mut luck = luck(0);
    let mut sums = [0.0; 4];
    for seed in 0..4000_u64 {
        let turn = (seed % 4) as usize;
        let mut chairs: Vec<Chair> = vec![
            Box::new(Prober::default()),
            Box::new(Random),
            Box::new(Honest::Fair),
            Box::new(Honest::Strong),
        ];
        chairs.rotate_right(turn);
        let mut game = new(SOUND, seed / 4);
        play_out(&mut game, &mut chairs, &mut luck).unwrap();
        game.points().iter().enumerate().for_each(|(seat, points)| sums[(seat + 4 - turn) % 4] += points);
    }
    assert!(sums[1..].iter().all(|other| *other < sums[0]), "{sums:?}");
}
