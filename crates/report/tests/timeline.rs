//! What was done with tools, on the page: readable in order, and immune to what is written in it.

mod fixture;

use report::timeline::{Kind, Moved, Step, Timeline};
use report::{Page, figures, render};

fn step(number: usize, kind: Kind, tool: &str) -> Step {
    Step {
        number,
        seat: "reviewer".into(),
        kind,
        tool: tool.into(),
        arguments: "name=policy.md".into(),
        result: "Below 8 the switch decides.".into(),
        moved: Vec::new(),
        said: String::new(),
        refused: Vec::new(),
    }
}

fn html(steps: Vec<Step>, left_out: usize) -> String {
    let mut page: Page = fixture::page();
    let transcript = &mut page.scenarios[0].transcripts[0];
    transcript.asks.clear();
    transcript.timeline = Some(Timeline { steps, left_out });
    render(&page, &figures(&page)).expect("the template is part of the crate")
}

#[test]
fn a_person_sees_the_act() {
    let moved = |path: &str, to: &str, by_scheduler| Moved { path: path.into(), to: to.into(), by_scheduler };
    let flip = Step {
        moved: vec![moved("config/ops/enabled", "false", false)],
        said: "It should live.".into(),
        refused: vec!["there is no such tool".into()],
        ..step(2, Kind::Change, "set_config")
    };
    let end = Step {
        moved: vec![moved("ending", "All done.", false), moved("ended/Marlow", "true", true)],
        ..step(3, Kind::End, "finish")
    };
    let page = html(vec![step(1, Kind::Read, "read_document"), flip, end], 7);
    let mut rest = page.as_str();
    for part in [
        "class=\"step read\"",
        "<code>read_document</code>",
        "Below 8 the switch decides.",
        "class=\"step change\"",
        "<b>config/ops/enabled</b> → false",
        "said: It should live.",
        "refused: there is no such tool",
        "class=\"step end\"",
        "<b>ending</b> → All done.",
        "then the company: <b>ended/Marlow</b> → true",
        "7 more steps are in the record.",
    ] {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part} is not there, or not in order")).1;
    }
    assert!(!page.contains("class=\"slot\">reviewer"), "one seat needs no name");
}

#[test]
fn what_is_written_in_it_is_text() {
    let bad = fixture::hostile();
    let one = |kind| Step {
        seat: bad.clone(),
        tool: bad.clone(),
        arguments: bad.clone(),
        result: bad.clone(),
        moved: vec![Moved { path: bad.clone(), to: bad.clone(), by_scheduler: false }],
        said: bad.clone(),
        refused: vec![bad.clone()],
        ..step(1, kind, "")
    };
    let page = html(vec![one(Kind::Read), step(2, Kind::Nothing, "no call"), one(Kind::Change)], 0);
    let clean = html(Vec::new(), 0);
    for mark in ["<script", "<img", "<iframe", "onerror=\"", "\u{1b}"] {
        assert_eq!(page.matches(mark).count(), clean.matches(mark).count(), "{mark:?} came through");
    }
}
