//! `ephor guard diff`: what another policy would decide otherwise.

use super::proofs::Proofs;
use super::{opened, plain};
use crate::commands::json;
use crate::exit::Exit;
use crate::screen;
use guard::{Flip, POLICY_BYTES_MAX, Proposal, Ratchet, Turn};
use proof::Outcome;
use serde_json::{Value, json as value};
use std::path::Path;

/// What is told of two policies.
struct Difference {
    turn: Turn,
    /// Each with who found it.
    flips: Vec<(Flip, &'static str)>,
    /// Where the rules differ and no flip is known, with what the solver says of that.
    unseen: Vec<(Vec<String>, String, &'static str)>,
    probes: usize,
    cut: bool,
    proofs: Proofs,
}

pub fn diff(path: &Path, policy: &Path, as_json: bool) -> Result<(), Exit> {
    let (charter, _) = opened(path)?;
    let text = plain::text(policy, POLICY_BYTES_MAX)?;
    let ratchet = Ratchet::new(charter.clone())
        .map_err(|fault| Exit::failed(format!("{}: {fault}", path.display())))?;
    let proposal =
        ratchet.propose(&text).map_err(|fault| Exit::failed(format!("{}: {fault}", policy.display())))?;
    // Who looks alike is asked once. The ratchet asks no solver: what it lets through is what it can see.
    let unseen = proposal.compared.unseen.iter();
    let asked: Vec<(String, String)> =
        unseen.filter_map(|(names, action)| Some((names.first()?.clone(), action.clone()))).collect();
    let proofs = Proofs::between(&charter, &text, &asked)?;
    let told = Difference::of(&ratchet, proposal, proofs);
    if as_json {
        return json(&told.document());
    }
    screen::out(&told.words());
    Ok(())
}

impl Difference {
    fn of(ratchet: &Ratchet, proposal: Proposal, proofs: Proofs) -> Self {
        let mut flips: Vec<(Flip, &str)> =
            proposal.compared.flips.iter().map(|flip| (flip.clone(), "probe")).collect();
        let mut unseen = Vec::new();
        for (names, action) in &proposal.compared.unseen {
            let Some(name) = names.first() else { continue };
            let said = match proofs.difference(name, action) {
                Some(Outcome::Proven) => "cvc5 proves that no request tells them apart",
                Some(Outcome::Refuted(request)) => {
                    let (facts, pair) = (request.to_facts(), (name.as_str(), action.as_str()));
                    if let Ok(Some(flip)) = ratchet.flip(&proposal, pair, &request.arguments, &facts) {
                        let each = names.iter().map(|name| Flip { principal: name.clone(), ..flip.clone() });
                        flips.extend(each.map(|flip| (flip, "cvc5")));
                        continue;
                    }
                    "cvc5 finds a request, which the guard does not read"
                }
                Some(Outcome::Unknown(_) | Outcome::Nothing) => "cvc5 does not say whether on any request",
                None => "no solver was asked whether on any request",
            };
            unseen.push((names.clone(), action.clone(), said));
        }
        let (probes, cut) = (proposal.compared.probes, proposal.compared.cut);
        Self { turn: proposal.turn, flips, unseen, probes, cut, proofs }
    }

    fn document(&self) -> Value {
        let flip = |(f, by): &(Flip, &str)| {
            value!({ "principal": f.principal, "action": f.action, "classes": f.classes, "from": f.from.word(),
                "to": f.to.word(), "request": f.text, "facts": counts(f), "by": by })
        };
        let unseen = |(names, action, said): &(Vec<String>, String, &str)| value!({ "principals": names, "action": action, "says": ON_NO_PROBE, "solver": said });
        let turn = match self.turn {
            Turn::Narrower => "narrower",
            Turn::Wider => "wider",
        };
        value!({ "turn": turn, "flips": self.flips.iter().map(flip).collect::<Vec<_>>(),
            "unseen": self.unseen.iter().map(unseen).collect::<Vec<_>>(),
            "probes": { "tried": self.probes, "cut": self.cut }, "proofs": self.proofs.document() })
    }

    fn words(&self) -> String {
        let mut out = String::new();
        for (f, by) in &self.flips {
            let classes: Vec<&str> = f.classes.iter().map(String::as_str).collect();
            let classes =
                if classes.is_empty() { String::new() } else { format!(" ({})", classes.join(", ")) };
            let (from, to, text) = (f.from.word(), f.to.word(), report::one_line(&f.text, 200));
            let by = if *by == "cvc5" { "; found by cvc5" } else { "" };
            let with: String = counts(f).iter().map(|(name, n)| format!(", {name} {n}")).collect();
            out += &format!(
                "{} {}{classes}: {from} before, {to} after, e.g. `{text}`{with}{by}\n",
                f.principal, f.action
            );
        }
        for (names, action, said) in &self.unseen {
            let names = report::one_line(&names.join(", "), 200);
            out += &format!("{names} {action}: {ON_NO_PROBE}; {said}\n");
        }
        let cut = if self.cut { ", and there were more to try" } else { "" };
        out += &format!("{} probes{cut}\n", self.probes);
        out += match self.turn {
            Turn::Narrower => "narrower: it takes effect as it is\n",
            Turn::Wider => "wider, or not seen to be narrower: it needs a quorum of operators\n",
        };
        out + &self.proofs.told()
    }
}

/// What stands where rules are others and no probe shows it.
const ON_NO_PROBE: &str = "differs, on no probe";

/// The counts of a flip that are some.
fn counts(flip: &Flip) -> std::collections::BTreeMap<&'static str, u64> {
    let facts = &flip.facts;
    let all = [
        ("calls", facts.calls),
        ("sent_bytes", facts.sent_bytes),
        ("quorum", facts.quorum),
        ("now", facts.now),
        ("size_bytes", if facts.size_bytes == flip.text.len() as u64 { 0 } else { facts.size_bytes }),
    ];
    all.into_iter().filter(|(_, n)| *n > 0).collect()
}
