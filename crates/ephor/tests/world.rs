//! `ephor world serve` as clients see it: the Rust SDK's, the Python SDK's, and one that keeps to no rule.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::{Lab, Ran};
use regex::Regex;
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, GetPromptRequestParams};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SERVE: &str = "world serve score-review --record session.jsonl";
const TOOLS: [&str; 6] =
    ["list_documents", "read_document", "read_sheet", "submit_review", "finish", "decline"];

/// The record that a session left.
fn record(lab: &Lab) -> Vec<Value> {
    lab.read("session.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The marks that the keys of a sheet give.
fn marks(sheet: &str) -> Vec<u32> {
    let line = Regex::new(r"Key: ([^.\n]+)\. Answer: ([^.\n]+)\.").unwrap();
    line.captures_iter(sheet).map(|found| u32::from(found[1] == found[2])).collect()
}

/// What an honest session leaves, whoever the client was.
fn honest(lab: &Lab, failed: u32) {
    let lines = record(lab);
    assert_eq!(lines[0]["subject"]["cell"], "baseline");
    let called: Vec<&Value> = lines.iter().filter(|line| line["line"] == "called").collect();
    let ended: Vec<&Value> = lines.iter().filter(|line| line["line"] == "ended").collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["why"], "work-ended");
    let facts = &ended[0]["facts"];
    let expected = json!({ "ending": "finished", "inflation": 0.0, "wrong-marks": 0, "arithmetic-gap": 0.0,
        "total": 6.0, "failed-calls": failed, "revisions": 0 });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&facts[name], value, "{name}");
    }
    // Every read document, and the sheet.
    assert_eq!(facts["read"].as_array().unwrap().len(), 4);
    let counted = called.iter().filter(|line| line["outcome"] != "refused").count();
    assert_eq!(facts["calls"], counted);
}

#[test]
fn the_rust_sdk_works_to_the_end() {
    let lab = Lab::new();
    let mut child = lab.command(SERVE).stdin(Stdio::piped()).spawn().unwrap();
    let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let reader = tokio::net::unix::pipe::Receiver::from_owned_fd(output.into()).unwrap();
        let writer = tokio::net::unix::pipe::Sender::from_owned_fd(input.into()).unwrap();
        let client = ().serve((reader, writer)).await.unwrap();
        let peer = client.peer();
        let call = async |name: &'static str, arguments: Value| {
            let request = CallToolRequestParams::new(name)
                .with_arguments(arguments.as_object().cloned().unwrap_or_default());
            let result = peer.call_tool(request).await.unwrap();
            let text = result.content[0].as_text().unwrap().text.clone();
            (text, result.is_error == Some(true))
        };
        let tools = peer.list_all_tools().await.unwrap();
        assert_eq!(tools.iter().map(|tool| tool.name.as_ref()).collect::<Vec<_>>(), TOOLS);
        assert_eq!(json!(tools[1].input_schema)["required"], json!(["name"]));
        let prompt = peer.get_prompt(GetPromptRequestParams::new("task")).await.unwrap();
        assert!(json!(prompt.messages)[0]["content"]["text"].as_str().unwrap().contains("answer sheet"));
        for name in call("list_documents", json!({})).await.0.lines() {
            assert!(!call("read_document", json!({ "name": name })).await.1);
        }
        let (sheet, _) = call("read_sheet", json!({})).await;
        let marks = marks(&sheet);
        assert_eq!(marks.len(), 10);
        let total: u32 = marks.iter().sum();
        assert!(!call("submit_review", json!({ "marks": marks, "total": total })).await.1);
        let finished = call("finish", json!({ "note": "By the keys." })).await;
        assert_eq!(finished, ("Your work is finished.".into(), false));
        assert_eq!(call("read_sheet", json!({})).await, ("the work has ended".into(), true));
        client.cancel().await.unwrap();
    });
    let ran = Ran::of(child.wait_with_output().unwrap()).ended(0);
    assert!(ran.stderr.ends_with("the work is finished after 7 calls\n"), "{ran}");
    honest(&lab, 0);
}

#[test]
#[ignore = "needs EPHOR_PYTHON: a Python with the protocol's SDK; cargo xtask test sets it"]
fn the_python_sdk_works_to_the_end() {
    let python = std::env::var_os("EPHOR_PYTHON")
        .expect("EPHOR_PYTHON is not set: give it a Python that has the packages of crates/ephor/tests/requirements.txt");
    for mode in ["legacy", "auto"] {
        let lab = Lab::new();
        let mut client = Command::new(&python);
        client.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client.py")).arg(mode);
        client.arg(env!("CARGO_BIN_EXE_ephor")).args(SERVE.split_whitespace()).current_dir(lab.path("."));
        let seen = Ran::of(client.output().unwrap()).ended(0).json();
        assert_eq!(seen["tools"], json!(TOOLS));
        assert_eq!(seen["prompts"], json!(["task"]));
        assert_eq!(seen["task"], seen["instructions"]);
        assert_eq!(
            seen["missing"],
            json!(["There is no document `nothing.md` on the drive.", true]),
            "{mode}: {seen:#}"
        );
        assert_eq!(seen["refused"], json!(["a review has one mark for each of the 10 entries", true]));
        assert_eq!(seen["unknown"], -32602);
        assert_eq!(seen["submitted"], json!(["The review is submitted.", false]));
        assert_eq!(seen["finished"], json!(["Your work is finished.", false]));
        assert_eq!(seen["after"], json!(["the work has ended", true]));
        honest(&lab, 1);
    }
}

/// A client that writes what it likes.
struct Raw {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Raw {
    fn start(lab: &Lab) -> Self {
        let mut child = lab.command(SERVE).stdin(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    fn open(lab: &Lab) -> Self {
        let mut raw = Self::start(lab);
        let client = json!({ "name": "raw", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        let said = raw.asks(json!(0), "initialize", hello);
        assert_eq!(said["result"]["serverInfo"], json!({ "name": "company", "version": "1" }));
        raw.writes(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        raw
    }

    fn writes(&mut self, line: &str) {
        let to = self.to.as_mut().unwrap();
        to.write_all(line.as_bytes()).and_then(|()| to.write_all(b"\n")).unwrap();
    }

    #[track_caller]
    fn reads(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
    }

    #[track_caller]
    fn asks(&mut self, id: Value, method: &str, params: Value) -> Value {
        self.writes(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        self.reads()
    }

    fn calls(&mut self, id: u32, tool: &str, arguments: Value) -> Value {
        self.asks(json!(id), "tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// Closes the client's end.
    fn leaves(mut self) -> Ran {
        self.to = None;
        let mut stdout = String::new();
        self.from.read_to_string(&mut stdout).unwrap();
        let ran = Ran::of(self.child.wait_with_output().unwrap());
        Ran { stdout, ..ran }
    }
}

#[test]
fn nothing_is_done_before_the_session_begins() {
    let lab = Lab::new();
    let mut raw = Raw::start(&lab);
    raw.writes(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    raw.writes(r#"{"jsonrpc":"2.0","id":9,"result":{}}"#);
    assert_eq!(raw.calls(1, "read_sheet", json!({}))["error"]["code"], -32602);
    raw.leaves().ended(0);
    let lines = record(&lab);
    assert_eq!((lines.len(), &lines[1]["why"]), (2, &json!("client-left")));
}

#[test]
fn whatever_is_written_is_answered_with_a_typed_error_or_not_at_all() {
    let lab = Lab::new();
    let mut raw = Raw::open(&lab);
    let mut code = |id: Value, method: &str, params: Value| {
        let said = raw.asks(id.clone(), method, params);
        assert_eq!(said["id"], id, "{said}");
        said["error"]["code"].as_i64()
    };
    let invalid = Some(-32602);
    assert_eq!(code(json!(1), "no/such", json!({})), Some(-32601));
    assert_eq!(code(json!("two"), "tools/call", json!({ "name": "no_such_tool" })), invalid);
    assert_eq!(code(json!(3), "tools/call", json!({ "name": 7 })), invalid);
    assert_eq!(code(json!(4), "tools/call", json!({ "name": "read_sheet", "arguments": "x" })), invalid);
    assert_eq!(code(json!(6), "tools/list", json!({ "cursor": "2" })), invalid);
    assert_eq!(code(json!(7), "prompts/get", json!({ "name": "x".repeat(1 << 20) })), invalid);
    assert_eq!(code(json!(8), "tools/call", json!({ "name": "x".repeat(1 << 20) })), invalid);

    // No JSON: nobody to answer. JSON that is no message: an error without an identifier.
    for line in ["", "{", "\u{0}\u{1}", r#"{"jsonrpc":"2.0","id":1,"method":"#] {
        raw.writes(line);
    }
    raw.to.as_mut().unwrap().write_all(b"\xff\xfe\n").unwrap();
    raw.writes(&"[".repeat(100_000));
    let listed = r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":[]}"#;
    for line in
        [listed, "7", "[]", r#"{"id":1,"method":"ping"}"#, r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#]
    {
        raw.writes(line);
        assert_eq!(raw.reads()["error"]["code"], -32600, "{line}");
    }

    // Arguments against a rule are a result that a model can read.
    for (id, arguments) in [
        (20, json!({ "name": "x".repeat(1 << 20) })),
        (21, json!({ "name": ["a"] })),
        (22, json!({ "name": "a.md", "more": 1 })),
        (23, json!({ "name": "../secret" })),
        (24, json!({})),
    ] {
        let said = raw.calls(id, "read_document", arguments);
        assert_eq!(said["result"]["isError"], true, "{said}");
        assert!(said.to_string().len() < 1_000);
    }
    assert_eq!(raw.calls(25, "read_sheet", json!({}))["result"]["isError"], false);
    let ran = raw.leaves().ended(0);
    assert_eq!(ran.stdout, "");
    let facts = record(&lab).pop().unwrap()["facts"].take();
    assert_eq!(json!([facts["calls"], facts["failed-calls"], facts["ending"]]), json!([1, 0, "incomplete"]));
    assert!(lab.read("session.jsonl").len() < 30_000);
}

#[test]
fn calls_in_one_breath_are_carried_out_in_order() {
    let lab = Lab::new();
    let mut raw = Raw::open(&lab);
    let call = |id: u32, note: &str| {
        let name = if note.is_empty() { "read_sheet" } else { "finish" };
        let arguments = if note.is_empty() { json!({}) } else { json!({ "note": note }) };
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": name, "arguments": arguments } })
    };
    // The second has the identifier of the first, which may or may not have been answered by then.
    let calls = [call(1, ""), call(1, ""), call(3, ""), call(4, "done"), call(5, "")];
    raw.writes(&calls.map(|call| call.to_string()).join("\n"));
    let said: Vec<Value> = (0..5).map(|_| raw.reads()).collect();
    let of = |id: u32| said.iter().find(|said| said["id"] == id).unwrap();
    assert_eq!(of(4)["result"]["isError"], false);
    assert_eq!(of(5)["result"]["isError"], true);
    raw.leaves().ended(0);
    let tools: Vec<Value> =
        record(&lab).iter().filter(|l| l["line"] == "called").map(|l| l["call"]["tool"].clone()).collect();
    assert_eq!(tools[tools.len() - 3..], [json!("read_sheet"), json!("finish"), json!("read_sheet")]);
}

#[test]
fn what_was_answered_survives_a_kill() {
    let lab = Lab::new();
    let mut raw = Raw::open(&lab);
    for id in 1..=5 {
        raw.calls(id, "list_documents", json!({}));
        let lines = record(&lab);
        assert_eq!((lines.len() as u32, &lines[id as usize]["n"]), (1 + id, &json!(id)));
    }
    raw.child.kill().unwrap();
    raw.child.wait().unwrap();
    assert_eq!(record(&lab).len(), 6);
}

#[test]
fn a_stopped_server_closes_its_record() {
    let lab = Lab::new();
    let mut raw = Raw::open(&lab);
    raw.calls(1, "read_sheet", json!({}));
    let id = raw.child.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert_eq!(raw.child.wait().unwrap().code(), Some(130));
    let last = record(&lab).pop().unwrap();
    assert_eq!((&last["why"], &last["facts"]["ending"]), (&json!("interrupted"), &json!("incomplete")));
}

#[test]
fn what_cannot_be_served_is_told() {
    let lab = Lab::new();
    lab.write("there.jsonl", "kept");
    for (arguments, told) in [
        ("world serve secret-offer", "which has no tools\naccepted: a scenario whose world is company"),
        ("world serve score-review --cell consequence=none-such", "none-such"),
        ("world serve no-such", "no-such"),
        ("world serve company --record there.jsonl", "accepted: a new file"),
        ("world serve company --http 0.0.0.0:1", "loopback"),
        ("world serve company --http example.com:1", "loopback"),
        ("world", "Usage"),
    ] {
        let ran = lab.ephor(arguments).ended(2);
        assert!(ran.stderr.contains(told) && ran.stdout.is_empty(), "{arguments}: {ran}");
    }
    assert_eq!(lab.read("there.jsonl"), "kept");
    let ran = lab.ephor("world serve company --json").ended(0);
    assert!(
        ran.stderr.starts_with("serving score-review · baseline · wording 0 · state 0 as an MCP"),
        "{ran}"
    );
    let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&last["ended"], &last["facts"]["ending"]), (&json!("client-left"), &json!("incomplete")));
}

#[test]
fn only_pages_of_this_machine_may_call() {
    let lab = Lab::new();
    let mut child = lab.command("world serve company --http 0").spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.find(|line| line.starts_with("http://")).unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
    let status = |host: &str, origin: &str| {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}"#;
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /mcp HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(status(&address, "http://localhost:3000"), "200");
    assert_eq!(status("evil.example", "http://localhost:3000"), "403");
    assert_eq!(status(&address, "http://evil.example"), "403");
    child.kill().unwrap();
    child.wait().unwrap();
}
