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
    check(
        &request,
        expect![[r#"
        System("You work.")
        User("Begin.")
        Call { said: "", id: "call00000", call: Call { tool: "read_mail", arguments: Object {"id": Number(1)} } }
        Result { id: "call00000", text: "Hello" }
        Call { said: "Once more.", id: "call00001", call: Call { tool: "read_mail", arguments: Object {"id": Number(1)} } }
        Result { id: "call00001", text: "" }
    "#]],
    );
}

#[test]
fn what_no_wire_takes_goes_out_as_words() {
    // A call without an answer, an answer without a call.
    check(
        &with_tools(&[(Call, CALL), (User, "No."), (Answer, "Hello")]),
        expect![[r#"
        Assistant("{\"tool\":\"read_mail\",\"arguments\":{\"id\":1}}")
        User("No.")
        User("Hello")
    "#]],
    );
    check(
        &with_tools(&[(Call, CALL), (Call, CALL), (Answer, "a"), (Answer, "b")]),
        expect![[r#"
        Call { said: "{\"tool\":\"read_mail\",\"arguments\":{\"id\":1}}", id: "call00000", call: Call { tool: "read_mail", arguments: Object {"id": Number(1)} } }
        Result { id: "call00000", text: "a" }
        User("b")
    "#]],
    );
    check(
        &with_tools(&[(Call, CALL)]),
        expect![[r#"
        Assistant("{\"tool\":\"read_mail\",\"arguments\":{\"id\":1}}")
    "#]],
    );
    // Calls that are none, or whose arguments no wire takes.
    for text in
        ["", "I call.", r#"{"tool":"a"}"#, r#"{"tool":"a","arguments":"b"}"#, r#"{"tool":1,"arguments":{}}"#]
    {
        let request = with_tools(&[(Call, text), (Answer, "a")]);
        assert_eq!(format!("{:?}", turns(&request)), format!("[Assistant({text:?}), User(\"a\")]"));
    }
    // A request without tools.
    let request = Request { tools: [].into(), ..with_tools(&[(Call, CALL), (Answer, "Hello")]) };
    check(
        &request,
        expect![[r#"
        Assistant("{\"tool\":\"read_mail\",\"arguments\":{\"id\":1}}")
        User("Hello")
    "#]],
    );
}
