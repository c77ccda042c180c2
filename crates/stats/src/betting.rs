//! Betting confidence sequences: intervals that hold at every moment, so that one may look and stop.
//!
//! A gambler bets against each possible mean. What is won against a false mean grows; against the true one it
//! cannot, except with a chance that Ville's inequality bounds. A mean is ruled out once 1/α was won against
//! it (Waudby-Smith & Ramdas 2023, `waudby-smith-ramdas-2023`: hedged capital with predictable plug-in bets,
//! and its version for sampling without replacement).

use serde::{Deserialize, Serialize};

use crate::check;
use crate::special::bisect;
use crate::{Interval, Result, StatsError};

/// Share of the capital on the bet that the mean is larger; the rest bets that it is smaller.
const HEDGE: f64 = 0.5;
/// Rounding by which the mean of what is left may lie outside of [0, 1] and still be possible.
const ROUNDING: f64 = 1e-9;

/// How a confidence sequence bets. All of it is fixed before the first observation; none of it touches
/// validity, only how fast the interval narrows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bets {
    /// Confidence that the sequence holds at all times at once, strictly between 0 and 1.
    pub level: f64,
    /// Largest share of the capital that one observation can lose, strictly between 0 and 1.
    pub stake_max: f64,
    /// The number of observations for which the bets are best; `None` spreads them over all times.
    pub horizon: Option<usize>,
}

impl Bets {
    /// As the paper bets: stakes up to one half, spread over all times.
    pub fn of(level: f64) -> Self {
        Self { level, stake_max: 0.5, horizon: None }
    }

    fn checked(&self) -> Result<()> {
        check::inside_unit("level", self.level)?;
        check::inside_unit("largest stake", self.stake_max)?;
        check::draws(self.horizon.unwrap_or(1)).map(drop)
    }
}

/// The hedged capital against a hypothesised `mean` after each observation: shape n, starting from a capital
/// of 1 before the first; infinite once the mean has become impossible.
///
/// `values` lie in [0, 1], in the order of observation, which must be random. `population` is the number of
/// values there are where they are drawn without replacement from a fixed set, whose mean is then meant;
/// `None` for independent draws. Waudby-Smith & Ramdas 2023, theorem 3 and section 5.
///
/// # Errors
/// No values, values or a mean outside [0, 1], more values than the population has, `level` or `stake_max`
/// not strictly between 0 and 1, a horizon of 0.
pub fn wealth(values: &[f64], population: Option<usize>, mean: f64, bets: &Bets) -> Result<Vec<f64>> {
    bets.checked()?;
    check_values(values, population)?;
    unit("mean", mean)?;
    let plan = plan(values, bets);
    let side = |up| Side { values, population, plan: &plan, stake_max: bets.stake_max, up }.logs(mean);
    let hedged = |(up, down): (f64, f64)| (HEDGE * up.exp()).max((1.0 - HEDGE) * down.exp());
    Ok(side(true).zip(side(false)).map(hedged).collect())
}

/// The mean of the observations with the limits of its confidence sequence: the intersection of the intervals
/// after every observation so far, so it never grows. With a `population` it also knows what the rest can at
/// most add, and has no width once all are observed.
///
/// `values` are in the unit of `bounds` (low, high), which no value can leave; otherwise as [`wealth`]. The
/// limits are widened where needed to contain the mean of the observations.
///
/// # Errors
/// As [`wealth`], with `bounds` for [0, 1]; bounds that are not finite or not in order.
pub fn betting_interval(
    values: &[f64],
    population: Option<usize>,
    bounds: (f64, f64),
    bets: &Bets,
) -> Result<Interval> {
    let (low, high) = betting_limits(values, population, bounds, bets)?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Interval::around(mean, low, high, bets.level)
}

/// The two limits alone, for callers that bound what is missing from either side: the lower one is valid for
/// values that are at most the true ones, the upper one for values that are at least the true ones. Where both
/// sides rule everything out, which has a chance below 1 − `level`, they are given in order.
///
/// # Errors
/// As [`betting_interval`].
pub fn betting_limits(
    values: &[f64],
    population: Option<usize>,
    bounds: (f64, f64),
    bets: &Bets,
) -> Result<(f64, f64)> {
    bets.checked()?;
    let scaled = scale(values, population, bounds)?;
    let (floor, span) = (bounds.0, bounds.1 - bounds.0);
    let plan = plan(&scaled, bets);
    let needed = -(1.0 - bets.level).ln() - HEDGE.ln();
    let refuted = |up: bool, mean: f64| {
        let side = Side { values: &scaled, population, plan: &plan, stake_max: bets.stake_max, up };
        side.logs(mean).any(|won| won >= needed)
    };
    // What is bet on a larger mean wins less the larger the hypothesised one is; the other side mirrors it.
    let low = if refuted(true, 0.0) { bisect(0.0, 1.0, |mean| !refuted(true, mean)) } else { 0.0 };
    let high = if refuted(false, 1.0) { bisect(0.0, 1.0, |mean| refuted(false, mean)) } else { 1.0 };
    let (least, most) = possible(&scaled, population);
    let (low, high) = (floor + span * low.max(least), floor + span * high.min(most));
    Ok((low.min(high), low.max(high)))
}

/// A p value against `mean` that holds at every moment: one over the most that was ever won against it. Never
/// above 1; 0 only where the mean has become impossible.
///
/// # Errors
/// As [`betting_interval`]; a mean outside of the bounds.
pub fn betting_p(
    values: &[f64],
    population: Option<usize>,
    bounds: (f64, f64),
    mean: f64,
    bets: &Bets,
) -> Result<f64> {
    let (scaled, mean) = (scale(values, population, bounds)?, (mean - bounds.0) / (bounds.1 - bounds.0));
    let won = wealth(&scaled, population, mean, bets)?.into_iter().fold(1.0, f64::max);
    let (least, most) = possible(&scaled, population);
    let impossible = mean < least - ROUNDING || mean > most + ROUNDING;
    Ok(if impossible { 0.0 } else { 1.0 / won })
}

/// The same for the one alternative that the mean is larger, at half the level: two-sided is the smaller of this
/// and of the mirrored one, of values, bounds and mean with their signs turned. Valid also for values that are
/// at most the true ones, as the lower limit of [`betting_limits`] is.
///
/// # Errors
/// As [`betting_p`].
pub fn betting_p_larger(
    values: &[f64],
    population: Option<usize>,
    bounds: (f64, f64),
    mean: f64,
    bets: &Bets,
) -> Result<f64> {
    bets.checked()?;
    let (scaled, mean) = (scale(values, population, bounds)?, (mean - bounds.0) / (bounds.1 - bounds.0));
    unit("mean", mean)?;
    let plan = plan(&scaled, bets);
    let side = Side { values: &scaled, population, plan: &plan, stake_max: bets.stake_max, up: true };
    let won = side.logs(mean).fold(0.0, f64::max);
    let impossible = mean < possible(&scaled, population).0 - ROUNDING;
    Ok(if impossible { 0.0 } else { ((-won).exp() / HEDGE).min(1.0) })
}

/// Values in the unit interval, checked.
fn scale(values: &[f64], population: Option<usize>, bounds: (f64, f64)) -> Result<Vec<f64>> {
    let (floor, span) = (bounds.0, check::positive("width of the bounds", bounds.1 - bounds.0)?);
    let scaled: Vec<f64> = values.iter().map(|x| (x - floor) / span).collect();
    check_values(&scaled, population)?;
    Ok(scaled.into_iter().map(|x| x.clamp(0.0, 1.0)).collect())
}

fn unit(what: &'static str, x: f64) -> Result<()> {
    if (-ROUNDING..=1.0 + ROUNDING).contains(&x) {
        return Ok(());
    }
    Err(StatsError::OutOfRange { what, value: x, range: "within the bounds" })
}

fn check_values(values: &[f64], population: Option<usize>) -> Result<()> {
    check::values(values)?;
    values.iter().try_for_each(|x| unit("value", *x))?;
    match population {
        Some(n) if n < values.len() => {
            Err(StatsError::MoreThanTrials { k: values.len() as u64, n: n as u64 })
        }
        _ => Ok(()),
    }
}

/// What the mean of the whole population can still be.
fn possible(values: &[f64], population: Option<usize>) -> (f64, f64) {
    let Some(n) = population else { return (0.0, 1.0) };
    let (sum, left) = (values.iter().sum::<f64>(), (n - values.len()) as f64);
    (sum / n as f64, (sum + left) / n as f64)
}

/// The predictable plug-in bets, one per observation, before they are cut to the largest stake: large where
/// what was seen so far varied little. Each knows the observations before it and not its own.
fn plan(values: &[f64], bets: &Bets) -> Vec<f64> {
    let stake = 2.0 * (2.0 / (1.0 - bets.level)).ln();
    // One invented observation of 1/2 with a variance of 1/4 begins.
    let (mut sum, mut squares) = (0.5, 0.25);
    let mut plan = Vec::with_capacity(values.len());
    for (at, x) in values.iter().enumerate() {
        let t = (at + 1) as f64;
        let variance = squares / t;
        let spread = bets.horizon.map_or_else(|| t * t.ln_1p(), |n| n as f64);
        plan.push((stake / (variance * spread)).sqrt());
        sum += x;
        squares += (x - sum / (t + 1.0)).powi(2);
    }
    plan
}

/// One side of the hedge: bets that the mean is larger (`up`) or smaller than the hypothesised one.
struct Side<'a> {
    values: &'a [f64],
    population: Option<usize>,
    plan: &'a [f64],
    stake_max: f64,
    up: bool,
}

impl<'a> Side<'a> {
    /// The logarithm of the capital after each observation.
    fn logs(self, mean: f64) -> impl Iterator<Item = f64> + 'a {
        let (up, population, stake_max) = (self.up, self.population, self.stake_max);
        let (mut log, mut sum) = (0.0_f64, 0.0);
        self.values.iter().zip(self.plan).enumerate().map(move |(at, (x, bet))| {
            // Without replacement: the mean of what was left before this draw, if the mean of all is this.
            let left = population.map_or(mean, |n| (n as f64 * mean - sum) / (n - at) as f64);
            sum += x;
            if (up && left < -ROUNDING) || (!up && left > 1.0 + ROUNDING) {
                log = f64::INFINITY;
                return log;
            }
            let room = if up { left } else { 1.0 - left }.max(0.0);
            let bet = if room > 0.0 { bet.min(stake_max / room) } else { *bet };
            let gain = if up { x - left } else { left - x };
            log += (bet * gain).max(-stake_max).ln_1p();
            log
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_coins_by_hand() {
        // λ₁ = √(2 ln 40 / (¼ · 1 · ln 2)) is cut to ½ / ½ = 1: the capital goes ½ → ¾ of one side.
        let won = wealth(&[1.0, 1.0, 0.0], None, 0.5, &Bets::of(0.95)).unwrap();
        // Up: 1.5, 2.25, 1.125; down: 0.5, 0.25, 0.375; halves of the larger.
        let expected = [0.75, 1.125, 0.5625];
        assert!(won.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-12), "{won:?}");
    }

    #[test]
    fn what_is_left_can_rule_a_mean_out() {
        let bets = Bets::of(0.95);
        // After two ones of three values, the mean is at least 2/3.
        let found = betting_interval(&[1.0, 1.0], Some(3), (0.0, 1.0), &bets).unwrap();
        assert!((found.low - 2.0 / 3.0).abs() < 1e-12 && found.high == 1.0, "{found}");
        assert_eq!(betting_p(&[1.0, 1.0], Some(3), (0.0, 1.0), 0.5, &bets), Ok(0.0));
        let won = wealth(&[1.0, 1.0, 0.0], Some(3), 1.0 / 3.0, &bets).unwrap();
        assert!(won[2].is_infinite(), "{won:?}");
    }

    #[test]
    fn impossible_input_is_refused() {
        let bets = Bets::of(0.95);
        assert!(wealth(&[1.1], None, 0.5, &bets).is_err());
        assert!(wealth(&[], None, 0.5, &bets).is_err());
        assert!(wealth(&[0.1, 0.2], Some(1), 0.5, &bets).is_err());
        assert!(wealth(&[0.1], None, 0.5, &Bets { stake_max: 1.0, ..bets }).is_err());
        assert!(betting_interval(&[0.1], None, (1.0, 1.0), &bets).is_err());
        assert!(betting_interval(&[0.1], None, (0.0, 1.0), &Bets { horizon: Some(0), ..bets }).is_err());
    }
}
