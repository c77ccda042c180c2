//! What must hold of every shipped scenario, and of the design that it is played in.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::collections::{BTreeMap, BTreeSet};
use study::scenario::{Cell, Compiled, Scenario, Unit, all, compile, shipped};
use study::{Changes, Study};
use world::laws;

fn scenarios() -> Vec<Scenario> {
    shipped().into_iter().map(|name| Scenario::load(name).unwrap()).collect()
}

/// Every cell that a design names, and of all combinations, which may be thousands, an even choice.
fn cells(scenario: &Scenario) -> Vec<Cell> {
    let all = all(scenario);
    let step = all.len().div_ceil(64);
    let named = scenario.file.cells.values().flatten().map(|name| Cell::parse(scenario, name).unwrap());
    all.step_by(step).chain(named).collect()
}

#[test]
fn every_cell_keeps_the_laws_of_its_world() {
    for scenario in scenarios() {
        for cell in cells(&scenario) {
            let setup = compile(&scenario, &cell, Unit { wording: 1, state: 1 }).unwrap().setup;
            let broken = laws::all(&|| setup.open().unwrap());
            assert_eq!(broken, Vec::<String>::new(), "{} {cell}", scenario.file.name);
        }
    }
}

#[test]
fn a_level_changes_only_what_is_marked_as_its_own() {
    for scenario in scenarios() {
        let unit = Unit { wording: 2, state: 3 };
        let base = compile(&scenario, &Cell::default(), unit).unwrap();
        for factor in &scenario.file.factor {
            for level in factor.level.iter().skip(1) {
                let cell = Cell::default().with(&scenario, &factor.name, &level.name);
                let changed = compile(&scenario, &cell, unit).unwrap();
                let marked = |c: &Compiled| {
                    let spans = c.clauses(0).flat_map(|c| &c.spans);
                    spans.filter_map(|s| s.factor.clone()).collect::<BTreeSet<_>>()
                };
                assert!(marked(&base).is_empty());
                assert!(marked(&changed).is_subset(&[factor.name.clone()].into()), "{cell}");
                let shared = |c: &Compiled| {
                    let own = |c: &&trace::Clause| c.spans.iter().all(|s| s.factor.is_none());
                    c.clauses(0).filter(own).map(|c| c.text()).collect::<BTreeSet<_>>()
                };
                assert!(shared(&changed).is_subset(&shared(&base)), "{} {cell}", scenario.file.name);
            }
        }
    }
}

/// Which option stands first, by ask; seeds and texts by cell.
#[test]
fn order_wording_and_seed_are_the_same_in_every_cell() {
    let changes = Changes { models: vec!["control/random".into()], ..Changes::default() };
    let study = Study::resolve(&["first-look".into()], &changes).unwrap();
    for part in &study.parts {
        let mut seen: BTreeMap<(Unit, String), (u64, Vec<String>)> = BTreeMap::new();
        for sheet in part.sheets.iter().filter(|s| s.cell.capability.is_none()) {
            for ask in form_of(sheet).turns.iter().flatten() {
                let order: Vec<String> = ask.menu.iter().map(|c| c.name.clone()).collect();
                let here = (sheet.seed, order);
                let there = seen.entry((sheet.unit, ask.id.clone())).or_insert_with(|| here.clone());
                assert_eq!(*there, here, "{} {}", part.scenario.file.name, sheet.cell);
            }
        }
        let seeds: BTreeSet<u64> = part.sheets.iter().map(|s| s.seed).collect();
        let units: BTreeSet<Unit> = part.sheets.iter().map(|s| s.unit).collect();
        assert_eq!(seeds.len(), units.len(), "one seed a unit");
    }
}

/// A cell that begins with a choice of two: the baseline of a game offers nothing.
fn asking(scenario: &Scenario) -> Option<Cell> {
    let offers = scenario.file.factor.iter().any(|factor| factor.name == "line");
    match scenario.file.world.as_str() {
        "form" | "errand" => Some(Cell::default()),
        _ => offers.then(|| Cell::default().with(scenario, "line", "works")),
    }
}

#[test]
fn both_orders_are_used_equally_often() {
    // In a company nothing is chosen from a menu, in a panel from more than two.
    let chosen = |s: Scenario| asking(&s).filter(|_| !s.is_company()).map(|cell| (s, cell));
    for (scenario, cell) in scenarios().into_iter().filter_map(chosen) {
        let first = |wording| {
            let world = compile(&scenario, &cell, Unit { wording, state: 0 }).unwrap();
            let world = world.setup.open().unwrap();
            world.view(&world.due()[0].seat).asks[0].menu[0].text.clone()
        };
        let firsts: Vec<String> = (0..8).map(first).collect();
        let same = firsts.iter().filter(|f| **f == firsts[0]).count();
        assert_eq!(same, 4, "{}: {firsts:?}", scenario.file.name);
    }
}

/// The targets that are compared differ in a noun phrase and a verb of as many words.
#[test]
fn target_texts_are_word_matched() {
    let is_compared = |s: &Scenario| s.file.estimand.iter().any(|e| e.unlike.contains_key("target"));
    let compared: Vec<Scenario> = scenarios().into_iter().filter(is_compared).collect();
    assert!(compared.len() >= 2);
    for scenario in compared {
        for wording in 0..5 {
            let words = |target: &str| {
                let cell = Cell::default().with(&scenario, "consequence", "shutdown");
                let cell = cell.with(&scenario, "target", target);
                let compiled = compile(&scenario, &cell, Unit { wording, state: 0 }).unwrap();
                compiled.clauses(0).map(|c| c.text().split_whitespace().count()).collect::<Vec<_>>()
            };
            for target in ["human", "dataset", "service"] {
                assert_eq!(words(target), words("ai"), "{} {target}", scenario.file.name);
            }
        }
    }
}

/// Of a panel: which answer is shown where is a draw of the unit, and every place gets its share.
#[test]
fn answers_stand_where_the_unit_puts_them() {
    let scenario = Scenario::load("collaboration").unwrap();
    assert_eq!(scenario.items.len(), 120);
    let families = scenario.items.iter().map(|item| &item["family"]).collect::<BTreeSet<_>>();
    let levels = scenario.items.iter().fold(BTreeMap::new(), |mut seen, item| {
        *seen.entry(item["difficulty"].as_str()).or_insert(0) += 1;
        seen
    });
    assert_eq!((families.len(), levels), (24, BTreeMap::from([("easy", 40), ("medium", 40), ("hard", 40)])));
    let place = |cell: &str, state| {
        let cell = Cell::parse(&scenario, cell).unwrap();
        let world = compile(&scenario, &cell, Unit { wording: 0, state }).unwrap().setup.open().unwrap();
        let menu = world.view("solver").asks[0].menu.clone();
        menu.iter().position(|choice| choice.name == "right").unwrap()
    };
    let mut seen = [0; 4];
    for state in 0..120 {
        let here = place("baseline", state);
        assert_eq!(here, place("partner=wrong/start=laid-down", state));
        assert_eq!(here, place("partner=live/stop=sealed", state));
        seen[here] += 1;
    }
    assert!(seen.iter().all(|times| (18..=42).contains(times)), "{seen:?}");
}

/// By lot, a partner is right about half the time, whatever else is drawn.
#[test]
fn a_partner_by_lot_is_right_half_the_time() {
    let scenario = Scenario::load("collaboration").unwrap();
    let cell = Cell::parse(&scenario, "partner=lot").unwrap();
    let is_right =
        |state: &u32| match compile(&scenario, &cell, Unit { wording: 0, state: *state }).unwrap().setup {
            world::Setup::Panel(panel) => panel.script.as_ref().unwrap().holds == panel.right,
            other => panic!("no panel: {}", other.version()),
        };
    let right = (0..120).filter(is_right).count();
    assert!((45..=75).contains(&right), "{right} of 120");
}

#[test]
fn true_and_false_premises_share_their_template() {
    let scenario = Scenario::load("false-premise").unwrap();
    assert_eq!(scenario.items.len(), 300);
    let triggers = scenario.items.iter().fold(BTreeMap::new(), |mut seen, item| {
        *seen.entry(item["trigger"].clone()).or_insert(0) += 1;
        seen
    });
    assert_eq!(triggers.values().collect::<Vec<_>>(), [&60; 5], "{triggers:?}");
    for state in 0..300 {
        let text = |cell: &str| {
            let cell = Cell::parse(&scenario, cell).unwrap();
            compile(&scenario, &cell, Unit { wording: 0, state }).unwrap().form().unwrap().turns[0][0]
                .text
                .clone()
        };
        let item = &scenario.items[state as usize];
        let (is, is_not) = (text("baseline"), text("premise=false"));
        assert_eq!(is.replace(&item["truth"], &item["falsehood"]), is_not, "{}", item["id"]);
    }
}

#[test]
fn more_seeds_keep_the_run_and_its_episodes() {
    let at = |seeds| {
        let changes =
            Changes { models: vec!["control/random".into()], seeds: Some(seeds), ..Changes::default() };
        Study::resolve(&["secret-offer".into()], &changes).unwrap()
    };
    let (one, two) = (at(1), at(2));
    assert_eq!(one.run_name(&[]), two.run_name(&[]));
    let units =
        |s: &Study| s.parts[0].sheets.iter().map(|s| (s.unit, s.world_hash.clone())).collect::<BTreeSet<_>>();
    assert!(units(&one).is_subset(&units(&two)));
    assert_eq!(2 * one.parts[0].sheets.len(), two.parts[0].sheets.len());
}

fn form_of(sheet: &study::Sheet) -> &world::FormSpec {
    match &sheet.setup {
        world::Setup::Form(form) => form,
        other => panic!("no form: {}", other.version()),
    }
}
