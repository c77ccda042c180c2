//! Wall 2: a log in which nothing can be changed unseen by whoever holds a checkpoint.
//!
//! ```text
//! leaf ─▶ caller's storage ─▶ tree (RFC 6962) ─▶ checkpoint (C2SP, Ed25519) · tiles and entries (C2SP)
//!            └─ failed: no receipt, and without a receipt no effect
//! ```
//!
//! Source: RFC 6962; c2sp.org/tlog-tiles, /tlog-checkpoint, /signed-note, through the crates `tlog_tiles`
//! and `signed_note`. No agent sees a number or a hash of it. The caller stores; here are bytes.

use crate::keys;
use crate::mutant::{Mutant, planted};
use std::sync::Arc;
use tlog_tiles::{Checkpoint, Error as TreeError, Hash, HashReader, Tile};

/// Hashes of a tile: 2^8.
const TILE_HEIGHT: u8 = 8;
/// Levels of tiles of the largest tree that leaves can be counted in.
const LEVELS: u8 = 8;
/// Leaves of a bundle.
pub(crate) const BUNDLE_LEAVES: u64 = 1 << TILE_HEIGHT;
/// Most bytes of a leaf: entries are prefixed with 16 bits of length.
pub const LEAF_BYTES_MAX: usize = u16::MAX as usize;

/// Where leaves are kept. It returns when they would survive a crash.
pub trait Storage {
    /// Keeps leaves, one wait for the disk for all of them.
    ///
    /// # Errors
    /// In words: then all of them count as never written, though some may be found after a restart.
    fn keep(&mut self, leaves: &[&[u8]]) -> Result<(), String>;
}

impl Storage for Vec<Vec<u8>> {
    fn keep(&mut self, leaves: &[&[u8]]) -> Result<(), String> {
        self.extend(leaves.iter().map(|leaf| leaf.to_vec()));
        Ok(())
    }
}

/// That a leaf is written. Only [`Book::append`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    index: u64,
}

impl Written {
    /// The leaf's number: the operator's.
    pub fn index(&self) -> u64 {
        self.index
    }
}

/// A file of the log as standard tools read it: a path below the log's root, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The tree over the leaves: 64 bytes of memory for each.
#[derive(Clone, Debug, Default)]
pub struct Book {
    hashes: Stored,
    size: u64,
    /// A write has failed: nobody knows what the storage holds now, and so no number would be right.
    failed: bool,
}

#[derive(Clone, Debug, Default)]
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        let read = |index: &u64| self.0.get(usize::try_from(*index).ok()?).copied();
        indexes.iter().map(read).collect::<Option<_>>().ok_or(TreeError::IndexesNotInTree)
    }
}

impl Book {
    /// The tree over leaves that were kept.
    ///
    /// # Errors
    /// In words, where a leaf is too long.
    pub fn over<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut book = Self::default();
        leaves.into_iter().try_for_each(|leaf| book.grow(leaf))?;
        Ok(book)
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes a leaf: first where it survives, then in the tree.
    ///
    /// # Errors
    /// In words, where it is too long or could not be kept: there is no receipt then, and no effect. After
    /// a failed write nothing more is appended until the leaves that survived are read again.
    pub fn append(&mut self, leaf: &[u8], to: &mut dyn Storage) -> Result<Written, String> {
        match self.keep(&[leaf], to) {
            Err(_) if planted(Mutant::EffectWithoutRecord) => return Ok(Written { index: self.size }),
            kept => kept?,
        }
        self.grow(leaf)?;
        Ok(Written { index: self.size - 1 })
    }

    /// Writes several leaves as [`Book::append`] writes one, and waits for the storage once.
    ///
    /// # Errors
    /// In words: then none of them is written.
    pub fn append_all(&mut self, leaves: &[&[u8]], to: &mut dyn Storage) -> Result<Vec<Written>, String> {
        self.keep(leaves, to)?;
        let first = self.size;
        leaves.iter().try_for_each(|leaf| self.grow(leaf))?;
        Ok((first..self.size).map(|index| Written { index }).collect())
    }

    fn keep(&mut self, leaves: &[&[u8]], to: &mut dyn Storage) -> Result<(), String> {
        if let Some(long) = leaves.iter().find(|leaf| leaf.len() > LEAF_BYTES_MAX) {
            return Err(format!("a leaf of {} bytes; at most {LEAF_BYTES_MAX}", long.len()));
        }
        if self.failed && !planted(Mutant::GoesOnAfterAFailedWrite) {
            return Err("a write has failed: the log is read again first".into());
        }
        let kept = to.keep(leaves);
        self.failed |= kept.is_err();
        kept
    }

    fn grow(&mut self, leaf: &[u8]) -> Result<(), String> {
        if leaf.len() > LEAF_BYTES_MAX {
            return Err(format!("a leaf of {} bytes; at most {LEAF_BYTES_MAX}", leaf.len()));
        }
        let new = tlog_tiles::stored_hashes_for_record_hash(self.size, leaf_hash(leaf), &self.hashes);
        self.hashes.0.extend(new.map_err(|why| why.to_string())?);
        self.size += 1;
        Ok(())
    }

    /// The root of the tree: RFC 6962, section 2.1.
    ///
    /// # Errors
    /// Only where the tree is damaged in memory.
    pub fn root(&self) -> Result<[u8; 32], String> {
        tlog_tiles::tree_hash(self.size, &self.hashes).map(|hash| hash.0).map_err(|why| why.to_string())
    }

    /// A signed checkpoint: what a witness keeps.
    ///
    /// # Errors
    /// In words, where the origin or the key is malformed.
    pub fn checkpoint(&self, origin: &str, signers: &[&str]) -> Result<Vec<u8>, String> {
        let head =
            Checkpoint::new(origin, self.size, Hash(self.root()?), "").map_err(|why| why.to_string())?;
        let text = String::from_utf8(head.to_bytes()).map_err(|why| why.to_string())?;
        keys::sign(&text, signers)
    }

    /// The tiles that a tree of this size has and one of `since` leaves had not.
    ///
    /// # Errors
    /// Only where the tree is damaged in memory.
    pub fn tiles(&self, since: u64) -> Result<Vec<File>, String> {
        let file = |tile: Tile| {
            let bytes = tile.read_data(&self.hashes).map_err(|why| why.to_string())?;
            Ok(File { path: path_of(tile), bytes })
        };
        Tile::new_tiles(TILE_HEIGHT, since, self.size).into_iter().map(file).collect()
    }

    /// The hashes of one tile; none where this tree has not so many.
    pub(crate) fn tile(&self, tile: Tile) -> Option<Vec<u8>> {
        let hashes = self.size >> (u32::from(TILE_HEIGHT) * u32::from(tile.level()));
        let end = tile.level_index().checked_mul(1 << TILE_HEIGHT)?.checked_add(tile.width().into())?;
        if end > hashes {
            return None;
        }
        tile.read_data(&self.hashes).ok()
    }

    /// The bundles of entries of the same sizes. `leaf` gives a leaf by its number.
    ///
    /// # Errors
    /// Names the leaf that is not there.
    pub fn bundles(&self, since: u64, leaf: &dyn Fn(u64) -> Option<Arc<[u8]>>) -> Result<Vec<File>, String> {
        let tiles =
            Tile::new_tiles(TILE_HEIGHT, since, self.size).into_iter().filter(|tile| tile.level() == 0);
        let file = |tile: Tile| {
            let first = tile.level_index() << TILE_HEIGHT;
            let mut bytes = Vec::new();
            for n in first..first + u64::from(tile.width()) {
                let leaf = leaf(n).ok_or_else(|| format!("leaf {n} is not there"))?;
                push_entry(&mut bytes, &leaf)?;
            }
            Ok(File {
                path: path_of(Tile::new(TILE_HEIGHT, 0, tile.level_index(), tile.width(), true)),
                bytes,
            })
        };
        tiles.map(file).collect()
    }

    /// That a leaf is in the tree: RFC 6962, section 2.1.1.
    ///
    /// # Errors
    /// Where there is no such leaf.
    pub fn inclusion(&self, index: u64) -> Result<Vec<[u8; 32]>, String> {
        if index >= self.size {
            return Err(format!("there are {} leaves", self.size));
        }
        let proof =
            tlog_tiles::prove_record(self.size, index, &self.hashes).map_err(|why| why.to_string())?;
        Ok(proof.into_iter().map(|hash| hash.0).collect())
    }

    /// That a smaller tree is its beginning: RFC 6962, section 2.1.2.
    ///
    /// # Errors
    /// Where it was never so small.
    pub fn consistency(&self, size: u64) -> Result<Vec<[u8; 32]>, String> {
        if size == 0 || size > self.size {
            return Err(format!("a beginning has 1 to {} leaves", self.size));
        }
        let proof = tlog_tiles::prove_tree(self.size, size, &self.hashes).map_err(|why| why.to_string())?;
        Ok(proof.into_iter().map(|hash| hash.0).collect())
    }
}

/// Where a tile lies below the log's root.
pub(crate) fn path_of(tile: Tile) -> String {
    let kind = if tile.is_data() { ("tile/8/data/", "tile/entries/") } else { ("tile/8/", "tile/") };
    tile.path().replacen(kind.0, kind.1, 1)
}

/// The tile that lies at a path. Total, which the library's own reading is not: it panics on an empty tile.
pub(crate) fn tile_at(path: &str) -> Option<Tile> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let (level, is_data) = match level {
        "entries" => (0, true),
        level => (level.parse().ok().filter(|level| *level < LEVELS)?, false),
    };
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok().filter(|w| (1..1 << TILE_HEIGHT).contains(w))?),
        None => (rest, 1 << TILE_HEIGHT),
    };
    let digits = |three: &str| three.trim_start_matches('x').parse::<u64>().ok();
    let number =
        number.split('/').try_fold(0_u64, |n, three| n.checked_mul(1000)?.checked_add(digits(three)?));
    let tile = Tile::new(TILE_HEIGHT, level, number.filter(|n| *n < 1 << 48)?, width, is_data);
    (path_of(tile) == path).then_some(tile)
}

/// The hash of a leaf: SHA-256 over a zero byte and the leaf, so that no leaf can stand for a node.
pub(crate) fn leaf_hash(leaf: &[u8]) -> Hash {
    if planted(Mutant::LeafWithoutPrefix) {
        let hex = trace::digest(leaf).into_bytes();
        return tlog_tiles::record_hash(&hex);
    }
    tlog_tiles::record_hash(leaf)
}

/// Writes one entry of a bundle: two bytes of length, and the leaf.
///
/// # Errors
/// Where it is too long.
pub fn push_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), String> {
    let len = u16::try_from(leaf.len()).map_err(|_| format!("a leaf of {} bytes", leaf.len()))?;
    bundle.extend(len.to_be_bytes());
    bundle.extend(leaf);
    Ok(())
}

/// The leaves of a bundle, or of bundles one after the other. Total: bytes are hostile.
///
/// # Errors
/// Says at which byte an entry is cut off.
pub fn entries(bundle: &[u8]) -> Result<Vec<&[u8]>, String> {
    let (found, whole) = entries_before_tear(bundle);
    if whole == bundle.len() { Ok(found) } else { Err(format!("the entry at byte {whole} is cut off")) }
}

/// The whole entries at the beginning of a file, and where they end: what follows was being written when
/// the machine stopped. It was never acknowledged, so no effect rests on it.
pub fn entries_before_tear(file: &[u8]) -> (Vec<&[u8]>, usize) {
    let (mut found, mut rest) = (Vec::new(), file);
    while let Some((len, after)) = rest.split_first_chunk::<2>() {
        let Some((leaf, after)) = after.split_at_checked(usize::from(u16::from_be_bytes(*len))) else {
            break;
        };
        found.push(leaf);
        rest = after;
    }
    (found, file.len() - rest.len())
}
