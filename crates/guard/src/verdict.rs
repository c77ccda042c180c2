//! What the guard says, and how several say it at once.
//!
//! Source: the five verdicts of AARM (arXiv 2602.09433): aligned with it, not conformant to it.

use serde::{Deserialize, Serialize};

/// What an agent reads of every refusal, whatever the reason: its shape and length say nothing.
pub const REFUSAL: &str = "it was denied";

/// A verdict, from the mildest to the strictest: `max` of two is what both allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// These bytes may be sent.
    Allow,
    /// Other bytes may be sent: those of [`crate::Decision::sent`].
    Modify,
    /// Not before more is known (a second panel).
    Defer,
    /// Not before operators have approved these very bytes.
    StepUp,
    Deny,
}

impl Verdict {
    /// The stricter of two: commutative, associative, idempotent, with [`Verdict::Allow`] as its unit.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether anything is sent at all.
    pub fn sends(self) -> bool {
        self <= Self::Modify
    }

    /// The word of the record and of policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Modify => "modify",
            Self::Defer => "defer",
            Self::StepUp => "step-up",
            Self::Deny => "deny",
        }
    }
}

/// Whether a room is asked, and whether it is obeyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Off,
    /// Asked and written down. No agent can tell it from [`Mode::Off`].
    Shadow,
    /// Asked and obeyed: what holds where nothing is said.
    #[default]
    Enforce,
}

/// A verdict and its reason, which is the operator's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub verdict: Verdict,
    pub reason: String,
}

impl Opinion {
    /// Nothing against it.
    pub fn allow() -> Self {
        Self { verdict: Verdict::Allow, reason: String::new() }
    }

    pub fn deny(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Deny, reason: reason.into() }
    }

    pub fn defer(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Defer, reason: reason.into() }
    }

    /// The stricter of two; of two equally strict, the one whose reason sorts first, so that order is
    /// irrelevant here as well.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let key = |o: &Self| (std::cmp::Reverse(o.verdict), o.reason.clone());
        if key(&self) <= key(&other) { self } else { other }
    }
}

/// What one room said, and in which mode it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub room: &'static str,
    pub mode: Mode,
    pub opinion: Opinion,
}

/// The strictest of what obeyed rooms said.
pub fn strictest(rulings: &[Ruling]) -> Verdict {
    strictest_of(rulings.iter().map(|ruling| (ruling.mode, ruling.opinion.verdict)))
}

/// The same, where modes and verdicts are all that is known.
pub(crate) fn strictest_of(said: impl Iterator<Item = (Mode, Verdict)>) -> Verdict {
    let obeyed = said.filter(|(mode, _)| *mode == Mode::Enforce);
    obeyed.map(|(_, verdict)| verdict).fold(Verdict::Allow, Verdict::meet)
}
