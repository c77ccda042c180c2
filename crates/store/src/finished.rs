//! Which episodes are finished: names only, each file read once and then only what is new in it.

use crate::StoreError;
use crate::frames::read_frames_from;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use trace::{End, Name};

/// The finished episodes of a run, as far as its record was looked at.
#[derive(Default)]
pub(crate) struct Finished {
    pub names: HashSet<Name>,
    /// Those of them that the index was not told yet.
    pub unmarked: Vec<Name>,
    /// How far each file is read.
    read: HashMap<PathBuf, u64>,
}

impl Finished {
    /// Reads what the record holds beyond what was read of it.
    pub fn look(&mut self, folder: &Path) -> Result<(), StoreError> {
        crate::run::files(folder, "episodes-").iter().try_for_each(|path| self.look_at(path))
    }

    /// The same for one file.
    pub fn look_at(&mut self, path: &Path) -> Result<(), StoreError> {
        let start = self.read.get(path).copied().unwrap_or(0);
        if std::fs::metadata(path).is_ok_and(|m| m.len() <= start) {
            return Ok(());
        }
        let end = read_frames_from(path, start, |title: Title| {
            if let Some(name) = title.name.filter(|_| title.done)
                && self.names.insert(name.clone())
            {
                self.unmarked.push(name);
            }
        })?;
        self.read.insert(path.into(), end);
        Ok(())
    }
}

/// What of a record says whether an episode is finished: the events are passed over.
#[derive(serde::Deserialize)]
struct Fields {
    v: u32,
    kind: String,
    #[serde(default)]
    name: Option<Name>,
    #[serde(default)]
    end: Option<End>,
}

/// An episode's name, and whether it is finished. No name where a record is no episode.
#[derive(serde::Deserialize)]
#[serde(try_from = "Fields")]
pub(crate) struct Title {
    pub name: Option<Name>,
    pub done: bool,
}

impl TryFrom<Fields> for Title {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { v, kind, name, end } = fields;
        if v > trace::VERSION {
            return Err(format!("version {v}"));
        }
        Ok(Self { name: name.filter(|_| kind == "episode"), done: end == Some(End::Done) })
    }
}
