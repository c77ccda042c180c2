//! `ephor run --until`: rounds of units until every contrast is told.

use super::run::{Batch, play_batches};
use crate::args::{Display, Run};
use crate::exit::Exit;
use crate::screen::{self, Screen};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::AtomicBool;
use store::{RunFolder, Writer};
use study::{Cast, Outstanding, Plan, Played, outstanding};

/// Plays rounds until no contrast needs another unit, or something stops it.
pub async fn play(
    session: &Session,
    folder: &RunFolder,
    writer: &mut Writer,
    args: &Run,
    screen: &Screen,
    stop: &AtomicBool,
) -> Result<Played, Exit> {
    let mut all = Played::default();
    let half_width = session.study.until.unwrap_or_default();
    loop {
        let rounds = outstanding(&session.study, &session.casts, folder, half_width)?;
        tell(session, &rounds, args, screen);
        let before = all.played;
        let mut seen = HashSet::new();
        let mut casts: Vec<(&Cast, Outstanding)> = session.casts.iter().zip(rounds).collect();
        casts.sort_by_key(|(cast, _)| !trace::is_scripted(&cast.model.card().name));
        for (cast, Outstanding { plans, .. }) in casts {
            let fresh = plans.into_iter().filter(|plan| seen.insert(plan.name.clone()));
            let is_gate = |plan: &Plan| plan.key.cell.starts_with("capability=");
            let (gates, contrasts): (Vec<Plan>, Vec<Plan>) = fresh.partition(is_gate);
            for (missing, of_gates) in [(gates, true), (contrasts, false)] {
                let batch = Batch { model: cast.model.clone(), missing, before: 0 };
                let (played, before) = (all.played, session.computed_tokens());
                all = play_batches(vec![batch], writer, args, screen, stop, all).await?;
                let (episodes, tokens) = ((all.played - played) as u64, session.computed_tokens() - before);
                let (gates, tokens) = if of_gates { (tokens, 0) } else { (0, tokens) };
                let scenario = &session.study.parts[cast.part].scenario.file.name;
                Computed { episodes, tokens, gates }.note(folder, scenario, &cast.model.card().name)?;
            }
        }
        if all.played == before || all.interrupted || !all.failures.is_empty() {
            return Ok(all);
        }
    }
}

/// What is still open, for the study's own models.
fn tell(session: &Session, rounds: &[Outstanding], args: &Run, screen: &Screen) {
    if args.place.display == Some(Display::None) {
        return;
    }
    screen.clear();
    for (cast, Outstanding { round, .. }) in session.casts.iter().zip(rounds) {
        let model = &cast.model.card().name;
        if !session.study.models.contains(model) || round.open.is_empty() {
            continue;
        }
        let width = |half: &Option<f64>| half.map_or(String::new(), |half| format!(" ±{half:.3}"));
        let open: Vec<String> = round.open.iter().map(|(id, half)| format!("{id}{}", width(half))).collect();
        let (played, units) = round.played;
        let scenario = &session.study.parts[cast.part].scenario.file.name;
        screen::note(&format!(
            "{scenario}, {model}: {played} of at most {units} units; open: {}",
            open.join(", ")
        ));
    }
}

/// The prompt tokens that a model on this machine computed for so many episodes of a scenario. The record knows
/// what was read; how much of that was a shared prefix only the process knows that played it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Computed {
    pub episodes: u64,
    /// In the cells that are compared, and in capability cells.
    pub tokens: u64,
    pub gates: u64,
}

type Ledger = BTreeMap<String, BTreeMap<String, Computed>>;
const FILE: &str = "computed.json";

impl Computed {
    /// Adds to what is known of a scenario and a model.
    fn note(self, folder: &RunFolder, scenario: &str, model: &str) -> Result<(), Exit> {
        if self.episodes == 0 || !model.starts_with("local/") {
            return Ok(());
        }
        let mut ledger = ledger(folder);
        let known = ledger.entry(scenario.into()).or_default().entry(model.into()).or_default();
        known.episodes += self.episodes;
        known.tokens += self.tokens;
        known.gates += self.gates;
        folder.write(FILE, &serde_json::to_vec_pretty(&ledger).map_err(Exit::broken)?)?;
        Ok(())
    }
}

fn ledger(folder: &RunFolder) -> Ledger {
    let text = folder.read(FILE).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Says of each row how many tokens were computed, where all of its episodes were played in rounds.
pub fn computed(folder: &RunFolder, rows: &mut [::report::Until]) {
    let ledger = ledger(folder);
    for row in rows {
        let known = ledger.get(&row.scenario).and_then(|models| models.get(&row.model));
        if let Some(known) = known.filter(|known| known.episodes == row.episodes) {
            (row.tokens_computed, row.tokens_gates) = (Some(known.tokens), known.gates);
        }
    }
}
