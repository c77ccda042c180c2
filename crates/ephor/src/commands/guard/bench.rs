//! `ephor guard bench`: how long a decision takes here.

use crate::args::Bench;
use crate::commands::json;
use crate::exit::Exit;
use crate::screen;
use guard::bench::{BATCH_LEAVES, Figures, POLICIES, Timed, measure};
use guard::book::{Storage, push_entry};
use serde_json::json as value;
use std::fs::File;
use std::io::Write;
use std::time::Instant;

/// A file that is gone when the command ends: what it keeps would survive a crash.
struct Disk(File);

impl Storage for Disk {
    fn keep(&mut self, leaves: &[&[u8]]) -> Result<(), String> {
        let mut bytes = Vec::new();
        leaves.iter().try_for_each(|leaf| push_entry(&mut bytes, leaf))?;
        let written = self.0.write_all(&bytes).and_then(|()| self.0.sync_data());
        written.map_err(|why| format!("the log's file: {why}"))
    }
}

pub fn bench(args: &Bench) -> Result<(), Exit> {
    let broken = |why: std::io::Error| {
        let folder = std::env::temp_dir();
        Exit::broken(format!("{}: {why}\nhint: TMPDIR names another folder", folder.display()))
    };
    let mut disk = Disk(tempfile::tempfile().map_err(broken)?);
    let begin = Instant::now();
    let clock = || begin.elapsed().as_secs_f64();
    let machine = machine();
    let figures =
        measure(args.decisions as usize, args.leaves as usize, &clock, &mut disk).map_err(Exit::broken)?;
    match args.json {
        true => json(&document(&figures, &machine)),
        false => {
            screen::out(&told(&figures, &machine));
            Ok(())
        }
    }
}

/// What was measured on: without it a figure says nothing.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, name)| name);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    format!("{cores} cores of {}, load average {load} at the start", report::one_line(model, 200))
}

fn document(figures: &Figures, machine: &str) -> serde_json::Value {
    let row = |t: &Timed| {
        value!({ "what": t.what, "n": t.n, "p50_us": t.p50_us, "p90_us": t.p90_us, "p99_us": t.p99_us,
            "max_us": t.max_us, "target_p99_us": t.target_us, "reached": t.reached() })
    };
    value!({
        "machine": machine, "policies": POLICIES, "rooms": guard::rooms::names().collect::<Vec<_>>(),
        "batch_leaves": BATCH_LEAVES, "timed": figures.timed.iter().map(row).collect::<Vec<_>>(),
        "verify": { "leaves": figures.leaves, "s": figures.verify_s, "target_s": figures.verify_target_s,
            "reached": figures.verify_s <= figures.verify_target_s },
    })
}

fn told(figures: &Figures, machine: &str) -> String {
    let mut text = format!(
        "{machine}\n{POLICIES} policies, {} rooms; batches of {BATCH_LEAVES} leaves, one fsync each\n\n",
        guard::rooms::names().count()
    );
    text += &format!("{:28}{:>10}{:>10}{:>10}{:>10}{:>12}\n", "ms", "n", "p50", "p99", "target", "slowest");
    for t in &figures.timed {
        let ms = |us: f64| format!("{:.4}", us / 1e3);
        let (p50, p99, most) = (ms(t.p50_us), ms(t.p99_us), ms(t.max_us));
        let target = t.target_us.map_or_else(|| "-".into(), |us| format!("{:.1}", us / 1e3));
        let missed = if t.reached() == Some(false) { "  missed" } else { "" };
        text += &format!("{:28}{:>10}{p50:>10}{p99:>10}{target:>10}{most:>12}{missed}\n", t.what, t.n);
    }
    let missed = if figures.verify_s <= figures.verify_target_s { "" } else { "  missed" };
    text += &format!(
        "\nverify {} leaves: {:.2} s of {:.2} s{missed}\nWhere others compute as well, p99 is the scheduler's.\n",
        figures.leaves, figures.verify_s, figures.verify_target_s
    );
    text
}
