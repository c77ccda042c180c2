//! Scenarios are data: a folder with `scenario.toml` and the items that it names.
//!
//! ```text
//! text ─▶ file (as written) ─▶ load + check ─▶ Scenario ─(cell, unit)─▶ compile ─▶ Brief, FormSpec
//! ```

mod borrow;
mod cell;
mod check;
mod citation;
mod company;
mod compile;
mod controls;
mod described;
mod errand;
mod fault;
mod file;
mod game;
mod items;
mod load;
mod panel;
mod post;
mod prose;
mod selection;
mod sheet;
mod star;
mod wording;
mod worlds;

pub use cell::{Cell, all};
pub use citation::citation;
pub use company::CluesFile;
pub use compile::{Compiled, Seated, Unit, compile};
pub use described::{FrontierFile, IndexFile, IndexKind, SideFile, Way};
pub use fault::{Fault, Source, accepting, parse};
pub use file::{
    AllyWhen, AskFile, AskKind, ContrastFile, ControlFile, DeedFile, EstimandFile, FactorFile, GateFile,
    GateKind, LevelFile, MeasureFile, MeasureKind, NullFile, PlaysFile, ReadingFile, ScenarioFile, Side,
    Talk,
};
pub use game::{PlayFile, read_rules};
pub use items::{OtherItems, warnings};
pub(crate) use load::{FOLDER, read_bounded};
pub use load::{Item, Scenario, shipped};
pub use selection::{STARS, Selection};
pub use star::star;
pub use wording::distinct_wordings;
pub use worlds::{WORLDS, World, players};
