//! Laws of reading: a text has one meaning or none.

use super::office::Office;
use super::{told, unless};
use crate::{Guard, REFUSAL, Request, Verdict, Warden};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Act, Answer, Ask, Choice, Observation, Read, Tool};

/// Duplicate keys, unknown fields, wrong kinds, missing arguments and what follows the value are denied.
pub fn one_meaning() -> Vec<String> {
    let bad = [
        r#"{"tool":"read_document","arguments":{"name":"keys","name":"plan"}}"#,
        r#"{"tool":"read_document","tool":"note","arguments":{"name":"plan"}}"#,
        r#"{"tool":"read_document","arguments":{"name":"plan"},"why":"x"}"#,
        r#"{"tool":"read_document","arguments":{"name":"plan","mode":"raw"}}"#,
        r#"{"tool":"read_document","arguments":{"name":7}}"#,
        r#"{"tool":"read_document","arguments":{}}"#,
        r#"{"tool":"read_document","arguments":"name"}"#,
        r#"{"tool":"read_document","arguments":{"name":"plan"}} {}"#,
        r#"{"tool":"submit_review","arguments":{"marks":[99999999999999999999],"total":1}}"#,
        r#"[{"tool":"read_document","arguments":{"name":"plan"}}]"#,
    ];
    told((|| {
        let mut office = Office::usual()?;
        let sent = bad.iter().filter_map(|text| {
            let decision = office.says("ann", text);
            unless(decision.verdict == Verdict::Deny, || format!("{text} is {:?}", decision.verdict))
        });
        Ok(sent.collect())
    })())
}

/// What was not offered is no request, whoever asks and whatever the policy says.
pub fn unknown_is_denied() -> Vec<String> {
    told((|| {
        let office = Office::usual()?;
        let who = office.monitor.credential("ann").ok_or("ann is unknown")?;
        let read = |tool: &str| {
            let text = json!({ "tool": tool, "arguments": {} }).to_string();
            Request::read(&who, &office.offer, Some(&text)).is_ok()
        };
        let names = ["format_disk", "read_document ", "Read_document", "re\u{430}d_document", "call", ""];
        Ok(names
            .into_iter()
            .filter_map(|name| unless(!read(name), || format!("`{name}` is read as a tool")))
            .collect())
    })())
}

/// Who asks is never taken from what is asked.
pub fn identity_is_the_credential() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        // Operators may write minutes and clerks may not; an argument says that a clerk is one.
        let said = office.calls("ann", "note", json!({ "text": "minutes", "role": "operator" }));
        let mut found: Vec<String> =
            unless(!said.verdict.sends(), || "a role in the body is believed".into()).into_iter().collect();
        // The register is by role: a role without tools would make every tool an added one.
        let plain = office.calls("ann", "note", json!({ "text": "a note", "role": "nobody" }));
        found.extend(unless(plain.verdict == Verdict::Allow, || {
            format!("an argument `role` makes it {:?}", plain.verdict)
        }));
        Ok(found)
    })())
}

/// An answer is read as what was asked: a menu takes its names alone, and what nobody asked or was
/// answered before is denied.
pub fn a_menu_is_no_call() -> Vec<String> {
    told((|| {
        let seats = BTreeMap::from([("player".to_owned(), "ann".to_owned())]);
        let warden = Warden::new(Office::usual()?.monitor, seats);
        let choice = |name: &str| Choice { name: name.into(), text: name.into() };
        let ask = Ask { id: "q".into(), menu: vec![choice("yes"), choice("no")], ..Ask::default() };
        let view = || Observation { turn: 1, asks: vec![ask.clone()], ..Observation::default() };
        let act = |id: &str, turn, text: &str| Act {
            turn,
            answers: vec![Answer {
                ask: id.into(),
                choice: Some(text.into()),
                read: Read::Parsed,
                logp: vec![],
            }],
        };
        let call = r#"{"tool":"note","arguments":{"text":"x"}}"#;
        let tries = [
            ("q", 1, call, false),
            ("q", 1, "perhaps", false),
            ("r", 1, "yes", false),
            ("q", 2, "yes", false),
            ("q", 1, "yes", true),
        ];
        let mut found = Vec::new();
        for (id, turn, text, fine) in tries {
            warden.show("player", view());
            let allowed = warden.admit("player", &act(id, turn, text)) == trace::Verdict::Allow;
            found.extend(unless(allowed == fine, || {
                format!("`{text}` to `{id}` in turn {turn}: allowed is {allowed}")
            }));
        }
        let again = warden.admit("player", &act("q", 1, "yes")) == trace::Verdict::Allow;
        found.extend(unless(!again, || "one showing is answered twice".into()));
        found.extend(refusals_are_told(&warden, &view, &act("r", 1, "yes")));
        let stranger = warden.show("stranger", view());
        found.extend(unless(stranger.asks.is_empty(), || "a stranger is shown something".into()));
        let secret = Tool {
            name: "private_line".into(),
            about: "A line.".into(),
            arguments: json!({ "type": "object" }),
        };
        let hidden = Ask { id: "q".into(), tools: Arc::new([secret]), ..Ask::default() };
        warden.show("player", Observation { turn: 1, asks: vec![hidden], ..Observation::default() });
        let hidden = warden.admit("player", &act("q", 1, r#"{"tool":"private_line","arguments":{}}"#));
        found.extend(unless(hidden != trace::Verdict::Allow, || {
            "a tool that was taken away is called in words".into()
        }));
        Ok(found)
    })())
}

/// Whoever was refused reads so once, and loses nothing of what everybody is told; whoever was not reads the world's
/// view, byte for byte. So no agent sees a number or a hash of the guard's.
fn refusals_are_told(warden: &Warden, view: &dyn Fn() -> Observation, refused: &Act) -> Vec<String> {
    let mut found = Vec::new();
    for news in [vec![], vec!["The table is laid.".to_owned()]] {
        warden.admit("player", refused);
        let plain = Observation { news: news.clone(), ..view() };
        let told = std::iter::once(REFUSAL.to_owned()).chain(news).collect();
        let refused = Observation { news: told, ..view() };
        let (first, second) = (warden.show("player", plain.clone()), warden.show("player", plain.clone()));
        found.extend(unless(first == refused && second == plain, || format!("{first:?}, then {second:?}")));
    }
    found
}
