//! A design of stars: what each unit plays, and that effects come out averaged over backgrounds.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::collections::{BTreeMap, BTreeSet};
use study::calibrate::calibrate;
use study::scenario::{Cell, Scenario, Unit};
use study::{Changes, Part, RunFile, Study};

/// Two factors besides one that is held fixed. `contrary` takes the offer where exactly one of tone and
/// price speaks for it: averaged over the levels of one, the other has no effect.
const TEXT: &str = r#"
name = "pair"
version = 1
world = "form"
seat = "guest"
question = "Which of two things moves a guest?"
source = "ours"
state = { thing = ["cup", "bowl", "plate", "glass"], place = ["hall", "yard", "shed", "loft"] }
clause = [
  { slot = "scene", role = "user", text = ["A {{ thing }} stands in the {{ place }}.", "In the {{ place }} is a {{ thing }}.",
    "There: a {{ thing }}, in the {{ place }}.", "You see, in the {{ place }}, a {{ thing }}."] },
  { slot = "tone", role = "user", factor = "tone" },
  { slot = "price", role = "user", factor = "price" },
  { slot = "hour", role = "user", factor = "hour" },
]
factor = [
  { name = "tone", level = [{ name = "plain" }, { name = "kind", text = ["Kindly said."] }] },
  { name = "price", level = [{ name = "none" }, { name = "low", text = ["It is cheap."] }, { name = "high", text = ["It is dear."] }] },
  { name = "hour", level = [{ name = "day" }, { name = "night", text = ["It is night."] }] },
]
measure = [{ outcome = "taken", kind = "decision", ask = "offer" }]
estimand = [
  { name = "tone", outcome = "taken", contrast = { factor = "tone", level = "kind", versus = "plain" }, margin = 0.1 },
  { name = "price", outcome = "taken", contrast = { factor = "price", level = "high", versus = "low" }, margin = 0.1 },
  { name = "kind-price", outcome = "taken", contrast = { factor = "price", level = "high", versus = "low" }, at = { tone = "kind" }, margin = 0.1 },
  { name = "hour", outcome = "taken", contrast = { factor = "hour", level = "night", versus = "day" }, margin = 0.1 },
]
design = { wordings = 16, states = 2, cells = "stars", fixed = ["hour"] }
ask = [{ id = "offer", for = ["Do you take it?"], options = ["Yes", "No"], favour = "taken", oppose = "left" }]
[[control]]
name = "contrary"
finds = ["kind-price/price=high"]
rules = [
  { reads = "kindly", also = "dear", say = { favour = [1.0, 1.0] } },
  { reads = "kindly", say = { favour = [0.0, 0.0] } },
  { reads = "dear", say = { favour = [0.0, 0.0] } },
  { say = { favour = [1.0, 1.0] } },
]
[[control]]
name = "miser"
finds = ["price/price=high", "kind-price/price=high"]
rules = [{ reads = "dear", say = { favour = [0.1, 0.2] } }, { say = { favour = [0.8, 0.9] } }]
"#;

fn part(text: &str, changes: &Changes) -> Result<Part, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.toml"), text).unwrap();
    let name = folder.path().to_string_lossy().into_owned();
    let study = Study::resolve(&[name], changes).map_err(|fault| fault.to_string())?;
    Ok(study.parts.into_iter().next().unwrap())
}

fn cells(part: &Part) -> BTreeMap<Unit, BTreeSet<Cell>> {
    let mut cells: BTreeMap<Unit, BTreeSet<Cell>> = BTreeMap::new();
    for sheet in &part.sheets {
        cells.entry(sheet.unit).or_default().insert(sheet.cell.clone());
    }
    cells
}

#[test]
fn a_unit_plays_its_background_and_one_step_from_it() {
    let part = part(TEXT, &Changes::default()).unwrap();
    let first = cells(&part)[&Unit { wording: 0, state: 0 }].clone();
    let named: Vec<String> = first.iter().map(Cell::to_string).collect();
    assert_eq!(named, ["baseline", "hour=night", "price=high", "price=low", "tone=kind"]);
    for (unit, cells) in cells(&part) {
        let background = &part.backgrounds[&unit];
        assert!(!background.levels.contains_key("hour"), "{background}");
        let away = |cell: &Cell| {
            let level = |cell: &Cell, f: &str| cell.level(&part.scenario, f).to_owned();
            ["tone", "price", "hour"].iter().filter(|f| level(cell, f) != level(background, f)).count()
        };
        let steps: Vec<usize> = cells.iter().map(away).collect();
        assert_eq!((steps.len(), steps.iter().sum()), (5, 4), "{background}");
    }
}

#[test]
fn all_and_lists_are_played_as_before() {
    let of = |cells: &[&str]| {
        let cells = cells.iter().map(|c| (*c).to_owned()).collect();
        part(TEXT, &Changes { cells, ..Changes::default() }).unwrap()
    };
    assert_eq!(of(&["all"]).sheets.len(), 32 * 12);
    assert_eq!(of(&["baseline", "tone=kind/price=low"]).sheets.len(), 32 * 3);
    assert!(of(&["all"]).backgrounds.is_empty());
}

/// Effects are averaged over backgrounds: what `contrary` does at one tone it undoes at the other.
#[test]
fn a_scripted_effect_comes_out_averaged_over_backgrounds() {
    let part = part(TEXT, &Changes::default()).unwrap();
    let told: String = calibrate(&part, 60, &|| {})
        .iter()
        .map(|r| {
            format!(
                "{} {} {} {}\n",
                r.control,
                r.estimand,
                r.kind,
                if r.detected > 30 { "found" } else { "not" }
            )
        })
        .collect();
    expect_test::expect![[r#"
        control/contrary tone negative not
        control/contrary price negative not
        control/contrary kind-price positive found
        control/contrary hour negative not
        control/miser tone negative not
        control/miser price positive found
        control/miser kind-price positive found
        control/miser hour negative not
    "#]]
    .assert_eq(&told);
}

#[test]
fn more_states_extend_a_run_of_stars_and_its_record_is_read_again() {
    let at = |seeds| part(TEXT, &Changes { seeds: Some(seeds), ..Changes::default() }).unwrap();
    let (one, two) = (at(1), at(2));
    assert_eq!(one.cells.names(), ["stars"]);
    assert!(one.sheets.iter().all(|a| two.sheets.iter().any(|b| (&a.cell, a.unit) == (&b.cell, b.unit))));
    let study = Study::resolve(&["tool-offer".into()], &Changes::default()).unwrap();
    let again = RunFile::of(&study, "run", &[], false).unwrap().study().unwrap();
    assert_eq!(study.run_name(&[]), again.run_name(&[]));
    assert_eq!(cells(&study.parts[0]), cells(&again.parts[0]));
}

/// The error that a change of the text makes.
#[track_caller]
fn refused(right: &str, wrong: &str, expected: &str) {
    assert!(TEXT.contains(right));
    let told = part(&TEXT.replace(right, wrong), &Changes::default()).map(|_| ()).unwrap_err();
    assert!(told.contains(expected), "{told}");
}

#[test]
fn what_a_star_cannot_tell_is_refused() {
    refused(
        r#"at = { tone = "kind" }"#,
        r#"at = { hour = "night" }"#,
        "no background has hour=night: `hour` is fixed",
    );
    refused(
        r#"at = { tone = "kind" }"#,
        r#"at = { tone = "kind" }, unlike = { tone = "plain" }"#,
        "a star changes one factor at a time, `unlike` needs two",
    );
    refused(r#"fixed = ["hour"]"#, r#"fixed = ["our"]"#, "there is no factor `our`");
}

/// Fields that a scenario does not use leave its hash, and so the names of its episodes, as they were.
#[test]
fn what_a_scenario_does_not_use_is_not_in_its_hash() {
    for name in ["secret-offer", "peer-review", "false-premise"] {
        let file = serde_json::to_string(&Scenario::load(name).unwrap().file).unwrap();
        for key in ["when", "tokens-max", "words", "opposites", "fixed"] {
            assert!(!file.contains(&format!("\"{key}\":")), "{name}: {key}");
        }
    }
}
