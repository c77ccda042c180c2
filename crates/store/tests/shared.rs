//! What a bit flip cannot hide, and what processes that share a run know of each other.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::path::Path;
use store::{Frames, Responses, RunFolder, StoreError, read_frames};
use tempfile::TempDir;
use trace::{
    Completion, End, Episode, EpisodeKey, Finish, Purchase, Record, Request, Sampling, Usage, VERSION,
    name_of,
};

fn episode(state: u32, end: End) -> Episode {
    let key = EpisodeKey {
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
        sample: 0,
    };
    let completion = Completion {
        text: format!("answer {seed}"),
        finish: Finish::Stop,
        usage: Usage::default(),
        option_logp: vec![],
    };
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

fn numbers(path: &Path) -> Result<Vec<u64>, StoreError> {
    let mut all = Vec::new();
    read_frames(path, |n: u64| all.push(n))?;
    Ok(all)
}

/// Whatever bit of the first two of three frames is flipped: it is told with its file, and nobody who
/// opens the file for writing cuts off what follows.
#[test]
fn a_flipped_bit_before_the_last_frame_is_told_and_nothing_is_cut_off() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("episodes-0001.jsonl.zst");
    let mut frames = Frames::claim(&path).unwrap().unwrap();
    let mut ends = Vec::new();
    for n in 0..3u64 {
        frames.append(&[n, n + 10, n + 100]).unwrap();
        ends.push(std::fs::metadata(&path).unwrap().len() as usize);
    }
    drop(frames);
    let whole = std::fs::read(&path).unwrap();
    let expected = numbers(&path).unwrap();
    for at in 0..ends[1] {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            match numbers(&path) {
                // A bit that zstd does not look at changes nothing.
                Ok(read) => assert_eq!(read, expected, "byte {at} bit {bit}"),
                Err(StoreError::Damaged { path: told, offset, .. }) => {
                    assert_eq!(told, path);
                    let end = if at < ends[0] { ends[0] } else { ends[1] };
                    assert!(offset as usize <= end, "byte {at} bit {bit}: told at {offset}");
                }
                Err(other) => panic!("byte {at} bit {bit}: {other}"),
            }
            drop(Frames::claim(&path));
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "byte {at} bit {bit}: cut off");
        }
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
