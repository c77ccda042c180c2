//! Writes what a page shows: `summary.json`, `figures/*.json` and `*.svg`, `report.html`.

use crate::exit::Exit;
use report::Page;
use std::path::{Path, PathBuf};
use store::RunFolder;

/// Writes everything; returns the page's path. Each file whole or not at all.
pub fn write(folder: &RunFolder, page: &Page, html: Option<&Path>) -> Result<PathBuf, Exit> {
    let json = |e: serde_json::Error| Exit::broken(e);
    folder.write("summary.json", &serde_json::to_vec_pretty(&page.findings).map_err(json)?)?;
    let figures = report::figures(page);
    for (name, figure) in &figures {
        folder.write(&format!("figures/{name}.json"), &serde_json::to_vec_pretty(figure).map_err(json)?)?;
        folder.write(&format!("figures/{name}.svg"), report::svg(figure).as_bytes())?;
    }
    let text = report::render(page, &figures).map_err(Exit::broken)?;
    let path = html.map_or_else(|| folder.path.join("report.html"), Path::to_path_buf);
    store::write_atomically(&path, text.as_bytes())?;
    Ok(path)
}
