//! A score under way: the rows it needs, and when it knows enough. [`crate::options`] has the rule.

use crate::batch::Sequence;
use crate::decoder::Span;
use crate::job::Score;
use crate::options::SKIPPED_MAX;
use crate::pages::View;

/// The sequences of a score's first pass, option by option, way by way: the canonical way whole, of
/// the others all but the last token.
pub(crate) fn sequences(score: &Score) -> impl Iterator<Item = Sequence> {
    let keep = score.context.len();
    let of = move |(nth, way): (usize, &Vec<u32>)| {
        let body = if nth == 0 || std::env::var("OLDWAY").is_ok() { way.len() } else { way.len().saturating_sub(1) };
        let tokens: Vec<u32> = score.context.iter().chain(&way[..body]).copied().collect();
        Sequence { wanted: (keep - 1..tokens.len()).collect(), tokens, keep }
    };
    score.options.iter().flat_map(move |ways| ways.iter().enumerate().map(of))
}

/// What the first pass has found.
pub(crate) struct Scoring {
    /// For each option, ln p of each way: with the end token behind it, except for those in `open`.
    options: Vec<Vec<f64>>,
    open: Vec<Open>,
    end: u32,
}

/// A way whose end token matters; its own last token has not run yet.
struct Open {
    option: usize,
    way: usize,
    last: u32,
    /// Everything before the last token.
    past: Vec<View>,
}

impl Scoring {
    /// From ln p of each way as far as the first pass gives it, and the keys and values of its
    /// [`sequences`].
    pub(crate) fn new(score: &Score, mut options: Vec<Vec<f64>>, pasts: Vec<Vec<View>>) -> Self {
        let mut pasts = pasts.into_iter();
        let mut open = Vec::new();
        for (option, (ways, logp)) in score.options.iter().zip(&mut options).enumerate() {
            let canonical = logp.first().copied().unwrap_or_default();
            let others = ways.len().saturating_sub(1).max(1);
            let least = canonical + (SKIPPED_MAX / others as f64).ln();
            for (way, (tokens, logp)) in ways.iter().zip(logp).enumerate() {
                let past = pasts.next().unwrap_or_default();
                let Some(last) = tokens.last().copied().filter(|_| way > 0 && std::env::var("OLDWAY").is_err()) else { continue };
                if *logp <= least {
                    *logp = f64::NEG_INFINITY;
                } else {
                    open.push(Open { option, way, last, past });
                }
            }
        }
        Self { options, open, end: score.end }
    }

    /// The last tokens that have to run still.
    pub(crate) fn steps(&mut self) -> impl Iterator<Item = Span> {
        self.open.iter_mut().map(|open| Span {
            tokens: vec![open.last],
            parent: None,
            past: std::mem::take(&mut open.past),
            own: Vec::new(),
            filled: 0,
            wanted: vec![0],
        })
    }

    /// The tokens whose probabilities are wanted behind the [`Scoring::steps`].
    pub(crate) fn ends(&self) -> impl Iterator<Item = u32> {
        self.open.iter().map(|_| self.end)
    }

    /// The scores, given ln p of the [`Scoring::ends`].
    pub(crate) fn finish(mut self, ends: impl IntoIterator<Item = f64>) -> Vec<f64> {
        for (open, end) in self.open.iter().zip(ends) {
            self.options[open.option][open.way] += end;
        }
        self.options.iter().map(|ways| log_sum(ways)).collect()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.open.is_empty()
    }
}

/// ln Σ e^x, in the order given.
fn log_sum(xs: &[f64]) -> f64 {
    let max = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + xs.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}
