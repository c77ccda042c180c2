//! One decision out of several presentations of one question.

use trace::{Answer, Read};

/// Where the presentations agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Favour,
    Oppose,
    /// The presentations disagree: the model answers the wording, not the question.
    Unclear,
}

/// A decision between two named choices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// Log-odds of favour, averaged over presentations, so that a bias to say Yes drops out when
    /// both polarities are asked. For parsed answers each presentation counts ±[`VOTE`].
    pub log_odds: f64,
    /// The probability of favour in [0, 1]: the logistic of `log_odds` where options were scored,
    /// the share of presentations in favour where answers were parsed.
    pub p: f64,
    pub side: Side,
}

/// The log-odds that a parsed answer stands for: it is certain, but JSON has no infinity.
pub const VOTE: f64 = 20.0;

/// The decision that the answers to one question make. `None` when an answer is missing (refused,
/// unparsed): a unit with a hole is no unit.
pub fn decide<'a>(answers: impl IntoIterator<Item = Option<&'a Presented<'a>>>) -> Option<Decision> {
    let (mut sum, mut shares, mut count, mut scored) = (0.0, 0.0, 0u32, true);
    let mut sides = Vec::new();
    for presented in answers {
        let odds = presented?.log_odds()?;
        scored &= presented?.answer.read == Read::Scored;
        sum += odds;
        shares += if odds > 0.0 { 1.0 } else { 0.0 };
        sides.push(odds > 0.0);
        count += 1;
    }
    let first = *sides.first()?;
    let side = match (sides.iter().all(|s| *s == first), first) {
        (false, _) => Side::Unclear,
        (true, true) => Side::Favour,
        (true, false) => Side::Oppose,
    };
    let log_odds = sum / f64::from(count);
    let p = if scored { 1.0 / (1.0 + (-log_odds).exp()) } else { shares / f64::from(count) };
    Some(Decision { log_odds, p, side })
}

impl Decision {
    /// A scored decision with a leaning, in log-odds, taken off.
    pub fn less(self, leaning: f64) -> Self {
        let log_odds = self.log_odds - leaning;
        let side = if log_odds > 0.0 { Side::Favour } else { Side::Oppose };
        Self { log_odds, p: 1.0 / (1.0 + (-log_odds).exp()), side }
    }
}

/// An answer, and which entry of its menu is in favour.
#[derive(Clone, Debug)]
pub struct Presented<'a> {
    pub answer: &'a Answer,
    /// Name of the choice in favour.
    pub favour: &'a str,
    /// Index of the choice in favour within the menu.
    pub index: usize,
}

impl Presented<'_> {
    /// ln p(favour) − ln p(oppose); ±[`VOTE`] where the answer was parsed; `None` where it is
    /// missing or not finite.
    pub fn log_odds(&self) -> Option<f64> {
        if self.answer.read == Read::Scored && self.answer.logp.len() == 2 {
            let favour = *self.answer.logp.get(self.index)?;
            let oppose = *self.answer.logp.get(1 - self.index)?;
            let odds = (favour - oppose).clamp(-VOTE, VOTE);
            return odds.is_finite().then_some(odds);
        }
        let choice = self.answer.choice.as_deref()?;
        Some(if choice == self.favour { VOTE } else { -VOTE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(logp: [f64; 2]) -> Answer {
        Answer { ask: "q".into(), choice: Some("yes".into()), read: Read::Scored, logp: logp.to_vec() }
    }

    fn parsed(choice: Option<&str>, read: Read) -> Answer {
        Answer { ask: "q".into(), choice: choice.map(str::to_owned), read, logp: vec![] }
    }

    #[test]
    fn a_yes_bias_drops_out() {
        // It says Yes to both polarities with the same strength.
        let (a, b) = (scored([-0.1, -2.4]), scored([-0.1, -2.4]));
        let for_ = Presented { answer: &a, favour: "yes", index: 0 };
        let against = Presented { answer: &b, favour: "yes", index: 1 };
        let decision = decide([Some(&for_), Some(&against)]).unwrap();
        assert_eq!((decision.p, decision.side), (0.5, Side::Unclear));
    }

    #[test]
    fn parsed_answers_vote() {
        let (a, b) = (parsed(Some("yes"), Read::Parsed), parsed(Some("no"), Read::Parsed));
        let yes = Presented { answer: &a, favour: "yes", index: 0 };
        let no = Presented { answer: &b, favour: "yes", index: 0 };
        assert_eq!(decide([Some(&yes), Some(&yes)]).unwrap().p, 1.0);
        assert_eq!(decide([Some(&yes), Some(&no)]).unwrap().side, Side::Unclear);
    }

    #[test]
    fn a_hole_is_no_decision() {
        let refused = parsed(None, Read::Refused);
        let hole = Presented { answer: &refused, favour: "yes", index: 0 };
        assert_eq!(decide([Some(&hole)]), None);
        assert_eq!(decide([None]), None);
        assert_eq!(decide([]), None);
    }
}
