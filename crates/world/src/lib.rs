//! Games and environments as pure, seeded state machines.
//!
//! ```text
//! World: due ─▶ view(seat) ─▶ (a seat acts) ─▶ apply(act) ─▶ changes … ─▶ facts
//! ```
//!
//! A world knows its rules and its state. It refuses to know models, async, clocks and any chance
//! but [`Draw`], which is a function of a seed. An illegal act is data: state stays as it was.
//! Worlds ship with [`laws`].
//!
//! ```
//! use trace::{Act, Answer, Ask, Choice, Read};
//! use world::{Form, FormSpec, World};
//! let menu = ["yes", "no"].map(|n| Choice { name: n.into(), text: n.into() }).to_vec();
//! let ask = Ask { id: "q".into(), text: "Well?".into(), menu, ..Ask::default() };
//! let mut form = Form::new(FormSpec { seat: "player".into(), turns: vec![vec![ask]], ..FormSpec::default() });
//! let answer = Answer { ask: "q".into(), choice: Some("yes".into()), read: Read::Parsed, logp: vec![] };
//! form.apply("player", &Act { turn: 0, answers: vec![answer] }).unwrap();
//! assert!(form.due().is_empty());
//! ```

pub mod cleanup;
pub mod company;
mod decision;
pub mod dilemma;
mod draw;
pub mod errand;
mod form;
mod game;
pub mod laws;
pub mod liars_bar;
pub mod market;
pub mod panel;
pub mod scene;
pub mod series;
mod setup;
mod world;

pub use cleanup::{Cleanup, CleanupRules};
pub use company::{Company, CompanySpec};
pub use decision::{Decision, Presented, Side, VOTE, decide};
pub use draw::Draw;
pub use errand::{Errand, ErrandSpec};
pub use form::{Form, FormSpec, OWN, Tally};
pub use game::{Game, Player, Seats, play_out};
pub use liars_bar::{LiarsBar, LiarsBarRules};
pub use panel::{Panel, PanelSpec};
pub use scene::{Deed, Sight, Stage};
pub use setup::{ForGame, Setup, for_game};
pub use world::{Illegal, Turn, World};
