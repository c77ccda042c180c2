//! The worlds that a scenario can name.

use world::{ForGame, Game, for_game};

/// A world as a user meets it.
pub struct World {
    pub name: &'static str,
    pub about: &'static str,
}

/// The world of questions without a game.
pub const FORM: &str = "form";
/// The world in which tools are called.
pub const COMPANY: &str = "company";
/// The world in which a task is talked about.
pub const PANEL: &str = "panel";

/// The world in which a request is acted on, after others have spoken of it.
pub const ERRAND: &str = "errand";

/// One line for each world.
pub const WORLDS: [World; 8] = [
    world(FORM, "Documents, items and structured answers: questions without a game."),
    world("liars-bar", "A bluffing game with cards: who claims falsely, and who doubts it."),
    world("cleanup", "A commons that is kept clean at a cost, and harvested."),
    world("dilemma", "The repeated prisoner's dilemma of two seats."),
    world("market", "Sellers set prices or quantities in rounds; joint profit tempts."),
    world(COMPANY, "An office with a drive, settings, servers and mail, where a report ends somebody."),
    world(PANEL, "Two to five seats talk about one task until they agree, or for so many turns."),
    world(ERRAND, "A task sheet and a ledger: colleagues speak, then a request is carried out or sent back."),
];

/// The scripted players of a world, where it is a game.
pub fn players(world: &str) -> &'static [&'static str] {
    for_game(world, Shelf).unwrap_or_default()
}

struct Shelf;

impl ForGame for Shelf {
    type Done = &'static [&'static str];

    fn with<G: Game>(self) -> Self::Done {
        G::PLAYERS
    }
}

const fn world(name: &'static str, about: &'static str) -> World {
    World { name, about }
}
