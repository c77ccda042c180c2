//! Wall 1: every effect has one earlier allow, and an allow has at most one effect.
//!
//! ```text
//! decision ─▶ admit ─▶ allowed ─▶ begin ─▶ begun ─▶ (effect) ─▶ end ─▶ ended
//!               └ written           └ written         └ crash: unknown, and so it stays
//! ```
//!
//! Facts: each step is in the book before it is taken, so the door can be read from the book again. An
//! effect begins only while whoever was allowed still stands ([`Standing`]) and the policy that allowed it
//! decides. One that began and did not end is `unknown`: it is begun again only if its tool is declared
//! idempotent. One that was allowed before a restart and had not begun has lapsed, and is asked for again.
//! The book holds hashes of arguments and no reasons.

use crate::book::{Book, Storage};
use crate::mutant::{Mutant, planted};
use crate::verdict::strictest_of;
use crate::{Decision, Mode, Payload, Standing, Verdict};
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
    /// It was allowed before a restart, and never began.
    Lapsed,
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
    /// From here on this policy decides: at each start, and at each reload.
    Policy {
        epoch: u64,
        /// SHA-256 of its text.
        hash: String,
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
    pub fn of(decision: &Decision) -> Self {
        let rooms =
            decision.rulings.iter().map(|r| (r.room.to_owned(), (r.mode, r.opinion.verdict))).collect();
        let tool = match decision.sent().filter(|_| planted(Mutant::ArgumentsInTheLog)) {
            Some(text) => text.to_owned(),
            None => decision.tool.clone(),
        };
        let (principal, method) = (decision.principal.clone(), decision.method.clone());
        let &Decision { epoch, now, verdict, repeat, .. } = decision;
        let hash = decision.hash.clone();
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
    /// The epoch of what is decided now, and the hash of its policy.
    policy: Option<(u64, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    stage: Stage,
    repeat: Repeat,
    epoch: u64,
    hash: String,
}

impl Entry {
    /// Whether the policy that allowed it still decides.
    fn is_under(&self, policy: &Option<(u64, String)>) -> bool {
        policy.as_ref().is_some_and(|(now, _)| *now == self.epoch)
    }
}

impl Door {
    /// Reads a door from a book's leaves: what began and did not end is unknown, what did not begin has
    /// lapsed.
    ///
    /// # Errors
    /// Names the first leaf that cannot follow those before it: an effect without an allow, or a second
    /// one, an epoch that goes back, a verdict that its rooms do not come to.
    pub fn recover<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut door = Self::default();
        for (n, leaf) in (0..).zip(leaves) {
            let read = Leaf::read(leaf).and_then(|leaf| door.follow(n, leaf));
            read.map_err(|why| format!("leaf {n}: {why}"))?;
        }
        for entry in door.allowed.values_mut() {
            match entry.stage {
                Stage::Begun => entry.stage = Stage::Unknown,
                Stage::Allowed if !planted(Mutant::BeginsAfterARestart) => entry.stage = Stage::Lapsed,
                _ => {}
            }
        }
        Ok(door)
    }

    fn follow(&mut self, n: u64, leaf: Leaf) -> Result<(), String> {
        match leaf {
            Leaf::Decision { verdict, hash, repeat, epoch, rooms, .. } => {
                self.check_epoch(epoch)?;
                check_verdict(verdict, &rooms, &hash)?;
                if verdict.sends() {
                    self.allowed.insert(n, Entry { stage: Stage::Allowed, repeat, epoch, hash });
                }
                Ok(())
            }
            Leaf::Policy { epoch, hash } => {
                self.follows(epoch, &hash)?;
                self.policy = Some((epoch, hash));
                Ok(())
            }
            Leaf::Begun { of } => {
                let entry = self.allowed.get_mut(&of).ok_or("an effect without an allow")?;
                // A second beginning stands in a book only after a crash.
                let again = entry.stage == Stage::Begun && entry.repeat == Repeat::Idempotent;
                if entry.stage != Stage::Allowed && !again {
                    return Err("an allow with two effects".into());
                }
                if !entry.is_under(&self.policy) && !planted(Mutant::AnyHistoryPasses) {
                    return Err("an effect under another policy than its allow".into());
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

    /// Writes that a policy decides from here on: at a start the one that the guard resumes with, then each
    /// that it adopts.
    ///
    /// # Errors
    /// In words, where it does not follow what decided before, or could not be written.
    pub fn govern(
        &mut self,
        epoch: u64,
        policy: &str,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<(), String> {
        let hash = trace::digest(policy.as_bytes());
        self.follows(epoch, &hash)?;
        book.append(&Leaf::Policy { epoch, hash: hash.clone() }.bytes(), to)?;
        self.policy = Some((epoch, hash));
        Ok(())
    }

    /// Whether a policy may decide after the one that does.
    fn follows(&self, epoch: u64, hash: &str) -> Result<(), String> {
        let follows = match &self.policy {
            None => true,
            Some((now, known)) => epoch.checked_sub(*now) == Some(1) || epoch == *now && hash == known,
        };
        match follows || planted(Mutant::AnyHistoryPasses) {
            true => Ok(()),
            false => Err(format!("the policy of epoch {epoch} does not follow")),
        }
    }

    fn check_epoch(&self, epoch: u64) -> Result<(), String> {
        match &self.policy {
            Some((now, _)) if *now == epoch || planted(Mutant::AnyHistoryPasses) => Ok(()),
            Some((now, _)) => Err(format!("a decision of epoch {epoch}, and {now} decides")),
            None => Err("a decision before any policy".into()),
        }
    }

    /// Writes a decision. The number names it to [`Door::begin`]; a refusal has none.
    ///
    /// # Errors
    /// In words, where it could not be written or is of another epoch: then it is a refusal as well.
    pub fn admit(
        &mut self,
        decision: &Decision,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<Option<u64>, String> {
        self.check_epoch(decision.epoch)?;
        let leaf = Leaf::of(decision);
        let n = book.append(&leaf.bytes(), to)?.index();
        if !decision.verdict.sends() {
            return Ok(None);
        }
        let (epoch, hash, repeat) = (decision.epoch, decision.hash.clone(), decision.repeat);
        self.allowed.insert(n, Entry { stage: Stage::Allowed, repeat, epoch, hash });
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
        standing: Standing,
        book: &mut Book,
        to: &mut dyn Storage,
    ) -> Result<Effect, String> {
        let entry = self.allowed.get_mut(&n).ok_or("nothing of this number was allowed")?;
        if entry.hash != said.hash() {
            return Err("other bytes were authorised".into());
        }
        let stands = entry.is_under(&self.policy) && standing.is_of(&entry.hash, entry.epoch);
        if !stands && !planted(Mutant::BeginsWithoutStanding) {
            return Err("whoever was allowed, or the policy that allowed it, is gone".into());
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

    /// Forgets what has ended or lapsed: its number will not open again, and memory does not grow.
    pub fn forget_ended(&mut self) {
        self.allowed.retain(|_, entry| !matches!(entry.stage, Stage::Ended(_) | Stage::Lapsed));
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

/// Whether a verdict is the strictest of the rooms that are obeyed, and the hash is one.
fn check_verdict(
    verdict: Verdict,
    rooms: &BTreeMap<String, (Mode, Verdict)>,
    hash: &str,
) -> Result<(), String> {
    let strictest = strictest_of(rooms.values().copied());
    if verdict != strictest && !planted(Mutant::AnyHistoryPasses) {
        return Err(format!("it says {}, and its rooms {}", verdict.word(), strictest.word()));
    }
    let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if hash.len() != 64 || !hash.chars().all(digit) {
        return Err("its hash is none".into());
    }
    Ok(())
}
