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

const SMALL: &str = r#"{
    "rows": 2, "columns": 4, "seats": 3, "steps": 6, "freeze_steps": 3, "pollution_cutoff": 3, "pollution_period": 2
}"#;

#[test]
fn collecting_zapping_cleaning() {
    let steps = "
        m>  o   m>
        .   m<  m^
        z>  z<  o
        .   m<  m>
        c   .   c
        o   .   mv
    ";
    check(SMALL, 4, steps, expect![[r#"
          .0  ~   ~   .1
          .2  ~   #   .
        m>  o   m>
          .   ~0  ~   .1
          .   #2  #   .
          collected 0, 0, 0
            seats/0/tile = {"row":0,"column":1}
            seats/2/tile = {"row":1,"column":1}
            tiles/1/1/polluted = true
        .   m<  m^
          .   ~02 ~1  .
          a   #   #   .
          collected 0, 0, 0
            seats/1/tile = {"row":0,"column":2}
            seats/2/tile = {"row":0,"column":1}
            tiles/1/0/apple = true
        z>  z<  o
          .   ~02 #1  .
          a   #   #   .
          collected 0, 0 (loses 2), 0
            zaps/0/1 = 1
            tiles/0/2/polluted = true
            seats/1/frozen = 2
        .   m<  m>
          .   ~0  #12 .
          a   #   #   .
          collected 0, 0 (loses 1), 0
            seats/2/tile = {"row":0,"column":2}
            seats/1/frozen = 1
        c   .   c
          .   ~0  #12 .
          a   #   #   .
          collected 0, 0, 0
            seats/2/cleans = 1
            tiles/0/2/polluted = false
            tiles/0/2/polluted = true
            seats/1/frozen = 0
        o   .   mv
          .   ~0  #1  .
          a   #   #2  .
          collected 0, 0, 0
            seats/2/tile = {"row":1,"column":2}
        apples = [0,0,0]
        welfare = 0
        pollution-mean = 2.4285714285714284
        pollution-final = 3
        zaps = [[0,1,0],[0,0,0],[0,0,0]]
        cleans = [0,0,1]
    "#]]);
}
