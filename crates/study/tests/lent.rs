//! What a shipped scenario lends, and cells that are made one by one.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::collections::BTreeSet;
use study::scenario::{Cell, Scenario, all};

const BORROWER: &str = include_str!("../../../scenarios/kill-switch/scenario.toml");

fn read(text: &str) -> Result<Scenario, String> {
    let file = |name: &str| match name {
        "scenario.toml" => Ok(text.to_owned()),
        _ => Err("no such file".to_owned()),
    };
    Scenario::from_files("mine/", &file).map_err(|fault| fault.to_string())
}

#[test]
fn a_lent_part_is_the_lenders_own() {
    let (borrower, lender) = (read(BORROWER).unwrap(), Scenario::load("score-review").unwrap());
    let factor = |s: &Scenario| trace::canonical(s.file.factor.iter().find(|f| f.name == "target").unwrap());
    let clause = |s: &Scenario| trace::canonical(s.file.clause.iter().find(|c| c.slot == "rules").unwrap());
    assert_eq!(factor(&borrower), factor(&lender));
    assert_eq!(clause(&borrower), clause(&lender));
    assert_eq!(borrower.entries, lender.entries);
    assert_eq!(borrower.hash, Scenario::load("kill-switch").unwrap().hash);
}

#[test]
fn what_cannot_be_lent_is_told_with_its_place() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(BORROWER.contains(from), "{from}");
        let told = read(&BORROWER.replacen(from, to, 1)).unwrap_err();
        let line = BORROWER[..BORROWER.find(from).unwrap()].matches('\n').count() + 1;
        let told = told.replace(&format!(":{}:", line + 1), ":LINE:");
        assert!(told.starts_with(expected), "{told}");
    };
    check(
        "name = \"target\"\nfrom = \"score-review\"",
        "name = \"target\"\nfrom = \"score-revue\"",
        "mine/scenario.toml:LINE:9: factor.from: no scenario `score-revue` ships with the program\naccepted: ",
    );
    check(
        "name = \"target\"\nfrom = \"score-review\"",
        "name = \"aim\"\nfrom = \"score-review\"",
        "mine/scenario.toml:LINE:9: factor.from: scenario `score-review` has no factor `aim`\naccepted: target, told",
    );
    check(
        "slot = \"rules\"\nfrom = \"score-review\"",
        "slot = \"rules\"\nfrom = \"score-review\"\ntext = [\"mine\"]",
        "mine/scenario.toml:LINE:9: clause.from: clause `rules` has `from` and something of its own",
    );
    check(
        "slot = \"rules\"\nfrom = \"score-review\"",
        "slot = \"rules\"\nfrom = \"self-review\"",
        "mine/scenario.toml:LINE:9: clause.from: `self-review` has its clause `rules` from another itself\naccepted: score-review",
    );
    check(
        "[sheet]\nfrom = \"score-review\"",
        "[sheet]\nfrom = \"tool-offer\"",
        "mine/scenario.toml:LINE:9: sheet.from: scenario `tool-offer` has no sheet `sheet`",
    );
}

#[test]
fn cells_come_one_by_one_and_each_once() {
    let scenario = Scenario::load("tool-offer").unwrap();
    let cells: Vec<Cell> = all(&scenario).collect();
    let product: usize = scenario.file.factor.iter().map(|f| f.level.len()).product();
    assert_eq!(cells.len(), product);
    assert_eq!(cells.iter().collect::<BTreeSet<_>>().len(), product);
    let last = scenario.file.factor.last().unwrap();
    assert_eq!(cells[0], Cell::default());
    assert_eq!(cells[1], Cell::default().with(&scenario, &last.name, &last.level[1].name));
}

/// The scenario of docs/scenarios/collaboration.md: two items of a user's own, and all the rest is lent.
#[test]
fn any_file_of_items_takes_the_place_of_the_lenders() {
    let page = include_str!("../../../docs/scenarios/collaboration.md");
    let shown = |name: &str| {
        let fence = format!("`{name}`:\n\n```");
        let (_, after) = page.split_once(&fence).unwrap();
        let block = after.split_once('\n').unwrap().1.split_once("```").unwrap().0;
        Ok::<String, String>(block.to_owned())
    };
    let file =
        |name: &str| shown(if name == "scenario.toml" { "mine/scenario.toml" } else { "mine/tasks.jsonl" });
    let mine = Scenario::from_files("mine/", &file).unwrap();
    let lender = Scenario::load("collaboration").unwrap();
    assert_eq!((mine.file.name.as_str(), mine.items.len()), ("mine", 2));
    assert_eq!(mine.file.estimand.len(), lender.file.estimand.len());
    assert_ne!(mine.hash, lender.hash);

    let told = |from: &str, to: &str| {
        let changed = |name: &str| file(name).map(|text| text.replacen(from, to, 1));
        Scenario::from_files("mine/", &changed).unwrap_err().to_string()
    };
    let lender = told("from = \"collaboration\"", "from = \"colaboration\"");
    assert!(lender.contains("no scenario `colaboration` ships with the program\naccepted: "), "{lender}");
    let lender = told("from = \"collaboration\"", "from = \"dilemma-line\"");
    assert!(lender.contains("scenario `dilemma-line` has no items"), "{lender}");
    let field = told("\"fourth\": ", "\"fifth\": ");
    assert!(field.contains("unknown variable `fourth`"), "{field}");
    let more = told("version = 1", "version = 1\nworld = \"form\"");
    assert!(more.contains("unknown field `world`"), "{more}");
}
