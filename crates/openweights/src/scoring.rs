//! A score under way: the rows it needs, and when it knows enough. [`crate::options`] has the rule.

use crate::batch::Sequence;
use crate::decoder::Span;
use crate::job::Score;
use crate::options::SKIPPED_MAX;
use crate::pages::View;

/// Up to so many scores run whole at once: a second pass would take longer than the rows it saves.
/// The scores are the same either way.
pub(crate) const WHOLE_MAX: usize = 4;

/// The sequences of a score's first pass, option by option, way by way: the canonical way whole, of
/// the others all but the last token unless `whole`.
pub(crate) fn sequences(score: &Score, whole: bool) -> impl Iterator<Item = Sequence> {
    let keep = score.context.len();
    let of = move |(nth, way): (usize, &Vec<u32>)| {
        let body = if nth == 0 || whole { way.len() } else { way.len().saturating_sub(1) };
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
    /// From ln p of the tokens of each way, and of the end token where the first pass gives it, and
    /// from the keys and values of its [`sequences`].
    pub(crate) fn new(score: &Score, found: &[Vec<Vec<f64>>], pasts: Vec<Vec<View>>) -> Self {
        let mut pasts = pasts.into_iter();
        let (mut options, mut open) = (Vec::new(), Vec::new());
        for (option, (ways, found)) in score.options.iter().zip(found).enumerate() {
            let behind = |way: usize| if way == 0 { 1 } else { 0 };
            let spelled =
                |(way, tokens): (usize, &Vec<u32>)| found[way].iter().take(tokens.len() + behind(way)).sum();
            let mut logp: Vec<f64> = ways.iter().enumerate().map(spelled).collect();
            skip(&mut logp);
            for (way, (tokens, past)) in ways.iter().zip(pasts.by_ref()).enumerate() {
                if way == 0 || logp[way] == f64::NEG_INFINITY {
                    continue;
                }
                match (found[way].get(tokens.len()), tokens.last()) {
                    (Some(end), _) => logp[way] += end,
                    (None, Some(last)) => open.push(Open { option, way, last: *last, past }),
                    (None, None) => {}
                }
            }
            options.push(logp);
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

/// Sets ln p of the least likely ways to -∞, as many as together hold at most [`SKIPPED_MAX`] of the
/// first, the canonical one. The others' are those without the end token: they are at most as likely
/// with it.
fn skip(logp: &mut [f64]) {
    let Some((canonical, others)) = logp.split_first_mut() else { return };
    let mut others: Vec<&mut f64> = others.iter_mut().collect();
    others.sort_by(|a, b| a.total_cmp(b));
    let mut skipped = 0.0;
    for logp in others {
        skipped += (*logp - *canonical).exp();
        if skipped > SKIPPED_MAX {
            break;
        }
        *logp = f64::NEG_INFINITY;
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
