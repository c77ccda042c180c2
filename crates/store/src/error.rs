//! What a disk can break.

use std::path::{Path, PathBuf};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path}: {source}{}", hint(source))]
    Io { path: PathBuf, source: std::io::Error },
    #[error(
        "{path}: the record is damaged at byte {offset}: {why}\nhint: what stands before it is intact{}",
        price(path)
    )]
    Damaged { path: PathBuf, offset: u64, why: String },
    #[error(
        "{path}: record version {found} is newer than this program reads ({known})\nhint: use a newer ephor"
    )]
    Newer { path: PathBuf, found: u64, known: u32 },
    #[error("{path}: {source}\nhint: the index can be deleted; it is rebuilt from the record")]
    Index { path: PathBuf, source: rusqlite::Error },
}

/// What it costs to go on.
fn price(path: &Path) -> &'static str {
    let ledger = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("ledger-"));
    match ledger {
        true => " and used; what cannot be read is bought again when it is asked for",
        false => {
            "; move the file away to go on without it: every episode in it is played again, and what the \
             ledgers hold is not bought again"
        }
    }
}

fn hint(e: &std::io::Error) -> &'static str {
    match e.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::FileTooLarge => {
            "\nhint: free some space and run the same command again: nothing recorded is lost"
        }
        std::io::ErrorKind::PermissionDenied
        | std::io::ErrorKind::NotADirectory
        | std::io::ErrorKind::ReadOnlyFilesystem => "\nhint: choose another folder with --log-dir",
        _ => "",
    }
}

impl StoreError {
    /// The file that it is about.
    pub fn path(&self) -> &Path {
        let (Self::Io { path, .. }
        | Self::Damaged { path, .. }
        | Self::Newer { path, .. }
        | Self::Index { path, .. }) = self;
        path
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.into(), source }
    }

    pub(crate) fn index(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self + '_ {
        move |source| Self::Index { path: path.into(), source }
    }
}
