//! Tables and figures from results: data first, then SVG and HTML.

mod findings;

pub use findings::*;
