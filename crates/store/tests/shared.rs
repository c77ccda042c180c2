//! What processes that share a run, or a log folder, know of each other.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::path::{Path, PathBuf};
use store::{Responses, RunFolder, read_frames};
use tempfile::TempDir;
use trace::{Completion, End, Episode, EpisodeKey, Purchase, Record, Request, Sampling, VERSION, name_of};

fn episode(state: u32, end: End) -> Episode {
    let key = EpisodeKey {
        guard: String::new(),
        scenario: "s".into(),
        scenario_hash: "h".into(),
        world: "form/1".into(),
        world_hash: "w".into(),
        cell: "baseline".into(),
        wording: 0,
        state,
        epoch: 0,
        seed: 1,
        seats: vec![],
        briefs: vec![],
    };
    Episode { v: VERSION, name: key.name(), key, events: vec![], end }
}

fn purchase(seed: u64) -> Purchase {
    let request = Request {
        messages: vec![],
        options: vec![],
        schema: None,
        sampling: Sampling::default(),
        seed,
        ..Request::default()
    };
    let completion = Completion { text: format!("answer {seed}"), ..Completion::default() };
    let (model, raw) = ("vllm/m".to_owned(), String::new());
    let key = name_of(&request);
    let attempts = vec![];
    Purchase {
        v: VERSION,
        key,
        model,
        request,
        completion,
        raw,
        raw_escaped: false,
        attempts,
        at_s: 0,
        usd: None,
    }
}

/// Records a purchase and waits until it is told that it is on disk.
fn put(responses: &Responses, bought: Purchase) {
    let (told, hears) = std::sync::mpsc::channel();
    responses.put(bought, move |written| told.send(written.map_err(|e| e.to_string())).unwrap());
    hears.recv().unwrap().unwrap();
}

/// Purchases put at once share their writes: each is told, each is in the file, in fewer frames.
#[test]
fn purchases_that_wait_together_are_written_together() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let responses = folder.writer().unwrap().responses().unwrap();
    let (told, hears) = std::sync::mpsc::channel();
    for seed in 0..200 {
        let told = told.clone();
        let path = folder.path.join("ledger-0001.jsonl.zst");
        responses.put(purchase(seed), move |written| {
            let mut on_disk = false;
            let key = purchase(seed).key;
            let look = |r: Record| on_disk |= matches!(r, Record::Purchase(p) if p.key == key);
            read_frames(&path, look).unwrap();
            told.send(written.is_ok() && on_disk).unwrap();
        });
    }
    assert!((0..200).all(|_| hears.recv().unwrap()), "told before it was on disk");
    drop(responses);
    let bytes = std::fs::read(folder.path.join("ledger-0001.jsonl.zst")).unwrap();
    let frames = bytes.windows(4).filter(|w| *w == [0x28, 0xb5, 0x2f, 0xfd]).count();
    assert!(frames < 200, "{frames} frames for 200 purchases");
}

#[test]
fn what_another_process_bought_is_known() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let (one, two) = (folder.writer().unwrap(), folder.writer().unwrap());
    let (mine, theirs) = (one.responses().unwrap(), two.responses().unwrap());
    for seed in 0..3 {
        let bought = purchase(seed);
        assert_eq!(mine.get(&bought.key), None);
        put(&theirs, bought.clone());
        assert_eq!(mine.get(&bought.key), Some(bought.completion));
    }
}

/// Otherwise two processes, each with an episode that broke, would wait for each other for ever.
#[test]
fn what_broke_here_another_may_try() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let (mut one, mut two) = (folder.writer().unwrap(), folder.writer().unwrap());
    let broken = episode(0, End::Incomplete { why: "no answer".into() });
    let name = [broken.name.clone()];
    assert_eq!(one.claim(&name).unwrap(), [true]);
    assert_eq!(two.claim(&name).unwrap(), [false]);
    one.append(vec![broken]).unwrap();
    assert_eq!(two.claim(&name).unwrap(), [true]);
    two.append(vec![episode(0, End::Done)]).unwrap();
    assert_eq!(one.claim(&name).unwrap(), [false]);
}

/// An index that says more than the record is believed no more: what the record lost is played again.
#[test]
fn an_index_ahead_of_its_record() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let mut writer = folder.writer().unwrap();
    let lost = episode(0, End::Done);
    let name = [lost.name.clone()];
    writer.append(vec![lost]).unwrap();
    drop(writer);
    std::fs::write(folder.path.join("episodes-0001.jsonl.zst"), b"").unwrap();
    assert_eq!(folder.writer().unwrap().claim(&name).unwrap(), [true]);
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    std::fs::write(path, bytes).unwrap();
}

fn file(folder: &RunFolder, name: &str) -> PathBuf {
    folder.path.join(format!("{name}.jsonl.zst"))
}

/// Who cannot read the record leaves the index to those who could.
#[test]
fn a_record_that_cannot_be_read_does_not_empty_the_index() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let mut writer = folder.writer().unwrap();
    writer.append(vec![episode(0, End::Done)]).unwrap();
    writer.append(vec![episode(1, End::Done)]).unwrap();
    flip(&file(&folder, "episodes-0001"), 20);
    assert!(folder.writer().is_err());
    let names = [episode(0, End::Done).name, episode(1, End::Done).name];
    assert_eq!(writer.claim(&names).unwrap(), [false, false]);
}

/// What was read once is not read again: it may even have rotted since.
#[test]
fn only_what_is_new_is_read_again() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let (mut one, mut two) = (folder.writer().unwrap(), folder.writer().unwrap());
    one.append(vec![episode(0, End::Done)]).unwrap();
    assert_eq!(two.finished().unwrap().len(), 1);
    flip(&file(&folder, "episodes-0001"), 20);
    one.append(vec![episode(1, End::Done)]).unwrap();
    assert_eq!(two.finished().unwrap().len(), 2);
}

/// Of the reasons why an episode broke, the last stands in the way.
#[test]
fn the_latest_of_several_broken_records_counts() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let mut writer = folder.writer().unwrap();
    for why in ["the server was away", "no credit", "the model is gone"] {
        writer.append(vec![episode(0, End::Incomplete { why: why.into() })]).unwrap();
    }
    let ends = || folder.episodes().unwrap().into_values().map(|e| e.end).collect::<Vec<_>>();
    assert_eq!(ends(), [End::Incomplete { why: "the model is gone".into() }]);
    writer.append(vec![episode(0, End::Done)]).unwrap();
    writer.append(vec![episode(0, End::Incomplete { why: "too late".into() })]).unwrap();
    assert_eq!(ends(), [End::Done]);
}

/// Purchases can outlive the hand that opened them: their ledger is then still locked, its shard is not.
#[test]
fn a_ledger_has_a_number_of_its_own() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let first = folder.writer().unwrap().responses().unwrap();
    let second = folder.writer().unwrap().responses().unwrap();
    put(&first, purchase(1));
    put(&second, purchase(2));
    assert!(file(&folder, "ledger-0002").exists());
    assert_eq!(first.get(&purchase(2).key), Some(purchase(2).completion));
}

/// Of this run or of another: what stands before the damage is known, what cannot be read is bought
/// again, and nothing is appended where it would never be read.
#[test]
fn a_damaged_ledger_blocks_nobody() {
    let dir = TempDir::new().unwrap();
    let folder = RunFolder::create(dir.path(), "run").unwrap();
    let other = RunFolder::create(dir.path(), "other").unwrap();
    for folder in [&folder, &other] {
        let responses = folder.writer().unwrap().responses().unwrap();
        let path = file(folder, "ledger-0001");
        let base = if folder.path == other.path { 10 } else { 0 };
        put(&responses, purchase(base));
        let end = std::fs::metadata(&path).unwrap().len() as usize;
        put(&responses, purchase(base + 1));
        put(&responses, purchase(base + 2));
        flip(&path, end + 40);
    }
    let responses = folder.writer().unwrap().responses().unwrap();
    let known = |seed| responses.get(&purchase(seed).key).is_some();
    assert_eq!([0, 1, 2, 10, 11, 12].map(known), [true, false, false, true, false, false]);
    let told: Vec<_> = responses.unread().iter().map(ToString::to_string).collect();
    assert!(told.len() == 2 && told[0].contains("bought again"), "{told:?}");
    put(&responses, purchase(1));
    drop(responses);
    let again = folder.writer().unwrap().responses().unwrap();
    assert_eq!(again.get(&purchase(1).key), Some(purchase(1).completion));
}
