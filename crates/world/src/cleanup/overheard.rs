//! The published parser: it looks for the names of actions, and for a zap first.
//!
//! Source: `voluntary-collusion-2026` [code]. "I will not zap" is a zap to it.

use super::{Action, Direction, View};

/// The action that the words name first in the parser's order; what is not legal becomes a stay. A zap
/// without a side goes where it can.
pub(super) fn overheard(view: &View, words: &str) -> Option<Action> {
    let lower = words.to_lowercase();
    let named: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).collect();
    let says = |word: &str| named.contains(&word);
    let side = Direction::ALL.into_iter().find(|direction| says(name(*direction)));
    let can = |action: &Action| view.legal.contains(action);
    let action = match side {
        Some(direction) if says("zap") => Some(Action::Zap { direction }),
        None if says("zap") => view.legal.iter().copied().find(|a| matches!(a, Action::Zap { .. })),
        _ if says("clean") => Some(Action::Clean),
        _ if says("collect") => Some(Action::Collect),
        Some(direction) if says("move") => Some(Action::Move { direction }),
        _ if says("stay") => Some(Action::Stay),
        _ => return None,
    };
    Some(action.filter(can).unwrap_or(Action::Stay))
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::North => "north",
        Direction::East => "east",
        Direction::South => "south",
        Direction::West => "west",
    }
}

#[cfg(test)]
mod tests {
    use super::overheard;
    use crate::Game;
    use crate::cleanup::{Cleanup, CleanupRules};
    use expect_test::{Expect, expect};

    fn check(words: &[&str], expected: Expect) {
        let view = Cleanup::new(&CleanupRules::default(), 1).map(|game| game.view(0));
        let view = view.unwrap_or_else(|why| panic!("{why}"));
        let line = |words: &&str| format!("{words:?} -> {:?}\n", overheard(&view, words));
        expected.assert_eq(&words.iter().map(line).collect::<String>());
    }

    #[test]
    fn a_zap_before_everything() {
        check(
            &[
                "I move east.",
                "I collect and do not zap anybody.",
                "No zap. Move south.",
                "ZAP!",
                "Move away",
                "zapped",
                "",
            ],
            expect![[r#"
                "I move east." -> Some(Move { direction: East })
                "I collect and do not zap anybody." -> Some(Zap { direction: East })
                "No zap. Move south." -> Some(Zap { direction: South })
                "ZAP!" -> Some(Zap { direction: East })
                "Move away" -> None
                "zapped" -> None
                "" -> None
            "#]],
        );
    }
}
