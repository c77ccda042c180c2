//! Where things lie.

use crate::Result;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A command in the root. An absolute program where there is one.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The Cargo that runs this.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The interpreter that a user would get.
pub fn python() -> Command {
    command("python3")
}

/// `cargo metadata` without dependencies from elsewhere.
pub fn metadata() -> Result<String> {
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Where Cargo builds.
pub fn target() -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    Ok(serde_json::from_str::<Metadata>(&metadata()?)?.target_directory)
}

/// A path as one would type it in the root.
pub fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The folder in which tests and measurements find the embedded model, and what must be set for the
/// child that fetches it: nothing is written outside the target folder unless the user said where.
pub fn models() -> Result<(PathBuf, [(&'static str, PathBuf); 2])> {
    let target = target()?;
    let named = std::env::var_os("EPHOR_MODELS").filter(|v| !v.is_empty());
    let models = named.map_or_else(|| target.join("models"), PathBuf::from);
    let models = std::path::absolute(&models)?;
    Ok((models.clone(), [("EPHOR_MODELS", models), ("XDG_CACHE_HOME", target.join("cache"))]))
}
