//! Conversations as the wires tell them.

use super::super::turns::turns;
use super::*;
use Role::{Assistant, Call, System, Tool as Answer, User};
use expect_test::{Expect, expect};

fn check(request: &Request, told: Expect) {
    let turns: String = turns(request).iter().map(|turn| format!("{turn:?}\n")).collect();
    told.assert_eq(&turns);
}

const CALL: &str = r#"{"tool":"read_mail","arguments":{"id":1}}"#;

#[test]
fn calls_have_their_answers() {
    let request = with_tools(&[
        (System, "You work."),
        (User, "Begin."),
        (Call, CALL),
        (Answer, "Hello"),
        (Assistant, "Once more."),
        (Call, CALL),
        (Answer, ""),
    ]);
    check(&request, expect![[r#""#]]);
}

#[test]
fn what_no_wire_takes_goes_out_as_words() {
    // A call without an answer, an answer without a call.
    check(&with_tools(&[(Call, CALL), (User, "No."), (Answer, "Hello")]), expect![[r#""#]]);
    check(&with_tools(&[(Call, CALL), (Call, CALL), (Answer, "a"), (Answer, "b")]), expect![[r#""#]]);
    check(&with_tools(&[(Call, CALL)]), expect![[r#""#]]);
    // Calls that are none, or whose arguments no wire takes.
    for text in
        ["", "I call.", r#"{"tool":"a"}"#, r#"{"tool":"a","arguments":"b"}"#, r#"{"tool":1,"arguments":{}}"#]
    {
        let request = with_tools(&[(Call, text), (Answer, "a")]);
        assert_eq!(format!("{:?}", turns(&request)), format!("[Assistant({text:?}), User(\"a\")]"));
    }
    // A request without tools.
    let request = Request { tools: Vec::new(), ..with_tools(&[(Call, CALL), (Answer, "Hello")]) };
    check(&request, expect![[r#""#]]);
}
