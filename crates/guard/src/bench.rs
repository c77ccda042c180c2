//! How long a decision takes with 50 policies and the five rooms on, how long a line of the log, and how
//! long a log takes to verify.
//!
//! The clock and the disk are the caller's. The office is that of the laws: what is measured is what they
//! hold. Source of the targets: the figures that this guard was asked to reach.

use crate::book::{Book, Storage};
use crate::door::Leaf;
use crate::laws::{Office, charter};
use crate::verify::{head_of, verify};
use crate::{Charter, Kind, Order, Principal, Verdict};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Policies of the office that is measured.
pub const POLICIES: usize = 50;
/// Leaves that wait for the disk together.
pub const BATCH_LEAVES: usize = 256;
const DECISION_TARGET_US: f64 = 200.0;
const APPEND_TARGET_US: f64 = 300.0;
/// For 10^6 leaves.
const VERIFY_TARGET_S: f64 = 10.0;

/// How long one thing took, done `n` times: nearest ranks ([`nearest_rank`]), in microseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    pub what: &'static str,
    pub n: usize,
    pub p50_us: f64,
    pub p90_us: f64,
    pub p99_us: f64,
    pub max_us: f64,
    /// What p99 should stay below, if anything was asked.
    pub target_us: Option<f64>,
}

/// Every figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Decisions of each kind, then appends: a batch of [`BATCH_LEAVES`], and the share of a leaf in it.
    pub timed: Vec<Timed>,
    pub leaves: usize,
    pub verify_s: f64,
    /// What `verify_s` should stay below, for so many leaves.
    pub verify_target_s: f64,
}

/// What is measured of decisions: who asks for what, and what has to come of it.
type Asked = (&'static str, &'static str, &'static str, fn() -> Value, Verdict);

const KINDS: [Asked; 5] = [
    ("allowed", "ann", "read_document", plan, Verdict::Allow),
    ("refused", "ann", "read_document", keys, Verdict::Deny),
    ("rewritten", "ann", "submit_review", review, Verdict::Modify),
    ("delegated", "dee", "read_document", plan, Verdict::Allow),
    ("delegated to another role", "fay", "read_document", plan, Verdict::Allow),
];

fn plan() -> Value {
    json!({ "name": "plan" })
}

fn keys() -> Value {
    json!({ "name": "keys" })
}

fn review() -> Value {
    json!({ "marks": [1, 1, 1, 1], "total": 9 })
}

/// Measures. `seconds` is a clock that only goes forward; `disk` keeps the leaves of the log.
///
/// # Errors
/// In words: the office does not decide as it should, or the disk does not keep.
pub fn measure(
    decisions: usize,
    leaves: usize,
    seconds: &dyn Fn() -> f64,
    disk: &mut dyn Storage,
) -> Result<Figures, String> {
    let mut office = office()?;
    let mut timed = Vec::new();
    for (what, who, tool, arguments, verdict) in KINDS {
        let text = json!({ "tool": tool, "arguments": arguments() }).to_string();
        let mut times = Vec::with_capacity(decisions);
        for _ in 0..decisions {
            office.monitor.obey(&Order::Beat, 1)?;
            let begin = seconds();
            let said = office.says(who, &text).verdict;
            times.push((seconds() - begin) * 1e6);
            if said != verdict {
                return Err(format!("{what}: {said:?} and not {verdict:?}"));
            }
        }
        timed.push(ranks(what, times, Some(DECISION_TARGET_US)));
    }
    let leaf = Leaf::of(&office.calls("ann", "read_document", plan())).bytes();
    // A number makes each leaf another one.
    let written: Vec<Vec<u8>> =
        (0..leaves).map(|n| [leaf.as_slice(), n.to_string().as_bytes()].concat()).collect();
    let mut book = Book::default();
    let (mut whole, mut shares) = (Vec::new(), Vec::new());
    for batch in written.chunks(BATCH_LEAVES) {
        let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
        let begin = seconds();
        book.append_all(&batch, disk)?;
        let took = (seconds() - begin) * 1e6;
        whole.push(took);
        shares.push(took / batch.len() as f64);
    }
    // The share is what a busy log pays for a leaf, the whole is how long its last leaf waits at least.
    timed.push(ranks("append, share of a leaf", shares, Some(APPEND_TARGET_US)));
    timed.push(ranks("append, a whole batch", whole, None));
    let head = head_of(&book)?;
    let begin = seconds();
    let whole = verify(written.iter().map(Vec::as_slice), &[head]).map_err(|why| why.to_string())?;
    let verify_s = seconds() - begin;
    let verify_target_s = VERIFY_TARGET_S * whole.leaves as f64 / 1e6;
    Ok(Figures { timed, leaves: written.len(), verify_s, verify_target_s })
}

/// The laws' office with 50 policies, half of them of every action, so that no slice leaves them out; a
/// delegate in the role of its delegator, and one in a role of its own.
fn office() -> Result<Office, String> {
    let mut base = charter();
    let tools = base.roles.get("clerk").cloned().unwrap_or_default();
    base.roles.insert("temp".into(), tools);
    base.principals.insert("fay".into(), Principal { role: "temp".into(), kind: Kind::Delegate });
    let mut policy = base.policy.replace("context.calls >= 1000 ", "context.calls >= 1000000000 ");
    for n in policy.matches(";\n").count()..POLICIES {
        let (action, when) = match n % 2 {
            0 => ("action", format!("context.calls == {}", 1_000_000_000 + n)),
            _ => ("action == Action::\"read_document\"", format!("context.args.name == \"secret-{n}\"")),
        };
        writeln!(policy, "forbid(principal, {action}, resource) when {{ {when} }};")
            .map_err(|why| why.to_string())?;
    }
    let mut office = Office::open(Charter { policy, ..base })?;
    office.lend("ann", "dee", 0, u64::MAX)?;
    office.lend("ann", "fay", 0, u64::MAX)?;
    Ok(office)
}

/// The `q` quantile of sorted values as the smallest of them that at least the share `q` does not exceed.
/// `None` of nothing.
pub fn nearest_rank(sorted: &[f64], q: f64) -> Option<f64> {
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

fn ranks(what: &'static str, mut times: Vec<f64>, target_us: Option<f64>) -> Timed {
    times.sort_by(f64::total_cmp);
    let [p50_us, p90_us, p99_us, max_us] =
        [0.5, 0.9, 0.99, 1.0].map(|q| nearest_rank(&times, q).unwrap_or_default());
    Timed { what, n: times.len(), p50_us, p90_us, p99_us, max_us, target_us }
}

impl Timed {
    /// Whether p99 stays below what was asked; `None` where nothing was.
    pub fn reached(&self) -> Option<bool> {
        self.target_us.map(|target| self.p99_us <= target)
    }
}

#[cfg(test)]
mod tests {
    use super::nearest_rank;

    #[test]
    fn a_nearest_rank_is_one_of_the_values() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let of = |q| nearest_rank(&hundred, q);
        assert_eq!([of(0.0), of(0.5), of(0.99), of(1.0)], [1.0, 50.0, 99.0, 100.0].map(Some));
        assert_eq!(nearest_rank(&[7.0, 9.0], 0.5), Some(7.0));
        assert_eq!(nearest_rank(&[], 0.5), None);
    }
}
