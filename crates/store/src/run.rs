//! The folder of one run.

use crate::index::Index;
use crate::{Frames, Responses, StoreError, read_frames};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use trace::{End, Episode, Name, Record};

/// A run on disk. Several processes may have it open.
#[derive(Clone, Debug)]
pub struct RunFolder {
    pub path: PathBuf,
}

impl RunFolder {
    /// The folder of a run, made if it is not there.
    pub fn create(log_dir: &Path, name: &str) -> Result<Self, StoreError> {
        let path = log_dir.join(name);
        fs::create_dir_all(&path).map_err(StoreError::io(&path))?;
        Ok(Self { path })
    }

    /// All episodes on record by name. For thousands rather [`RunFolder::each`].
    pub fn episodes(&self) -> Result<BTreeMap<Name, Episode>, StoreError> {
        let mut all = BTreeMap::new();
        self.each(|episode| drop(all.insert(episode.name.clone(), episode)))?;
        Ok(all)
    }

    /// Hands over every episode on record once, in no order that means anything, holding one group
    /// of them at a time. Of several records of one episode the first finished one counts, else
    /// the first.
    pub fn each(&self, mut take: impl FnMut(Episode)) -> Result<(), StoreError> {
        let finished = self.finished()?;
        let mut seen = HashSet::new();
        for path in files(&self.path, "episodes-") {
            read_frames(&path, |record: Record| {
                if let Record::Episode(episode) = record
                    && (episode.end == End::Done) == finished.contains(&episode.name)
                    && seen.insert(episode.name.clone())
                {
                    take(*episode);
                }
            })?;
        }
        Ok(())
    }

    /// The names of the episodes that are finished.
    fn finished(&self) -> Result<HashSet<Name>, StoreError> {
        let mut all = HashSet::new();
        for path in files(&self.path, "episodes-") {
            finished_in(&path, |name| {
                all.insert(name);
            })?;
        }
        Ok(all)
    }

    /// Opens the run for playing: a shard of this process's own, and the index.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        let mut index = Index::open(&self.path.join("index.db"))?;
        index.rebuild(|| Ok(self.finished()?.into_iter().collect()))?;
        let mut shard = 0;
        let frames = loop {
            shard += 1;
            if let Some(frames) = Frames::claim(&self.path.join(format!("episodes-{shard:04}.jsonl.zst")))? {
                break frames;
            }
        };
        // Whoever wrote here before is gone, and so are its leases.
        index.release(shard)?;
        let mut writer = Writer { folder: self.clone(), index, shard, frames };
        writer.release_dead()?;
        Ok(writer)
    }

    /// Writes a file of the folder whole or not at all.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, StoreError> {
        let path = self.path.join(name);
        write_atomically(&path, bytes)?;
        Ok(path)
    }

    /// Reads a file of the folder.
    pub fn read(&self, name: &str) -> Result<String, StoreError> {
        let path = self.path.join(name);
        fs::read_to_string(&path).map_err(StoreError::io(&path))
    }
}

/// One process's hand in a run.
pub struct Writer {
    folder: RunFolder,
    index: Index,
    shard: u32,
    frames: Frames,
}

impl Writer {
    /// Which of these this process shall play: neither on record nor being played by another.
    pub fn claim(&mut self, names: &[Name]) -> Result<Vec<bool>, StoreError> {
        self.index.claim(names, self.shard)
    }

    /// The names of all finished episodes, those of other processes included.
    pub fn finished(&self) -> Result<HashSet<Name>, StoreError> {
        self.folder.finished()
    }

    /// Seals a group of episodes. When this returns they survive a kill.
    pub fn append(&mut self, episodes: Vec<Episode>) -> Result<(), StoreError> {
        let named = |episodes: &[&Episode]| episodes.iter().map(|e| e.name.clone()).collect::<Vec<Name>>();
        let (done, broken): (Vec<&Episode>, Vec<&Episode>) =
            episodes.iter().partition(|e| e.end == End::Done);
        let (done, broken) = (named(&done), named(&broken));
        let records: Vec<Record> = episodes.into_iter().map(|e| Record::Episode(Box::new(e))).collect();
        self.frames.append(&records)?;
        self.index.done(done.iter())?;
        // What broke here another process may try: two that wait for each other would wait for ever.
        self.index.yield_up(broken.iter(), self.shard)
    }

    /// Frees the leases of processes that are gone.
    pub fn release_dead(&mut self) -> Result<(), StoreError> {
        for path in files(&self.folder.path, "episodes-") {
            let Some(shard) = shard_of(&path).filter(|s| *s != self.shard) else { continue };
            if let Some(_dead) = Frames::claim(&path)? {
                let mut names = Vec::new();
                finished_in(&path, |name| names.push(name))?;
                self.index.done(names.iter())?;
                self.index.release(shard)?;
            }
        }
        Ok(())
    }

    /// The purchases of the log folder, with a ledger of this process's own.
    pub fn responses(&self) -> Result<Responses, StoreError> {
        let log_dir = self.folder.path.parent().unwrap_or(&self.folder.path);
        Responses::open(&self.folder.path, log_dir, self.shard)
    }
}

/// What of a record says whether an episode is finished: the events are passed over.
#[derive(serde::Deserialize)]
struct Title {
    v: u32,
    kind: String,
    #[serde(default)]
    name: Option<Name>,
    #[serde(default)]
    end: Option<End>,
}

/// The name of a record's episode if it is finished.
#[derive(serde::Deserialize)]
#[serde(try_from = "Title")]
struct Finished(Option<Name>);

impl TryFrom<Title> for Finished {
    type Error = String;

    fn try_from(title: Title) -> Result<Self, String> {
        let Title { v, kind, name, end } = title;
        if v > trace::VERSION {
            return Err(format!("version {v}"));
        }
        Ok(Self(name.filter(|_| kind == "episode" && end == Some(End::Done))))
    }
}

/// Hands over the names of the finished episodes of one file.
fn finished_in(path: &Path, mut take: impl FnMut(Name)) -> Result<(), StoreError> {
    read_frames(path, |Finished(name)| name.into_iter().for_each(&mut take))
}

fn shard_of(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix("episodes-")?.strip_suffix(".jsonl.zst")?.parse().ok()
}

/// The record files of a folder that begin with `prefix`, sorted.
pub(crate) fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
        name.starts_with(prefix) && name.ends_with(".jsonl.zst")
    };
    let mut files: Vec<PathBuf> = entries.map(|e| e.path()).filter(named).collect();
    files.sort();
    files
}

/// Writes a file whole or not at all: a temporary file beside it, then a rename.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(StoreError::io(parent))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = fs::File::create(&part).and_then(|mut f| {
        f.write_all(bytes)?;
        f.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&part, path));
    renamed.map_err(|e| {
        let _ = fs::remove_file(&part);
        StoreError::io(path)(e)
    })
}
