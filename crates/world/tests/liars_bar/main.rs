//! Liar's Bar: one game as text, every refusal, the laws, and ten thousand games against a reference.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod agreement;
mod laws;
mod reference;
mod refusals;
mod strength;

use expect_test::expect;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use std::fmt::Write;
use world::liars_bar::Move;
use world::liars_bar::players::{Honest, Prober, Random};
use world::{Game, LiarsBar, LiarsBarRules, Player};

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

/// Short, and yet with a bluff caught, a wrong challenge survived, a hand emptied and one shown by rule.
#[test]
fn one_game_as_text() {
    let rules = LiarsBarRules { seats: 2, ..SOUND };
    let mut game = new(rules, 2144);
    let mut text = changes(&game);
    let mut chairs: Vec<Chair> = vec![Box::new(Honest::Novice), Box::new(Random)];
    watch(&mut game, &mut chairs, 2144, |seat, made, game| {
        write!(text, "{seat}: {}\n{}", json!(made), changes(game)).unwrap();
    });
    for fact in game.facts() {
        writeln!(text, "{} = {}", fact.name, fact.value).unwrap();
    }
    expect![[r#"
            bays = [1,2]
            round = 1
            target = "ace"
            hands/0 = ["king","queen","queen","queen","queen"]
            hands/1 = ["king","king","king","queen","ace"]
            turn = 0
        0: {"move":"play","cards":["king"]}
            hands/0 = ["queen","queen","queen","queen"]
            claim = {"by":0,"cards":["king"]}
            turn = 1
        1: {"move":"challenge"}
            claim = null
            reveal = {"by":0,"cards":["king"],"honest":false,"challenger":1,"fired":0,"died":false}
            shots/0 = 1
            points/1 = 2
            round = 2
            target = "king"
            hands/0 = ["king","queen","queen","ace","ace"]
            hands/1 = ["king","queen","queen","ace","ace"]
            turn = 0
        0: {"move":"play","cards":["king"]}
            hands/0 = ["queen","queen","ace","ace"]
            claim = {"by":0,"cards":["king"]}
            turn = 1
        1: {"move":"challenge"}
            claim = null
            reveal = {"by":0,"cards":["king"],"honest":true,"challenger":1,"fired":1,"died":false}
            shots/1 = 1
            points/1 = 1
            round = 3
            target = "king"
            hands/0 = ["king","queen","queen","ace","wild"]
            hands/1 = ["king","king","ace","ace","wild"]
            turn = 1
        1: {"move":"play","cards":["king","king","wild"]}
            hands/1 = ["ace","ace"]
            claim = {"by":1,"cards":["king","king","wild"]}
            turn = 0
        0: {"move":"pass"}
            claim = null
            points/0 = 2
            turn = 0
        0: {"move":"play","cards":["king"]}
            hands/0 = ["queen","queen","ace","wild"]
            claim = {"by":0,"cards":["king"]}
            turn = 1
        1: {"move":"pass"}
            claim = null
            points/1 = 3
            turn = 1
        1: {"move":"play","cards":["ace","ace"]}
            hands/1 = []
            claim = {"by":1,"cards":["ace","ace"]}
            turn = 0
        0: {"move":"pass"}
            claim = null
            reveal = {"by":0,"cards":["queen","queen","ace","wild"],"honest":false,"challenger":null,"fired":0,"died":true}
            shots/0 = 2
            survivors = [1]
            points/1 = 9
            turn = null
        points = [2,9]
        survivors = [1]
        winners = [1]
        ending = "last-survivor"
        rounds = 3
        round-counter = 3
        shots = [2,1]
        plays = [3,2]
        bluffs = [1,1]
        automatic-challenges = [1,0]
        challenges = [[0,0],[2,0]]
        challenges-won = [[0,0],[1,0]]
        passes = [[0,2],[1,0]]
        passed-bluffs = [[0,1],[0,0]]
    "#]]
    .assert_eq(&text);
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
        {"type":"object","required":["move","cards"],"additionalProperties":false,"properties":{"move":{"const":"play"},"cards":{"enum":[["king"],["queen"],["ace"],["king","king"],["king","queen"],["king","ace"],["queen","king"],["queen","ace"],["ace","king"],["ace","queen"],["king","king","king"],["king","king","queen"],["king","king","ace"],["king","queen","king"],["king","queen","ace"],["king","ace","king"],["king","ace","queen"],["queen","king","king"],["queen","king","ace"],["queen","ace","king"],["ace","king","king"],["ace","king","queen"],["ace","queen","king"]]}}}

        You are seat 3. Round 1. The target is king.
        Your hand: king, queen, queen, queen, wild. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1: 5 cards in hand, 0 of 6 bays fired.
        Seat 2: 3 cards in hand, 0 of 6 bays fired.
        Seat 3 (you): 5 cards in hand, 0 of 6 bays fired.
        Seat 2 lays 2 cards face down and says each is king or wild.
        You alone may challenge this.
        {"type":"object","required":["move"],"additionalProperties":false,"properties":{"move":{"enum":["challenge","pass"]}}}

        The last round ended so: seat 3 challenged seat 2, who had laid king, king: an honest play. Seat 3 fired and lives.
        You are seat 3. Round 2. The target is queen.
        Your hand: king, king, ace, wild, wild. You have laid down in this round: nothing.
        Seat 0: 5 cards in hand, 0 of 6 bays fired.
        Seat 1: 5 cards in hand, 0 of 6 bays fired.
        Seat 2: 5 cards in hand, 0 of 6 bays fired.
        Seat 3 (you): 5 cards in hand, 1 of 6 bays fired.
        It is your turn. Lay one to three cards of your hand face down as queen.
        {"type":"object","required":["move","cards"],"additionalProperties":false,"properties":{"move":{"const":"play"},"cards":{"enum":[["king"],["ace"],["wild"],["king","king"],["king","ace"],["king","wild"],["ace","king"],["ace","wild"],["wild","king"],["wild","ace"],["wild","wild"],["king","king","ace"],["king","king","wild"],["king","ace","king"],["king","ace","wild"],["king","wild","king"],["king","wild","ace"],["king","wild","wild"],["ace","king","king"],["ace","king","wild"],["ace","wild","king"],["ace","wild","wild"],["wild","king","king"],["wild","king","ace"],["wild","king","wild"],["wild","ace","king"],["wild","ace","wild"],["wild","wild","king"],["wild","wild","ace"]]}}}

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
