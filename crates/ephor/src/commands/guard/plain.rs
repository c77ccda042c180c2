//! Files that somebody else wrote, read with a bound.

use crate::exit::Exit;
use std::io::Read;
use std::path::Path;

/// A plain file of at most so many bytes: a pipe would never end, and what a device is long nobody knows.
pub fn bounded(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("no plain file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(std::io::Error::other(format!("more than {bytes_max} bytes"))),
        false => Ok(bytes),
    }
}

/// The text of such a file; what is wrong with it stands after its name.
pub fn text(path: &Path, bytes_max: usize) -> Result<String, Exit> {
    let told = |why: &dyn std::fmt::Display| Exit::usage(format!("{}: {why}", path.display()));
    let bytes = bounded(path, bytes_max as u64).map_err(|why| told(&why))?;
    String::from_utf8(bytes).map_err(|why| told(&why))
}
