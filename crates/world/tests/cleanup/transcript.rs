//! A short game as a picture book.

use crate::{action, game};
use expect_test::{Expect, expect};
use world::Game;
use world::cleanup::{Seen, Tile, View};

/// `.` orchard, `a` apple, `~` river, `#` polluted, then the seats on the tile.
fn picture(view: &View) -> String {
    let mut seats = view.others.clone();
    seats.push(view.you);
    seats.sort_by_key(|seen| seen.seat);
    let cell = |tile: Tile| {
        let is_river = (view.river[0]..=view.river[1]).contains(&tile.column);
        let ground = match (is_river, view.apples.contains(&tile), view.polluted.contains(&tile)) {
            (true, _, true) => '#',
            (true, ..) => '~',
            (_, true, _) => 'a',
            _ => '.',
        };
        let here = seats.iter().filter(|seen| seen.tile == tile).map(|seen| seen.seat.to_string());
        format!("{:4}", format!("{ground}{}", here.collect::<String>()))
    };
    let row = |row| (0..view.columns).map(|column| cell(Tile { row, column })).collect::<String>();
    (0..view.rows).map(|at| format!("  {}\n", row(at).trim_end())).collect()
}

fn scores(view: &View) -> String {
    let score = |seen: &Seen| match seen.frozen {
        0 => seen.collected.to_string(),
        lost => format!("{} (loses {lost})", seen.collected),
    };
    let mut seats = view.others.clone();
    seats.insert(view.you.seat, view.you);
    seats.iter().map(score).collect::<Vec<_>>().join(", ")
}

/// Plays one line of words a step, one word a seat.
fn check(rules: &str, seed: u64, steps: &str, want: Expect) {
    let mut game = game(rules, seed);
    let mut told = picture(&game.view(0));
    for line in steps.lines().map(str::trim).filter(|line| !line.is_empty()) {
        game.step(&line.split_whitespace().map(action).collect::<Vec<_>>());
        told += &format!("{line}\n{}  collected {}\n", picture(&game.view(0)), scores(&game.view(0)));
        let changes =
            game.changes().into_iter().map(|change| format!("    {} = {}\n", change.path, change.to));
        told.extend(changes);
    }
    let facts = game.facts().into_iter().map(|fact| format!("{} = {}\n", fact.name, fact.value));
    told.extend(facts);
    want.assert_eq(&told);
}

/// Six steps that show: a frozen seat that loses its apple and two moves; two seats on one apple;
/// growth that stops at three polluted tiles; a tile cleaned, and growth again.
#[test]
fn a_short_game() {
    let rules = r#"{
        "rows": 2, "columns": 4, "seats": 3, "steps": 6,
        "apple_probability": 1, "freeze_steps": 3, "pollution_cutoff": 3, "pollution_period": 2
    }"#;
    let steps = "
        zv  mv  .
        mv  .   m^
        m^  m<  o
        .   c   .
        mv  .   .
        .   o   m>
    ";
    check(
        rules,
        7,
        steps,
        expect![[r#"
              a0  #   ~   a1
              a2  ~   ~   a
            zv  mv  .
              a0  #   ~   a
              a2  ~   #   a1
              collected 1, 1, 0 (loses 2)
                seats/1/tile = {"row":1,"column":3}
                zaps/0/2 = 1
                seats/0/apples = 1
                tiles/0/0/apple = false
                seats/1/apples = 1
                tiles/1/3/apple = false
                tiles/1/2/polluted = true
                tiles/0/0/apple = true
                tiles/1/3/apple = true
                seats/2/frozen = 2
            mv  .   m^
              a   #   ~   a
              a02 ~   #   a1
              collected 2, 2, 0 (loses 1)
                seats/0/tile = {"row":1,"column":0}
                seats/0/apples = 2
                tiles/1/0/apple = false
                seats/1/apples = 2
                tiles/1/3/apple = false
                tiles/1/0/apple = true
                tiles/1/3/apple = true
                seats/2/frozen = 1
            m^  m<  o
              .0  #   #   a
              a2  ~   #1  a
              collected 3, 2, 0
                seats/0/tile = {"row":0,"column":0}
                seats/1/tile = {"row":1,"column":2}
                seats/0/apples = 3
                tiles/0/0/apple = false
                tiles/0/2/polluted = true
                seats/2/frozen = 0
            .   c   .
              a0  #   #   a
              a2  ~   ~1  a
              collected 3, 2, 1
                seats/2/apples = 1
                tiles/1/0/apple = false
                seats/1/cleans = 1
                tiles/1/2/polluted = false
                tiles/0/0/apple = true
                tiles/1/0/apple = true
            mv  .   .
              a   #   #   a
              .02 #   ~1  a
              collected 4, 2, 1
                seats/0/tile = {"row":1,"column":0}
                seats/0/apples = 4
                tiles/1/0/apple = false
                tiles/1/1/polluted = true
            .   o   m>
              a   #   #   a
              .0  #2  ~1  a
              collected 4, 2, 1
                seats/2/tile = {"row":1,"column":1}
            apples = [4,2,1]
            welfare = 7
            pollution-mean = 2.2857142857142856
            pollution-final = 3
            zaps = [[0,0,1],[0,0,0],[0,0,0]]
            cleans = [0,1,0]
        "#]],
    );
}
