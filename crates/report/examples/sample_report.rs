//! Writes the fixture's report, figures and first screen: `sample_report report.html [width]`.

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::io::{self, Write};
use std::path::PathBuf;
use std::{env, fs};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let path = PathBuf::from(arguments.next().unwrap_or_else(|| "report.html".into()));
    let width = arguments.next().and_then(|w| w.parse().ok()).unwrap_or(100);
    let page = fixture::page();
    let figures = report::figures(&page);
    for (name, figure) in &figures {
        fs::write(path.with_file_name(format!("{name}.svg")), report::svg(figure))?;
    }
    let html = report::render(&page, &figures).map_err(io::Error::other)?;
    fs::write(&path, html)?;
    io::stdout().write_all(report::terminal(&page, width, false).as_bytes())
}
