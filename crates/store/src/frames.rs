//! A file of zstd frames, each a few JSON lines. One writer; a torn end is cut off.

use crate::StoreError;
use crate::durable::sync_name;
use crate::tail::{FRAME_BYTES_MAX, frame_size, unpack, whole_frames};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use zstd::zstd_safe;

/// Compression level: 3 is zstd's own default.
const LEVEL: i32 = 3;
/// A frame is closed behind the record that brings it to so many bytes: who reads holds one frame.
const FRAME_BYTES: usize = 64 << 20;

/// An open file of frames. Holds the file's lock until dropped.
pub struct Frames {
    file: File,
    path: PathBuf,
    packer: zstd::bulk::Compressor<'static>,
    lines: Vec<u8>,
    /// A half-written frame stands at the end and could not be taken back.
    broken: bool,
}

impl Frames {
    /// Opens for appending, or `None` when another process writes here. Cuts off a torn end.
    pub fn claim(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(mut file) = lock(path)? else { return Ok(None) };
        let whole = cut_torn_end(&mut file, path)?;
        if whole == 0 {
            sync_name(path)?;
        }
        Self::at(file, path, whole).map(Some)
    }

    /// The first file of a folder, by number, that nobody writes and that `fits`.
    pub(crate) fn claim_free(
        folder: &Path,
        prefix: &str,
        mut fits: impl FnMut(&Path) -> bool,
    ) -> Result<(u32, Self), StoreError> {
        let mut number = 0;
        loop {
            number += 1;
            let path = folder.join(format!("{prefix}{number:04}.jsonl.zst"));
            if fits(&path)
                && let Some(frames) = Self::claim(&path)?
            {
                return Ok((number, frames));
            }
        }
    }

    fn at(mut file: File, path: &Path, end: u64) -> Result<Self, StoreError> {
        let io = || StoreError::io(path);
        file.seek(SeekFrom::Start(end)).map_err(io())?;
        let mut packer = zstd::bulk::Compressor::new(LEVEL).map_err(io())?;
        packer.set_parameter(zstd_safe::CParameter::ChecksumFlag(true)).map_err(io())?;
        Ok(Self { file, path: path.into(), packer, lines: Vec::new(), broken: false })
    }

    /// A file that cannot be written and whose end cannot be cut off.
    #[cfg(test)]
    pub(crate) fn unwritable(path: &Path) -> Result<Self, StoreError> {
        File::create(path).map_err(StoreError::io(path))?;
        Self::at(File::open(path).map_err(StoreError::io(path))?, path, 0)
    }

    /// Appends records, those that fit as one frame, and waits until they are on the disk. Each frame is
    /// flushed before the next is written: a kill leaves one torn frame at most.
    pub fn append<T: Serialize>(&mut self, records: &[T]) -> Result<(), StoreError> {
        let mut rest = records;
        while !rest.is_empty() {
            let taken = self.fill(rest).map_err(StoreError::io(&self.path))?;
            let frame = self.packer.compress(&self.lines).map_err(StoreError::io(&self.path))?;
            self.write(&frame).map_err(StoreError::io(&self.path))?;
            rest = &rest[taken..];
        }
        // A game of a hundred thousand turns is a gigabyte.
        self.lines.shrink_to(FRAME_BYTES);
        Ok(())
    }

    /// Writes the lines of the next frame; how many records they are.
    fn fill<T: Serialize>(&mut self, records: &[T]) -> std::io::Result<usize> {
        self.lines.clear();
        let mut taken = 0;
        for record in records {
            serde_json::to_writer(&mut self.lines, record).map_err(std::io::Error::other)?;
            self.lines.push(b'\n');
            taken += 1;
            if self.lines.len() >= FRAME_BYTES {
                break;
            }
        }
        if self.lines.len() as u64 > FRAME_BYTES_MAX {
            let bytes = self.lines.len();
            return Err(std::io::Error::other(format!("{bytes} bytes are too many for one frame")));
        }
        Ok(taken)
    }

    fn write(&mut self, frame: &[u8]) -> std::io::Result<()> {
        if self.broken {
            let why =
                "an earlier write failed and its beginning could not be taken back; nothing more is written";
            return Err(std::io::Error::other(why));
        }
        let start = self.file.stream_position()?;
        let written = self.file.write_all(frame).and_then(|()| self.file.sync_data());
        written.inspect_err(|_| {
            // A half-written frame would hide what is appended after it.
            let cut = self.file.set_len(start).and_then(|()| self.file.seek(SeekFrom::Start(start)));
            self.broken = cut.is_err();
        })
    }
}

/// Opens a file, made if it is not there, and takes its lock; `None` when another process has it.
pub(crate) fn lock(path: &Path) -> Result<Option<File>, StoreError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.map_err(StoreError::io(path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(e)) => Err(StoreError::io(path)(e)),
    }
}

/// Cuts off what was never acknowledged, and waits until the rest is on the disk: who wrote here before
/// may have died between a write and its flush. Returns the length.
fn cut_torn_end(file: &mut File, path: &Path) -> Result<u64, StoreError> {
    let io = || StoreError::io(path);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io())?;
    let whole = whole_frames(&bytes).map_err(|(at, why)| damaged(path, at as u64, why))?;
    if whole < bytes.len() {
        file.set_len(whole as u64).map_err(io())?;
    }
    file.sync_all().map_err(io())?;
    Ok(whole as u64)
}

fn damaged(path: &Path, offset: u64, why: impl ToString) -> StoreError {
    StoreError::Damaged { path: path.into(), offset, why: why.to_string() }
}

/// Reads every record of a file and hands it over. A torn end is passed over: it was never
/// acknowledged. Damage before the end is an error.
pub fn read_frames<T: DeserializeOwned>(path: &Path, take: impl FnMut(T)) -> Result<(), StoreError> {
    read_frames_from(path, 0, take).map(drop)
}

/// The same from an offset at which a frame begins; returns the offset behind the last whole frame.
pub(crate) fn read_frames_from<T: DeserializeOwned>(
    path: &Path,
    start: u64,
    mut take: impl FnMut(T),
) -> Result<u64, StoreError> {
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(StoreError::io(path))?;
    file.seek(SeekFrom::Start(start)).map_err(StoreError::io(path))?;
    file.read_to_end(&mut bytes).map_err(StoreError::io(path))?;
    let (whole, damage) = match whole_frames(&bytes) {
        Ok(whole) => (whole, None),
        Err((whole, why)) => (whole, Some(damaged(path, start + whole as u64, why))),
    };
    let mut at = 0;
    while at < whole {
        let offset = start + at as u64;
        let size = frame_size(&bytes[at..]).ok_or_else(|| damaged(path, offset, "no frame"))?;
        let text = unpack(&bytes[at..at + size]).map_err(|e| damaged(path, offset, e))?;
        for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(record) => take(record),
                Err(e) => return Err(newer(path, line).unwrap_or_else(|| damaged(path, offset, e))),
            }
        }
        at += size;
    }
    damage.map_or(Ok(start + whole as u64), Err)
}

/// The error for a line that a newer program wrote.
fn newer(path: &Path, line: &[u8]) -> Option<StoreError> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    let found = value.get("v")?.as_u64()?;
    (found > u64::from(trace::VERSION)).then(|| StoreError::Newer {
        path: path.into(),
        found,
        known: trace::VERSION,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::Frames;

    #[test]
    fn what_cannot_be_taken_back_is_the_last_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let mut frames = Frames::unwritable(&path).unwrap();
        let mut said = || frames.append(&[1]).unwrap_err().to_string();
        assert!(!said().contains("earlier"));
        assert!(said().contains("an earlier write failed"));
        // Even when the disk is well again.
        frames.file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        assert!(frames.append(&[1]).unwrap_err().to_string().contains("an earlier write failed"));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn a_large_group_is_several_frames() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let records = ["a", "b", "c"].map(|text| text.repeat(super::FRAME_BYTES * 2 / 3));
        Frames::claim(&path).unwrap().unwrap().append(&records).unwrap();
        let first = super::frame_size(&std::fs::read(&path).unwrap()).unwrap() as u64;
        assert!(first < std::fs::metadata(&path).unwrap().len());
        let mut read: Vec<String> = Vec::new();
        super::read_frames(&path, |text| read.push(text)).unwrap();
        assert!(read == records);
    }
}
