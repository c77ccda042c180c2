//! A log as it lies on disk: one file of entries, or a folder of C2SP tiles.
//!
//! ```text
//! tile/entries/000, 001, … ─▶ leaves ─▶ tree ─▶ held against heads
//!                                        └────▶ held against every file of hashes there is
//! ```
//!
//! Source: c2sp.org/tlog-tiles. Facts: total; names and bytes are hostile; the caller reads, here nothing is
//! opened. What is wrong is listed, the signed trees first.

use super::{Broken, Head, Payloads, Sealed, verify};
use crate::book::{self, BUNDLE_LEAVES, Book};
use crate::door::{Door, Outcome, Stage};
use std::collections::{BTreeMap, BTreeSet};
use tlog_tiles::Tile;

/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// What is known of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    pub leaves: u64,
    /// How many of them a checkpoint vouches for, if nothing is broken.
    pub attested: u64,
    /// Bytes of a last entry that is cut off: it was being written, and nothing rests on it.
    pub torn_bytes: usize,
    /// Files below `tile/` that were read.
    pub files: usize,
    pub effects: Effects,
    /// Nothing where the log has no folder of them.
    pub payloads: Option<Payloads>,
    /// Whatever is wrong; nothing where the log is whole.
    pub broken: Vec<Broken>,
}

/// Allowed effects, and how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    pub allowed: u64,
    pub done: u64,
    /// The tool said that nothing was done.
    pub failed: u64,
    /// They began, and nobody knows whether they were done.
    pub unknown: u64,
}

impl Audit {
    /// Reads entries one after the other: two bytes of length, the leaf.
    pub fn of_file(bytes: &[u8], heads: &[Head]) -> Self {
        let (leaves, whole) = book::entries_before_tear(bytes);
        Self { torn_bytes: bytes.len() - whole, ..Self::of(&leaves, heads) }
    }

    /// Reads a folder. `names` are the files below `tile/`, with that prefix and slashes; `read` gives the
    /// bytes of one, or why it cannot be read; `sealed` are the payloads that lie beside them.
    pub fn of_folder(
        names: &[String],
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
        heads: &[Head],
        sealed: Option<&Sealed<'_>>,
    ) -> Self {
        let mut broken = Vec::new();
        let mut tiles = Tiles { files: BTreeMap::new(), bytes: BTreeMap::new() };
        for name in names {
            let Some(tile) = book::tile_at(name) else {
                broken.push(Broken::Unreadable(format!("`{name}` is no file of a log")));
                continue;
            };
            match read(name) {
                Ok(bytes) => drop(tiles.bytes.insert(name.clone(), bytes)),
                Err(why) => broken.push(Broken::Unreadable(format!("`{name}`: {why}"))),
            }
            tiles.files.insert(name.clone(), tile);
        }
        let leaves = tiles.leaves(&mut broken);
        let mut audit = Self { files: names.len(), ..Self::of(&leaves, heads) };
        match Book::over(leaves.iter().copied()) {
            Ok(book) => {
                tiles.compare(&book, &mut broken);
                tiles.missing(audit.leaves.min(audit.attested), &mut broken);
            }
            Err(why) => broken.push(Broken::Unreadable(why)),
        }
        audit.payloads = sealed.map(|sealed| Payloads::of(&leaves, sealed, &mut broken));
        audit.broken.append(&mut broken);
        audit
    }

    fn of(leaves: &[&[u8]], heads: &[Head]) -> Self {
        let attested = heads.iter().map(|head| head.size).max().unwrap_or(0);
        let mut audit = Self { leaves: leaves.len() as u64, attested, ..Self::default() };
        audit.broken.extend(verify(leaves.iter().copied(), heads).err());
        match Door::recover(leaves.iter().copied()) {
            Ok(door) => door.stages().for_each(|stage| audit.effects.count(stage)),
            Err(why) => audit.broken.push(Broken::Unmediated(why)),
        }
        audit
    }
}

impl Effects {
    fn count(&mut self, stage: Stage) {
        self.allowed += 1;
        match stage {
            Stage::Ended(Outcome::Done) => self.done += 1,
            Stage::Ended(Outcome::Failed) => self.failed += 1,
            Stage::Begun | Stage::Unknown => self.unknown += 1,
            Stage::Allowed | Stage::Lapsed => {}
        }
    }
}

/// The files below `tile/`.
struct Tiles {
    files: BTreeMap<String, Tile>,
    bytes: BTreeMap<String, Vec<u8>>,
}

impl Tiles {
    /// Of each place the widest: narrower ones are left over from smaller trees.
    fn widest(&self, is_data: bool) -> BTreeMap<(u8, u64), (&str, Tile)> {
        let mut widest = BTreeMap::new();
        for (name, tile) in self.files.iter().filter(|(_, tile)| tile.is_data() == is_data) {
            let known = widest.entry((tile.level(), tile.level_index())).or_insert((name.as_str(), *tile));
            if known.1.width() < tile.width() {
                *known = (name, *tile);
            }
        }
        widest
    }

    /// The leaves of all bundles, as far as no bundle is missing.
    fn leaves(&self, broken: &mut Vec<Broken>) -> Vec<&[u8]> {
        let (mut leaves, mut due) = (Vec::new(), 0);
        for (_, (name, tile)) in self.widest(true) {
            if tile.level_index() * BUNDLE_LEAVES != due {
                let whole = Tile::new(8, 0, due / BUNDLE_LEAVES, 1 << 8, true);
                broken.push(Broken::Missing(book::path_of(whole)));
                break;
            }
            due += u64::from(tile.width());
            let (found, whole) =
                self.bytes.get(name).map(|bytes| book::entries_before_tear(bytes)).unwrap_or_default();
            let cut_off = self.bytes.get(name).is_some_and(|bytes| bytes.len() != whole);
            if found.len() as u64 != u64::from(tile.width()) || cut_off {
                let cut = if cut_off { ", and one that is cut off" } else { "" };
                let (has, should) = (found.len(), tile.width());
                broken.push(Broken::Unreadable(format!(
                    "`{name}` has {has} entries{cut}; its name says {should}"
                )));
            }
            leaves.extend(found);
        }
        leaves
    }

    /// Every file of hashes, and every bundle that a smaller tree left over, against the tree.
    fn compare(&self, book: &Book, broken: &mut Vec<Broken>) {
        let widest = self.widest(true);
        for (name, tile) in &self.files {
            let Some(bytes) = self.bytes.get(name) else { continue };
            let mut torn = false;
            let own: Vec<u8> = if tile.is_data() {
                let (found, whole) = book::entries_before_tear(bytes);
                // Only the last bundle may end in the middle of an entry, and that is told elsewhere.
                let last = widest.get(&(tile.level(), tile.level_index()));
                torn = whole < bytes.len() && last.is_none_or(|(last, _)| *last != name.as_str());
                found.iter().flat_map(|leaf| book::leaf_hash(leaf).0).collect()
            } else {
                bytes.clone()
            };
            let should = book.tile(Tile::new(8, tile.level(), tile.level_index(), tile.width(), false));
            let unlike = match &should {
                Some(should) => first_unlike(&own, should),
                // The tree has no such file, not even an empty one.
                None => Some(0),
            };
            let Some(at) = unlike.or(torn.then_some(own.len() / HASH_BYTES)) else { continue };
            let under = 1_u64.checked_shl(8 * u32::from(tile.level())).unwrap_or(u64::MAX);
            let leaf = (tile.level_index() * BUNDLE_LEAVES).saturating_add(at as u64).saturating_mul(under);
            broken.push(Broken::Unlike { file: name.clone(), leaf });
        }
    }

    /// The files that a tree of so many leaves has. A wider one holds what a narrower one would.
    fn missing(&self, size: u64, broken: &mut Vec<Broken>) {
        let widest = self.widest(false);
        let told: BTreeSet<String> = Tile::new_tiles(8, 0, size)
            .into_iter()
            .filter(|tile| {
                let found = widest.get(&(tile.level(), tile.level_index()));
                found.is_none_or(|(_, found)| found.width() < tile.width())
            })
            .map(book::path_of)
            .collect();
        broken.extend(told.into_iter().map(Broken::Missing));
    }
}

/// The first hash in which two lists differ.
fn first_unlike(one: &[u8], other: &[u8]) -> Option<usize> {
    let differ = one.chunks(HASH_BYTES).zip(other.chunks(HASH_BYTES)).position(|(one, other)| one != other);
    let shorter = one.len().min(other.len()) / HASH_BYTES;
    differ.or((one.len() != other.len()).then_some(shorter))
}
