//! How long a decision takes with 50 policies and the five rooms on, and how long the book takes: p50,
//! p90, p99 and the slowest in microseconds, as one JSON object. Run it in release, alone on its machine:
//! where others compute as well, p99 is the scheduler's.

use guard::book::{Book, Storage};
use guard::door::{Leaf, Repeat};
use guard::laws::{Office, charter};
use guard::verify::{Head, head_of, verify};
use guard::{Charter, Order};
use serde_json::json;
use std::fmt::Write as _;
use std::time::Instant;

const DECISIONS: usize = 50_000;
const LEAVES: usize = 1_000_000;

#[allow(clippy::print_stdout, reason = "its output is what it is for")]
fn main() -> Result<(), String> {
    let mut policy = charter().policy;
    let own = policy.matches(";\n").count();
    for n in own..50 {
        // Half of them are of every action, so that no slice leaves them out.
        let (action, when) = match n % 2 {
            0 => ("action", format!("context.calls == {}", 1_000_000_000 + n)),
            _ => ("action == Action::\"read_document\"", format!("context.args.name == \"secret-{n}\"")),
        };
        writeln!(policy, "forbid(principal in Role::\"clerk\", {action}, resource) when {{ {when} }};")
            .map_err(|why| why.to_string())?;
    }
    let policy = policy.replace("context.calls >= 1000 ", "context.calls >= 1000000000 ");
    let mut office = Office::open(Charter { policy, ..charter() })?;
    office.lend("ann", "dee", 0, u64::MAX)?;
    let plan = json!({ "name": "plan" });
    let own = timed(DECISIONS, |_| decide(&mut office, "ann", &plan));
    let lent = timed(DECISIONS, |_| decide(&mut office, "dee", &plan));
    let refused = timed(DECISIONS, |_| decide(&mut office, "ann", &json!({ "name": "keys" })));
    let rewritten = timed(DECISIONS, |_| {
        office.calls("ann", "submit_review", json!({ "marks": [1, 1, 1, 1], "total": 9 }));
    });
    let leaf = Leaf::of(&office.calls("ann", "read_document", plan.clone()), Repeat::Never).bytes();
    let (mut book, mut disk) = (Book::default(), Counted(0));
    let mut written = Vec::with_capacity(LEAVES);
    let append = timed(LEAVES, |n| {
        let mut leaf = leaf.clone();
        leaf.extend(n.to_string().bytes());
        drop(book.append(&leaf, &mut disk));
        written.push(leaf);
    });
    let heads: Vec<Head> = vec![head_of(&book)?];
    let begin = Instant::now();
    let whole = verify(written.iter().map(Vec::as_slice), &heads).map_err(|why| why.to_string())?;
    let verify_s = begin.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({
            "decisions": DECISIONS, "policies": 50, "own_us": own, "lent_us": lent, "refused_us": refused,
            "rewritten_us": rewritten, "append_us": append, "leaves": whole.leaves, "verify_s": verify_s,
        })
    );
    Ok(())
}

fn decide(office: &mut Office, who: &str, arguments: &serde_json::Value) {
    drop(office.monitor.obey(&Order::Beat, 1));
    office.calls(who, "read_document", arguments.clone());
}

/// p50, p90, p99 and the slowest of a thing done many times.
fn timed(times: usize, mut run: impl FnMut(usize)) -> [f64; 4] {
    let mut all: Vec<f64> = (0..times)
        .map(|n| {
            let begin = Instant::now();
            run(n);
            begin.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    all.sort_by(f64::total_cmp);
    let at =
        |share: f64| all.get((times as f64 * share) as usize).or(all.last()).copied().unwrap_or_default();
    [at(0.5), at(0.9), at(0.99), at(1.0)]
}

/// A storage that costs nothing: what is measured is the tree.
struct Counted(usize);

impl Storage for Counted {
    fn keep(&mut self, _: &[u8]) -> Result<(), String> {
        self.0 += 1;
        Ok(())
    }
}
