//! The worlds on the shelf of the crate `world`, and which of them a scenario can name.

/// A world as a user meets it.
pub struct World {
    pub name: &'static str,
    pub about: &'static str,
    /// Whether `world = "…"` of a scenario takes it.
    pub playable: bool,
}

/// One line for each world.
pub const WORLDS: [World; 5] = [
    world("form", "Documents, items and structured answers: questions without a game.", true),
    world("liars-bar", "A bluffing game with cards: who claims falsely, and who doubts it.", false),
    world("cleanup", "A commons that is kept clean at a cost, and harvested.", false),
    world("dilemma", "The repeated prisoner's dilemma of two seats.", false),
    world("market", "Sellers set prices or quantities in rounds; joint profit tempts.", false),
];

const fn world(name: &'static str, about: &'static str, playable: bool) -> World {
    World { name, about, playable }
}
