//! Finding runs in a log folder.

use crate::exit::Exit;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use store::RunFolder;
use study::RunFile;

/// The runs of a folder, the newest first.
pub fn runs(log_dir: &Path) -> Vec<(PathBuf, RunFile)> {
    let entries = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut found: Vec<(SystemTime, PathBuf, RunFile)> = entries
        .filter_map(|entry| {
            let file = entry.path().join("run.toml");
            let modified = file.metadata().ok()?.modified().ok()?;
            let run = toml::from_str(&std::fs::read_to_string(&file).ok()?).ok()?;
            Some((modified, entry.path(), run))
        })
        .collect();
    found.sort_by_key(|(modified, path, _)| (std::cmp::Reverse(*modified), path.clone()));
    found.into_iter().map(|(_, path, run)| (path, run)).collect()
}

/// A run by name, beginning of a name, folder, or `latest`.
pub fn find(log_dir: &Path, name: &str) -> Result<RunFolder, Exit> {
    let path = Path::new(name);
    if path.join("run.toml").is_file() {
        return Ok(RunFolder { path: path.into() });
    }
    let runs = runs(log_dir);
    if name == "latest" {
        let newest = runs.into_iter().next().ok_or_else(|| {
            Exit::usage(format!(
                "there is no run in {}\nhint: `ephor run` makes one; --log-dir names another folder",
                log_dir.display()
            ))
        })?;
        return Ok(RunFolder { path: newest.0 });
    }
    let called = |(path, run): &(PathBuf, RunFile)| {
        let folder = path.file_name().is_some_and(|f| f.to_string_lossy().starts_with(name));
        folder || run.run.starts_with(name)
    };
    let mut matching: Vec<PathBuf> = runs.into_iter().filter(called).map(|(path, _)| path).collect();
    match (matching.pop(), matching.len()) {
        (Some(path), 0) => Ok(RunFolder { path }),
        (Some(_), more) => {
            Err(Exit::usage(format!("{} runs begin with `{name}`: name one more exactly", more + 1)))
        }
        (None, _) => Err(Exit::usage(format!(
            "there is no run `{name}` in {}\nhint: `ephor list runs` names them",
            log_dir.display()
        ))),
    }
}

/// `run.toml` of a run.
pub fn run_file(folder: &RunFolder) -> Result<RunFile, Exit> {
    let text = folder.read("run.toml")?;
    toml::from_str(&text)
        .map_err(|e| Exit::usage(format!("{}/run.toml: {}", folder.path.display(), e.message())))
}
