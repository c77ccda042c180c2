//! Where a record file ends: after its last frame that can be read.
//!
//! An append is acknowledged when its whole frame was flushed, and the next one begins only then. So
//! what a kill or a power loss leaves behind the acknowledged frames is one frame at most: cut short,
//! or of full length with bytes that never reached the disk and stand as zeros. It holds nothing
//! acknowledged, or the disk lies: a rotten last frame cannot be told from one that was never flushed.
//! Both are passed over, and played or bought again.
//!
//! Damage before the last frame cannot come from an append. It is told, and nothing is cut off.

use std::io::Read as _;
use zstd::zstd_safe;

/// How every frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The largest frame that is decompressed, in bytes: a hostile file cannot fill the memory. A game of a
/// hundred thousand turns takes a quarter of it.
pub(crate) const FRAME_BYTES_MAX: u64 = 4 << 30;

/// Length of the longest prefix that is whole frames, where what follows is one frame that was being
/// written; else where the damage is, and what.
pub(crate) fn whole_frames(bytes: &[u8]) -> Result<usize, (usize, &'static str)> {
    let (last, end) = walk(bytes);
    let rest = &bytes[end..];
    let whole = match last == end || intact(&bytes[last..end]) {
        true if rest.is_empty() => return Ok(end),
        true if !begins(rest) => return Err((end, "what follows is no frame")),
        true => end,
        // After an append that failed none is begun. So the broken one was acknowledged.
        false if !rest.is_empty() && begins(rest) => {
            return Err((last, "a frame is broken and others follow"));
        }
        false => last,
    };
    let tail = &bytes[whole..];
    let mut later = tail.windows(MAGIC.len()).enumerate().skip(1).filter(|(_, w)| *w == MAGIC);
    if later.any(|(offset, _)| is_frame(&tail[offset..])) {
        return Err((whole, "a frame is broken and others follow"));
    }
    Ok(whole)
}

/// Walks over frames of full length: where the last of them begins and where it ends.
fn walk(bytes: &[u8]) -> (usize, usize) {
    let (mut last, mut end) = (0, 0);
    while let Some(size) = frame_size(&bytes[end..]) {
        (last, end) = (end, end + size);
    }
    (last, end)
}

/// The length of the frame with which bytes begin, if it is there in full length.
pub(crate) fn frame_size(bytes: &[u8]) -> Option<usize> {
    zstd_safe::find_frame_compressed_size(bytes).ok().filter(|size| *size > 0 && *size <= bytes.len())
}

/// Whether bytes can be a frame that was being written: each byte as it was meant, or not there yet.
fn begins(bytes: &[u8]) -> bool {
    bytes.iter().zip(MAGIC).all(|(byte, meant)| *byte == meant || *byte == 0)
}

/// Whether bytes begin with a frame that can be read.
fn is_frame(bytes: &[u8]) -> bool {
    frame_size(bytes).is_some_and(|size| unpack(&bytes[..size]).is_ok())
}

/// Whether a frame is what was written. One too large to be looked at is no torn one.
fn intact(frame: &[u8]) -> bool {
    unpack(frame).map_or_else(|e| e.kind() == std::io::ErrorKind::FileTooLarge, |_| true)
}

pub(crate) fn unpack(frame: &[u8]) -> std::io::Result<Vec<u8>> {
    unpack_within(frame, FRAME_BYTES_MAX)
}

fn unpack_within(frame: &[u8], bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    zstd::stream::read::Decoder::new(frame)?.take(bytes_max + 1).read_to_end(&mut text)?;
    if text.len() as u64 > bytes_max {
        let why = format!("a frame holds more than {bytes_max} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::unpack_within;

    #[test]
    fn a_frame_that_is_too_large_is_told_and_not_cut_short() {
        let frame = zstd::bulk::compress(&[b'a'; 100], 3).unwrap();
        assert_eq!(unpack_within(&frame, 100).unwrap().len(), 100);
        let told = unpack_within(&frame, 99).unwrap_err();
        assert_eq!(told.to_string(), "a frame holds more than 99 bytes");
    }
}
