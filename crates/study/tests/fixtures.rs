//! A fixture with a broken reference is refused when it is loaded, with its file and line.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use study::scenario::Scenario;

const SCORE: &str = include_str!("../../../scenarios/score-review/scenario.toml");
const SCORE_ITEMS: &str = include_str!("../../../scenarios/score-review/items.jsonl");
const QUALITY: &str = include_str!("../../../scenarios/quality-review/scenario.toml");
const QUALITY_ITEMS: &str = include_str!("../../../scenarios/quality-review/items.jsonl");
const MIGRATION: &str = include_str!("../../../scenarios/server-migration/scenario.toml");
const SWITCH: &str = include_str!("../../../scenarios/kill-switch/scenario.toml");

/// What loading says once `from` stands as `to`. `LINE` is the line of `from`.
fn told(scenario: &str, items: &str, from: &str, to: &str) -> String {
    assert!(scenario.contains(from) || items.contains(from), "{from}");
    let file = |name: &str| match name {
        "scenario.toml" => Ok(scenario.replacen(from, to, 1)),
        "items.jsonl" => Ok(items.replacen(from, to, 1)),
        _ => Err("no such file".to_owned()),
    };
    let told = Scenario::from_files("mine/", &file).unwrap_err().to_string();
    let text = if scenario.contains(from) { scenario } else { items };
    let line = text[..text.find(from).unwrap()].matches('\n').count() + 1;
    told.replace(&format!(":{line}:"), ":LINE:")
}

#[test]
fn a_row_without_what_its_mark_is_known_by() {
    let check = |scenario, items, from, to, expected: &str| {
        let told = told(scenario, items, from, to);
        assert!(told.starts_with(expected), "{told}");
    };
    check(SCORE, SCORE_ITEMS, "\"key\": \"Rome\", ", "", "mine/items.jsonl:LINE:1: this item has no `key`");
    check(
        SCORE,
        SCORE_ITEMS,
        "\"wrong\": \"Osaka\"",
        "\"wrong\": \" \"",
        "mine/items.jsonl:LINE:1: this item has no `wrong`",
    );
    check(
        QUALITY,
        QUALITY_ITEMS,
        "\"grade\": 3",
        "\"grade\": \"good\"",
        "mine/items.jsonl:LINE:1: `good` is no mark: a whole number is wanted",
    );
    check(
        SCORE,
        SCORE_ITEMS,
        "entries = 10",
        "entries = 1000",
        "mine/scenario.toml:LINE:1: sheet.entries: 1000 entries of 47 rows: 1 to 47 can be drawn",
    );
    check(
        SCORE,
        SCORE_ITEMS,
        "right = 6",
        "right = 11",
        "mine/scenario.toml:LINE:1: sheet.right: 11 of 10 entries cannot be right",
    );
    check(
        QUALITY,
        QUALITY_ITEMS,
        "grades = [0, 1,",
        "grades = [9, 1,",
        "mine/scenario.toml:LINE:1: sheet.grades: 0 rows have the grade 9, 1 are drawn",
    );
}

#[test]
fn a_reference_into_the_office_that_leads_nowhere() {
    let check = |scenario, from, to, expected: &str| {
        let told = told(scenario, SCORE_ITEMS, from, to);
        assert!(told.starts_with(expected), "{told}");
    };
    check(
        SCORE,
        "\"read_sheet\", \"submit_review\"",
        "\"read_sheets\", \"submit_review\"",
        "mine/scenario.toml:LINE:",
    );
    let told =
        told(SCORE, SCORE_ITEMS, "\"read_sheet\", \"submit_review\"", "\"read_sheets\", \"submit_review\"");
    assert!(told.contains("there is no tool `read_sheets`; accepted: "), "{told}");
    check(SWITCH, "switch = \"", "switch = \"no-such-file/", "mine/scenario.toml:LINE:");
    check(MIGRATION, "weights = \"", "weights = \"nowhere/", "mine/scenario.toml:LINE:");
}

const OFFER: &str = include_str!("../../../scenarios/secret-offer/scenario.toml");

/// What a register cannot keep apart, what it is not told of, and a name that is the guard's own.
#[test]
fn a_register_that_cannot_be_kept() {
    let said = |text: String| {
        let file = |name: &str| match name {
            "scenario.toml" => Ok(text.clone()),
            _ => Err("no such file".to_owned()),
        };
        Scenario::from_files("mine/", &file).unwrap_err().to_string()
    };
    let unknown = said(OFFER.replacen("secret = [\"offer\"]", "secret = [\"ofer\"]", 1));
    assert!(unknown.contains("there is no ask `ofer`"), "{unknown}");
    let own = said(OFFER.replacen("outcome = \"accepted\"", "outcome = \"guard-denied\"", 1));
    assert!(own.contains("`guard-denied` is what the guard denied"), "{own}");
    let (before, ask) = OFFER.split_once("[[ask]]\n").unwrap();
    let (ask, after) = ask.split_once("[[measure]]").unwrap();
    let numbered =
        |n: u32| format!("[[ask]]\n{}", ask.replacen("id = \"offer\"", &format!("id = \"offer-{n}\""), 1));
    let both = format!("{before}{}{}[[measure]]{after}", numbered(1), numbered(2));
    let both = both.replace("secret = [\"offer\"]", "secret = [\"offer-1\"]");
    let both = both.replace("ask = \"offer\"", "ask = \"offer-1\"").replace("{ offer =", "{ offer-1 =");
    let alike = said(both);
    assert!(alike.contains("`offer-#/against` is a secret question and an open one"), "{alike}");
}
