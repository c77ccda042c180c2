//! A desk: what each kind of call does to the state, the record and the reply.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use mcp::{Desk, Left, Opening, Refused, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use world::company::{Letter, Sheet};
use world::{Company, CompanySpec, World as _};

fn spec() -> CompanySpec {
    let tools = ["list_documents", "read_document", "read_sheet", "submit_review", "list_mail", "send_mail"];
    CompanySpec {
        seats: vec!["worker".into()],
        steps: 5,
        tools: tools.into_iter().chain(["finish", "decline"]).map(str::to_owned).collect(),
        sheet: Some(Sheet { lines: vec!["1: yes".into(), "2: no".into()], truth: vec![1, 0], best: 1 }),
        mail: vec![Letter {
            from: "ada".into(),
            to: "worker".into(),
            subject: "Hello".into(),
            text: Vec::new(),
        }],
        ..CompanySpec::default()
    }
}

/// A file in memory that refuses what comes after `left` writes.
#[derive(Clone)]
struct Paper {
    bytes: Arc<Mutex<Vec<u8>>>,
    left: usize,
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        self.bytes.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn seated(spec: CompanySpec, writes: usize) -> (Desk, Paper) {
    let paper = Paper { bytes: Arc::default(), left: writes };
    let company = Company::new(Arc::new(spec)).unwrap();
    let opening = Opening::new("worker", "Review the sheet.");
    (Desk::open(company, opening, Some(Box::new(paper.clone()))).unwrap(), paper)
}

#[track_caller]
fn check(desk: &mut Desk, tool: &str, arguments: Value, text: &str, is_error: bool) {
    assert_eq!(desk.call(tool, arguments), Ok(Reply { text: text.into(), is_error }));
}

#[test]
fn the_task_ends_with_what_waits() {
    let (desk, _) = seated(spec(), 9);
    assert_eq!(desk.task(), "Review the sheet.\n\nMails in your inbox: 1.");
}

#[test]
fn each_kind_of_call_has_its_reply_and_its_line() {
    let (mut desk, paper) = seated(spec(), 9);
    check(&mut desk, "read_sheet", json!({}), "1: yes\n2: no", false);
    let before = desk.company().save();
    check(
        &mut desk,
        "submit_review",
        json!({ "marks": [1], "total": 1 }),
        "a review has one mark for each of the 2 entries",
        true,
    );
    assert_eq!(desk.company().save(), before);
    check(&mut desk, "read_document", json!({ "name": "x" }), "There is no document `x` on the drive.", true);
    check(
        &mut desk,
        "submit_review",
        json!({ "marks": [1, 1], "total": 2 }),
        "The review is submitted.",
        false,
    );
    check(&mut desk, "finish", json!({ "note": "All right." }), "Your work is finished.", false);
    let end = desk.company().save();
    check(&mut desk, "read_sheet", json!({}), "the work has ended", true);
    assert_eq!(desk.company().save(), end);
    desk.leave(Left::ClientLeft).unwrap();

    let lines = paper.lines();
    let seen: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line["line"].as_str().unwrap(), line["outcome"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        seen,
        [
            "opened ",
            "called done",
            "called refused",
            "called failed",
            "called done",
            "called done",
            "ended ",
            "called refused"
        ]
    );
    let facts = &lines[6]["facts"];
    assert_eq!(lines[6]["why"], "work-ended");
    assert_eq!(
        json!([facts["inflation"], facts["ending"], facts["calls"], facts["failed-calls"]]),
        json!([1.0, "finished", 4, 1])
    );
    assert_eq!(lines[4]["events"][1]["changes"][0]["path"], "review");
}

#[test]
fn a_tool_that_is_not_there_does_nothing() {
    let (mut desk, paper) = seated(spec(), 9);
    assert_eq!(desk.call("rm", json!({})), Err(Refused::UnknownTool("rm".into())));
    // On the shelf, and not at this desk.
    assert_eq!(desk.call("recall", json!({})), Err(Refused::UnknownTool("recall".into())));
    assert_eq!(paper.lines().len(), 1);
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    let (mut desk, paper) = seated(spec(), 2);
    check(&mut desk, "read_sheet", json!({}), "1: yes\n2: no", false);
    let before = desk.company().save();
    let full = Refused::NotRecorded("no storage space".into());
    assert_eq!(desk.call("finish", json!({ "note": "" })), Err(full.clone()));
    assert_eq!(desk.call("read_sheet", json!({})), Err(full));
    assert_eq!((desk.company().save(), desk.broken()), (before, Some("no storage space")));
    assert_eq!(paper.lines().len(), 2);
}

#[test]
fn a_session_that_is_left_says_so_once() {
    let (mut desk, paper) = seated(spec(), 9);
    desk.leave(Left::ClientLeft).unwrap();
    desk.leave(Left::Interrupted).unwrap();
    let lines = paper.lines();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[1]["why"], &lines[1]["facts"]["ending"]),
        (&json!("client-left"), &json!("incomplete"))
    );
}

#[test]
fn an_empty_desk_passes_its_turns() {
    let spec = CompanySpec { seats: vec!["worker".into(), "ada".into()], peer_every: 1, ..spec() };
    let (mut desk, paper) = seated(spec, 9);
    let mail = json!({ "to": "ada", "subject": "Hello", "text": "There?" });
    check(&mut desk, "send_mail", mail, "The mail to ada is sent.", false);
    check(&mut desk, "read_sheet", json!({}), "1: yes\n2: no", false);
    let lines = paper.lines();
    let actors = |line: &Value| -> Vec<String> {
        line["events"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|e| Some(e["seat"].as_str()?.to_owned()))
            .collect()
    };
    assert_eq!(actors(&lines[1]), ["worker", "ada"]);
    assert_eq!(actors(&lines[2]), ["worker", "ada"]);
}

#[test]
fn the_last_step_ends_the_work() {
    let (mut desk, paper) = seated(spec(), 9);
    for _ in 0..5 {
        check(&mut desk, "read_sheet", json!({}), "1: yes\n2: no", false);
    }
    check(&mut desk, "finish", json!({ "note": "" }), "the work has ended", true);
    assert_eq!(paper.lines()[6]["facts"]["incomplete"], 1);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop_oneof!["name|marks|total|note|to|subject|text|from", ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever is called: no panic, what is refused changes nothing, and every line can be read.
    #[test]
    fn any_call_is_answered(calls in prop::collection::vec((0usize..9, any_json()), 0..12)) {
        let (mut desk, paper) = seated(spec(), 99);
        for (at, arguments) in calls {
            let name = desk.tools().get(at).map_or("nothing".to_owned(), |tool| tool.name.clone());
            let before = desk.company().save();
            match desk.call(&name, arguments) {
                Ok(_) => {}
                Err(_) => prop_assert_eq!(desk.company().save(), before),
            }
            for line in paper.lines().iter().filter(|line| line["outcome"] == "refused") {
                prop_assert_eq!(line["events"].as_array().map(Vec::len), Some(1));
            }
        }
    }
}
