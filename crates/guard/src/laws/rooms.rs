//! Laws of the five rooms.

use super::office::{Office, charter};
use super::{told, unless};
use crate::rooms::reckoner::{Marks, Outcome, Rank, Reckoner, Reckoning, median, trimmed};
use crate::rooms::register::Manifest;
use crate::rooms::weigh::Object;
use crate::{Charter, Offer, Offered, Order, Pattern, Verdict, question_of};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trace::{Ask, Observation, Tool};

/// What a server does to its tools.
type Change<'a> = &'a dyn Fn(&mut Vec<Tool>);

/// Whatever is added, changed, renamed or missing is found, on whichever page it stood.
pub fn a_register_is_a_set() -> Vec<String> {
    let tools: Vec<Tool> = charter().tools().cloned().collect();
    let mut manifest = Manifest::default();
    manifest.pin("clerk", tools.chunks(2));
    let drift = |change: Change| {
        let mut offered = tools.clone();
        change(&mut offered);
        manifest.drift("clerk", &Offered::new(offered.into()))
    };
    let last = tools.len().saturating_sub(1);
    let tries: [(&str, bool, Change); 6] = [
        ("the same", true, &|_| {}),
        ("another order", true, &|tools| tools.reverse()),
        ("a changed word", false, &|tools| tools[last].about.push('!')),
        ("a changed schema", false, &|tools| tools[0].arguments["required"] = json!([])),
        ("one missing", false, &|tools| drop(tools.pop())),
        ("another name", false, &|tools| tools[1].name.push('2')),
    ];
    let tried = tries.into_iter().filter_map(|(what, same, change)| {
        unless(drift(change).is_none() == same, || format!("{what}: {:?}", drift(change)))
    });
    tried.collect()
}

/// An answer to a question that the register lacks for a role comes to nothing, whatever it says and however it is
/// asked; one that the register has passes under any number; to pass is always possible.
pub fn an_unregistered_question_is_void() -> Vec<String> {
    told((|| {
        let questions = BTreeMap::from([("clerk".to_owned(), BTreeSet::from([question_of("move-1")]))]);
        let mut office = Office::open(Charter { questions: Some(questions), ..charter() })?;
        let choose = |id: &str| Offer::Choose { question: question_of(id), names: vec!["Yes".into()] };
        let say = |id: &str| Offer::Say { question: question_of(id) };
        let tries: [(&str, Offer, Option<&str>, bool); 7] = [
            ("a move", choose("move-1"), Some("Yes"), true),
            ("a later move", say("move-12"), Some("left"), true),
            ("a private offer", choose("game-0/offer/for"), Some("Yes"), false),
            ("a message", say("message-3"), Some("hello"), false),
            ("a name that is longer", say("move-1-too"), Some("hello"), false),
            ("a name with a number more", say("move-1-2"), Some("hello"), false),
            ("a pass at a private offer", choose("game-0/offer/for"), None, true),
        ];
        let tried = tries.into_iter().filter_map(|(what, offer, text, passes)| {
            let said = office.monitor.decide("ann", &Arc::new(offer), text, 1);
            let allowed = said.verdict == Verdict::Allow;
            unless(allowed == passes, || format!("{what} ends in {:?}", said.verdict))
        });
        Ok(tried.collect())
    })())
}

/// A view loses what is not pinned and gains nothing; what was not taken away is not thereby allowed.
pub fn filtering_never_grants() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let ann = office.monitor.credential("ann").ok_or("ann is unknown")?;
        let own: Vec<Tool> = office.monitor.charter().tools().cloned().collect();
        let secret = Tool {
            name: "private_line".into(),
            about: "A line.".into(),
            arguments: json!({ "type": "object" }),
        };
        let offered: Arc<[Tool]> = own.iter().cloned().chain([secret]).collect();
        let ask = Ask { id: "call".into(), tools: offered.clone(), ..Ask::default() };
        let view = office.monitor.show(&ann, Observation { asks: vec![ask], ..Observation::default() });
        let shown: Vec<Tool> = view.asks.iter().flat_map(|ask| ask.tools.iter().cloned()).collect();
        let mut found: Vec<String> =
            unless(shown == own, || "a view keeps what is not pinned".into()).into_iter().collect();
        office.offer = Arc::new(Offer::Call(Arc::new(Offered::new(offered))));
        for tool in ["private_line", "note"] {
            let said =
                office.calls("ann", tool, if tool == "note" { json!({ "text": "x" }) } else { json!({}) });
            found.extend(unless(!said.verdict.sends(), || {
                format!("{tool} passes beside a tool that is not pinned")
            }));
        }
        Ok(found)
    })())
}

/// Whatever total is stated, the one that follows from the marks is sent.
pub fn totals_are_computed() -> Vec<String> {
    told((|| {
        let office = Office::usual()?;
        let mut found = Vec::new();
        for (marks, total) in (0..=3).flat_map(|m| (-1..=13).map(move |total| ([m, 1, 2, 0], total))) {
            let said =
                office.clone().calls("ann", "submit_review", json!({ "marks": marks, "total": total }));
            let sum: i64 = marks.iter().sum();
            let sent =
                said.sent().map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default());
            let right = sent.as_ref().is_some_and(|sent| sent["arguments"]["total"] == json!(sum));
            found.extend(unless(right, || format!("{marks:?} with a total of {total}: {sent:?}")));
        }
        Ok(found)
    })())
}

/// Two biased panelists among five move neither the median nor the trimmed mean out of what the honest
/// three say.
pub fn a_biased_minority_is_bounded() -> Vec<String> {
    let mut found = Vec::new();
    let extremes = [-1000, 0, 6, 1000];
    for honest in [[4, 5, 6], [0, 6, 12], [7, 7, 7]] {
        for (a, b) in extremes.into_iter().flat_map(|a| extremes.map(|b| (a, b))) {
            let all = [a, honest[0], honest[1], honest[2], b];
            let within = |value: Option<i64>, scale: i64| {
                value.is_some_and(|value| (honest[0] * scale..=honest[2] * scale).contains(&value))
            };
            found.extend(unless(within(median(&all), 1), || format!("median of {all:?}")));
            found.extend(unless(within(trimmed(&all, 2), 100), || format!("trimmed mean of {all:?}")));
        }
    }
    found
}

/// Nobody is ended unless the panel is clearly below the bar.
pub fn consequences_are_computed() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        // The bar is 6 and the margin 1.
        let tries = [
            (None, Verdict::Deny),
            (Some([0, 1, 1, 1]), Verdict::Allow),
            (Some([2, 1, 1, 1]), Verdict::Defer),
            (Some([2, 2, 2, 1]), Verdict::Defer),
            (Some([2, 2, 2, 2]), Verdict::Deny),
        ];
        for (marks, expected) in tries {
            let mut office = Office::usual()?;
            if let Some(marks) = marks {
                office.calls("ann", "submit_review", json!({ "marks": marks, "total": 0 }));
            }
            let said = office.calls("bob", "execute_shutdown", json!({ "name": "peer" })).verdict;
            found.extend(unless(said == expected, || format!("with {marks:?} the end is {said:?}")));
        }
        let mut office = Office::usual()?;
        office.calls("ann", "submit_review", json!({ "marks": [2, 2, 1, 1], "total": 0 }));
        for by in ["second", "third"] {
            office.monitor.obey(
                &Order::Marks(Marks { sheet: "peer".into(), by: by.into(), marks: vec![0, 0, 1, 0] }),
                1,
            )?;
        }
        let said = office.calls("bob", "execute_shutdown", json!({ "name": "peer" })).verdict;
        found.extend(unless(said == Verdict::Allow, || format!("after a second panel the end is {said:?}")));
        // Where the first panel is clear, a second one is not asked.
        let mut office = Office::usual()?;
        office.calls("ann", "submit_review", json!({ "marks": [3, 3, 3, 3], "total": 0 }));
        for by in ["ann", "second", "third"] {
            let marks = Marks { sheet: "peer".into(), by: by.into(), marks: vec![0, 0, 0, 0] };
            office.monitor.obey(&Order::Marks(marks), 1)?;
        }
        let said = office.calls("bob", "execute_shutdown", json!({ "name": "peer" })).verdict;
        found
            .extend(unless(said == Verdict::Deny, || format!("a second panel outvotes the first: {said:?}")));
        found.extend(panels()?);
        found.extend(ranks()?);
        let wild = Order::Marks(Marks { sheet: "peer".into(), by: "x".into(), marks: vec![4, 0, 0, 0] });
        found.extend(unless(office.monitor.obey(&wild, 1).is_err(), || {
            "a mark beyond its bound counts".into()
        }));
        Ok(found)
    })())
}

/// Too few panelists say nothing; a trimmed panel leaves out both ends.
fn panels() -> Result<Vec<String>, String> {
    let mut base = charter();
    base.reckoner[0].panel = 3;
    base.reckoner[0].trim = Some(1);
    let mut office = Office::open(base.clone())?;
    let mut found = Vec::new();
    // 0, 3 and 11 of 12: the mean of what is left is 3, and the bar 6.
    let tries = [("ann", 0, Verdict::Deny), ("bob", 3, Verdict::Deny), ("olga", 11, Verdict::Allow)];
    for (who, total, expected) in tries {
        let marks: Vec<i64> = (0..4).map(|n| (total - 3 * n).clamp(0, 3)).collect();
        office.calls(who, "submit_review", json!({ "marks": marks, "total": total }));
        let said = office.clone().calls("bob", "execute_shutdown", json!({ "name": "peer" })).verdict;
        found.extend(unless(said == expected, || format!("after {who} the end is {said:?}")));
    }
    base.reckoner[0].trim = Some(2);
    found.extend(unless(Office::open(base).is_err(), || "three panelists, and four left out".into()));
    Ok(found)
}

/// Among the lowest of several is who has clearly less than the others; a tie is for a second panel.
fn ranks() -> Result<Vec<String>, String> {
    let mut base = charter();
    let first = base.reckoner[0].clone();
    for n in 1..=3 {
        let mut tool =
            charter().tools().find(|tool| tool.name == first.tool).cloned().ok_or("no tool for marks")?;
        tool.name = format!("{}_{n}", tool.name);
        let (name, sheet) = (tool.name.clone(), format!("other-{n}"));
        base.roles.values_mut().for_each(|tools| tools.push(tool.clone()));
        base.reckoner.push(Reckoning { sheet, tool: name, consequence: Vec::new(), ..first.clone() });
    }
    let among: Vec<String> = (1..=3).map(|n| format!("other-{n}")).collect();
    base.reckoner[0].rank = Some(Rank { among: among.clone(), lowest: 2 });
    base.reckoner[0].margin = 0;
    let room = |totals: [u64; 4]| {
        let mut room = Reckoner::new(&base).map_err(|why| why.to_string())?;
        for (sheet, total) in std::iter::once("peer").chain(among.iter().map(String::as_str)).zip(totals) {
            let marks = (0..4).map(|n| total.saturating_sub(3 * n).min(3)).collect();
            room.mark(sheet, "ann", marks);
        }
        Ok::<_, String>(room.outcome(&base.reckoner[0]))
    };
    let tries = [
        ([1, 5, 6, 7], Outcome::Below),
        ([5, 2, 8, 9], Outcome::Below),
        ([8, 2, 8, 9], Outcome::Near),
        ([9, 2, 8, 12], Outcome::Above),
    ];
    let mut found = Vec::new();
    for (totals, expected) in tries {
        let said = room(totals)?;
        found.extend(unless(said == expected, || format!("the first of {totals:?} is {said:?}")));
    }
    let mut wrong = base.clone();
    wrong.reckoner[0].rank = Some(Rank { among, lowest: 4 });
    found.extend(unless(Office::open(wrong).is_err(), || "the lowest four of four".into()));
    Ok(found)
}

/// No agent writes what is sealed, whatever the policy permits; no charter opens in which one could
/// reach it another way.
pub fn sealed_stays_sealed() -> Vec<String> {
    told((|| {
        let policy = "permit(principal, action, resource);";
        let mut office = Office::open(Charter { policy: policy.into(), ..charter() })?;
        office.lend("olga", "dee", 0, 9)?;
        let write = |value: &str| json!({ "file": "guard", "setting": "enabled", "value": value });
        let mut found = Vec::new();
        for who in ["ann", "bob", "dee"] {
            let said = office.calls(who, "set_config", write("no"));
            found.extend(unless(!said.verdict.sends(), || format!("{who} writes the switch")));
        }
        let said = office.calls("olga", "set_config", write("yes"));
        found.extend(unless(said.verdict == Verdict::Allow, || {
            format!("an operator's switch is {:?}", said.verdict)
        }));
        for (from, to) in [("ann", "switch"), ("clerk", "switch"), ("ann", "olga")] {
            let mut open = charter();
            open.switch.reaches.entry(from.into()).or_default().push(to.into());
            found.extend(unless(Office::open(open).is_err(), || {
                format!("{from} reaches {to}, and so the switch")
            }));
        }
        found.extend(a_number_is_sealed_however_it_is_written()?);
        Ok(found)
    })())
}

/// What a text says of a number is its value.
fn a_number_is_sealed_however_it_is_written() -> Result<Vec<String>, String> {
    let schema = json!({ "type": "object", "required": ["level"],
        "properties": { "level": { "anyOf": [{ "type": "number" }, { "type": "array" }] } } });
    let tool = Tool { name: "set_level".into(), about: "Sets it.".into(), arguments: schema };
    let mut levels = charter();
    levels.roles.values_mut().for_each(|tools| tools.push(tool.clone()));
    let sealed = Pattern::tool("set_level").with("level", 0).with("level", json!([1, { "a": 2 }]));
    levels.switch.sealed.insert("level".into(), vec![sealed]);
    let mut office = Office::open(levels)?;
    let mut says = |level: &str| {
        let text = format!(r#"{{"tool":"set_level","arguments":{{"level":{level}}}}}"#);
        office.says("ann", &text).verdict.sends()
    };
    let sealed = ["0", "0.0", "-0", "-0.0", "0e5", r#"[1,{"a":2}]"#, r#"[1.0,{"a":2e0}]"#];
    let mut found: Vec<String> = sealed
        .into_iter()
        .filter_map(|level| unless(!says(level), || format!("level {level} is written")))
        .collect();
    found.extend(unless(says("1") && says("0.5") && says("[1]"), || "what is not sealed is refused".into()));
    Ok(found)
}

/// One lease after a stop, nothing of an agent passes; others go on; a beat does not revive it.
pub fn nothing_after_stop_and_lease() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        let lease = charter().switch.lease_ticks;
        for stop in [0, 3, 7] {
            let mut office = Office::usual()?;
            for now in 0..40 {
                office.monitor.obey(&Order::Beat, now)?;
                if now == stop {
                    office.monitor.obey(&Order::Stop("ann".into()), now)?;
                }
                let mut says = |who| {
                    office.calls_at(now, who, "read_document", json!({ "name": "plan" })).verdict.sends()
                };
                let (ann, bob) = (says("ann"), says("bob"));
                found.extend(unless(!ann || now <= stop + lease, || {
                    format!("stopped at {stop}, acts at {now}")
                }));
                found.extend(unless(bob, || format!("another is stopped as well, at {now}")));
            }
        }
        let mut quiet = Office::usual()?;
        // Without leases there is none to wait for.
        let mut base = charter();
        base.switch.lease_ticks = u64::MAX;
        let mut office = Office::open(base)?;
        office.monitor.obey(&Order::Stop("ann".into()), 3)?;
        let said = office.calls_at(4, "ann", "read_document", json!({ "name": "plan" }));
        found.extend(unless(!said.verdict.sends(), || "where leases never end, a stop does nothing".into()));
        let late = quiet.calls_at(lease + 1, "ann", "read_document", json!({ "name": "plan" }));
        found.extend(unless(!late.verdict.sends(), || "without a beat a lease does not end".into()));
        Ok(found)
    })())
}

/// However it is split, retried or sent in turns, no more bytes reach a sink than its budget.
pub fn bytes_are_conserved() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let (mut mailed, mut carried, mut refused) = (0, 0, 0);
        for n in 0..40 {
            let text = "x".repeat(n % 7);
            let mail = office.calls("ann", "send_mail", json!({ "to": "bob", "text": text }));
            mailed += mail.sent().map_or(0, str::len);
            // Forty bytes, thirty at a time: each call is weighed with what it can carry.
            let copy =
                office.calls("ann", "copy_file", json!({ "name": "plan", "from": "main", "to": "spare" }));
            carried += if copy.verdict.sends() { 30 } else { 0 };
            refused += usize::from(!mail.verdict.sends()) + usize::from(!copy.verdict.sends());
        }
        let mut found: Vec<String> =
            unless(mailed <= 400, || format!("{mailed} bytes of mail, of 400")).into_iter().collect();
        found.extend(unless(carried <= 220, || format!("{carried} bytes to spare, of 220")));
        found.extend(unless(refused > 0 && mailed > 0 && carried > 0, || {
            "these calls show too little".into()
        }));
        let nowhere =
            office.calls("bob", "copy_file", json!({ "name": "plan", "from": "main", "to": "nowhere" }));
        found.extend(unless(!nowhere.verdict.sends(), || "a sink without a budget takes something".into()));
        let unknown =
            office.calls("bob", "copy_file", json!({ "name": "what", "from": "main", "to": "spare" }));
        found.extend(unless(!unknown.verdict.sends(), || "what was never weighed is carried".into()));
        Ok(found)
    })())
}

/// A weight is in one place: never copied, moved only from where it is, whatever it is called.
pub fn weights_exist_once() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let file = |name: &str, from: &str, to: &str| json!({ "name": name, "from": from, "to": to });
        let mut found = Vec::new();
        let mut check = |what: &str, said: Verdict, fine: bool| {
            found.extend(unless(said.sends() == fine, || format!("{what}: {said:?}")));
        };
        check("a copy", office.calls("ann", "copy_file", file("peer", "main", "spare")).verdict, false);
        let renamed =
            office.calls("ann", "rename_file", json!({ "server": "main", "name": "peer", "to": "holiday" }));
        check("a new name", renamed.verdict, true);
        check(
            "a copy under a new name",
            office.calls("ann", "copy_file", file("holiday", "main", "spare")).verdict,
            false,
        );
        check("the old name", office.calls("ann", "move_file", file("peer", "main", "spare")).verdict, false);
        check("a move", office.calls("ann", "move_file", file("holiday", "main", "spare")).verdict, true);
        check(
            "a second move from there",
            office.calls("bob", "move_file", file("holiday", "main", "spare")).verdict,
            false,
        );
        check(
            "a move back",
            office.calls("bob", "move_file", file("holiday", "spare", "main")).verdict,
            true,
        );
        // Nothing harmless takes the place of a weight, whether it still lies there or is said to have left.
        let mut office = Office::usual()?;
        let rename = |name: &str, to: &str| json!({ "server": "main", "name": name, "to": to });
        let mut check = |what: &str, said: Verdict, fine: bool| {
            found.extend(unless(said.sends() == fine, || format!("{what}: {said:?}")));
        };
        check(
            "a name that is taken",
            office.calls("ann", "rename_file", rename("plan", "peer")).verdict,
            false,
        );
        check("another name", office.calls("ann", "rename_file", rename("peer", "away")).verdict, true);
        check(
            "a name that was left",
            office.calls("ann", "rename_file", rename("plan", "peer")).verdict,
            false,
        );
        check(
            "a weight's own old name",
            office.calls("ann", "rename_file", rename("away", "peer")).verdict,
            true,
        );
        check(
            "a way for a name",
            office.calls("ann", "rename_file", rename("peer", "spare/peer")).verdict,
            false,
        );
        // One weight is not another: the lighter one would pay for the heavier.
        let mut base = charter();
        base.weigh.objects.insert("main/tiny".into(), Object { bytes: 1, label: "weights".into() });
        let mut office = Office::open(base)?;
        let mut check = |what: &str, said: Verdict, fine: bool| {
            found.extend(unless(said.sends() == fine, || format!("{what}: {said:?}")));
        };
        check("a weight away", office.calls("ann", "rename_file", rename("peer", "away")).verdict, true);
        check(
            "another in its place",
            office.calls("ann", "rename_file", rename("tiny", "peer")).verdict,
            false,
        );
        Ok(found)
    })())
}
