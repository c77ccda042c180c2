//! Times of which some are cut short: the product-limit estimate and what is read off it.

use crate::check;
use crate::{Result, StatsError};

/// The share for which something has not yet happened, as a step function of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    /// At each time at which it happened: the share that is left after it. Times increase.
    pub steps: Vec<(f64, f64)>,
    /// How many times were cut short.
    pub censored: u64,
}

/// The product-limit estimate (Kaplan & Meier 1958). `times[i]` is when it happened where `happened[i]`, else how
/// long it had not happened when the look ended; any unit, from 0 on. At a tie what happened comes before what was
/// cut short.
///
/// # Errors
/// Empty input, different lengths, times that are negative or not finite.
pub fn kaplan_meier(times: &[f64], happened: &[bool]) -> Result<Survival> {
    check::values(times)?;
    check::same_length(times.len(), happened.len())?;
    if let Some(time) = times.iter().find(|time| **time < 0.0) {
        return Err(StatsError::OutOfRange { what: "a time", value: *time, range: "0 or more" });
    }
    let mut events: Vec<f64> =
        times.iter().zip(happened).filter(|(_, h)| **h).map(|(t, _)| t + 0.0).collect();
    events.sort_unstable_by(f64::total_cmp);
    let mut left = 1.0;
    let step = |same: &[f64]| {
        let at_risk = times.iter().filter(|time| **time >= same[0]).count();
        left *= 1.0 - same.len() as f64 / at_risk as f64;
        (same[0], left)
    };
    let steps = events.chunk_by(|a, b| a == b).map(step).collect();
    Ok(Survival { steps, censored: (times.len() - events.len()) as u64 })
}

impl Survival {
    /// The first time at which no more than half are left; `None` where it is not reached.
    pub fn median(&self) -> Option<f64> {
        self.steps.iter().find(|(_, left)| *left <= 0.5).map(|(time, _)| *time)
    }

    /// The mean of the time up to `horizon`: the area under the steps (Irwin 1949; Royston & Parmar 2013).
    ///
    /// # Errors
    /// A horizon that is negative or not finite.
    pub fn restricted_mean(&self, horizon: f64) -> Result<f64> {
        check::finite("the horizon", horizon)?;
        if horizon < 0.0 {
            return Err(StatsError::OutOfRange { what: "the horizon", value: horizon, range: "0 or more" });
        }
        let (mut area, mut from, mut share) = (0.0, 0.0, 1.0);
        for (time, left) in self.steps.iter().take_while(|(time, _)| *time < horizon) {
            area += share * (time - from);
            (from, share) = (*time, *left);
        }
        Ok(area + share * (horizon - from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Months in remission under 6-mercaptopurine (Freireich et al. 1963), the textbook's example.
    #[test]
    fn the_remissions_of_a_textbook() {
        let happened = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let cut = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let times = [&happened[..], &cut[..]].concat();
        let events: Vec<bool> = (0..times.len()).map(|at| at < happened.len()).collect();
        let found = kaplan_meier(&times, &events).unwrap();
        let expected = [
            (6.0, 0.857),
            (7.0, 0.807),
            (10.0, 0.753),
            (13.0, 0.690),
            (16.0, 0.627),
            (22.0, 0.538),
            (23.0, 0.448),
        ];
        assert_eq!(found.steps.len(), expected.len());
        for ((time, left), (t, share)) in found.steps.iter().zip(expected) {
            assert!(*time == t && (left - share).abs() < 5e-4, "{time}: {left}, not {share}");
        }
        assert_eq!((found.median(), found.censored), (Some(23.0), 12));
    }

    /// Two of four happen at 1, one is cut at 2, one happens at 3: shares 1, 1/2, 1/2, 0.
    #[test]
    fn an_area_by_hand() {
        let found = kaplan_meier(&[1.0, 3.0, 2.0, 1.0], &[true, true, false, true]).unwrap();
        assert_eq!(found.steps, [(1.0, 0.5), (3.0, 0.0)]);
        // 1 · 1 + ½ · 2, and nothing after 3.
        assert_eq!(found.restricted_mean(4.0), Ok(2.0));
        assert_eq!(found.restricted_mean(2.0), Ok(1.5));
        assert_eq!(found.restricted_mean(0.0), Ok(0.0));
        assert_eq!(found.median(), Some(1.0));
    }

    #[test]
    fn nothing_cut_short_is_the_mean_and_nothing_happened_is_the_horizon() {
        let times = [0.0, 1.0, 4.0, 2.0];
        let all = kaplan_meier(&times, &[true; 4]).unwrap();
        assert_eq!(all.restricted_mean(4.0), Ok(1.75));
        let none = kaplan_meier(&times, &[false; 4]).unwrap();
        assert_eq!((none.restricted_mean(4.0), none.median(), none.censored), (Ok(4.0), None, 4));
    }

    #[test]
    fn what_is_no_time() {
        assert!(kaplan_meier(&[], &[]).is_err());
        assert!(kaplan_meier(&[1.0], &[]).is_err());
        assert!(kaplan_meier(&[-1.0], &[true]).is_err());
        assert!(kaplan_meier(&[f64::NAN], &[true]).is_err());
        let found = kaplan_meier(&[-0.0, 0.0], &[true, true]).unwrap();
        assert_eq!(found.steps, [(0.0, 0.0)]);
        assert!(found.restricted_mean(f64::INFINITY).is_err() && found.restricted_mean(-1.0).is_err());
    }
}
