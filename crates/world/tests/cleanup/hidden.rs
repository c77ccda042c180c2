//! A seat is shown nothing that it may not see.

use crate::{action, game};
use expect_test::expect;
use proptest::prelude::*;
use world::cleanup::{Action, View};
use world::{Cleanup, Game};

const NEAR: &str = r#"{"window": 1, "freeze_steps": 2}"#;
const FAR: &str = r#"{"freeze_steps": 2}"#;

/// Whether somebody is within one row and column of seat 0.
fn is_near(game: &Cleanup) -> bool {
    let view = game.view(0);
    view.others.iter().any(|other| other.tile.sight(view.you.tile) <= 1)
}

/// Everything that the seat is shown.
fn shown(view: &View) -> (String, String, String) {
    let json = serde_json::to_string(view).unwrap();
    (json, Cleanup::words(view), Cleanup::schema(view).to_string())
}

fn any_actions() -> impl Strategy<Value = Vec<[Action; 3]>> {
    let action = || (0..Action::ALL.len()).prop_map(|at| Action::ALL[at]);
    prop::collection::vec([action(), action(), action()], 8)
}

proptest! {
    /// Seat 0 stays in its corner. As long as nobody comes near, it cannot tell two games apart in
    /// which the others do different things.
    #[test]
    fn what_is_far_is_hidden(seed in 0u64..1000, ours in any_actions(), theirs in any_actions()) {
        let (mut one, mut other) = (game(NEAR, seed), game(NEAR, seed));
        // The same games, seen whole: they tell when somebody is near.
        let (mut all_of_one, mut all_of_other) = (game(FAR, seed), game(FAR, seed));
        for (a, b) in ours.iter().zip(&theirs) {
            for (game, actions) in
                [(&mut one, a), (&mut all_of_one, a), (&mut other, b), (&mut all_of_other, b)]
            {
                game.step(&[Action::Stay, actions[0], actions[1], actions[2]]);
            }
            if is_near(&all_of_one) || is_near(&all_of_other) {
                break;
            }
            prop_assert_eq!(shown(&one.view(0)), shown(&other.view(0)));
        }
    }
}

#[test]
fn far_games_differ_for_those_who_see_all() {
    let after = |rules: &str, actions: [&str; 4]| {
        let mut game = game(rules, 5);
        game.step(&actions.map(action));
        shown(&game.view(0))
    };
    let (still, busy) = ([".", ".", ".", "."], [".", "mv", "m>", "m<"]);
    assert_ne!(after("{}", still), after("{}", busy));
    assert_eq!(after(NEAR, still), after(NEAR, busy));
}

#[test]
fn pending_moves_are_hidden() {
    let mut game = game("{}", 5);
    let before = shown(&game.view(0));
    for (seat, word) in [(1, "mv"), (2, "c"), (3, "z^")] {
        game.play(seat, &action(word)).unwrap();
        assert_eq!(shown(&game.view(0)), before);
        assert!(game.changes().is_empty());
    }
    game.play(0, &Action::Stay).unwrap();
    assert_ne!(shown(&game.view(0)), before);
    assert!(!game.changes().is_empty());
}

#[test]
fn an_outsider_cannot_tell_an_alliance_before_it_strikes() {
    let view = |rules| shown(&game(rules, 5).view(0));
    assert_eq!(view("{}"), view(r#"{"alliance": [2, 3]}"#));
}

#[test]
fn a_window_in_words_and_data() {
    let mut game = game(r#"{"window": 2, "rows": 3, "freeze_steps": 4}"#, 11);
    game.step(&["mv", ".", ".", "."].map(action));
    game.step(&["zv", ".", ".", "."].map(action));
    expect![[r#"
        2 of 30 steps are over. The grid has 3 rows and 6 columns; row 0 is in the north, column 0 in the west. Columns 2 to 3 are river, the others orchard.
        You are seat 2: row 2, column 0, 0 collected, frozen for 3 more steps.
        Seat 0: row 1, column 0, 0 collected.
        Apples (row, column): (1, 0) (1, 1) (2, 1).
        Polluted (row, column): (2, 2). Nothing grows while 6 or more river tiles are polluted.
        You see at most 2 rows and columns away; what is further is not listed."#]].assert_eq(&Cleanup::words(&game.view(2)));
    expect![[r#"{"step":2,"steps":30,"rows":3,"columns":6,"river":[2,3],"pollution_cutoff":6,"window":2,"you":{"seat":2,"row":2,"column":0,"frozen":3,"collected":0},"others":[{"seat":0,"row":1,"column":0,"frozen":0,"collected":0}],"apples":[{"row":1,"column":0},{"row":1,"column":1},{"row":2,"column":1}],"polluted":[{"row":2,"column":2}],"legal":[]}"#]].assert_eq(&serde_json::to_string(&game.view(2)).unwrap());
    expect!["false"].assert_eq(&Cleanup::schema(&game.view(2)).to_string());
    expect![[r#"
        {
          "anyOf": [
            {
              "type": "object",
              "properties": {
                "action": {
                  "enum": [
                    "stay",
                    "collect",
                    "clean"
                  ]
                }
              },
              "required": [
                "action"
              ],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "action": {
                  "enum": [
                    "move"
                  ]
                },
                "direction": {
                  "enum": [
                    "north",
                    "east",
                    "south"
                  ]
                }
              },
              "required": [
                "action",
                "direction"
              ],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "action": {
                  "enum": [
                    "zap"
                  ]
                },
                "direction": {
                  "enum": [
                    "north",
                    "east",
                    "south"
                  ]
                }
              },
              "required": [
                "action",
                "direction"
              ],
              "additionalProperties": false
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&Cleanup::schema(&game.view(0))).unwrap());
}
