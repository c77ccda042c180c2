//! The engine and the slow reference agree on every game.

use super::reference::Reference;
use super::{Chair, SOUND, due, mixed, new, watch};
use serde_json::json;
use world::liars_bar::players::Random;
use world::{Game, LiarsBarRules};

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
        assert!(reference.over());
        for (name, value) in reference.facts() {
            let stated = game.facts().into_iter().find(|fact| fact.name == name).unwrap().value;
            assert_eq!(stated, value, "{name} of seed {seed}");
        }
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
