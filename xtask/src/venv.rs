//! Python environments in the target folder, made anew only when their requirements change.

use crate::place::{command, python, short, target};
use crate::{Result, child};
use std::path::{Path, PathBuf};

/// Name of the file that holds the requirements as they were installed.
const STAMP: &str = "requirements.stamp";

/// The interpreter of the environment `name`, with what `requirements` lists.
pub fn ready(name: &str, requirements: &Path) -> Result<PathBuf> {
    ready_for(name, &[requirements.to_owned()])
}

/// The same with what several files list.
pub fn ready_for(name: &str, requirements: &[PathBuf]) -> Result<PathBuf> {
    let texts: std::io::Result<Vec<String>> = requirements.iter().map(std::fs::read_to_string).collect();
    let wanted = texts?.concat();
    let folder = target()?.join(name);
    let python = folder.join("bin").join("python");
    let stamp = folder.join(STAMP);
    if std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) && starts(&python) {
        return Ok(python);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    create(&folder)?;
    let mut install = command(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    for file in requirements {
        install.arg("--requirement").arg(file);
    }
    child::succeed(&mut install)?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

/// An environment outlives an upgrade of the interpreter that made it, but does not work then.
fn starts(interpreter: &Path) -> bool {
    command(interpreter).args(["-c", ""]).status().is_ok_and(|s| s.success())
}

/// `python3 -m venv`; where that module is incomplete (Debian splits it off), virtualenv by pip.
fn create(folder: &Path) -> Result<()> {
    let made = child::succeed(python().args(["-m", "venv"]).arg(folder));
    let Err(why) = made else { return Ok(()) };
    eprintln!("{why}\npython3 -m venv does not work here; trying virtualenv");
    let tool = folder.with_extension("tool");
    let mut install = python();
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    child::succeed(install.arg(&tool).arg("virtualenv")).map_err(|why| hinted(folder, &*why))?;
    let mut virtualenv = python();
    virtualenv.env("PYTHONPATH", &tool).args(["-m", "virtualenv", "--quiet", "--clear"]).arg(folder);
    child::succeed(&mut virtualenv).map_err(|why| hinted(folder, &*why))?;
    std::fs::remove_dir_all(&tool)?;
    Ok(())
}

fn hinted(folder: &Path, why: &dyn std::error::Error) -> String {
    let folder = short(folder);
    format!(
        "{why}\nhint: install Python's venv (Debian, Ubuntu: apt-get install python3-venv); then {folder} can be made"
    )
}
