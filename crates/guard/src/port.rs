//! The two ports of an arena, and the two guards without a charter.

use trace::{Act, Observation, Verdict};

/// A reference monitor between a seat and a world.
pub trait Guard: Send + Sync {
    /// What the seat sees of a view. May take away, never adds.
    fn show(&self, seat: &str, view: Observation) -> Observation;

    /// The act as it would be sent, with everything that the guard sets. Nothing is decided by it.
    fn amend(&self, _seat: &str, act: Act) -> Act {
        act
    }

    /// Whether the act, byte for byte, may reach the world.
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
