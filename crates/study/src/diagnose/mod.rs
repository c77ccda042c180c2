//! Which disposition an agent has: the pattern of its contrasts, read by two transparent rules.
//!
//! ```text
//! results of all instruments ─▶ vector (paired log-odds) ─┬─▶ matrix: the hand-written rule
//! profiles.toml × voices.toml ─▶ bench (played in memory) ─┴─▶ fitted: multinomial, shrunk
//!                                     └─▶ words only, behaviour only: the baselines beside them
//! ```
//!
//! A single contrast is no diagnosis: a class is a row of signs. Both rules may be wrong where a model does
//! something that no profile does; then the matrix says `neither`, and the diagnosis abstains.

mod bench;
mod dossier;
mod fitted;
mod matrix;
mod profiles;
mod table;
mod vector;
mod verdict;
mod voice;

pub use bench::{Bench, Heard, Seen, Trial, halls, key, rehearse_profiles};
pub use dossier::{Dossiers, Telling};
pub use table::{diagnosers, separations};
pub use vector::{Did, Reading, Vector};
pub use verdict::Diagnosers;

use matrix::MATRIX;
use serde::de::DeserializeOwned;

/// The texts on which a diagnosis rests: other texts are another bench.
const TEXTS: [&str; 3] =
    [include_str!("matrix.toml"), include_str!("profiles.toml"), include_str!("voices.toml")];

/// A file that ships with the program. A test reads each; a user cannot change them.
fn shipped<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|e| unreachable!("{name}: {e}"))
}

/// Whether a study plays enough of the matrix for a diagnosis: three instruments.
pub fn is_for(study: &crate::Study) -> bool {
    let played = |scenario: &str| study.parts.iter().any(|p| p.scenario.file.name == scenario);
    let mut scenarios: Vec<&str> =
        MATRIX.contrasts.iter().map(|row| row.scenario.as_str()).filter(|s| played(s)).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    scenarios.len() >= 3
}
