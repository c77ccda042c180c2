//! What a power loss leaves behind the acknowledged frames, and what only damage can leave.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::path::{Path, PathBuf};
use store::{Frames, StoreError, read_frames};
use tempfile::TempDir;

fn numbers(path: &Path) -> Result<Vec<u64>, StoreError> {
    let mut all = Vec::new();
    read_frames(path, |n: u64| all.push(n))?;
    Ok(all)
}

/// A file of three frames, and where each ends.
fn three_frames(dir: &TempDir) -> (PathBuf, Vec<usize>) {
    let path = dir.path().join("episodes-0001.jsonl.zst");
    let mut frames = Frames::claim(&path).unwrap().unwrap();
    let mut ends = Vec::new();
    for n in 0..3u64 {
        frames.append(&[n, n + 10, n + 100]).unwrap();
        ends.push(std::fs::metadata(&path).unwrap().len() as usize);
    }
    (path, ends)
}

const FIRST_TWO: [u64; 6] = [0, 10, 100, 1, 11, 101];

/// Readers pass the tail over; the next writer cuts it off and goes on.
fn passed_over(path: &Path, whole: usize, bytes: &[u8], what: &str) {
    std::fs::write(path, bytes).unwrap();
    assert_eq!(numbers(path).unwrap(), FIRST_TWO, "{what}");
    Frames::claim(path).unwrap().unwrap().append(&[7u64]).unwrap();
    assert!(std::fs::read(path).unwrap().starts_with(&bytes[..whole]), "{what}");
    assert_eq!(numbers(path).unwrap(), [&FIRST_TWO[..], &[7]].concat(), "{what}");
}

/// The file has its new length, but from some byte on, or up to some byte, or all of the frame's bytes
/// never reached the disk.
#[test]
fn a_last_frame_that_reached_the_disk_in_part() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = three_frames(&dir);
    let whole = std::fs::read(&path).unwrap();
    // The last byte is of the checksum and may be zero of its own accord.
    for at in ends[1]..ends[2] {
        let (mut head, mut tail) = (whole.clone(), whole.clone());
        head[at..].fill(0);
        tail[ends[1]..=at].fill(0);
        for (bytes, what) in [(head, "zeros from"), (tail, "zeros up to")] {
            if bytes != whole {
                passed_over(&path, ends[1], &bytes, &format!("{what} byte {at}"));
            }
        }
    }
}

#[test]
fn zeros_behind_the_last_frame() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = three_frames(&dir);
    let whole = std::fs::read(&path).unwrap();
    for zeros in [1, 3, 4, 100, 5000] {
        let mut bytes = whole[..ends[1]].to_vec();
        bytes.resize(ends[1] + zeros, 0);
        passed_over(&path, ends[1], &bytes, &format!("{zeros} zeros"));
    }
}

/// Two broken frames: the first of them was acknowledged before the second was begun.
#[test]
fn a_broken_frame_before_a_torn_one_is_damage() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = three_frames(&dir);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[ends[1] - 1] ^= 1;
    bytes.truncate(ends[2] - 2);
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(numbers(&path), Err(StoreError::Damaged { .. })));
    assert!(matches!(Frames::claim(&path), Err(StoreError::Damaged { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing is cut off");
}

/// Whatever bit of the first two of three frames is flipped: it is told with its file, and nobody who
/// opens the file for writing cuts off what follows.
#[test]
fn a_flipped_bit_before_the_last_frame_is_told_and_nothing_is_cut_off() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = three_frames(&dir);
    let whole = std::fs::read(&path).unwrap();
    let expected = numbers(&path).unwrap();
    for (at, bit) in (0..ends[1]).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
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

/// In the last frame a flipped bit cannot be told from bytes that never reached the disk. It is passed
/// over and cut off, but where no torn write can look like it: then it is told. It never changes what
/// is read, and never touches the frames before.
#[test]
fn a_flipped_bit_in_the_last_frame_costs_that_frame_and_no_other() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = three_frames(&dir);
    let whole = std::fs::read(&path).unwrap();
    let expected = numbers(&path).unwrap();
    let mut passed = 0;
    for (at, bit) in (ends[1]..ends[2]).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).unwrap();
        let read = numbers(&path);
        drop(Frames::claim(&path));
        let left = std::fs::read(&path).unwrap();
        match read {
            Ok(read) if read == FIRST_TWO => {
                assert_eq!(left, whole[..ends[1]], "byte {at} bit {bit}");
                passed += 1;
            }
            Ok(read) => assert_eq!((read, left), (expected.clone(), bytes), "byte {at} bit {bit}"),
            Err(StoreError::Damaged { offset, .. }) => {
                assert!(offset as usize >= ends[1], "byte {at} bit {bit}: told at {offset}");
                assert_eq!(left, bytes, "byte {at} bit {bit}: told and cut off");
            }
            Err(other) => panic!("byte {at} bit {bit}: {other}"),
        }
    }
    assert!(passed > (ends[2] - ends[1]) * 4, "{passed} passed over");
}
