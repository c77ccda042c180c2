//! The folder of one run.

use crate::durable::{create_dir, sync_name, write_atomically};
use crate::finished::{Finished, Title};
use crate::frames::lock;
use crate::index::Index;
use crate::{Frames, Responses, StoreError, read_frames};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
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
        create_dir(&path)?;
        // Whoever made it may have died before its name was on the disk.
        sync_name(&path)?;
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
    /// the latest: it says what stands in the way now.
    pub fn each(&self, mut take: impl FnMut(Episode)) -> Result<(), StoreError> {
        let paths = files(&self.path, "episodes-");
        let chosen = choose(&paths)?;
        for (file, path) in paths.iter().enumerate() {
            let mut at = Place { file, record: 0 };
            read_frames(path, |record: Record| {
                if let Record::Episode(episode) = record
                    && chosen.get(&episode.name).is_some_and(|(place, _)| *place == at)
                {
                    take(*episode);
                }
                at.record += 1;
            })?;
        }
        Ok(())
    }

    /// Opens the run for playing: a shard of this process's own, and the index.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        let mut index = Index::open(&self.path.join("index.db"))?;
        let (shard, frames) = Frames::claim_free(&self.path, "episodes-", |_| true)?;
        // Only now, with the shard in hand: what its last owner recorded is marked before its leases
        // are given up.
        let mut finished = Finished::default();
        finished.look(&self.path)?;
        let again = &mut finished;
        index.rebuild(move || again.look(&self.path).map(|()| &again.names))?;
        finished.unmarked.clear();
        index.release(shard)?;
        let mut writer = Writer { folder: self.clone(), index, shard, frames, finished };
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
    finished: Finished,
}

impl Writer {
    /// Which of these this process shall play: neither on record nor being played by another.
    pub fn claim(&mut self, names: &[Name]) -> Result<Vec<bool>, StoreError> {
        self.index.claim(names, self.shard)
    }

    /// The names of all finished episodes, those of other processes included.
    pub fn finished(&mut self) -> Result<&HashSet<Name>, StoreError> {
        self.finished.look(&self.folder.path)?;
        Ok(&self.finished.names)
    }

    /// Seals a group of episodes. When this returns they survive a kill.
    pub fn append<E: Serialize>(&mut self, episodes: Vec<Episode<E>>) -> Result<(), StoreError> {
        let named = |episodes: &[&Episode<E>]| episodes.iter().map(|e| e.name.clone()).collect::<Vec<Name>>();
        let (done, broken): (Vec<&Episode<E>>, Vec<&Episode<E>>) =
            episodes.iter().partition(|e| e.end == End::Done);
        let (done, broken) = (named(&done), named(&broken));
        let records: Vec<Record<E>> = episodes.into_iter().map(|e| Record::Episode(Box::new(e))).collect();
        self.frames.append(&records)?;
        self.index.done(done.iter())?;
        // What broke here another process may try: two that wait for each other would wait for ever.
        self.index.yield_up(broken.iter(), self.shard)
    }

    /// Frees the leases of processes that are gone.
    pub fn release_dead(&mut self) -> Result<(), StoreError> {
        for path in files(&self.folder.path, "episodes-") {
            let Some(shard) = shard_of(&path).filter(|s| *s != self.shard) else { continue };
            if let Some(_dead) = lock(&path)? {
                self.finished.look_at(&path)?;
                self.index.done(self.finished.unmarked.iter())?;
                self.finished.unmarked.clear();
                self.index.release(shard)?;
            }
        }
        Ok(())
    }

    /// The purchases of the log folder, with a ledger of this process's own.
    pub fn responses(&self) -> Result<Responses, StoreError> {
        let log_dir = self.folder.path.parent().unwrap_or(&self.folder.path);
        Responses::open(&self.folder.path, log_dir)
    }
}

/// A record's place in a run.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    file: usize,
    record: usize,
}

/// Which record of each episode counts, and whether it is a finished one.
fn choose(paths: &[PathBuf]) -> Result<HashMap<Name, (Place, bool)>, StoreError> {
    let mut chosen = HashMap::new();
    for (file, path) in paths.iter().enumerate() {
        let mut at = Place { file, record: 0 };
        read_frames(path, |Title { name, done }| {
            if let Some(name) = name {
                let (place, finished) = chosen.entry(name).or_insert((at, done));
                if !*finished {
                    (*place, *finished) = (at, done);
                }
            }
            at.record += 1;
        })?;
    }
    Ok(chosen)
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
