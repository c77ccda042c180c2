//! Two ports: [`Guard::show`] decides what a seat sees, [`Guard::admit`] what it may do.
//!
//! ```text
//! world's view ─▶ show ─▶ observation        act ─▶ admit ─▶ Verdict ─▶ (world applies, or not)
//! ```
//!
//! Pure, total and fail-closed: whatever a policy does not allow is denied. This crate refuses to
//! know models, worlds and IO, so that the guard of the laboratory is the guard of production.
//! The rooms come later; here stand both ports, the open policy and the closed one.
//!
//! ```
//! use guard::{Closed, Guard, Open};
//! let act = trace::Act { turn: 0, answers: vec![] };
//! assert_eq!(Open.admit("player", &act), trace::Verdict::Allow);
//! assert_ne!(Closed.admit("player", &act), trace::Verdict::Allow);
//! ```

use trace::{Act, Observation, Verdict};

/// A reference monitor between a seat and a world.
pub trait Guard: Send + Sync {
    /// What the seat sees of a view. May take away, never adds.
    fn show(&self, seat: &str, view: Observation) -> Observation;
    /// Whether the act may reach the world.
    fn admit(&self, seat: &str, act: &Act) -> Verdict;
}

/// Shows and admits everything: the baseline of every structure arm.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

impl Guard for Open {
    fn show(&self, _seat: &str, view: Observation) -> Observation {
        view
    }

    fn admit(&self, _seat: &str, _act: &Act) -> Verdict {
        Verdict::Allow
    }
}

/// An empty policy: shows nothing and denies everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Closed;

impl Guard for Closed {
    fn show(&self, _seat: &str, view: Observation) -> Observation {
        Observation { turn: view.turn, ..Observation::default() }
    }

    fn admit(&self, _seat: &str, _act: &Act) -> Verdict {
        Verdict::Deny { reason: "no policy allows this".into() }
    }
}
