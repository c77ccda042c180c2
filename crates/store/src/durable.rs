//! What a power loss must not take back: names in folders, and files that are replaced.
//!
//! A file's own flush says nothing of its name: that stands in the folder, which has a flush of its own.

use crate::StoreError;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

/// Makes a folder and those above it, and waits until their names are on the disk.
pub(crate) fn create_dir(path: &Path) -> Result<(), StoreError> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists()).collect();
    fs::create_dir_all(path).map_err(StoreError::io(path))?;
    // From the outermost: a folder whose own name is lost keeps nothing.
    missing.into_iter().rev().try_for_each(sync_name)
}

/// Waits until the name of a file or folder is on the disk.
pub(crate) fn sync_name(path: &Path) -> Result<(), StoreError> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Elsewhere a folder cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(parent).and_then(|folder| folder.sync_all()) {
        // A file system that cannot flush folders has nothing to offer here.
        Err(e) if matches!(e.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced.map_err(StoreError::io(parent)),
    }
}

/// Writes a file whole or not at all: a temporary file beside it, then a rename.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(parent) = path.parent() {
        create_dir(parent)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut f| {
        f.write_all(bytes)?;
        f.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&part, path));
    renamed.map_err(|e| {
        let _ = fs::remove_file(&part);
        StoreError::io(path)(e)
    })?;
    sync_name(path)
}
