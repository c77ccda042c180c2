//! What comes out of the monitor: for the agent, for the operator, for the record.

use crate::door::Repeat;
use crate::mutant::{Mutant, planted};
use crate::verdict::REFUSAL;
use crate::{Facts, Mode, Payload, Request, Ruling, Verdict};

/// What was decided of one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub verdict: Verdict,
    /// What each room said, in the shelf's order: the operator's.
    pub rulings: Vec<Ruling>,
    pub principal: String,
    /// `call`, `choose`, `move`, `say`, `pass`; `unread` where it could not be read.
    pub method: String,
    pub tool: String,
    /// SHA-256 over who, how and the bytes that were judged.
    pub hash: String,
    /// The policy's epoch, one for the whole decision.
    pub epoch: u64,
    pub now: u64,
    /// Whether its call may begin again when nobody knows whether it was done: the charter says so.
    pub repeat: Repeat,
    /// On whose behalf: see [`Facts::behind`].
    pub(crate) behind: Vec<String>,
    /// The bytes that were judged.
    pub(crate) text: String,
    pub(crate) question: Option<String>,
}

impl Decision {
    /// The very bytes that were authorised; none where nothing is sent.
    pub fn sent(&self) -> Option<&str> {
        self.verdict.sends().then_some(self.text.as_str())
    }

    /// Everybody for whom it counts: who asked, then the delegators.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.principal).chain(&self.behind).map(String::as_str)
    }

    /// What the hash is of, also where nothing is sent: the operator's.
    pub fn payload(&self) -> Payload {
        Payload::new(&self.principal, &self.method, &self.text, self.question.as_deref())
    }

    /// What the agent reads in place of a result: the same for every refusal.
    pub fn face(&self) -> Option<&str> {
        let told = self.rulings.first().filter(|_| planted(Mutant::ReasonInTheFace));
        let words = told.map_or(REFUSAL, |ruling| ruling.opinion.reason.as_str());
        (!self.verdict.sends()).then_some(words)
    }

    /// What stands in an episode's record, which knows two verdicts: whatever is not sent as it was asked
    /// is a denial, and the reason names the verdict.
    pub fn record(&self) -> trace::Verdict {
        match self.verdict {
            Verdict::Allow => trace::Verdict::Allow,
            Verdict::Modify => trace::Verdict::Deny { reason: "modify: other bytes would be sent".into() },
            other => trace::Verdict::Deny { reason: format!("{}: {}", other.word(), self.reason()) },
        }
    }

    /// What the operator reads: the rooms that were obeyed and their reasons, or all with the shadows.
    pub fn reason(&self) -> String {
        let spoke = self.rulings.iter().filter(|r| r.opinion.verdict > Verdict::Modify);
        let words = spoke.map(|r| {
            let shadow = if r.mode == Mode::Shadow { " (shadow)" } else { "" };
            format!("{}{shadow}: {} ({})", r.room, r.opinion.verdict.word(), r.opinion.reason)
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

/// A decision that nobody remembers yet.
#[derive(Clone, Debug)]
pub struct Considered {
    pub(crate) decision: Decision,
    pub(crate) noted: Option<(Request, Facts)>,
}

impl Considered {
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}
