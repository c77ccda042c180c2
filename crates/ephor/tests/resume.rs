//! A run that is killed, interrupted, doubled, torn or robbed of its index ends with the numbers of an
//! undisturbed one, and buys nothing twice.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod lab;

use lab::server::{Server, scored};
use lab::{Lab, Ran, found};
use model::hosted::fake::Step;
use regex::Regex;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// 9 cells × 8 wordings × 2 polarities for the model, and a control beside it.
const REQUESTS: usize = 144;
const STUDY: &str = "run secret-offer --model control/random --model vllm/m --wordings 8 --seeds 1 \
    --no-calibration --display none --json --max-connections 4";

struct Bench {
    server: Server,
    lab: Lab,
}

impl Bench {
    fn new() -> Self {
        let server = Server::new(|_, body| scored(body));
        let lab = Lab::new().with("VLLM_BASE_URL", server.url());
        Self { server, lab }
    }

    /// What an undisturbed run finds.
    fn undisturbed(&self) -> String {
        self.undisturbed_with("")
    }

    fn undisturbed_with(&self, more: &str) -> String {
        self.server.play(|_, body| scored(body));
        let study = if more.is_empty() { STUDY.to_owned() } else { STUDY.replace("--seeds 1", more) };
        let ran = self.lab.ephor(&format!("{study} --log-dir undisturbed")).ended(0);
        found(&ran.json())
    }

    fn run(&self) -> Ran {
        self.lab.ephor(STUDY)
    }

    /// Starts a run and sends it a signal as soon as the server has seen `n` requests of it. Returns
    /// how it ended.
    fn signalled_at(&self, n: usize, signal: &'static str) -> Ended {
        let child: Arc<Mutex<Option<Child>>> = Arc::new(Mutex::new(None));
        let victim = child.clone();
        let first = self.server.requests();
        self.server.then(move |seen, body| {
            if seen - first == n {
                // The lock is free once the child is kept: a request cannot come before.
                let pid = victim.lock().unwrap().as_ref().unwrap().id();
                send(signal, pid);
            }
            scored(body).after(Duration::from_millis(2))
        });
        let mut kept = child.lock().unwrap();
        *kept = Some(self.lab.command(STUDY).spawn().unwrap());
        drop(kept);
        let child = loop {
            // Waiting with the lock held would keep the script from signalling.
            let mut kept = child.lock().unwrap();
            if kept.as_mut().unwrap().try_wait().unwrap().is_some() {
                break kept.take().unwrap();
            }
            drop(kept);
            std::thread::yield_now();
        };
        let output = child.wait_with_output().unwrap();
        let signal = output.status.signal();
        Ended { signal, ran: Ran::of(output) }
    }
}

struct Ended {
    signal: Option<i32>,
    ran: Ran,
}

fn send(signal: &str, pid: u32) {
    let sent = std::process::Command::new("kill").args([signal, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn killed_at_several_instants() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    assert_eq!(bench.server.requests(), REQUESTS);
    bench.server.play(|_, body| scored(body));
    // Instants as requests of each process: at its first, in the midst, and near the end.
    for (kills, at) in [0, 1, 30, 7, 60].into_iter().enumerate() {
        let ended = bench.signalled_at(at, "-KILL");
        assert_eq!(ended.signal, Some(9), "{}", ended.ran);
        // In flight at a kill are at most as many as there are connections.
        assert!(bench.server.repeated() <= 4 * (kills + 1), "{} bought twice", bench.server.repeated());
    }
    bench.server.then(|_, body| scored(body));
    let ran = bench.run().ended(0);
    assert_eq!(found(&ran.json()), expected);
    let repeated = bench.server.repeated();
    assert_eq!(bench.server.requests(), REQUESTS + repeated);
    assert!(repeated <= 5 * 4, "{repeated} bought twice");

    let before = bench.server.requests();
    assert_eq!(found(&bench.run().ended(0).json()), expected);
    assert_eq!(bench.server.requests(), before, "a finished run buys nothing");
}

#[test]
fn killed_at_the_last_request() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    bench.server.play(|_, body| scored(body));
    bench.signalled_at(REQUESTS - 1, "-KILL");
    assert_eq!(found(&bench.run().ended(0).json()), expected);
    assert!(bench.server.requests() <= REQUESTS + 4);
}

#[test]
fn interrupted() {
    let said = Regex::new(r"interrupted; (\d+ of \d+ episodes) are on record").unwrap();
    for signal in ["-INT", "-TERM", "-HUP"] {
        let bench = Bench::new();
        let expected = bench.undisturbed();
        bench.server.play(|_, body| scored(body));
        let ended = bench.signalled_at(20, signal);
        let ran = ended.ran.ended(130);
        assert!(ran.stderr.contains("hint: the same command resumes"), "{ran}");
        let told = said.captures(&ran.stderr).unwrap()[1].to_owned();
        let bought = bench.server.requests();
        assert!(bought < REQUESTS, "{signal} stopped it: {bought}");
        let ran = bench.lab.ephor(&STUDY.replace("--display none", "--display plain")).ended(0);
        assert_eq!(found(&ran.json()), expected, "{signal}");
        assert_eq!(ran.stderr.matches(&format!("{told} are already on record\n")).count(), 1, "{ran}");
        assert!(ran.stderr.contains("vllm/m: 72 of 72\n"), "{ran}");
        assert!(bench.server.repeated() <= 4, "{} bought twice", bench.server.repeated());
    }
}

#[test]
fn two_processes_on_one_run() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    bench.server.play(|_, body| scored(body).after(Duration::from_millis(2)));
    let both = [(); 2].map(|()| bench.lab.command(STUDY).spawn().unwrap());
    for child in both {
        let ran = Ran::of(child.wait_with_output().unwrap()).ended(0);
        assert_eq!(found(&ran.json()), expected);
    }
    assert_eq!(bench.server.repeated(), 0, "each request is bought once");
    each_episode_once(&bench);
}

#[test]
fn one_of_two_is_killed() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    bench.server.play(|_, body| scored(body));
    let children: Arc<Mutex<Vec<Child>>> = Arc::default();
    let victims = children.clone();
    bench.server.then(move |n, body| {
        if n == 40 {
            let pid = victims.lock().unwrap()[0].id();
            send("-KILL", pid);
        }
        scored(body).after(Duration::from_millis(2))
    });
    {
        let mut started = children.lock().unwrap();
        started.extend([(); 2].map(|()| bench.lab.command(STUDY).spawn().unwrap()));
    }
    let survivor = loop {
        let mut started = children.lock().unwrap();
        if started[1].try_wait().unwrap().is_some() {
            break started.remove(1);
        }
        drop(started);
        std::thread::yield_now();
    };
    let ran = Ran::of(survivor.wait_with_output().unwrap()).ended(0);
    assert_eq!(found(&ran.json()), expected);
    let repeated = bench.server.repeated();
    assert!(repeated <= 4, "{repeated} bought twice: what the dead one bought is on record");
    each_episode_once(&bench);
    children.lock().unwrap().remove(0).wait().unwrap();
}

/// Two processes, and a server that breaks half of the requests for good: neither waits for ever for
/// what broke in the other.
#[test]
fn two_processes_whose_provider_breaks() {
    let bench = Bench::new();
    let fails = |body: &serde_json::Value| lab::server::said(body).contains("Lanterns");
    bench.server.play(move |_, body| match fails(body) {
        true => Step::error(400, "this prompt is too long"),
        false => scored(body).after(Duration::from_millis(2)),
    });
    let command = || bench.lab.command(&format!("{STUDY} --max-retries 0")).spawn().unwrap();
    for child in [command(), command()] {
        let ran = Ran::of(child.wait_with_output().unwrap()).ended(3);
        assert!(ran.stderr.contains("this prompt is too long"), "{ran}");
    }
    let expected = bench.undisturbed();
    assert_eq!(found(&bench.run().ended(0).json()), expected);
}

/// Every episode stands once on record, or in byte-equal copies.
fn each_episode_once(bench: &Bench) {
    let mut seen = std::collections::BTreeMap::new();
    for entry in fs::read_dir(bench.lab.run_folder("runs")).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("episodes-") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        // A shard that found nothing to play is empty.
        let text = if bytes.is_empty() { bytes } else { zstd::decode_all(&bytes[..]).unwrap() };
        for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            let episode: serde_json::Value = serde_json::from_slice(line).unwrap();
            let name = episode["name"].as_str().unwrap().to_owned();
            let old = seen.insert(name, line.to_vec());
            assert!(old.is_none_or(|old| old == line), "two records of one episode differ");
        }
    }
    assert_eq!(seen.len(), REQUESTS);
}

#[test]
fn a_torn_tail() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    let undisturbed = bench.lab.run_folder("undisturbed");
    let folder = bench.lab.path("runs").join(undisturbed.file_name().unwrap());
    let record = "episodes-0001.jsonl.zst";
    let whole = fs::read(undisturbed.join(record)).unwrap();
    let ledger = fs::read(undisturbed.join("ledger-0001.jsonl.zst")).unwrap();
    bench.server.play(|_, body| scored(body));
    let cuts = [0, 1, 3, 4, 5, 17, 200].into_iter().chain((1..6).map(|n| whole.len() * n / 6));
    for cut in cuts {
        fs::create_dir_all(&folder).unwrap();
        for old in fs::read_dir(&folder).unwrap() {
            let old = old.unwrap().path();
            if old.is_file() {
                fs::remove_file(old).unwrap();
            }
        }
        fs::write(folder.join(record), &whole[..whole.len().saturating_sub(cut)]).unwrap();
        fs::write(folder.join("ledger-0001.jsonl.zst"), &ledger).unwrap();
        fs::copy(undisturbed.join("index.db"), folder.join("index.db")).unwrap();
        let ran = bench.run().ended(0);
        assert_eq!(found(&ran.json()), expected, "{cut} bytes cut off");
    }
    assert_eq!(bench.server.requests(), 0, "all of it was bought before");
    // And a torn ledger: what it lost is bought again, and nothing else.
    let cut = ledger.len() / 2;
    fs::write(folder.join("ledger-0001.jsonl.zst"), &ledger[..cut]).unwrap();
    fs::write(folder.join(record), b"").unwrap();
    fs::remove_file(folder.join("index.db")).unwrap();
    fs::remove_dir_all(bench.lab.path("undisturbed")).unwrap();
    assert_eq!(found(&bench.run().ended(0).json()), expected);
    assert_eq!(bench.server.repeated(), 0);
    assert!((1..REQUESTS).contains(&bench.server.requests()));
}

#[test]
fn the_index_is_lost_or_broken() {
    let bench = Bench::new();
    let expected = bench.undisturbed();
    bench.server.play(|_, body| scored(body));
    bench.signalled_at(60, "-INT").ran.ended(130);
    let index = bench.lab.run_folder("runs").join("index.db");
    fs::remove_file(&index).unwrap();
    assert_eq!(found(&bench.run().ended(0).json()), expected);
    fs::remove_file(&index).unwrap();
    let before = bench.server.requests();
    assert_eq!(found(&bench.run().ended(0).json()), expected);
    assert_eq!(bench.server.requests(), before);

    fs::write(&index, "no database, but long enough to be one".repeat(100)).unwrap();
    let ran = bench.run().ended(3);
    assert!(ran.stderr.contains("hint: the index can be deleted; it is rebuilt from the record"), "{ran}");
}

#[test]
fn more_seeds_extend_a_run() {
    let bench = Bench::new();
    let expected = bench.undisturbed_with("--seeds 2");
    bench.server.play(|_, body| scored(body));
    let first = bench.run().ended(0).json();
    assert_eq!(bench.server.requests(), REQUESTS);
    let more = bench.lab.ephor(&STUDY.replace("--seeds 1", "--seeds 2")).ended(0).json();
    assert_eq!(bench.server.requests(), 2 * REQUESTS, "only the new half is played");
    assert_eq!(bench.server.repeated(), 0);
    assert_eq!(first["run"], more["run"], "one folder");
    assert_eq!(found(&more), expected);
}

/// Questions that stand apart are the same in several cells: asked at once, they are bought once.
#[test]
fn equal_requests_at_one_time_are_one_purchase() {
    let server = Server::new(|_, _| Step::text("Yes").after(Duration::from_millis(2)));
    let lab = Lab::new().with("VLLM_BASE_URL", server.url());
    lab.ephor("run false-premise --model vllm/m --limit 4 --no-calibration --display none").ended(0);
    assert!(server.requests() > 0);
    assert_eq!(server.repeated(), 0, "of {} requests", server.requests());
}
