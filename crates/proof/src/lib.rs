//! What a solver says of a charter's policies: for every request there is, not for those that were tried.
//!
//! ```text
//! Charter ─▶ schema, policies ─▶ SMT (cedar-policy-symcc) ─▶ cvc5, a process ─▶ Theorem
//!                                                               └ not there: not proven
//! ```
//!
//! `never-errors`: no rule errs on any request, so that no forbid is skipped and no permit denies by accident.
//! `can-match`: each rule matches some request. `sealed`: no agent of the charter is permitted a call that writes a
//! sealed thing. Between two policies `no-widening`: whatever the new one lets through, the old one did, as mildly;
//! and `no-difference`: both say the same of somebody's requests in one action.
//!
//! Requests are those of the charter's principals, with every value of every argument and count and every
//! set of the classes that calls of their action can be in, also those that the guard's facts never take together:
//! what is proven holds, and a [`Request`] that refutes may be out of reach. Cedar evaluates it once more before it
//! is shown. What speaks of no request at all is never proven: it is vacuous, and that is a finding. Source: Cedar's
//! symbolic compiler, verified in Lean (arXiv 2407.01688), and cvc5.
//!
//! This crate refuses to know worlds, models and studies. It starts one process; the guard starts none.

mod people;
mod request;
mod solver;
mod theorem;

pub use request::Request;
pub use solver::{Missing, Solver};
pub use theorem::{Outcome, Theorem, check, no_difference, no_widening};
