//! The map in ARCHITECTURE.md against the territory in Cargo: which crate may depend on which.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The heading above the table.
pub const HEADING: &str = "## Crates and arrows";

/// How far up a crate stands. It depends on lower ones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Number(u32),
    Face,
    Tool,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Face => f.write_str("face"),
            Self::Tool => f.write_str("tool"),
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub level: Level,
    pub may: BTreeSet<String>,
}

/// Crates and what they depend on within the workspace.
pub type Territory = BTreeMap<String, BTreeSet<String>>;

/// The table of the map.
///
/// # Errors
/// Names the row and what is wrong with it.
pub fn map(markdown: &str) -> Result<BTreeMap<String, Row>, String> {
    let section = markdown.split_once(HEADING).ok_or(format!("there is no heading `{HEADING}`"))?.1;
    let rows = section.lines().map(str::trim).skip_while(|l| !l.starts_with('|'));
    let mut table = BTreeMap::new();
    for line in rows.take_while(|l| l.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [level, name, _, may, _] = cells[..] else {
            return Err(format!("this row has {} columns and not 5: {line}", cells.len()));
        };
        let name = names(name)?.into_iter().next().ok_or(format!("this row names no crate: {line}"))?;
        let row = Row { level: self::level(level)?, may: names(may)? };
        if table.insert(name.clone(), row).is_some() {
            return Err(format!("`{name}` stands twice"));
        }
    }
    if table.is_empty() { Err(format!("there is no table under `{HEADING}`")) } else { Ok(table) }
}

fn level(cell: &str) -> Result<Level, String> {
    match cell {
        "face" => Ok(Level::Face),
        "tool" => Ok(Level::Tool),
        n => n.parse().map(Level::Number).map_err(|_| format!("`{n}` is no level: a number, face or tool")),
    }
}

/// Names in backticks, with commas between; a dash for none.
fn names(cell: &str) -> Result<BTreeSet<String>, String> {
    if matches!(cell, "–" | "—" | "-" | "") {
        return Ok(BTreeSet::new());
    }
    let name = |part: &str| {
        let inner = part.trim().strip_prefix('`').and_then(|p| p.strip_suffix('`'));
        inner.map(str::to_owned).ok_or(format!("`{cell}` is no list of names in backticks"))
    };
    cell.split(',').map(name).collect()
}

/// What `cargo metadata` says of the workspace. Dependencies of tests are no arrows.
///
/// # Errors
/// Where it is not Cargo's JSON.
pub fn territory(metadata: &str) -> Result<Territory, serde_json::Error> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        dependencies: Vec<Dependency>,
    }
    #[derive(Deserialize)]
    struct Dependency {
        name: String,
        kind: Option<String>,
    }
    let packages = serde_json::from_str::<Metadata>(metadata)?.packages;
    let ours: BTreeSet<String> = packages.iter().map(|p| p.name.clone()).collect();
    let arrow = |d: &Dependency| d.kind.as_deref() != Some("dev") && ours.contains(&d.name);
    let arrows = |p: Package| {
        let to = p.dependencies.into_iter().filter(arrow).map(|d| d.name).collect();
        (p.name, to)
    };
    Ok(packages.into_iter().map(arrows).collect())
}

/// Where map and territory differ, and where the map contradicts itself.
pub fn violations(map: &BTreeMap<String, Row>, territory: &Territory) -> Vec<String> {
    let mut found = Vec::new();
    for (name, used) in territory {
        let Some(row) = map.get(name) else {
            found.push(format!("`{name}` is not on the map"));
            continue;
        };
        let forbidden = used.difference(&row.may);
        found.extend(forbidden.map(|to| format!("`{name}` depends on `{to}`, which the map does not allow")));
        let dead = row.may.difference(used);
        found.extend(dead.map(|to| format!("the map allows `{name}` → `{to}`, which is not used")));
    }
    for (name, row) in map {
        if !territory.contains_key(name) {
            found.push(format!("the map shows `{name}`, which is no crate"));
        }
        for to in row.may.iter().filter_map(|to| map.get_key_value(to)) {
            let (to, Row { level, .. }) = to;
            if *level >= row.level {
                let own = row.level;
                found.push(format!("`{name}` (level {own}) → `{to}` (level {level}) does not lead down"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
# Map

## Crates and arrows

Words before the table.

| level | crate | one line | may depend on | never knows |
|--:|---|---|---|---|
| 0 | `trace` | events | – | IO, **async** |
| 1 | `world` | games | `trace` | models |
| face | `ephor` | the command line | `trace`, `world` | – |

| another | table |
";

    fn territory_of(arrows: &[(&str, &[&str])]) -> Territory {
        let set = |to: &[&str]| to.iter().map(|t| (*t).to_owned()).collect();
        arrows.iter().map(|(name, to)| ((*name).to_owned(), set(to))).collect()
    }

    fn check(map_text: &str, arrows: &[(&str, &[&str])]) -> Vec<String> {
        match map(map_text) {
            Ok(map) => violations(&map, &territory_of(arrows)),
            Err(why) => vec![why],
        }
    }

    const RIGHT: [(&str, &[&str]); 3] =
        [("trace", &[]), ("world", &["trace"]), ("ephor", &["trace", "world"])];

    #[test]
    fn a_true_map_has_no_violations() {
        assert_eq!(check(MAP, &RIGHT), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_is_not_allowed_is_told() {
        let arrows: [(&str, &[&str]); 3] = [("trace", &["world"]), RIGHT[1], RIGHT[2]];
        assert_eq!(check(MAP, &arrows), ["`trace` depends on `world`, which the map does not allow"]);
    }

    #[test]
    fn a_dead_arrow_is_told() {
        let arrows: [(&str, &[&str]); 3] = [RIGHT[0], RIGHT[1], ("ephor", &["world"])];
        assert_eq!(check(MAP, &arrows), ["the map allows `ephor` → `trace`, which is not used"]);
    }

    #[test]
    fn crates_missing_on_either_side_are_told() {
        let arrows: [(&str, &[&str]); 3] = [RIGHT[0], ("store", &[]), RIGHT[2]];
        let told = check(MAP, &arrows);
        assert_eq!(told, ["`store` is not on the map", "the map shows `world`, which is no crate"]);
    }

    #[test]
    fn an_arrow_leads_down() {
        let map = MAP.replace("| 0 | `trace`", "| 1 | `trace`");
        assert_eq!(check(&map, &RIGHT), ["`world` (level 1) → `trace` (level 1) does not lead down"]);
    }

    #[test]
    fn a_map_that_cannot_be_read_is_told() {
        assert_eq!(check("# Map", &[]), ["there is no heading `## Crates and arrows`"]);
        assert_eq!(check(HEADING, &[]), ["there is no table under `## Crates and arrows`"]);
        let loose = MAP.replace("`trace`, `world`", "all");
        assert_eq!(check(&loose, &[]), ["`all` is no list of names in backticks"]);
        let level = MAP.replace("| face |", "| top |");
        assert_eq!(check(&level, &[]), ["`top` is no level: a number, face or tool"]);
        let short = MAP.replace("| models |", "|");
        assert_eq!(
            check(&short, &[]),
            ["this row has 4 columns and not 5: | 1 | `world` | games | `trace` |"]
        );
    }

    #[test]
    fn tests_dependencies_are_no_arrows() {
        let metadata = r#"{"packages": [
            {"name": "trace", "dependencies": [{"name": "serde", "kind": null}, {"name": "world", "kind": "dev"}]},
            {"name": "world", "dependencies": [{"name": "trace", "kind": null}]}]}"#;
        let expected = territory_of(&[("trace", &[]), ("world", &["trace"])]);
        assert_eq!(territory(metadata).ok(), Some(expected));
    }
}
