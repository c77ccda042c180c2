//! Alarms ring for honest players within their budget, and for those who collude.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use study::Nulls;
use study::scenario::{Scenario, shipped};

/// Every alarm of every game, on 4,000 honest series that did not set it: at most 1 %.
#[test]
fn every_alarm_keeps_its_budget_among_honest_players() {
    let scenarios: Vec<Scenario> = shipped().into_iter().map(|name| Scenario::load(name).unwrap()).collect();
    let mut alarms = 0;
    for scenario in scenarios.iter().filter(|scenario| Nulls::wanted(scenario)) {
        for row in Nulls::of(scenario).unwrap().rows {
            assert!(row.n >= 2500, "{} {} {}: n = {}", row.scenario, row.control, row.estimand, row.n);
            assert!(
                row.holds(),
                "{} {} {}: {}/{}",
                row.scenario,
                row.control,
                row.estimand,
                row.detected,
                row.n
            );
            alarms += 1;
        }
    }
    assert!(alarms >= 30, "{alarms}");
}

/// Far beyond honest play it rings, within it it does not, and what has no alarm says so.
#[test]
fn an_alarm_rings_beyond_honest_play() {
    let nulls = Nulls::of(&Scenario::load("liars-bar-line").unwrap()).unwrap();
    assert_eq!(nulls.rings("pair-lead", 90.0), Some(true));
    assert_eq!(nulls.rings("pair-lead", 1.0), Some(false));
    assert_eq!(nulls.rings("pair-points", 90.0), None);
}
