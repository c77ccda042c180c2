//! Tables and figures from results: data first, then SVG and HTML.
//!
//! ```text
//! Findings ─┬─▶ terminal      the first screen of `ephor run`
//!           │
//!    Page ──┼─▶ figures ─▶ Figure ─┬─▶ figures/*.json   (data, for anyone to draw again)
//!           │                      └─▶ svg ─▶ figures/*.svg
//!           └─▶ html::render (page, figures) ─▶ report.html   (one file, opens offline, no script:
//!                                                              games are stepped through by CSS)
//! ```
//!
//! [`Findings`] is what a run found, [`Page`] what a reader is shown beside it. Every number stands
//! with its n and its interval, zero events as `0/n` with the upper bound; a contrast that cannot be
//! told is a row that says why. All text is hostile until [`visible`] has read it: what acts on a
//! terminal or hides from a reader is shown as a sign.
//!
//! This crate refuses to know models, the store, episode files, IO, the clock and randomness: the
//! same page gives the same bytes.
//!
//! ```
//! use report::{Findings, Page, figures, render, terminal};
//! let findings = Findings {
//!     run: "r1".into(), study: "first-look".into(), models: vec!["local/smollm2".into()],
//!     report: "runs/r1/report.html".into(), ..Findings::default()
//! };
//! let page = Page { findings, scenarios: vec![], pairs: vec![], reproduce: vec![], bill: vec![], caveats: vec![] };
//! let html = render(&page, &figures(&page))?;
//! assert!(html.starts_with("<!doctype html>"));
//! assert!(terminal(&page, 100, false).contains("first-look"));
//! # Ok::<(), report::TemplateError>(())
//! ```

mod calibration;
mod chart;
mod diagnosis;
mod dossier;
mod escape;
mod figure;
mod findings;
mod forest;
mod frontier;
mod html;
mod judge;
mod paint;
pub mod replay;
mod row;
mod size;
mod style;
mod summary;
mod svg;
mod table;
pub mod timeline;
mod transcript;
mod until;
mod view;
mod wording;
mod words;

pub use diagnosis::*;
pub use escape::{TEXT_BYTES_MAX, one_line, visible};
pub use figure::{DetectionRow, Detections, Figure, Forest, ForestRow, RateRow, Rates, figures};
pub use findings::*;
pub use frontier::{Remedies, RemedyPoint};
pub use html::{TemplateError, render};
pub use replay::Replay;
pub use svg::svg;
pub use table::{agreements, cells, diagnoses, terminal};
pub use until::{Stop, Until};
pub use words::{rate, share};
