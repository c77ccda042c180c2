//! States of play from which questions are asked: taken from scripted games, never made up.

use expect_test::expect_file;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use world::liars_bar::Move;
use world::{Game, LiarsBar, LiarsBarRules, Player};

const STATES: usize = 24;

/// The decision number `nth` to answer a play, in a game of fair players, with who else could have
/// been the partner. None where the game has no such decision or nobody else lives.
fn state(seed: u64, nth: usize, bluff: bool) -> Option<Value> {
    let rules = LiarsBarRules::default();
    let mut game = LiarsBar::new(&rules, seed).ok()?;
    let mut luck = ChaCha8Rng::seed_from_u64(seed);
    let players: Option<Vec<Box<dyn Player<LiarsBar>>>> =
        (0..4).map(|_| LiarsBar::player("fair", &rules)).collect();
    let mut players = players?;
    let (mut answers, mut lies) = (0, false);
    loop {
        let seat = game.due().iter().next()?;
        let view = game.view(seat);
        if let Some(said) = view.claim {
            answers += 1;
            let other = view.living.without(seat).without(said.by).iter().next();
            if let Some(other) = other.filter(|_| answers > nth && lies == bluff) {
                let state = LiarsBar::words(&view).replace('\n', " ");
                let id = format!("game-{seed}-{answers}");
                return Some(json!({
                    "id": id, "game": seed.to_string(), "seat": seat.to_string(), "by": said.by.to_string(),
                    "other": other.to_string(), "play": if bluff { "bluff" } else { "honest" }, "state": state,
                }));
            }
        }
        let made = players[seat].choose(&view, &mut luck);
        lies = matches!(made, Move::Play { .. }) && LiarsBar::kind(&view, &made) == "bluff";
        game.play(seat, &made).ok()?;
    }
}

/// Every second one is a bluff, as far as the file knows and the prompt does not say.
#[test]
fn the_probes_states_are_those_of_scripted_games() {
    let states = (0..).filter_map(|seed| state(seed, 3 + seed as usize % 9, seed % 2 == 1)).take(STATES);
    let lines: String = states.map(|state| format!("{state}\n")).collect();
    assert_eq!(lines.matches("\"bluff\"").count(), lines.matches("\"honest\"").count());
    expect_file!["../../../scenarios/liars-bar-probe/items.jsonl"].assert_eq(&lines);
}
