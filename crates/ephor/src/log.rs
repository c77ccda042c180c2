//! Finding runs in a log folder.

use crate::exit::Exit;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use store::RunFolder;
use study::RunFile;
use study::judge::{LABELS_FILE, PersonLabels, person_labels as person_labels_of};

/// A run's folder, and its `run.toml` or why that cannot be read.
pub struct Run {
    pub path: PathBuf,
    pub file: Result<RunFile, String>,
}

/// The runs of a folder, the newest first. A damaged one is a run too.
pub fn runs(log_dir: &Path) -> Vec<Run> {
    let entries = std::fs::read_dir(log_dir).into_iter().flatten().flatten();
    let mut found: Vec<(SystemTime, Run)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let modified = path.join("run.toml").metadata().ok()?.modified().ok()?;
            Some((modified, Run { file: read(&path), path }))
        })
        .collect();
    found.sort_by_key(|(modified, run)| (std::cmp::Reverse(*modified), run.path.clone()));
    found.into_iter().map(|(_, run)| run).collect()
}

fn read(folder: &Path) -> Result<RunFile, String> {
    let bytes = std::fs::read(folder.join("run.toml")).map_err(|e| e.to_string())?;
    let text = String::from_utf8(bytes)
        .map_err(|e| format!("not UTF-8 at byte {}", e.utf8_error().valid_up_to()))?;
    let line = |e: &toml::de::Error| e.span().map_or(1, |s| text[..s.start].matches('\n').count() + 1);
    toml::from_str(&text).map_err(|e| format!("line {}: {}", line(&e), e.message().replace('\n', "; ")))
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
        return Ok(RunFolder { path: newest.path });
    }
    let called = |run: &Run| {
        let folder = run.path.file_name().is_some_and(|f| f.to_string_lossy().starts_with(name));
        folder || run.file.as_ref().is_ok_and(|file| file.run.starts_with(name))
    };
    let mut matching: Vec<PathBuf> = runs.into_iter().filter(called).map(|run| run.path).collect();
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
    read(&folder.path).map_err(|why| {
        Exit::usage(format!(
            "{}/run.toml is damaged: {why}\nhint: the `ephor run` that made this run writes it again; the \
             episodes beside it are kept",
            folder.path.display()
        ))
    })
}

/// The labels that persons gave in a run.
pub fn person_labels(folder: &RunFolder) -> Result<PersonLabels, Exit> {
    if !folder.path.join(LABELS_FILE).exists() {
        return Ok(PersonLabels::new());
    }
    let text = folder.read(LABELS_FILE)?;
    person_labels_of(&text)
        .map_err(|why| Exit::usage(format!("{}/{why}\nhint: mend or remove the line", folder.path.display())))
}
