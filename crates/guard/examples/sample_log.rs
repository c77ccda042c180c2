//! Writes a small log into a folder, as a gateway would: decisions of the laws' office, tiles, entries,
//! a signed checkpoint and the key to check it with. Other tools can then be tried on it.

use guard::book::File;
use guard::key_pair;
use guard::laws::{history, published};
use std::path::Path;

const ORIGIN: &str = "log.example/guard";
/// More than one whole tile.
const TIMES: usize = 6;

fn main() -> Result<(), String> {
    let folder = std::env::args().nth(1).ok_or("usage: sample_log FOLDER")?;
    let files = published(&history(TIMES)?, ORIGIN, &key_pair(ORIGIN, [42; 32]))?;
    let folder = Path::new(&folder);
    files.iter().try_for_each(|file| write(folder, file).map_err(|why| format!("{}: {why}", file.path)))
}

fn write(folder: &Path, file: &File) -> std::io::Result<()> {
    let path = folder.join(&file.path);
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, &file.bytes)
}
