//! Scenario files, measures, design, run, analyse, calibrate.
//!
//! ```text
//! study file ─▶ Study: parts (scenario × cells × units), models
//!                 │ plans (each episode named before it is played)
//!                 ▼
//!         play_missing ─▶ store ─▶ measure ─▶ results ─▶ estimates ─▶ report::Page
//!                 ▲
//!         calibrate: the same path with agents of known disposition
//! ```
//!
//! A study refuses to know terminals and open weights: models are handed in as [`model::Model`].
//!
//! ```
//! use study::{Changes, Study};
//! let changes = Changes { models: vec!["control/random".into()], ..Changes::default() };
//! let study = Study::resolve(&["secret-offer".into()], &changes).unwrap();
//! assert_eq!(study.parts[0].cells.names().len(), 9);
//! ```

mod actor;
pub mod calibrate;
mod clerk;
pub mod diagnose;
mod estimate;
mod findings;
mod frontier;
mod hand;
mod hypotheses;
mod indices;
pub mod judge;
mod margins;
mod means;
pub mod measure;
pub mod nulls;
mod picture;
mod plan;
mod play;
mod player;
mod record;
mod rehearse;
mod replay;
mod results;
mod savings;
pub mod scenario;
pub mod structure;
mod study;
mod until;
mod wordings;

pub use actor::control;
pub use estimate::LEVEL;
pub use findings::{Cast, Known, Outstanding, outstanding, page, plans, sampling_words};
pub use nulls::Nulls;
pub use plan::{Plan, Sheet, Size, units};
pub use play::{IN_FLIGHT_LOCAL, Played, Progress, play_missing};
pub use player::player;
pub use record::{PartRecord, RunFile};
pub use replay::replay;
pub use study::{Changes, Demonstration, Part, PartFile, Quick, Study, StudyFile, shipped_studies};
