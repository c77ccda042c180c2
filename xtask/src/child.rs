//! Child processes: run, and measured.

use crate::Result;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4 as _;

/// What one process took.
#[derive(Clone, Debug)]
pub struct Taken {
    pub wall: Duration,
    /// User and system time, of the threads of the process and of the children that it waited for.
    pub cpu: Duration,
    pub peak_bytes: u64,
    pub stdout: String,
}

/// Runs a command with the terminal's own streams; an error names it.
pub fn succeed(command: &mut Command) -> Result<()> {
    let words = shown(command);
    let status = command.status().map_err(|e| format!("`{words}` does not start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{words}` failed ({status})").into()) }
}

/// Runs a command, quiet but for an error, and says what it took.
pub fn measure(command: &mut Command) -> Result<Taken> {
    let words = shown(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|e| format!("`{words}` does not start: {e}"))?;
    // Standard error is read apart, or a full pipe would stop the child.
    let errors = child.stderr.take().map(|mut pipe| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let mut stdout = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut stdout)?;
    }
    let used = child.wait4()?;
    let wall = begun.elapsed();
    let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    if !used.status.success() {
        let said = errors.trim_end();
        return Err(format!("`{words}` failed ({}):\n{}", used.status, last_lines(said, 12)).into());
    }
    let cpu = used.rusage.utime + used.rusage.stime;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    Ok(Taken { wall, cpu, peak_bytes: used.rusage.maxrss, stdout })
}

/// A command as one would type it, by the program's name alone.
pub fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|a| a.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str, n: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(n)..].join("\n")
}
