//! Wall 1: every effect has one earlier allow, and an allow has at most one effect.
//!
//! ```text
//! decision ─▶ admit ─▶ allowed ─▶ begin ─▶ begun ─▶ (effect) ─▶ end ─▶ ended
//!               └ written           └ written         └ crash: unknown, and so it stays
//! ```
//!
//! Facts: each step is in the book before it is taken, so the door can be read from the book again. An
//! effect that began and did not end is `unknown`: it is begun again only if its tool is declared
//! idempotent. The book holds hashes of arguments and no reasons.

use crate::book::{Book, Storage};
use crate::mutant::{Mutant, planted};
use crate::{Decision, Mode, Payload, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether doing it twice does what doing it once does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    Never,
    Idempotent,
}

/// How an effect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    /// The tool said that nothing was done.
    Failed,
}

/// How far an allowed effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Allowed,
    Begun,
    /// It began, and nobody knows whether it was done.
    Unknown,
    Ended(Outcome),
}

/// A leaf of the book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "leaf", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Leaf {
    Decision {
        epoch: u64,
        now: u64,
        principal: String,
        method: String,
        tool: String,
        /// SHA-256 over who, how and the bytes.
        hash: String,
        verdict: Verdict,
        /// What each room said, and whether it was obeyed.
        rooms: BTreeMap<String, (Mode, Verdict)>,
        repeat: Repeat,
    },
    /// An effect of the decision with this number begins.
    Begun {
        of: u64,
    },
    Ended {
        of: u64,
        outcome: Outcome,
    },
}

impl Leaf {
    pub fn of(decision: &Decision, repeat: Repeat) -> Self {
        let rooms =
            decision.rulings.iter().map(|r| (r.room.to_owned(), (r.mode, r.opinion.verdict))).collect();
        let tool = match decision.sent().filter(|_| planted(Mutant::ArgumentsInTheLog)) {
            Some(text) => text.to_owned(),
            None => decision.tool.clone(),
        };
        let (principal, method) = (decision.principal.clone(), decision.method.clone());
        let (epoch, now, hash, verdict) =
            (decision.epoch, decision.now, decision.hash.clone(), decision.verdict);
        Self::Decision { epoch, now, principal, method, tool, hash, verdict, rooms, repeat }
    }

    pub fn bytes(&self) -> Vec<u8> {
        trace::canonical(self)
    }

    /// # Errors
    /// In words: no leaf, or one with an unknown field.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|why| why.to_string())?;
        serde_json::from_value(crate::strict::read(text)?).map_err(|why| why.to_string())
    }
}

/// An effect that may happen now, once. It is used up by [`Door::end`].
#[derive(Debug, PartialEq, Eq)]
pub struct Effect {
    of: u64,
    text: String,
}

impl Effect {
    /// The bytes to send.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What was allowed, and how far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    allowed: BTreeMap<u64, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    stage: Stage,
    repeat: Repeat,
    hash: String,
}

impl Door {
    /// Reads a door from a book's leaves: what began and did not end is unknown.
    ///
    /// # Errors
    /// Names the first leaf that cannot follow those before it: an effect without an allow, or a second
    /// one.
    pub fn recover<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut door = Self::default();
        for (n, leaf) in (0..).zip(leaves) {
            let read = Leaf::read(leaf).and_then(|leaf| door.follow(n, leaf));
            read.map_err(|why| format!("leaf {n}: {why}"))?;
        }
        let begun = door.allowed.values_mut().filter(|entry| entry.stage == Stage::Begun);
        begun.for_each(|entry| entry.stage = Stage::Unknown);
        Ok(door)
    }

    fn follow(&mut self, n: u64, leaf: Leaf) -> Result<(), String> {
        match leaf {
            Leaf::Decision { verdict, hash, repeat, .. } => {
                if verdict.sends() {
                    self.allowed.insert(n, Entry { stage: Stage::Allowed, repeat, hash });
                }
                Ok(())
            }
            Leaf::Begun { of } => {
                let entry = self.allowed.get_mut(&of).ok_or("an effect without an allow")?;
                // A second beginning stands in a book only after a crash.
                let again = entry.stage == Stage::Begun && entry.repeat == Repeat::Idempotent;
                if entry.stage != Stage::Allowed && !again {
                    return Err("an allow with two effects".into());
                }
                entry.stage = Stage::Begun;
                Ok(())
            }
            Leaf::Ended { of, outcome } => {
                let entry = self.allowed.get_mut(&of).ok_or("an end without an allow")?;
                if entry.stage != Stage::Begun {
                    return Err("an end without a beginning".into());
                }
                entry.stage = Stage::Ended(outcome);
                Ok(())
            }
        }
    }

    /// Writes a decision. The number names it to [`Door::begin`]; a refusal has none.
    ///
    /// # Errors
    /// In words, where it could not be written: then it is a refusal as well.
    pub fn admit(
        &mut self,
        decision: &Decision,
        repeat: Repeat,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<Option<u64>, String> {
        let leaf = Leaf::of(decision, repeat);
        let n = book.append(&leaf.bytes(), to)?.index();
        if !decision.verdict.sends() {
            return Ok(None);
        }
        self.allowed.insert(n, Entry { stage: Stage::Allowed, repeat, hash: decision.hash.clone() });
        Ok(Some(n))
    }

    /// Opens for one effect: what was allowed and has not begun, or what is unknown and idempotent. The
    /// payload is the one that was authorised, or nothing opens.
    ///
    /// # Errors
    /// In words, where it stays shut.
    pub fn begin(
        &mut self,
        n: u64,
        said: &Payload,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<Effect, String> {
        let entry = self.allowed.get_mut(&n).ok_or("nothing of this number was allowed")?;
        if entry.hash != said.hash() {
            return Err("other bytes were authorised".into());
        }
        let again = entry.stage == Stage::Unknown
            && (entry.repeat == Repeat::Idempotent || planted(Mutant::UnknownIsRetried));
        if entry.stage != Stage::Allowed && !again && !planted(Mutant::AllowRunsTwice) {
            return Err(format!("it is {:?}", entry.stage));
        }
        book.append(&Leaf::Begun { of: n }.bytes(), to)?;
        entry.stage = Stage::Begun;
        Ok(Effect { of: n, text: said.text.clone() })
    }

    /// Writes how an effect ended.
    ///
    /// # Errors
    /// In words, where that could not be written: the effect is unknown then.
    pub fn end(
        &mut self,
        effect: Effect,
        outcome: Outcome,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<(), String> {
        let entry = self.allowed.get_mut(&effect.of).ok_or("nothing of this number was allowed")?;
        entry.stage = Stage::Unknown;
        book.append(&Leaf::Ended { of: effect.of, outcome }.bytes(), to)?;
        entry.stage = Stage::Ended(outcome);
        Ok(())
    }

    /// Forgets what has ended: its number will not open again, and memory does not grow.
    pub fn forget_ended(&mut self) {
        self.allowed.retain(|_, entry| !matches!(entry.stage, Stage::Ended(_)));
    }

    /// How far each effect is that was allowed and is not forgotten.
    pub fn stages(&self) -> impl Iterator<Item = Stage> {
        self.allowed.values().map(|entry| entry.stage)
    }

    /// How far an effect is.
    pub fn stage(&self, n: u64) -> Option<Stage> {
        self.allowed.get(&n).map(|entry| entry.stage)
    }
}
