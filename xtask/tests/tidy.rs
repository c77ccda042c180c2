//! The house rules, over every file that the next commit would hold.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use xtask::place;
use xtask::tidy::{self, Tree};

/// Files that Git tracks, or would: with their texts. What is no text is left out.
fn tree() -> Tree {
    let mut git = place::command("git");
    // The checkout may belong to another user than the one who tests.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().expect("git does not start");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let paths = String::from_utf8(output.stdout).unwrap();
    let read = |path: &str| std::fs::read_to_string(place::root().join(Path::new(path))).ok();
    paths.split('\0').filter_map(|path| Some((path.to_owned(), read(path)?))).collect()
}

#[test]
fn the_house_is_tidy() {
    let tree = tree();
    assert!(tree.contains_key("xtask/tests/tidy.rs"), "this file is not among those that Git lists");
    let found = tidy::violations(&tree);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}
