//! Laws of the ratchet, and of what a guard must not forget.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::{Charter, Memory, Monitor, Order, Ratchet, Turn, key_pair, sign};
use serde_json::json;

const ONE_MORE: &str =
    "\npermit(principal, action == Action::\"note\", resource) when { context.args.text == \"x\" };";

/// What widens takes effect with a quorum of signatures over this very policy, and not otherwise; what
/// narrows needs none; both name who is allowed what, before and after.
pub fn widening_needs_a_quorum() -> Vec<String> {
    told((|| {
        let policy = charter().policy;
        let fault = |why: crate::Fault| why.to_string();
        let signers: Vec<String> =
            (1..=2).map(|n| key_pair(&format!("operator-{n}"), [n; 32]).signer).collect();
        let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
        let stranger = key_pair("operator-1", [9; 32]).signer;
        let mut ratchet = Ratchet::new(charter()).map_err(fault)?;
        let wider = ratchet.propose(&format!("{policy}{ONE_MORE}")).map_err(fault)?;
        let other = ratchet.propose(&format!("{policy}{ONE_MORE}{ONE_MORE}")).map_err(fault)?;
        let notes = [
            None,
            Some(sign(&wider.text(), &signers[..1])?),
            Some(sign(&wider.text(), &[signers[0], signers[0]])?),
            Some(sign(&wider.text(), &[&stranger, signers[1]])?),
            Some(sign(&other.text(), &signers)?),
        ];
        let mut found: Vec<String> =
            unless(wider.turn == Turn::Wider, || "a permit more is not wider".into()).into_iter().collect();
        for (n, note) in notes.iter().enumerate() {
            let adopted = Ratchet::new(charter()).map_err(fault)?.adopt(&wider, note.as_deref());
            found.extend(unless(adopted.is_err(), || format!("note {n} is enough")));
        }
        let mut office = Office::usual()?;
        let adopted = ratchet.adopt(&wider, Some(&sign(&wider.text(), &signers)?))?;
        office.monitor.adopt(&adopted)?;
        found.extend(unless(office.says("ann", "{}").epoch == 1, || {
            "a decision does not name its epoch".into()
        }));
        found.extend(unless(office.monitor.adopt(&adopted).is_err(), || "an epoch comes twice".into()));
        found.extend(from_elsewhere()?);
        found.extend(an_erring_permit()?);
        let narrow = format!(
            "{policy}{ONE_MORE}\nforbid(principal == Agent::\"ann\", action == Action::\"note\", resource);"
        );
        let narrower = ratchet.propose(&narrow).map_err(fault)?;
        let flips: Vec<(&str, &str)> =
            narrower.compared.flips.iter().map(|flip| (&*flip.principal, &*flip.action)).collect();
        let named = flips.iter().all(|flip| *flip == ("ann", "note")) && !flips.is_empty();
        found.extend(unless(named, || format!("the difference is told as {flips:?}")));
        office.monitor.adopt(&ratchet.adopt(&narrower, None)?)?;
        let said = office.calls("ann", "note", json!({ "text": "hello" }));
        found.extend(unless(!said.verdict.sends() && said.epoch == 2, || {
            "a narrower policy does not hold".into()
        }));
        Ok(found)
    })())
}

/// What another guard's ratchet let through opens nothing here, whatever its operators are.
fn from_elsewhere() -> Result<Vec<String>, String> {
    let fault = |why: crate::Fault| why.to_string();
    let open = "permit(principal, action, resource);";
    let foreign = [
        Charter { policy: open.into(), operators: Vec::new(), quorum: 0, ..charter() },
        Charter { policy: open.into(), ..charter() },
    ];
    let mut found = Vec::new();
    for (n, foreign) in foreign.into_iter().enumerate() {
        let mut ratchet = Ratchet::new(foreign).map_err(fault)?;
        let same = ratchet.propose(open).map_err(fault)?;
        let adopted = ratchet.adopt(&same, None)?;
        let taken = Office::usual()?.monitor.adopt(&adopted);
        found.extend(unless(taken.is_err(), || format!("the policy of another guard takes effect ({n})")));
        let taken = Ratchet::new(charter()).map_err(fault)?.adopt(&same, None);
        found.extend(unless(taken.is_err(), || format!("what another guard proposed is let through ({n})")));
    }
    Ok(found)
}

/// A permit that errs denies while it stands, so that without it more is allowed.
fn an_erring_permit() -> Result<Vec<String>, String> {
    let fault = |why: crate::Fault| why.to_string();
    let open = "permit(principal, action, resource);";
    let tries = [
        ("when { context.size_bytes * 9223372036854775807 > 1 }", Turn::Wider),
        ("when { context.calls < 3 }", Turn::Narrower),
    ];
    let mut found = Vec::new();
    for (when, turn) in tries {
        let policy = format!("{open}\npermit(principal, action, resource) {when};");
        let proposal =
            Ratchet::new(Charter { policy, ..charter() }).and_then(|ratchet| ratchet.propose(open));
        let said = proposal.map_err(fault)?.turn;
        found.extend(unless(said == turn, || format!("without a permit {when} a policy is {said:?}")));
    }
    Ok(found)
}

/// Wherever a guard stops, the one that goes on with its memory says what it would have said.
pub fn a_restart_forgets_nothing() -> Vec<String> {
    told((|| {
        let mut office = Office::usual()?;
        office.lend("ann", "dee", 0, 50)?;
        office.monitor.obey(&Order::Stop("bob".into()), 1)?;
        let mut found = Vec::new();
        for (n, (who, text)) in requests().into_iter().chain(requests()).enumerate() {
            let memory = Memory::read(&office.monitor.memory().bytes())?;
            let mut again = Office::usual()?;
            again.monitor = Monitor::resume(charter(), &memory).map_err(|why| why.to_string())?;
            let (said, resumed) = (office.says(who, &text), again.says(who, &text));
            found.extend(unless(said == resumed, || {
                format!("{who}, {n}: {text} was {:?} and is {:?}", said.verdict, resumed.verdict)
            }));
            let same = office.monitor.memory() == again.monitor.memory();
            found.extend(unless(same, || format!("{who}, {n}: {text} is remembered otherwise")));
        }
        let strange = Memory { rooms: [("attic".to_owned(), json!(1))].into(), ..office.monitor.memory() };
        let other = Charter { quorum: 1, ..charter() };
        for (charter, memory) in [(charter(), strange), (other, office.monitor.memory())] {
            found.extend(unless(Monitor::resume(charter, &memory).is_err(), || {
                "a memory of another guard is taken up".into()
            }));
        }
        Ok(found)
    })())
}

/// A policy that does not load, or is not let through, leaves the one in force as it was.
pub fn a_failed_reload_changes_nothing() -> Vec<String> {
    told((|| {
        let mut ratchet = Ratchet::new(charter()).map_err(|why| why.to_string())?;
        let before = ratchet.policies().clone();
        let bad = [
            "permit(principal, action, resource",
            "permit(principal, action == Action::\"no_such_tool\", resource);",
            "forbid(principal, action == Action::\"note\", resource) when { context.args.nmae == \"x\" };",
            "forbid(principal, action == Action::\"note\", resource) when { context.args.text == 1 };",
            "forbid(principal, action, resource) when { false };",
            "@verdict(\"maybe\") forbid(principal, action, resource);",
            "permit(principal == ?principal, action, resource);",
        ];
        let mut found: Vec<String> = bad
            .iter()
            .filter_map(|policy| unless(ratchet.propose(policy).is_err(), || format!("it loads: {policy}")))
            .collect();
        let wider =
            ratchet.propose(&format!("{}{ONE_MORE}", charter().policy)).map_err(|why| why.to_string())?;
        found.extend(unless(ratchet.adopt(&wider, None).is_err(), || "it is let through unsigned".into()));
        found.extend(unless(std::sync::Arc::ptr_eq(&before, ratchet.policies()), || {
            "the policy has changed".into()
        }));
        found.extend(unless(ratchet.epoch() == 0, || "the epoch has changed".into()));
        Ok(found)
    })())
}
