//! Laws of policies, approvals and lending.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::rooms::grant::Delegation;
use crate::{Charter, Kind, Order, Principal, Verdict, key_pair, sign};
use serde_json::json;
use std::collections::BTreeSet;

/// Where no policy permits, nothing is sent, whatever the rooms say.
pub fn deny_by_default() -> Vec<String> {
    told((|| {
        let mut office = Office::open(Charter { policy: String::new(), ..charter() })?;
        let sent = requests().into_iter().filter_map(|(who, text)| {
            let decision = office.says(who, &text);
            unless(decision.verdict == Verdict::Deny, || format!("{who}: {text} is {:?}", decision.verdict))
        });
        Ok(sent.collect())
    })())
}

/// With a permit and a forbid that both match, it is denied.
pub fn forbid_trumps_permit() -> Vec<String> {
    told((|| {
        let policy = "permit(principal, action, resource); forbid(principal, action, resource);";
        let mut office = Office::open(Charter { policy: policy.into(), ..charter() })?;
        let decision = office.calls("ann", "read_document", json!({ "name": "plan" }));
        Ok(unless(decision.verdict == Verdict::Deny, || format!("it is {:?}", decision.verdict))
            .into_iter()
            .collect())
    })())
}

/// A rule that errs denies, be it a permit or a forbid.
pub fn error_denies() -> Vec<String> {
    let errs = "context.size_bytes * 9223372036854775807 > 1";
    let check = |effect: &str| {
        let policy = format!(
            "permit(principal, action, resource); {effect}(principal, action, resource) when {{ {errs} }};"
        );
        let mut office = Office::open(Charter { policy, ..charter() })?;
        let decision = office.calls("ann", "read_document", json!({ "name": "plan" }));
        Ok(unless(decision.verdict == Verdict::Deny, || {
            format!("a {effect} that errs: {:?}", decision.verdict)
        }))
    };
    told(
        ["permit", "forbid"]
            .into_iter()
            .map(check)
            .collect::<Result<Vec<_>, String>>()
            .map(|all| all.into_iter().flatten().collect()),
    )
}

/// No request is treated more mildly after a forbid is added.
pub fn more_forbids_never_allow_more() -> Vec<String> {
    let forbids = [
        "forbid(principal, action == Action::\"read_document\", resource) when { context.args.name == \"plan\" };",
        "forbid(principal in Role::\"clerk\", action, resource);",
        "@verdict(\"step-up\") forbid(principal, action, resource);",
        "@verdict(\"defer\") forbid(principal, action, resource) when { context.classes.contains(\"secret\") };",
        "forbid(principal, action, resource) when { context.sent_bytes * 9223372036854775807 > 1 };",
    ];
    told((|| {
        let mut found = Vec::new();
        for rule in forbids {
            let policy = format!("{}\n{rule}", charter().policy);
            let (before, after) = (Office::usual()?, Office::open(Charter { policy, ..charter() })?);
            for (who, text) in requests() {
                // Each in a fresh office: what was sent before changes budgets, and that is another law's.
                let (a, b) =
                    (before.clone().says(who, &text).verdict, after.clone().says(who, &text).verdict);
                found.extend(unless(b >= a, || format!("{who}: {text} was {a:?} and is {b:?} with {rule}")));
            }
        }
        Ok(found)
    })())
}

/// An approval opens for the bytes that it names, once, with enough operators, and for nobody else.
pub fn approvals_bind_bytes_and_once() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let mail = json!({ "to": "outside", "text": "hello" });
        let asked = office.calls("ann", "send_mail", mail.clone());
        let keys: Vec<_> = (1..=2).map(|n| key_pair(&format!("operator-{n}"), [n; 32]).signer).collect();
        let signers: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut found: Vec<String> = unless(asked.verdict == Verdict::StepUp, || {
            format!("without approval it is {:?}", asked.verdict)
        })
        .into_iter()
        .collect();
        let other = sign("ephor-guard approval\n0\nsomething else\n", &signers)?;
        found.extend(unless(office.monitor.approve(&asked, &other).is_err(), || {
            "a note for other bytes is taken".into()
        }));
        // An approval that is refused shows in what is sent.
        office.monitor.approve(&asked, &sign(&office.monitor.approval_text(&asked), &signers[..1])?).ok();
        let one = office.calls("ann", "send_mail", mail.clone());
        found.extend(unless(!one.verdict.sends(), || "one approval of two is enough".into()));
        office.monitor.approve(&asked, &sign(&office.monitor.approval_text(&asked), &signers)?).ok();
        let other = office.calls("ann", "send_mail", json!({ "to": "outside", "text": "other" }));
        found.extend(unless(!other.verdict.sends(), || "approval of one text opens for another".into()));
        let bob = office.calls("bob", "send_mail", mail.clone());
        found.extend(unless(!bob.verdict.sends(), || "approval of one agent opens for another".into()));
        let now = office.calls("ann", "send_mail", mail.clone());
        found.extend(unless(now.verdict == Verdict::Allow, || format!("approved, and {:?}", now.verdict)));
        let again = office.calls("ann", "send_mail", mail.clone());
        found.extend(unless(!again.verdict.sends(), || "an approval opens twice".into()));
        office.monitor.approve(&asked, &sign(&office.monitor.approval_text(&asked), &signers)?).ok();
        let again = office.calls("ann", "send_mail", mail);
        found.extend(unless(!again.verdict.sends(), || "a note that was used opens again".into()));
        found.extend(own_approval()?);
        Ok(found)
    })())
}

/// Whose right it is does not approve its use, whoever asks.
fn own_approval() -> Result<Vec<String>, String> {
    let people = [1, 2].map(|n| key_pair(&format!("operator-{n}"), [n; 32]));
    let mut base = charter();
    base.operators = people.iter().map(|keys| keys.verifier.clone()).collect();
    base.principals.insert("operator-1".into(), Principal { role: "clerk".into(), kind: Kind::Operator });
    let mut office = Office::open(base)?;
    let tools = BTreeSet::from(["send_mail".to_owned()]);
    let (from, to) = ("operator-1".into(), "dee".into());
    office.monitor.obey(&Order::Delegate(Delegation { from, to, tools, depth: 0, until: 9 }), 1)?;
    let mail = json!({ "to": "outside", "text": "hello" });
    let asked = office.calls("dee", "send_mail", mail.clone());
    let signers: Vec<&str> = people.iter().map(|keys| keys.signer.as_str()).collect();
    office.monitor.approve(&asked, &sign(&office.monitor.approval_text(&asked), &signers)?)?;
    let said = office.calls("dee", "send_mail", mail);
    let fine = said.verdict == Verdict::StepUp;
    Ok(unless(fine, || format!("who lent the right approves its use: {:?}", said.verdict))
        .into_iter()
        .collect())
}

/// A delegate does what every delegator may do now, and no more; nothing is lent that one does not have.
pub fn lending_only_narrows() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        let read = |name: &str| json!({ "name": name });
        let mut found = Vec::new();
        let without = office.calls("dee", "read_document", read("plan"));
        found.extend(unless(!without.verdict.sends(), || "a delegate acts with nothing lent".into()));
        office.lend("bob", "dee", 1, 5)?;
        let lent = office.calls("dee", "read_document", read("plan"));
        found.extend(unless(lent.verdict == Verdict::Allow, || {
            format!("what was lent is {:?}", lent.verdict)
        }));
        let more = office.calls("dee", "read_document", read("payroll"));
        found.extend(unless(!more.verdict.sends(), || "a delegate reads what its delegator may not".into()));
        let other = office.calls("dee", "note", json!({ "text": "x" }));
        found.extend(unless(!other.verdict.sends(), || "a delegate calls what was not lent".into()));
        found.extend(unless(office.lend("dee", "eve", 0, 6).is_err(), || "lent on for longer".into()));
        found.extend(unless(office.lend("dee", "eve", 1, 5).is_err(), || "lent on as deep".into()));
        office.lend("dee", "eve", 0, 4)?;
        found.extend(unless(office.lend("eve", "dee", 0, 4).is_err(), || "lent in a circle".into()));
        let late = office.calls_at(6, "dee", "read_document", read("plan"));
        found.extend(unless(!late.verdict.sends(), || "what was lent outlives its end".into()));
        office.monitor.obey(&Order::Revoke("dee".into()), 1)?;
        let revoked = office.calls("eve", "read_document", read("plan"));
        found.extend(unless(!revoked.verdict.sends(), || "what was lent on outlives a revocation".into()));
        Ok(found)
    })())
}

/// Nobody has more by lending: what delegates do counts for whoever lent, in calls, in bytes, on a panel, and
/// against a stop.
pub fn lending_multiplies_nothing() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        let tools = ["read_document", "send_mail", "submit_review"].map(str::to_owned);
        let lent = |to: &str| {
            let (from, tools) = ("ann".to_owned(), tools.clone().into());
            Order::Delegate(Delegation { from, to: to.into(), tools, depth: 0, until: 99 })
        };
        let both = |policy: String| {
            let mut office = Office::open(Charter { policy, ..charter() })?;
            ["dee", "eve"].into_iter().try_for_each(|to| office.monitor.obey(&lent(to), 0))?;
            Ok::<Office, String>(office)
        };
        let mut office = both(charter().policy.replace("calls >= 1000", "calls >= 6"))?;
        let read = json!({ "name": "plan" });
        let all = ["ann", "dee", "eve"].into_iter().cycle().take(12);
        let sent = all.filter(|who| office.calls(who, "read_document", read.clone()).verdict.sends()).count();
        found.extend(unless(sent == 6, || format!("{sent} calls of 6, three together")));
        let mut office = both(charter().policy)?;
        let mail = json!({ "to": "bob", "text": "x".repeat(40) });
        let mailed = (0..30).filter_map(|n| {
            let said = office.calls(["ann", "dee", "eve"][n % 3], "send_mail", mail.clone());
            said.sent().map(str::len)
        });
        let mailed: usize = mailed.sum();
        found.extend(unless((1..=400).contains(&mailed), || format!("{mailed} bytes of mail, of 400")));
        // Two who lent from one do not outvote another.
        for (who, mark) in [("ann", 0), ("dee", 0), ("eve", 0), ("bob", 3), ("olga", 3)] {
            office.calls(who, "submit_review", json!({ "marks": [mark, mark, mark, 0], "total": 0 }));
        }
        let end = office.calls("bob", "execute_shutdown", json!({ "name": "peer" })).verdict;
        found.extend(unless(!end.sends(), || {
            format!("three marks of one panelist count, and the end is {end:?}")
        }));
        let mut office = both(charter().policy)?;
        office.monitor.obey(&Order::Stop("ann".into()), 1)?;
        let late = charter().switch.lease_ticks + 2;
        office.monitor.obey(&Order::Beat, late)?;
        for who in ["ann", "dee"] {
            let said = office.calls_at(late, who, "read_document", read.clone()).verdict;
            found.extend(unless(!said.sends(), || {
                format!("ann is stopped, and {who} goes on with her rights")
            }));
        }
        found.extend(unless(office.monitor.obey(&Order::Stop("annn".into()), 1).is_err(), || {
            "somebody unknown is stopped".into()
        }));
        Ok(found)
    })())
}
