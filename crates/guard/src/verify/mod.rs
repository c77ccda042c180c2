//! Reading a log as somebody who trusts nothing but a checkpoint.
//!
//! ```text
//! checkpoints ─▶ heads (signed sizes and roots) ─┐
//! leaves ────────▶ a tree, leaf by leaf ─────────┴─▶ whole, or how it is broken
//! ```
//!
//! [`verify`] holds leaves against heads; [`Audit`] reads a whole log as it lies on disk. What is newer than
//! the newest checkpoint nobody vouches for: it can be cut off unseen.

mod audit;
mod sealed;

pub use audit::{Audit, Effects};
pub use sealed::{Payloads, Sealed};

use crate::book::{self, Book};
use crate::keys::Operators;
use crate::mutant::{Mutant, planted};
use tlog_tiles::{Checkpoint, Hash};

/// A tree of which a log has signed the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    pub size: u64,
    pub root: [u8; 32],
}

/// How a log is not what was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("{leaves} leaves are left of {size} that were signed")]
    Truncated { leaves: u64, size: u64 },
    #[error("the first {size} leaves are not those that were signed")]
    Altered { size: u64 },
    #[error("two trees were signed, and the one of {size} leaves is not the beginning of the other")]
    Forked { size: u64 },
    #[error("{0}")]
    Unsigned(String),
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{file}` is not what the leaves come to, from leaf {leaf} on")]
    Unlike { file: String, leaf: u64 },
    #[error("`{file}`: {why}")]
    Payload { file: String, why: String },
    #[error("{0}")]
    Unreadable(String),
    /// The leaves are no history of a door.
    #[error("{0}")]
    Unmediated(String),
}

impl Broken {
    /// One word for each way: part of the face's JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::Altered { .. } => "altered",
            Self::Forked { .. } => "forked",
            Self::Unsigned(_) => "unsigned",
            Self::Missing(_) => "missing",
            Self::Unlike { .. } => "unlike",
            Self::Payload { .. } => "payload",
            Self::Unreadable(_) => "unreadable",
            Self::Unmediated(_) => "unmediated",
        }
    }
}

/// What is known of a log that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub leaves: u64,
    /// How many of them a checkpoint vouches for.
    pub attested: u64,
}

impl Head {
    /// Reads a checkpoint that one of `keys` has signed for a log of this origin.
    ///
    /// # Errors
    /// In words: another origin, no known signature, not a checkpoint.
    pub fn read(checkpoint: &[u8], origin: &str, keys: &[String]) -> Result<Self, String> {
        let text = signed_text(checkpoint)?;
        let known = Operators::new(keys, 1).map_err(|why| why.to_string())?;
        known.signers(&text, checkpoint)?;
        let head = Checkpoint::from_bytes(text.as_bytes()).map_err(|why| why.to_string())?;
        if head.origin() != origin {
            return Err(format!("it is of the log `{}`", head.origin()));
        }
        Ok(Self { size: head.size(), root: head.hash().0 })
    }

    /// Reads a checkpoint that the log has signed itself: with a key of the name that stands in its first
    /// line (C2SP tlog-checkpoint), one of `keys`. Gives that name as well.
    ///
    /// # Errors
    /// In words: no key of this log is known, or as [`Head::read`].
    pub fn of_log(checkpoint: &[u8], keys: &[String]) -> Result<(String, Self), String> {
        let text = signed_text(checkpoint)?;
        let origin = text.lines().next().unwrap_or_default();
        let name = |key: &&String| key.split('+').next() == Some(origin);
        let own: Vec<String> = keys.iter().filter(name).cloned().collect();
        if own.is_empty() {
            return Err(format!("it is of the log `{origin}`, and no key of this name is given"));
        }
        Ok((origin.to_owned(), Self::read(checkpoint, origin, &own)?))
    }

    /// The root as checkpoints write it: base64.
    pub fn root_text(&self) -> String {
        Hash(self.root).to_string()
    }
}

/// What is signed of a note: everything before its signatures.
fn signed_text(note: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(note).map_err(|why| why.to_string())?;
    let (text, _) = text.rsplit_once("\n\n").ok_or("a checkpoint is signed")?;
    Ok(format!("{text}\n"))
}

/// Holds a log against every checkpoint that one has.
///
/// # Errors
/// The first thing that is [`Broken`], smallest tree first.
pub fn verify<'a>(leaves: impl IntoIterator<Item = &'a [u8]>, heads: &[Head]) -> Result<Whole, Broken> {
    let mut heads = heads.to_vec();
    heads.sort();
    heads.dedup();
    if let Some(pair) = heads.windows(2).find(|pair| pair[0].size == pair[1].size) {
        return Err(Broken::Forked { size: pair[0].size });
    }
    let mut edge = Edge::default();
    let mut due = heads.iter().peekable();
    let mut leaves = leaves.into_iter();
    // A tree that was signed and is not this one. Where a later one is, two were signed.
    let mut other = None;
    loop {
        while let Some(head) = due.next_if(|head| head.size == edge.size) {
            match (edge.root().0 == head.root, other) {
                (true, Some(size)) => return Err(Broken::Forked { size }),
                (true, None) => {}
                (false, _) => other = other.or(Some(head.size)),
            }
        }
        match leaves.next() {
            Some(leaf) => edge.push(leaf),
            None => break,
        }
    }
    if let Some(size) = other {
        return Err(Broken::Altered { size });
    }
    match due.next() {
        Some(head) if !planted(Mutant::TruncationPasses) => {
            Err(Broken::Truncated { leaves: edge.size, size: head.size })
        }
        _ => Ok(Whole { leaves: edge.size, attested: heads.last().map_or(0, |head| head.size) }),
    }
}

/// The right edge of a tree: enough to go on, however many leaves there were.
#[derive(Default)]
struct Edge {
    size: u64,
    /// Roots of the full subtrees, the largest first.
    roots: Vec<Hash>,
}

impl Edge {
    fn push(&mut self, leaf: &[u8]) {
        let mut root = book::leaf_hash(leaf);
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = tlog_tiles::node_hash(left, root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    fn root(&self) -> Hash {
        let mut all = self.roots.iter().rev().copied();
        let last = all.next().unwrap_or(tlog_tiles::EMPTY_HASH);
        all.fold(last, |right, left| tlog_tiles::node_hash(left, right))
    }
}

/// Checks that a leaf is in a signed tree.
///
/// # Errors
/// In words, where the proof does not show it.
pub fn check_inclusion(head: &Head, index: u64, leaf: &[u8], proof: &[[u8; 32]]) -> Result<(), String> {
    let proof = proof.iter().map(|hash| Hash(*hash)).collect();
    tlog_tiles::check_record(&proof, head.size, Hash(head.root), index, book::leaf_hash(leaf))
        .map_err(|why| why.to_string())
}

/// Checks that one signed tree is the beginning of another: no fork between them.
///
/// # Errors
/// In words, where the proof does not show it.
pub fn check_consistency(old: &Head, new: &Head, proof: &[[u8; 32]]) -> Result<(), String> {
    let proof = proof.iter().map(|hash| Hash(*hash)).collect();
    tlog_tiles::check_tree(&proof, new.size, Hash(new.root), old.size, Hash(old.root))
        .map_err(|why| why.to_string())
}

/// The head of a book, as a witness would note it.
///
/// # Errors
/// Only where the tree is damaged in memory.
pub fn head_of(book: &Book) -> Result<Head, String> {
    Ok(Head { size: book.size(), root: book.root()? })
}
