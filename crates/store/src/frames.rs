//! A file of zstd frames, each a few JSON lines. One writer; a torn end is cut off.

use crate::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use zstd::zstd_safe;

/// Compression level: 3 is zstd's own default.
const LEVEL: i32 = 3;
/// The largest frame that is decompressed, in bytes: a hostile file cannot fill the memory.
const FRAME_BYTES_MAX: u64 = 1 << 30;

/// How every frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// An open file of frames. Holds the file's lock until dropped.
pub struct Frames {
    file: File,
    path: PathBuf,
    packer: zstd::bulk::Compressor<'static>,
    lines: Vec<u8>,
}

impl Frames {
    /// Opens for appending, or `None` when another process writes here. Cuts off a torn end.
    pub fn claim(path: &Path) -> Result<Option<Self>, StoreError> {
        let io = || StoreError::io(path);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(e)) => return Err(io()(e)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io())?;
        let damaged = |(at, why): (usize, &str)| StoreError::Damaged {
            path: path.into(),
            offset: at as u64,
            why: why.into(),
        };
        let whole = whole_frames(&bytes).map_err(damaged)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(io())?;
        }
        file.seek(SeekFrom::Start(whole as u64)).map_err(io())?;
        let mut packer = zstd::bulk::Compressor::new(LEVEL).map_err(io())?;
        packer.set_parameter(zstd_safe::CParameter::ChecksumFlag(true)).map_err(io())?;
        Ok(Some(Self { file, path: path.into(), packer, lines: Vec::new() }))
    }

    /// Appends records as one frame and waits until they are on the disk.
    pub fn append<T: Serialize>(&mut self, records: &[T]) -> Result<(), StoreError> {
        self.lines.clear();
        for record in records {
            serde_json::to_writer(&mut self.lines, record)
                .map_err(|e| StoreError::io(&self.path)(std::io::Error::other(e)))?;
            self.lines.push(b'\n');
        }
        let frame = self.packer.compress(&self.lines).map_err(StoreError::io(&self.path))?;
        let start = self.file.stream_position().map_err(StoreError::io(&self.path))?;
        let written = self.file.write_all(&frame).and_then(|()| self.file.sync_data());
        written.map_err(|e| {
            // A half-written frame would hide what is appended after it.
            let _ = self.file.set_len(start);
            let _ = self.file.seek(SeekFrom::Start(start));
            StoreError::io(&self.path)(e)
        })
    }
}

/// Length of the longest prefix that is whole frames, where what follows is the beginning of a frame
/// that was being written. Anything else that follows is damage: it is told, never cut off.
fn whole_frames(bytes: &[u8]) -> Result<usize, (usize, &'static str)> {
    let mut at = 0;
    while at < bytes.len() {
        match zstd_safe::find_frame_compressed_size(&bytes[at..]) {
            Ok(size) if size > 0 && at + size <= bytes.len() => at += size,
            _ => break,
        }
    }
    let tail = &bytes[at..];
    let seen = tail.len().min(MAGIC.len());
    if tail[..seen] != MAGIC[..seen] {
        return Err((at, "what follows is no frame"));
    }
    // One writer appends one frame after the other: after a torn one there is none.
    let later = tail.windows(MAGIC.len()).enumerate().skip(1).filter(|(_, w)| *w == MAGIC);
    if later.into_iter().any(|(offset, _)| is_frame(&tail[offset..])) {
        return Err((at, "a frame is broken and others follow"));
    }
    Ok(at)
}

/// Whether bytes begin with a frame that can be read.
fn is_frame(bytes: &[u8]) -> bool {
    let size = zstd_safe::find_frame_compressed_size(bytes).ok().filter(|size| *size <= bytes.len());
    size.is_some_and(|size| unpack(&bytes[..size]).is_ok())
}

fn unpack(frame: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    zstd::stream::read::Decoder::new(frame)?.take(FRAME_BYTES_MAX).read_to_end(&mut text)?;
    Ok(text)
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
    let damaged =
        |at: usize, why: String| StoreError::Damaged { path: path.into(), offset: start + at as u64, why };
    let (whole, damage) = match whole_frames(&bytes) {
        Ok(whole) => (whole, None),
        Err((whole, why)) => (whole, Some(damaged(whole, why.into()))),
    };
    let mut at = 0;
    while at < whole {
        let size = zstd_safe::find_frame_compressed_size(&bytes[at..])
            .map_err(|_| damaged(at, "no frame".into()))?;
        let text = unpack(&bytes[at..at + size]).map_err(|e| damaged(at, e.to_string()))?;
        for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(record) => take(record),
                Err(e) => return Err(newer(path, line).unwrap_or_else(|| damaged(at, e.to_string()))),
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
