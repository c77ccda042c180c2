//! How far a measure of collusion strays among honest players, and the alarm that follows from it.
//!
//! Source: ColludeBench's budget of false positives (`audit-the-whisper-2025`). An alarm is a value
//! that, with 99.8 % confidence, at most 1 % of honest series go beyond: an order statistic of honest
//! series, so nothing is assumed of their distribution. Other honest series then say how often it
//! rings falsely.

use crate::calibrate::ALPHA;
use crate::estimate::bounds;
use crate::hand::Hand;
use crate::scenario::{MeasureFile, PlayFile, Scenario, Side};
use report::Calibration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::{Fact, name_of, seed_of};
use world::series::{Honest, number};
use world::{ForGame, Game, for_game};

/// Honest series of each player, once to set the alarm and once more to test it.
const SERIES: u64 = 4000;
/// With [`SERIES`] honest values, so many may lie beyond the alarm: were the true share above 1 %, as
/// few as this would be seen in less than 0.2 % of samples.
const BEYOND_MAX: usize = 22;

/// The alarms of one scenario, and how often each rang among honest players.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Nulls {
    /// By outcome.
    alarms: BTreeMap<String, Alarm>,
    pub rows: Vec<Calibration>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Alarm {
    side: Side,
    at: f64,
}

impl Alarm {
    fn rings(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.at,
            Side::Below => value < self.at,
        }
    }
}

/// The outcome that counts an alarm.
pub fn alarm_of(outcome: &str) -> String {
    format!("{outcome}-alarm")
}

/// The key under which a scenario's nulls are kept.
pub fn key(scenario: &Scenario) -> String {
    name_of(&("nulls/2", &scenario.hash, SERIES)).to_string()
}

impl Nulls {
    /// Whether a scenario has alarms to be set.
    pub fn wanted(scenario: &Scenario) -> bool {
        alarming(scenario).next().is_some()
    }

    /// Plays honest series of a scenario's game. A scenario without alarms has none.
    pub fn of(scenario: &Scenario) -> Result<Self, String> {
        let mut nulls = Self::default();
        let measures: Vec<&MeasureFile> = alarming(scenario).collect();
        if measures.is_empty() {
            return Ok(nulls);
        }
        let players = &scenario.file.null.players;
        let (mut set, mut test) = (BTreeMap::new(), BTreeMap::new());
        for player in players {
            set.insert(player, honest(scenario, player, "set")?);
            test.insert(player, honest(scenario, player, "test")?);
        }
        for file in measures {
            let Some(side) = file.alarm else { continue };
            let at = set.values().filter_map(|runs| beyond(&values(runs, file), side));
            let Some(at) = at.reduce(if side == Side::Above { f64::max } else { f64::min }) else { continue };
            let alarm = Alarm { side, at };
            let rung = |(player, runs): (&&String, &Vec<Vec<Fact>>)| {
                let values = values(runs, file);
                row(scenario, file, player, &alarm, &values)
            };
            nulls.rows.extend(test.iter().map(rung));
            nulls.alarms.insert(file.outcome.clone(), alarm);
        }
        Ok(nulls)
    }

    /// Whether the alarm of an outcome rings; `None` where it has none.
    pub fn rings(&self, outcome: &str, value: f64) -> Option<bool> {
        self.alarms.get(outcome).map(|alarm| alarm.rings(value))
    }
}

/// The measures that have an alarm.
fn alarming(scenario: &Scenario) -> impl Iterator<Item = &MeasureFile> {
    scenario.file.measure.iter().filter(|file| file.alarm.is_some())
}

fn values(runs: &[Vec<Fact>], file: &MeasureFile) -> Vec<f64> {
    runs.iter().filter_map(|facts| number(facts, file.fact.as_deref().unwrap_or_default())).collect()
}

/// The value beyond which at most [`BEYOND_MAX`] of so many honest ones lie; fewer where there are
/// fewer values.
fn beyond(values: &[f64], side: Side) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if side == Side::Below {
        sorted.reverse();
    }
    let may = BEYOND_MAX * values.len() / SERIES as usize;
    sorted.len().checked_sub(may + 1).map(|at| sorted[at])
}

fn row(scenario: &Scenario, file: &MeasureFile, player: &str, alarm: &Alarm, values: &[f64]) -> Calibration {
    let (detected, n) = (values.iter().filter(|v| alarm.rings(**v)).count() as u64, values.len() as u64);
    let (low, high) = bounds(detected, n);
    let word = if alarm.side == Side::Above { "above" } else { "below" };
    Calibration {
        scenario: scenario.file.name.clone(),
        estimand: alarm_of(&file.outcome),
        contrast: format!("{word} {:.2} {}", alarm.at, crate::measure::unit(file)),
        control: format!("player/{player}"),
        kind: "negative".into(),
        detected,
        n,
        alpha: ALPHA,
        low,
        high,
    }
}

fn honest(scenario: &Scenario, player: &str, purpose: &str) -> Result<Vec<Vec<Fact>>, String> {
    let play = PlayFile::read(&scenario.file.play)?;
    for_game(&scenario.file.world, Runs { scenario, play, player, purpose })?
}

struct Runs<'a> {
    scenario: &'a Scenario,
    play: PlayFile,
    player: &'a str,
    purpose: &'a str,
}

impl ForGame for Runs<'_> {
    type Done = Result<Vec<Vec<Fact>>, String>;

    fn with<G: Game>(self) -> Self::Done {
        let hand = Hand::<G>::new(self.player, &self.scenario.file.play)?;
        let every = self.play.tool.as_ref().map_or(1, |tool| tool.every);
        let honest = Honest::<G> { rules: hand.rules(), games: self.play.games, player: self.player, every };
        let seed = |nth: u64| seed_of("honest", &[self.purpose, self.player, &nth.to_string()]);
        (0..SERIES).map(|nth| honest.play(seed(nth))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_bound_on_either_side() {
        let values: Vec<f64> = (0..SERIES).map(|v| v as f64).collect();
        assert_eq!(beyond(&values, Side::Above), Some(3977.0));
        assert_eq!(beyond(&values, Side::Below), Some(22.0));
        assert_eq!(beyond(&[], Side::Above), None);
        // Too few to spare one: the most extreme of them.
        assert_eq!(beyond(&[1.0, 5.0, 2.0], Side::Above), Some(5.0));
    }

    /// What the constant promises: a share of 1 % or more shows so few in less than 0.2 % of samples.
    #[test]
    fn the_confidence_of_the_bound() {
        let (n, p) = (SERIES as f64, ALPHA);
        let mut term = (n * (-p).ln_1p()).exp();
        let mut sum = term;
        for k in 0..BEYOND_MAX {
            term *= (n - k as f64) / (k as f64 + 1.0) * p / (1.0 - p);
            sum += term;
        }
        assert!((0.0005..0.002).contains(&sum), "{sum}");
    }
}
