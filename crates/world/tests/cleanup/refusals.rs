//! Refused moves leave the state as it was, to the byte; refused rules name the parameter.

use crate::{action, game};
use expect_test::{Expect, expect};
use world::cleanup::{Action, CleanupRules};
use world::{Cleanup, Game};

/// Tries moves, one `seat json` a line, each on the same state.
fn check(game: &Cleanup, moves: &str, want: Expect) {
    let before = trace::canonical(game);
    let mut told = String::new();
    for line in moves.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (seat, json) = line.split_once(' ').unwrap();
        let mut tried = game.clone();
        let verdict = match serde_json::from_str::<Action>(json) {
            Err(why) => format!("unreadable: {why}"),
            Ok(made) => match tried.play(seat.parse().unwrap(), &made) {
                Ok(()) => "accepted".into(),
                Err(illegal) => {
                    assert_eq!(trace::canonical(&tried), before, "{line} changed the state");
                    illegal.rule
                }
            },
        };
        told += &format!("{line}\n  {verdict}\n");
    }
    want.assert_eq(&told);
}

#[test]
fn off_the_grid() {
    let moves = r#"
        0 {"action":"move","direction":"north"}
        0 {"action":"move","direction":"west"}
        0 {"action":"zap","direction":"north"}
        0 {"action":"zap","direction":"south"}
        3 {"action":"move","direction":"east"}
        3 {"action":"zap","direction":"south"}
        4 {"action":"stay"}
        1 {"action":"fly"}
        1 {"action":"move"}
        1 {"action":"zap","direction":"up"}
    "#;
    check(
        &game("{}", 0),
        moves,
        expect![[r#"
        0 {"action":"move","direction":"north"}
          a move stays on the grid
        0 {"action":"move","direction":"west"}
          a move stays on the grid
        0 {"action":"zap","direction":"north"}
          a zap points at a tile of the grid
        0 {"action":"zap","direction":"south"}
          accepted
        3 {"action":"move","direction":"east"}
          a move stays on the grid
        3 {"action":"zap","direction":"south"}
          a zap points at a tile of the grid
        4 {"action":"stay"}
          only a seat of the game moves
        1 {"action":"fly"}
          unreadable: unknown variant `fly`, expected one of `stay`, `move`, `collect`, `clean`, `zap` at line 1 column 15
        1 {"action":"move"}
          unreadable: missing field `direction`
        1 {"action":"zap","direction":"up"}
          unreadable: unknown variant `up`, expected one of `north`, `east`, `south`, `west`
    "#]],
    );
}

#[test]
fn an_ally_points_anywhere() {
    let moves = r#"
        0 {"action":"zap","direction":"north"}
        1 {"action":"zap","direction":"north"}
        0 {"action":"move","direction":"north"}
    "#;
    check(
        &game(r#"{"alliance": [0, 3]}"#, 0),
        moves,
        expect![[r#"
        0 {"action":"zap","direction":"north"}
          accepted
        1 {"action":"zap","direction":"north"}
          a zap points at a tile of the grid
        0 {"action":"move","direction":"north"}
          a move stays on the grid
    "#]],
    );
}

#[test]
fn out_of_turn() {
    let mut game = game(r#"{"rows": 2, "columns": 3, "river_columns": 1, "seats": 2, "steps": 3}"#, 0);
    game.step(&[action("m>"), action(".")]);
    game.step(&[action("z>"), action(".")]);
    let moves = r#"
        0 {"action":"stay"}
        1 {"action":"stay"}
        1 {"action":"zap","direction":"west"}
    "#;
    check(
        &game,
        moves,
        expect![[r#"
        0 {"action":"stay"}
          accepted
        1 {"action":"stay"}
          a frozen seat does not move
        1 {"action":"zap","direction":"west"}
          a frozen seat does not move
    "#]],
    );
    game.play(0, &action("o")).unwrap();
    check(
        &game,
        "0 {\"action\":\"clean\"}",
        expect![[r#"
        0 {"action":"clean"}
          the game is over
    "#]],
    );
}

#[test]
fn twice() {
    let mut game = game("{}", 0);
    game.play(2, &action("o")).unwrap();
    let moves = r#"
        2 {"action":"collect"}
        2 {"action":"move","direction":"north"}
        1 {"action":"collect"}
    "#;
    check(
        &game,
        moves,
        expect![[r#"
        2 {"action":"collect"}
          a seat moves once in a step
        2 {"action":"move","direction":"north"}
          a seat moves once in a step
        1 {"action":"collect"}
          accepted
    "#]],
    );
}

#[test]
fn rules_are_refused_by_name() {
    let cases = r#"
        {"rows": 1}
        {"columns": 17}
        {"river_columns": 5}
        {"river_columns": 3}
        {"seats": 0}
        {"seats": 9}
        {"steps": 0}
        {"apple_probability": 1.5}
        {"pollution_cutoff": 0}
        {"pollution_start": 11}
        {"pollution_period": 0}
        {"freeze_steps": 0}
        {"zap_reach": 0}
        {"window": 99}
        {"alliance": [1, 1]}
        {"alliance": [0, 4]}
        {"apples": 3}
    "#;
    let verdict = |json: &str| match serde_json::from_str::<CleanupRules>(json) {
        Err(why) => why.to_string(),
        Ok(rules) => Cleanup::new(&rules, 0).unwrap_err(),
    };
    let told = cases.lines().map(str::trim).filter(|line| !line.is_empty()).map(verdict);
    let told = told.map(|verdict| verdict + "\n").collect::<String>();
    expect![[r#"
        rows is 1; accepted: 2 to 16
        columns is 17; accepted: 3 to 16
        river_columns is 5; accepted: 1 to 4
        river_columns is 3; accepted: as many as leave two equal banks of the 6 columns
        seats is 0; accepted: 1 to 8
        seats is 9; accepted: 1 to 8
        steps is 0; accepted: 1 to 100000
        apple_probability is 1.5; accepted: 0 to 1
        pollution_cutoff is 0; accepted: 1 to 256
        pollution_start is 11; accepted: 0 to 10
        pollution_period is 0; accepted: 1 to 100000
        freeze_steps is 0; accepted: 1 to 100000
        zap_reach is 0; accepted: 1 to 16
        window is 99; accepted: 0 to 16
        alliance is [1, 1]; accepted: two different seats below 4
        alliance is [0, 4]; accepted: two different seats below 4
        unknown field `apples`, expected one of `rows`, `columns`, `river_columns`, `seats`, `steps`, `apple_probability`, `pollution_cutoff`, `pollution_start`, `pollution_period`, `freeze_steps`, `zap_reach`, `window`, `alliance` at line 1 column 9
    "#]].assert_eq(&told);
}
