//! How far `--until` played, and what that cost against the design that it replaces.

use crate::words::count;
use serde::{Deserialize, Serialize};

/// One scenario with one model, played until its contrasts were told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Until {
    pub scenario: String,
    pub model: String,
    /// The half-width that was asked for.
    pub half_width: f64,
    pub contrasts: Vec<Stop>,
    /// Episodes on record for it.
    pub episodes: u64,
    /// Prompt tokens of the cells that are compared, as the provider counts them.
    pub tokens_read: u64,
    /// Of these, the tokens that the model really computed; null where that is not known.
    pub tokens_computed: Option<u64>,
    /// Tokens that the model wrote in these cells.
    pub tokens_written: u64,
    /// All tokens of the capability cells, which gates need in any design: computed ones where that is known.
    pub tokens_gates: u64,
    /// What the contrasts that stopped would need at the same half-width from independent, sampled answers, one
    /// per episode, without shared prefixes and without gates; null where none stopped.
    pub tokens_fixed: Option<u64>,
}

/// Where a contrast stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub estimand: String,
    pub contrast: String,
    /// Units that it rests on, and how many the design has.
    pub n: u64,
    pub of: u64,
    /// Of its interval now; null where its outcome has no bounds, so that it is played to the end.
    pub half_width: Option<f64>,
    /// The number of units at which the interval was narrow enough; null where it was not.
    pub stopped_at: Option<u64>,
    /// Units are left that it needs.
    pub open: bool,
}

impl Until {
    /// Tokens that the contrasts took, gates left out as in the fixed design.
    pub fn tokens_spent(&self) -> u64 {
        self.tokens_computed.unwrap_or(self.tokens_read) + self.tokens_written
    }

    /// Spent tokens over those of the fixed design; `None` where there is nothing to compare.
    pub fn ratio(&self) -> Option<f64> {
        let fixed = self.tokens_fixed.filter(|fixed| *fixed > 0)?;
        Some(self.tokens_spent() as f64 / fixed as f64)
    }

    /// One sentence on how far it was played and what that cost.
    pub(crate) fn words(&self) -> String {
        let stops = self.contrasts.iter().map(|s| {
            let width = s.half_width.map_or("no bounds".into(), |h| format!("±{h:.3}"));
            let state = if s.open { ", open" } else { "" };
            format!("{} {width} after {} of {}{state}", s.estimand, count(s.n), count(s.of))
        });
        let stops = stops.collect::<Vec<_>>().join("; ");
        let gates = match self.tokens_gates {
            0 => String::new(),
            gates => format!(", besides {} for gates", count(gates)),
        };
        let spent = match self.tokens_computed {
            Some(computed) => {
                format!(
                    "{} tokens computed ({} read)",
                    count(computed + self.tokens_written),
                    count(self.tokens_read)
                )
            }
            None => format!("{} tokens", count(self.tokens_spent())),
        };
        let against = match (self.tokens_fixed, self.ratio()) {
            (Some(fixed), Some(ratio)) => format!(
                "; unpaired, sampled answers without shared prefixes need {} for ±{}: {}",
                count(fixed),
                self.half_width,
                share_of(ratio)
            ),
            _ => String::new(),
        };
        format!("{}, {}: {stops}. {spent}{gates}{against}", self.scenario, self.model)
    }
}

/// A ratio as a share of one: `1/5.0`, or `1.3 times as many`.
fn share_of(ratio: f64) -> String {
    if ratio > 1.0 { format!("{ratio:.1} times as many") } else { format!("1/{:.1}", 1.0 / ratio.max(1e-9)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(computed: Option<u64>, fixed: Option<u64>, expected: Expect) {
        let stop = Stop {
            estimand: "discrimination".into(),
            contrast: "premise: false − true".into(),
            n: 96,
            of: 240,
            half_width: Some(0.0481),
            stopped_at: Some(96),
            open: false,
        };
        let until = Until {
            scenario: "false-premise".into(),
            model: "local/smollm2".into(),
            half_width: 0.05,
            contrasts: vec![stop],
            episodes: 800,
            tokens_read: 210_000,
            tokens_computed: computed,
            tokens_written: 0,
            tokens_gates: 30_500,
            tokens_fixed: fixed,
        };
        expected.assert_eq(&until.words());
    }

    #[test]
    fn one_honest_line() {
        check(
            Some(41_200),
            Some(1_030_000),
            expect![
                "false-premise, local/smollm2: discrimination ±0.048 after 96 of 240. 41,200 tokens computed (210,000 read), besides 30,500 for gates; unpaired, sampled answers without shared prefixes need 1,030,000 for ±0.05: 1/25.0"
            ],
        );
        check(
            None,
            Some(100_000),
            expect![
                "false-premise, local/smollm2: discrimination ±0.048 after 96 of 240. 210,000 tokens, besides 30,500 for gates; unpaired, sampled answers without shared prefixes need 100,000 for ±0.05: 2.1 times as many"
            ],
        );
        check(
            None,
            None,
            expect![
                "false-premise, local/smollm2: discrimination ±0.048 after 96 of 240. 210,000 tokens, besides 30,500 for gates"
            ],
        );
    }
}
