//! The house's own tool: `cargo xtask test`, `bench` and `conformance`.
//!
//! ```text
//! test ─▶ steps: format ▸ lints ▸ build ▸ python ▸ model ▸ tests ─▶ one line
//!                                                              └─ arrows, tidy (tests of this crate)
//! conformance ─▶ the protocol's suite against `ephor world serve` ─▶ one line for each scenario
//! bench ─▶ figures: ephor and its peer, in the same run ─▶ a table with n, target and ratio
//! ```
//!
//! [`arrows`] and [`tidy`] are pure: text in, violations out. This crate knows no other crate of the
//! workspace: it sees them as Cargo, a user and the disk do.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool at a developer's terminal")]

pub mod arrows;
pub mod bench;
pub mod child;
pub mod conformance;
pub mod place;
pub mod steps;
pub mod tidy;
pub mod venv;

/// What went wrong, for a person.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
