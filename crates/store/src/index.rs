//! What is done and what another process plays: `index.db`, rebuildable from the record.
//!
//! A lease belongs to a shard, and holds as long as some process holds the shard's lock: no clock,
//! no time-out, nothing to wait for after a kill.

use crate::StoreError;
use rusqlite::{Connection, ErrorCode, params};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::Name;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS done(name TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lease(name TEXT PRIMARY KEY, shard INTEGER NOT NULL) WITHOUT ROWID;";

/// How often an index is opened again while another process opens it, and how long between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) struct Index {
    db: Connection,
    path: PathBuf,
}

impl Index {
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let open = || {
            let db = Connection::open(path)?;
            db.busy_timeout(Duration::from_secs(30))?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            // Losing the index loses nothing: the record is the truth.
            db.pragma_update(None, "synchronous", "OFF")?;
            db.execute_batch(SCHEMA)?;
            Ok(db)
        };
        let db = in_turn(open).map_err(StoreError::index(path))?;
        Ok(Self { db, path: path.into() })
    }

    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        let done = tx.and_then(|tx| {
            let out = work(&tx)?;
            tx.commit()?;
            Ok(out)
        });
        done.map_err(StoreError::index(&self.path))
    }

    /// Says that these are on record.
    pub fn done<'a>(&mut self, mut names: impl Iterator<Item = &'a Name>) -> Result<(), StoreError> {
        self.in_transaction(|db| {
            let mut insert = db.prepare_cached("INSERT OR IGNORE INTO done VALUES (?1)")?;
            names.try_for_each(|name| insert.execute([name.as_str()]).map(drop))
        })
    }

    /// Says that these and no others are on record. `read` reads the record while nobody else can
    /// write here: what is marked later was on record before. When it fails, nothing changes.
    pub fn rebuild<'a>(
        &mut self,
        read: impl FnOnce() -> Result<&'a HashSet<Name>, StoreError>,
    ) -> Result<(), StoreError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        let tx = tx.map_err(StoreError::index(&self.path))?;
        let names = read()?;
        replace(&tx, names).and_then(|()| tx.commit()).map_err(StoreError::index(&self.path))
    }

    /// Takes the leases of those that are neither done nor leased by another shard.
    pub fn claim(&mut self, names: &[Name], shard: u32) -> Result<Vec<bool>, StoreError> {
        self.in_transaction(|db| {
            let mut done = db.prepare_cached("SELECT 1 FROM done WHERE name = ?1")?;
            let mut lease = db.prepare_cached(
                "INSERT INTO lease VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET shard = shard WHERE shard = ?2",
            )?;
            let mut claim = |name: &Name| {
                if done.exists([name.as_str()])? {
                    return Ok(false);
                }
                Ok(lease.execute(params![name.as_str(), shard])? == 1)
            };
            names.iter().map(&mut claim).collect()
        })
    }

    /// Gives up the leases of these, where the shard has them.
    pub fn yield_up<'a>(
        &mut self,
        mut names: impl ExactSizeIterator<Item = &'a Name>,
        shard: u32,
    ) -> Result<(), StoreError> {
        if names.len() == 0 {
            return Ok(());
        }
        self.in_transaction(|db| {
            let mut give = db.prepare_cached("DELETE FROM lease WHERE name = ?1 AND shard = ?2")?;
            names.try_for_each(|name| give.execute(params![name.as_str(), shard]).map(drop))
        })
    }

    /// Gives up all leases of a shard whose writer is gone.
    pub fn release(&mut self, shard: u32) -> Result<(), StoreError> {
        self.in_transaction(|db| db.execute("DELETE FROM lease WHERE shard = ?1", [shard]).map(drop))
    }
}

/// Two processes that open one index at once may both be about to switch its journal. SQLite waits for
/// neither and calls one of them busy at once, whatever the time-out: that one tries again.
fn in_turn<T>(open: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    for _ in 0..TRIES {
        match open() {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => std::thread::sleep(PAUSE),
            opened => return opened,
        }
    }
    open()
}

fn replace(db: &Connection, names: &HashSet<Name>) -> rusqlite::Result<()> {
    db.execute("DELETE FROM done", [])?;
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO done VALUES (?1)")?;
    names.iter().try_for_each(|name| insert.execute([name.as_str()]).map(drop))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::*;

    /// Many openings of fresh indexes at once: each needs the journal switched.
    #[test]
    fn many_open_one_index_at_once() {
        for _ in 0..100 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("index.db");
            std::thread::scope(|scope| {
                let openings = [(); 8].map(|()| scope.spawn(|| Index::open(&path).map(drop)));
                for opening in openings {
                    opening.join().unwrap().unwrap();
                }
            });
        }
    }
}
