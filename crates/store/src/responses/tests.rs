#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use super::{Known, Responses};
use crate::{Frames, read_frames};
use std::path::Path;
use std::sync::mpsc::channel;
use trace::{Completion, Purchase, Record, Request, Usage, VERSION, name_of};

fn purchase(seed: u64) -> Purchase {
    let request = Request { messages: vec![], seed, ..Request::default() };
    let (text, usage) = (format!("answer {seed}"), Usage::default());
    Purchase {
        v: VERSION,
        key: name_of(&request),
        model: "vllm/m".into(),
        request,
        completion: Completion { text, usage, ..Completion::default() },
        raw: String::new(),
        raw_escaped: false,
        attempts: vec![],
        at_s: 0,
        usd: None,
    }
}

fn responses(run: &Path, ledger: impl Fn(&Path) -> Frames) -> Responses {
    let own = run.join("ledger-0001.jsonl.zst");
    let ledger = ledger(&own);
    Responses::with(run, own, ledger, Known::default(), vec![]).unwrap()
}

fn writable(path: &Path) -> Frames {
    Frames::claim(path).unwrap().unwrap()
}

#[test]
fn a_write_that_fails_is_told_to_all_that_wait() {
    let dir = tempfile::tempdir().unwrap();
    let responses = responses(dir.path(), |path| Frames::unwritable(path).unwrap());
    let (told, hears) = channel();
    for seed in 0..50 {
        let told = told.clone();
        responses.put(purchase(seed), move |written| told.send(written.is_err()).unwrap());
    }
    drop(told);
    assert_eq!(hears.iter().take(50).collect::<Vec<_>>(), [true; 50]);
    assert_eq!(responses.get(&purchase(7).key), None, "what is not on disk is not used");
}

#[test]
fn what_was_put_before_the_end_is_written_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let responses = responses(dir.path(), writable);
    let (told, hears) = channel();
    for seed in 0..50 {
        let told = told.clone();
        responses.put(purchase(seed), move |written| told.send(written.is_ok()).unwrap());
    }
    drop((responses, told));
    assert_eq!(hears.iter().collect::<Vec<_>>(), [true; 50]);
    let path = dir.path().join("ledger-0001.jsonl.zst");
    let mut on_disk = 0;
    read_frames(&path, |_: Record| on_disk += 1).unwrap();
    assert_eq!(on_disk, 50);
    assert!(Frames::claim(&path).unwrap().is_some(), "the lock is given up");
}

/// One frame while the first waits, then 999 in frames of at most 256.
#[test]
fn a_frame_holds_so_many_purchases_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let responses = responses(dir.path(), writable);
    let ((begun, begins), (go, goes)) = (channel(), channel::<()>());
    responses.put(purchase(0), move |_| {
        begun.send(()).unwrap();
        let _ = goes.recv();
    });
    begins.recv().unwrap();
    (1..1000).for_each(|seed| responses.put(purchase(seed), |_| ()));
    drop(go);
    drop(responses);
    let bytes = std::fs::read(dir.path().join("ledger-0001.jsonl.zst")).unwrap();
    let mut frames = Vec::new();
    let mut at = 0;
    while let Some(size) = crate::tail::frame_size(&bytes[at..]) {
        let text = crate::tail::unpack(&bytes[at..at + size]).unwrap();
        frames.push(text.iter().filter(|b| **b == b'\n').count());
        at += size;
    }
    assert_eq!(frames, [1, 256, 256, 256, 231]);
}
