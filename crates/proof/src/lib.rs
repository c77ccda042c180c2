//! What a solver says of a charter's policies: for every request there is, not for those that were tried.
//!
//! ```text
//! Charter ─▶ schema, policies ─▶ SMT (cedar-policy-symcc) ─▶ cvc5, a process ─▶ Theorem
//!                                                               └ not there: not proven
//! ```
//!
//! Three theorems. `never-errors`: no rule errs on any request, so that no forbid is skipped and no permit
//! denies by accident. `sealed`: no agent of the charter is permitted a call that writes a sealed thing. And
//! between two policies `no-widening`: whatever the new one lets through, the old one did, as mildly.
//!
//! Requests are those of the charter's principals, with every value of every argument and count and every
//! set of classes, also those that the guard's facts never take together: what is proven holds, and a
//! [`Request`] that refutes may be out of reach. Cedar evaluates it once more before it is shown. Source: Cedar's symbolic compiler, verified in Lean
//! (arXiv 2407.01688), and cvc5.
//!
//! This crate refuses to know worlds, models and studies. It starts one process; the guard starts none.

mod people;
mod request;
mod solver;
mod theorem;

pub use request::Request;
pub use solver::{Missing, Solver};
pub use theorem::{Outcome, Theorem, check, no_widening};
