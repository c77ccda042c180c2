//! What was acknowledged survives a kill at any instant; what two processes share stays whole.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use expect_test::{Expect, expect};
use std::path::{Path, PathBuf};
use store::{Frames, RunFolder, read_frames};
use tempfile::TempDir;
use trace::{End, Episode, EpisodeKey, Record, VERSION};

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

fn done(state: u32) -> Episode {
    episode(state, End::Done)
}

fn run() -> (TempDir, RunFolder) {
    let log = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(log.path(), "run").unwrap();
    (log, folder)
}

fn shard(folder: &RunFolder, number: u32) -> PathBuf {
    folder.path.join(format!("episodes-{number:04}.jsonl.zst"))
}

fn states(path: &Path) -> Vec<u32> {
    let mut states = Vec::new();
    let keep = |record: Record| {
        if let Record::Episode(e) = record {
            states.push(e.key.state);
        }
    };
    read_frames(path, keep).unwrap();
    states
}

#[test]
fn a_kill_at_any_byte_of_a_frame_keeps_what_was_acknowledged() {
    let (_log, folder) = run();
    let path = shard(&folder, 1);
    folder.writer().unwrap().append(vec![done(0), done(1)]).unwrap();
    let acknowledged = std::fs::metadata(&path).unwrap().len() as usize;
    folder.writer().unwrap().append(vec![done(2)]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for cut in acknowledged..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(states(&path), [0, 1], "cut at {cut}");
        folder.writer().unwrap().append(vec![done(3)]).unwrap();
        assert_eq!(states(&path), [0, 1, 3], "resumed after a cut at {cut}");
    }
}

fn check_error(bytes: Vec<u8>, expected: Expect) {
    let (log, folder) = run();
    let path = shard(&folder, 1);
    std::fs::write(&path, bytes).unwrap();
    let error = folder.episodes().unwrap_err().to_string();
    expected.assert_eq(&error.replace(&*log.path().to_string_lossy(), "LOG"));
}

#[test]
fn damage_before_the_end_is_told_with_its_place() {
    let (_log, folder) = run();
    folder.writer().unwrap().append(vec![done(0)]).unwrap();
    folder.writer().unwrap().append(vec![done(1)]).unwrap();
    let mut bytes = std::fs::read(shard(&folder, 1)).unwrap();
    bytes[20] ^= 0x40;
    let (_log, damaged) = run();
    std::fs::write(shard(&damaged, 1), &bytes).unwrap();
    let error = damaged.episodes().unwrap_err().to_string();
    assert!(error.contains("episodes-0001.jsonl.zst: the record is damaged at byte 0"), "{error}");
    assert_eq!(std::fs::read(shard(&damaged, 1)).unwrap(), bytes, "a damaged file is left as it is");
}

#[test]
fn a_newer_record_is_not_guessed_at() {
    let line = br#"{"kind":"episode","v":99,"shape":"unknown"}"#;
    let frame = zstd::bulk::compress(line, 3).unwrap();
    check_error(
        frame,
        expect![[r#"
            LOG/run/episodes-0001.jsonl.zst: record version 99 is newer than this program reads (3)
            hint: use a newer ephor"#]],
    );
}

#[test]
fn what_is_no_frame_is_told() {
    check_error(
        b"hello".to_vec(),
        expect![[r#"
        LOG/run/episodes-0001.jsonl.zst: the record is damaged at byte 0: what follows is no frame
        hint: what stands before it is intact; move the file away to go on without it: every episode in it is played again, and what the ledgers hold is not bought again"#]],
    );
}

#[test]
fn two_writers_have_two_shards_and_share_the_work() {
    let (_log, folder) = run();
    let names: Vec<_> = (0..4).map(|s| done(s).name).collect();
    let (mut one, mut two) = (folder.writer().unwrap(), folder.writer().unwrap());
    assert_eq!(one.claim(&names[..3]).unwrap(), [true; 3]);
    assert_eq!(two.claim(&names).unwrap(), [false, false, false, true]);
    one.append(vec![done(0)]).unwrap();
    two.append(vec![done(3)]).unwrap();
    assert_eq!(folder.episodes().unwrap().len(), 2);
    assert!(shard(&folder, 2).exists());
    // The first one dies with two episodes claimed and not played.
    drop(one);
    two.release_dead().unwrap();
    assert_eq!(two.claim(&names).unwrap(), [false, true, true, false]);
}

#[test]
fn the_index_is_rebuilt_from_the_record() {
    let (_log, folder) = run();
    folder.writer().unwrap().append(vec![done(0)]).unwrap();
    for file in ["index.db", "index.db-wal", "index.db-shm"] {
        let _ = std::fs::remove_file(folder.path.join(file));
    }
    let claimed = folder.writer().unwrap().claim(&[done(0).name, done(1).name]).unwrap();
    assert_eq!(claimed, [false, true]);
    // And the other way round: the record was moved away, the index remembers too much.
    std::fs::remove_file(shard(&folder, 1)).unwrap();
    assert_eq!(folder.writer().unwrap().claim(&[done(0).name]).unwrap(), [true]);
}

#[test]
fn a_finished_episode_wins_over_a_broken_one() {
    let (_log, folder) = run();
    let broken = episode(0, End::Incomplete { why: "the server was away".into() });
    let mut writer = folder.writer().unwrap();
    writer.append(vec![broken.clone()]).unwrap();
    assert_eq!(writer.claim(std::slice::from_ref(&broken.name)).unwrap(), [true]);
    writer.append(vec![done(0)]).unwrap();
    writer.append(vec![broken]).unwrap();
    assert_eq!(folder.episodes().unwrap().into_values().next().unwrap().end, End::Done);
}

#[test]
fn one_file_has_one_writer() {
    let (_log, folder) = run();
    let path = shard(&folder, 1);
    let first = Frames::claim(&path).unwrap();
    assert!(first.is_some());
    assert!(Frames::claim(&path).unwrap().is_none());
    drop(first);
    assert!(Frames::claim(&path).unwrap().is_some());
}
