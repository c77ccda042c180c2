//! `kill -9` between record and effect, 200 times.
//!
//! A child does what a gateway does, on real files: it writes a decision, begins, has its effect (a line
//! in a file) and writes the end, and says each step. The parent kills it after so many steps, in half of
//! the rounds while it waits and in half while it runs on, and reads what is left.
#![allow(clippy::unwrap_used)]

use guard::book::{Book, Storage, entries_before_tear, push_entry};
use guard::door::{Door, Leaf, Outcome, Stage};
use guard::laws::{Office, requests};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const ROUNDS: usize = 200;
const FOLDER: &str = "EPHOR_GUARD_CRASH_FOLDER";

/// A file. A process that is killed loses nothing that it wrote, so nothing is synced: the power stays on.
struct Disk(File);

impl Storage for Disk {
    fn keep(&mut self, leaves: &[&[u8]]) -> Result<(), String> {
        let mut entry = Vec::new();
        leaves.iter().try_for_each(|leaf| push_entry(&mut entry, leaf))?;
        // In two writes, so that an entry can be torn.
        let (front, back) = entry.split_at(entry.len() / 2);
        let mut write = |bytes| self.0.write_all(bytes).map_err(|why| why.to_string());
        write(front)?;
        write(back)
    }
}

fn append(path: &Path) -> File {
    OpenOptions::new().append(true).create(true).open(path).unwrap()
}

/// Says a step, and waits until it may go on.
fn step(name: u8) {
    std::io::stdout().write_all(&[name]).unwrap();
    std::io::stdout().flush().unwrap();
    if std::io::stdin().read(&mut [0]).unwrap() == 0 {
        std::process::exit(0);
    }
}

/// The child; as a test of its own it has nothing to do.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let mut office = Office::usual().unwrap();
    let (mut door, mut book, mut disk) =
        (Door::default(), Book::default(), Disk(append(&folder.join("log"))));
    let mut effects = append(&folder.join("effects"));
    door.govern(office.monitor.epoch(), office.monitor.policy(), &mut book, &mut disk).unwrap();
    for (who, text) in requests() {
        step(b'#');
        let decision = office.says(who, &text);
        let Some(number) = door.admit(&decision, &mut book, &mut disk).unwrap() else {
            continue;
        };
        step(b'a');
        let standing = office.monitor.standing(&decision, decision.now).unwrap();
        let effect = door.begin(number, &decision.payload(), standing, &mut book, &mut disk).unwrap();
        step(b'b');
        effects.write_all(format!("{number}\n").as_bytes()).unwrap();
        step(b'e');
        door.end(effect, Outcome::Done, &mut book, &mut disk).unwrap();
    }
}

/// Lets a child take so many steps, and kills it.
fn live_and_die(folder: &Path, steps: usize, waits: usize) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    input.write_all(&vec![b'.'; steps + waits]).unwrap();
    let (mut seen, mut byte) = (0, [0]);
    // The first step opens with `#`; what the test runner prints before it is not a step.
    while seen < steps && output.read(&mut byte).unwrap() == 1 {
        seen += usize::from(if seen == 0 { byte[0] == b'#' } else { b"#abe".contains(&byte[0]) });
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_between_record_and_effect_nothing_happens_twice_or_unseen() {
    let (mut unknown, mut torn, mut done) = (0, 0, 0);
    for round in 0..ROUNDS {
        let folder = std::env::temp_dir().join(format!("ephor-guard-crash-{}-{round}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        live_and_die(&folder, 1 + round / 2, if round % 2 == 0 { 0 } else { 1000 });
        let log = std::fs::read(folder.join("log")).unwrap_or_default();
        let effects = std::fs::read_to_string(folder.join("effects")).unwrap_or_default();
        let (leaves, whole) = entries_before_tear(&log);
        torn += usize::from(whole < log.len());
        let mut times: BTreeMap<u64, usize> = BTreeMap::new();
        effects.lines().for_each(|line| *times.entry(line.parse().unwrap()).or_default() += 1);
        assert!(times.values().all(|n| *n == 1), "round {round}: an effect twice");
        let door = Door::recover(leaves.iter().copied()).unwrap();
        for number in times.keys() {
            let leaf = Leaf::read(leaves[*number as usize]).unwrap();
            assert!(
                matches!(leaf, Leaf::Decision { verdict, .. } if verdict.sends()),
                "round {round}: {leaf:?}"
            );
            assert!(leaves.iter().any(|leaf| Leaf::read(leaf).unwrap() == Leaf::Begun { of: *number }));
        }
        let (u, d) = settle(door, &leaves, &times);
        (unknown, done) = (unknown + u, done + d);
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("{ROUNDS} kills: {done} effects ended, {unknown} unknown, {torn} entries torn");
    assert!(unknown > ROUNDS / 10 && done > ROUNDS, "these kills show too little");
}

/// After a restart: what is unknown stays shut, as does what had not begun; what ended stays ended, and no effect
/// is in neither.
fn settle(mut door: Door, leaves: &[&[u8]], times: &BTreeMap<u64, usize>) -> (usize, usize) {
    let mut book = Book::over(leaves.iter().copied()).unwrap();
    let mut office = Office::usual().unwrap();
    let (mut unknown, mut done, mut kept) = (0, 0, Vec::<Vec<u8>>::new());
    // The same requests again have the same bytes.
    let said: Vec<_> = requests().into_iter().map(|(who, text)| office.says(who, &text)).collect();
    for (n, _) in leaves.iter().enumerate() {
        let Some(stage) = door.stage(n as u64) else { continue };
        let sent = said.iter().filter(|decision| decision.verdict.sends());
        let opens = sent.filter(|decision| {
            let standing = office.monitor.standing(decision, 1).unwrap();
            door.begin(n as u64, &decision.payload(), standing, &mut book, &mut kept).is_ok()
        });
        assert_eq!(opens.count(), 0, "{stage:?}: what had not begun is asked for again");
        match stage {
            Stage::Unknown => unknown += 1,
            Stage::Ended(_) => done += 1,
            Stage::Allowed | Stage::Begun | Stage::Lapsed => assert!(!times.contains_key(&(n as u64))),
        }
    }
    assert!(times.keys().all(|n| matches!(door.stage(*n), Some(Stage::Unknown | Stage::Ended(_)))));
    (unknown, done)
}
