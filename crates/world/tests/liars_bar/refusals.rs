//! What is refused, by which rule, and that it changes nothing.

use super::{SOUND, due, luck, mixed, new, read};
use serde_json::json;
use world::liars_bar::Move;
use world::liars_bar::players::Random;
use world::{Game, LiarsBar, LiarsBarRules, Player, play_out};

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
    assert_eq!(bad(&endless), "`rounds_max` is 0; 1 to 1000 are accepted");
    assert_eq!(serde_json::from_str::<LiarsBarRules>("{}").unwrap(), SOUND);
    assert!(serde_json::from_str::<LiarsBarRules>(r#"{"seat":4}"#).is_err());
}
