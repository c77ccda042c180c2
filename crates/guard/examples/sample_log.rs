//! Writes a small log into a folder, as a gateway would: decisions of the laws' office, tiles, entries,
//! a signed checkpoint and the key to check it with. Other tools can then be tried on it.

use guard::book::{Book, File};
use guard::door::{Door, Outcome, Repeat};
use guard::key_pair;
use guard::laws::{Office, requests};
use std::path::Path;
use std::sync::Arc;

const ORIGIN: &str = "log.example/guard";
/// More than one whole tile.
const TIMES: usize = 6;

fn main() -> Result<(), String> {
    let folder = std::env::args().nth(1).ok_or("usage: sample_log FOLDER")?;
    let folder = Path::new(&folder);
    let keys = key_pair(ORIGIN, [42; 32]);
    let mut office = Office::usual()?;
    let (mut door, mut book, mut leaves) = (Door::default(), Book::default(), Vec::<Vec<u8>>::new());
    for (who, text) in (0..TIMES).flat_map(|_| requests()) {
        let decision = office.says(who, &text);
        let number = door.admit(&decision, Repeat::Never, &mut book, &mut leaves)?;
        if let (Some(number), Some(sent)) = (number, decision.sent()) {
            let effect = door.begin(number, sent, &mut book, &mut leaves)?;
            door.end(effect, Outcome::Done, &mut book, &mut leaves)?;
        }
    }
    let leaf = |n: u64| leaves.get(usize::try_from(n).ok()?).map(|leaf| Arc::from(leaf.as_slice()));
    let mut files = book.tiles(0)?;
    files.extend(book.bundles(0, &leaf)?);
    files.push(File { path: "checkpoint".into(), bytes: book.checkpoint(ORIGIN, &[&keys.signer])? });
    files.push(File { path: "key".into(), bytes: keys.verifier.into_bytes() });
    files.iter().try_for_each(|file| write(folder, file).map_err(|why| format!("{}: {why}", file.path)))
}

fn write(folder: &Path, file: &File) -> std::io::Result<()> {
    let path = folder.join(&file.path);
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, &file.bytes)
}
