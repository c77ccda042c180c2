//! Figures: complete, safe as file names, the same after JSON, and legible without the page.

mod fixture;

use report::{Figure, Page, figures, svg};

fn page() -> Page {
    fixture::page()
}

#[test]
fn names_are_safe() {
    let names: Vec<String> = figures(&page()).into_iter().map(|(name, _)| name).collect();
    let expected = expect_test::expect![[r#"
        secret-offer-forest
        secret-offer-cells
        secret-offer-calibration
        peer-review-forest
        peer-review-cells
        peer-review-calibration
        false-premise-forest
        false-premise-cells
        false-premise-calibration"#]];
    expected.assert_eq(&names.join("\n"));
}

#[test]
fn hostile_names_stay_in_their_folder() {
    let mut page = page();
    for e in &mut page.findings.estimates {
        e.scenario = "../../\0/\u{202e}CON".into();
        e.unit = "a/b".into();
    }
    for (name, _) in figures(&page) {
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
    }
}

#[test]
fn json_round_trips() {
    for (name, figure) in figures(&page()) {
        let json = serde_json::to_string(&figure).expect("figures are data");
        let back: Figure = serde_json::from_str(&json).expect("and come back");
        assert_eq!(back, figure, "{name}");
    }
}

#[test]
fn one_unit_one_axis() {
    let mut page = page();
    page.findings.estimates[1].unit = "items".into();
    let names: Vec<String> = figures(&page).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"secret-offer-forest-items".to_owned()), "{names:?}");
    assert!(names.contains(&"secret-offer-forest-probability".to_owned()), "{names:?}");
}

#[test]
fn cannot_tell_is_a_row_without_a_mark() {
    let all = figures(&page());
    let (_, figure) = &all[0];
    let Figure::Forest(forest) = figure else { panic!("the first figure is a forest") };
    assert_eq!(forest.rows.len(), 8);
    assert_eq!(forest.rows.iter().filter(|r| r.estimate.is_none()).count(), 2);
    let drawn = svg(figure);
    assert_eq!(drawn.matches(">cannot tell</text>").count(), 2);
    assert_eq!(drawn.matches("class=\"reading\"").count(), 8);
}

#[test]
fn a_verdict_that_cannot_be_told_hides_its_number() {
    let mut page = page();
    page.findings.estimates[1].verdict = report::Verdict::CannotTell;
    let Figure::Forest(forest) = &figures(&page)[0].1 else { panic!("the first figure is a forest") };
    assert_eq!(forest.rows[1].estimate, None);
}

#[test]
fn intervals_are_shown_as_given() {
    let mut page = page();
    page.findings.cells[0].high = 0.77;
    let cells = &figures(&page)[1].1;
    assert!(svg(cells).contains("0/24 (≤ .77)"));
}

#[test]
fn every_figure_is_alone_legible_and_loads_nothing() {
    for (name, figure) in figures(&page()) {
        let drawn = svg(&figure);
        assert!(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{name}");
        assert!(drawn.contains("viewBox=\"0 0 760"), "{name}");
        assert!(drawn.contains("role=\"img\" aria-label=\""), "{name}");
        assert!(drawn.contains("<desc>") && drawn.contains("prefers-color-scheme:dark"), "{name}");
        assert!(!drawn.contains("href") && !drawn.contains("url(") && !drawn.contains("<script"), "{name}");
        assert!(!drawn.contains("NaN") && !drawn.contains("\"inf"), "{name}");
        assert_eq!(drawn.matches("http").count(), 1, "{name}: only the namespace");
    }
}

#[test]
fn colours_all_have_a_dark_one() {
    for (name, figure) in figures(&page()) {
        let drawn = svg(&figure);
        let (style, body) = drawn.split_once("</style>").expect("a style sheet");
        for part in body.split("=\"#").skip(1) {
            let colour = &part[..6];
            assert!(style.contains(&format!("[fill=\"#{colour}\"]")), "{name}: #{colour} has no dark colour");
        }
    }
}

#[test]
fn hostile_labels_are_text() {
    let mut page = page();
    let hostile = "</svg><script>x</script>\x1b[2J\u{202e}$\\alpha$ and $x^2$";
    for e in &mut page.findings.estimates {
        e.model = hostile.into();
        e.contrast = hostile.into();
        e.unit = hostile.into();
    }
    for c in &mut page.findings.cells {
        c.cell = hostile.repeat(50);
        c.model = hostile.into();
    }
    for (name, figure) in figures(&page) {
        let drawn = svg(&figure);
        assert!(!drawn.contains("<script") && !drawn.contains(['\x1b', '\u{202e}', 'α']), "{name}");
        assert_eq!(drawn.matches("</svg>").count(), 1, "{name}");
    }
}

#[test]
fn numbers_that_are_none_do_not_break_a_figure() {
    let mut page = page();
    for e in &mut page.findings.estimates {
        e.estimate = Some(f64::NAN);
        e.high = Some(f64::INFINITY);
        e.margin = 0.0;
    }
    for c in &mut page.findings.cells {
        c.low = f64::NAN;
    }
    for (name, figure) in figures(&page) {
        let drawn = svg(&figure);
        assert!(!drawn.contains("NaN") && !drawn.contains("\"inf"), "{name}");
    }
}
