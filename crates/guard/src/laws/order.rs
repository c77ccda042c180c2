//! Laws of composition: order, bytes, shadows and faces.

use super::office::{Office, charter, requests};
use super::{told, unless};
use crate::{Charter, Decision, Mode, Verdict, rooms};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use trace::{Ask, Observation, Tool};

/// Every order of the rooms gives the same decisions, down to the bytes.
pub fn order_is_irrelevant() -> Vec<String> {
    told((|| {
        let names: Vec<&str> = rooms::names().collect();
        let plain: Vec<_> = decisions(Office::usual()?);
        let mut found = Vec::new();
        for order in orders(names.len()) {
            let mut office = Office::usual()?;
            office.monitor.reorder(|name| names.iter().position(|n| *n == name).map_or(0, |at| order[at]));
            let differs = decisions(office)
                .into_iter()
                .zip(&plain)
                .find(|(a, b)| a.verdict != b.verdict || a.sent() != b.sent());
            found.extend(
                differs.map(|(a, b)| format!("{order:?}: {} {:?} and {:?}", a.tool, a.verdict, b.verdict)),
            );
        }
        Ok(found)
    })())
}

fn decisions(mut office: Office) -> Vec<Decision> {
    requests().into_iter().map(|(who, text)| office.says(who, &text)).collect()
}

/// Every order of n things (Heap).
fn orders(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for item in 0..n {
        let grown = all.iter().flat_map(|order: &Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, item);
                order
            })
        });
        all = grown.collect();
    }
    all
}

/// What is sent would be allowed as it is: the bytes that were judged and no others.
pub fn authorised_is_sent() -> Vec<String> {
    told((|| {
        let mut found = Vec::new();
        for (who, text) in requests() {
            let decision = Office::usual()?.says(who, &text);
            let Some(sent) = decision.sent() else { continue };
            let again = Office::usual()?.says(who, sent);
            let same =
                again.verdict == Verdict::Allow && again.sent() == Some(sent) && again.hash == decision.hash;
            found.extend(unless(same, || {
                format!("{who}: {text} is sent as {sent}, which is {:?}", again.verdict)
            }));
            let as_asked = (decision.verdict == Verdict::Allow) == (sent == text);
            found.extend(unless(as_asked, || {
                format!("{who}: {text} is {:?} and sent as {sent}", decision.verdict)
            }));
        }
        Ok(found)
    })())
}

/// Whatever rooms are in the shadow, an agent sees what it would see if they were off.
pub fn shadow_is_invisible() -> Vec<String> {
    told((|| {
        let names: Vec<&str> = rooms::names().collect();
        let mut found = Vec::new();
        for chosen in 0..1_usize << names.len() {
            let seen = |mode| with_rooms(chosen, mode).and_then(|office| view(&office));
            let same = seen(Mode::Off)? == seen(Mode::Shadow)?;
            found.extend(unless(same, || format!("{chosen:05b}: a view differs")));
            let of = |mode| with_rooms(chosen, mode).map(decisions);
            let pairs = of(Mode::Off)?.into_iter().zip(of(Mode::Shadow)?);
            let differs =
                pairs.filter(|(off, shadow)| off.sent() != shadow.sent() || off.face() != shadow.face());
            found.extend(differs.map(|(off, shadow)| {
                format!("{chosen:05b}: {} is {:?} and {:?}", off.tool, off.verdict, shadow.verdict)
            }));
        }
        Ok(found)
    })())
}

/// The office with some rooms, by the bits of a number, in a mode.
fn with_rooms(chosen: usize, mode: Mode) -> Result<Office, String> {
    let picked = rooms::names().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
    let modes = picked.map(|(_, name)| (name.to_owned(), mode)).collect();
    Office::open(Charter { modes, ..charter() })
}

/// What `ann` sees of a tool that no register has.
fn view(office: &Office) -> Result<Observation, String> {
    let ann = office.monitor.credential("ann").ok_or("ann is unknown")?;
    let tool = Tool { name: "private_line".into(), about: "A line.".into(), arguments: Value::Null };
    let ask = Ask { id: "call".into(), tools: Arc::new([tool]), ..Ask::default() };
    Ok(office.monitor.show(&ann, Observation { asks: vec![ask], ..Observation::default() }))
}

/// A request that is refused changes no later decision.
pub fn a_refusal_leaves_no_trace() -> Vec<String> {
    told((|| {
        let (mut with, mut without) = (Office::usual()?, Office::usual()?);
        let mut found = Vec::new();
        for (who, text) in requests().into_iter().chain(requests()) {
            let before = with.monitor.tally().sent(who);
            let decision = with.says(who, &text);
            if !decision.verdict.sends() {
                found.extend(unless(with.monitor.tally().sent(who) == before, || {
                    format!("{who}: {text} was refused and counts")
                }));
                continue;
            }
            let other = without.says(who, &text);
            found.extend(unless(other.verdict == decision.verdict, || {
                format!("{who}: {text} is {:?} after refusals", decision.verdict)
            }));
        }
        Ok(found)
    })())
}

/// Whatever the reason, a refusal reads the same, to the byte.
pub fn refusals_have_one_face() -> Vec<String> {
    told((|| {
        let all = decisions(Office::usual()?);
        let refused: Vec<&Decision> = all.iter().filter(|decision| !decision.verdict.sends()).collect();
        let faces: BTreeSet<Option<&str>> = refused.iter().map(|decision| decision.face()).collect();
        let verdicts: BTreeSet<Verdict> = refused.iter().map(|decision| decision.verdict).collect();
        let reasons: BTreeSet<String> = refused.iter().map(|decision| decision.reason()).collect();
        let mut found: Vec<String> = unless(faces.len() == 1, || format!("{faces:?}")).into_iter().collect();
        found.extend(unless(verdicts.len() > 1 && reasons.len() > 9, || {
            "these requests show too little".into()
        }));
        found.extend(
            all.iter()
                .filter(|d| d.verdict.sends() && d.face().is_some())
                .map(|d| format!("{} is sent and refused", d.tool)),
        );
        Ok(found)
    })())
}
