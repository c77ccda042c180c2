//! ARCHITECTURE.md shows the crates as they are.
#![allow(clippy::unwrap_used)]

use xtask::{arrows, place};

#[test]
fn the_map_is_the_territory() {
    let text = std::fs::read_to_string(place::root().join("ARCHITECTURE.md"));
    let map = arrows::map(&text.expect("ARCHITECTURE.md cannot be read")).unwrap();
    let territory = arrows::territory(&place::metadata().unwrap()).unwrap();
    let found = arrows::violations(&map, &territory);
    assert!(found.is_empty(), "ARCHITECTURE.md, {}:\n{}", arrows::HEADING, found.join("\n"));
}
