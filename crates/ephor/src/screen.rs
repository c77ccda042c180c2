//! What a person sees: progress on standard error, tables on standard output.

use crate::args::Display;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::sync::Mutex;

/// Writes to standard output. A closed pipe is no error: whoever read has read enough.
pub fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes a line to standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// An error message as every command prints it.
pub fn error(message: &str) {
    let mut lines = message.lines();
    note(&format!("error: {}", report::one_line(lines.next().unwrap_or(""), 2_000)));
    lines.for_each(|line| note(&report::one_line(line, 2_000)));
}

/// Columns of the terminal, or 100.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let size = || console::Term::stdout().size_checked().map(|(_, columns)| columns as usize);
    columns.or_else(size).unwrap_or(100).clamp(40, 160)
}

/// Whether standard output takes colour.
pub fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// One progress line at a time: a bar on a terminal, a line per tenth elsewhere.
pub struct Screen {
    display: Display,
    bar: Mutex<Option<(String, ProgressBar, usize)>>,
}

impl Screen {
    pub fn new(display: Option<Display>) -> Self {
        let default = if std::io::stderr().is_terminal() { Display::Rich } else { Display::Plain };
        Self { display: display.unwrap_or(default), bar: Mutex::new(None) }
    }

    /// `done` of `total` of what `label` names.
    pub fn at(&self, label: &str, done: usize, total: usize) {
        if self.display == Display::None || total == 0 {
            return;
        }
        let mut current = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if current.as_ref().is_none_or(|(name, ..)| name != label) {
            if let Some((_, old, _)) = current.take() {
                old.finish_and_clear();
            }
            *current = Some((label.to_owned(), self.fresh(label, total), 0));
        }
        let Some((_, bar, told)) = current.as_mut() else { return };
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        let tenth = done * 10 / total;
        if self.display == Display::Plain && (tenth > *told || done == total) && *told < 11 {
            note(&format!("{label}: {done} of {total}"));
            *told = if done == total { 11 } else { tenth };
        }
    }

    fn fresh(&self, label: &str, total: usize) -> ProgressBar {
        if self.display != Display::Rich {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template("{msg:28} {bar:32} {pos}/{len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(label.to_owned());
        bar
    }

    /// Takes the progress line away.
    pub fn clear(&self) {
        let mut current = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, bar, _)) = current.take() {
            bar.finish_and_clear();
        }
    }
}

impl study::Progress for Screen {
    fn at(&self, model: &str, done: usize, planned: usize) {
        Screen::at(self, model, done, planned);
    }

    fn waiting(&self, model: &str, left: usize) {
        Screen::at(self, &format!("{model}: {left} are played by another process"), 0, left);
    }
}
