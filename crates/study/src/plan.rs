//! What is to be played: cells × units × models, each episode named before it is played.

use crate::actor::control;
use crate::scenario::{Cell, Compiled, Fault, Scenario, Seated, Selection, Unit, compile};
use crate::structure::Post;
use agent::Mind;
use model::Model;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Brief, EpisodeKey, Name, Sampling, SeatCard, seed_of};
use world::Setup;

/// How much of a scenario is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    pub wordings: u32,
    pub states: u32,
    pub epochs: u32,
    /// At most so many units per cell.
    pub limit: Option<u32>,
    /// The first state: 0, or [`PILOT`].
    pub first: u32,
}

/// The first state of a pilot: no study of fewer states plays its units again.
pub const PILOT: u32 = 1_000_000;

/// One cell of one unit, ready to be played by anybody.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub cell: Cell,
    pub unit: Unit,
    pub epoch: u32,
    pub seats: Vec<Seated>,
    pub setup: Setup,
    pub cluster: String,
    pub world_hash: String,
    pub seed: u64,
    /// The guard of this cell.
    pub post: Option<Arc<Post>>,
}

/// One episode to play.
pub struct Plan {
    pub name: Name,
    pub key: EpisodeKey,
    pub setup: Setup,
    /// Who sits where, in the order of the key's seats.
    pub models: Vec<Arc<dyn Model>>,
    pub post: Option<Arc<Post>>,
}

/// Wordings over which items rotate: two Latin rows, both orders, and few enough that a model on
/// this machine computes each brief once.
const ROTATION: u32 = 8;

/// The units of a scenario: wordings × states; where a scenario has items, each item is a state and
/// its wordings rotate over the items.
pub fn units(scenario: &Scenario, size: &Size) -> Vec<Unit> {
    let items = scenario.items.len() as u32;
    let unit = |wording, state| Unit { wording, state };
    let all: Vec<Unit> = if items > 0 {
        let rotated = move |state: u32, w: u32| unit((state + w) % ROTATION, state);
        (0..items)
            .flat_map(|state| (0..size.wordings.min(ROTATION)).map(move |w| rotated(state, w)))
            .collect()
    } else {
        (size.first..size.first.saturating_add(size.states))
            .flat_map(|state| (0..size.wordings).map(move |w| unit(w, state)))
            .collect()
    };
    let limit = size.limit.map_or(all.len(), |l| l as usize);
    all.into_iter().take(limit).collect()
}

/// The cells that a selection plays, with the capability cells that its gates need.
pub fn cells(scenario: &Scenario, selection: &[String]) -> Result<Selection, Fault> {
    let own = [scenario.file.design.cells.clone()];
    let mut chosen = Selection::of(scenario, if selection.is_empty() { &own } else { selection })?;
    for capability in &scenario.file.capability {
        let cell = Cell { capability: Some(capability.name.clone()), ..Cell::default() };
        if !chosen.cells.contains(&cell) {
            chosen.cells.push(cell);
        }
    }
    Ok(chosen)
}

/// The background of each unit; none where a selection plays no stars.
pub fn backgrounds(scenario: &Scenario, selection: &Selection, size: &Size) -> BTreeMap<Unit, Cell> {
    let units = units(scenario, size);
    let backgrounds = selection.backgrounds(scenario, units.len());
    units.into_iter().zip(backgrounds).collect()
}

/// Renders every cell of every unit once.
pub fn sheets(
    scenario: &Scenario,
    selection: &Selection,
    backgrounds: &BTreeMap<Unit, Cell>,
    size: &Size,
) -> Result<Vec<Sheet>, Fault> {
    let mut sheets = Vec::new();
    for unit in units(scenario, size) {
        for cell in selection.around(scenario, backgrounds.get(&unit)) {
            let first = sheet(scenario, &cell, unit, 0)?;
            sheets.extend((1..size.epochs).map(|epoch| Sheet {
                epoch,
                seed: seed(unit, epoch),
                ..first.clone()
            }));
            sheets.push(first);
        }
    }
    Ok(sheets)
}

/// Renders one cell of one unit.
pub fn sheet(scenario: &Scenario, cell: &Cell, unit: Unit, epoch: u32) -> Result<Sheet, Fault> {
    let Compiled { seats, setup, cluster, post, .. } = compile(scenario, cell, unit)?;
    let world_hash = trace::name_of(&setup).to_string();
    let seed = seed(unit, epoch);
    Ok(Sheet { cell: cell.clone(), unit, epoch, seats, setup, cluster, world_hash, seed, post })
}

/// The seed of a unit: it does not know the cell.
fn seed(unit: Unit, epoch: u32) -> u64 {
    let parts = [unit.wording.to_string(), unit.state.to_string(), epoch.to_string()];
    seed_of("unit", &[&parts[0], &parts[1], &parts[2]])
}

/// The episode that a model plays on a sheet.
pub fn plan(scenario: &Scenario, sheet: &Sheet, model: &Arc<dyn Model>, sampling: &Sampling) -> Plan {
    let models: Vec<Arc<dyn Model>> =
        sheet.seats.iter().map(|seated| sitter(scenario, seated, model)).collect();
    let seats = sheet.seats.iter().zip(&models).map(|(seated, model)| SeatCard {
        seat: seated.seat.clone(),
        model: model.card().clone(),
        sampling: sampling.clone(),
    });
    let key = EpisodeKey {
        scenario: scenario.file.name.clone(),
        scenario_hash: scenario.hash.clone(),
        world: sheet.setup.version().into(),
        world_hash: sheet.world_hash.clone(),
        cell: sheet.cell.to_string(),
        wording: sheet.unit.wording,
        state: sheet.unit.state,
        epoch: sheet.epoch,
        seed: sheet.seed,
        guard: sheet.post.as_ref().map(|post| post.hash.clone()).unwrap_or_default(),
        seats: seats.collect(),
        briefs: sheet.seats.iter().map(|seated| Brief::clone(&seated.brief)).collect(),
    };
    Plan { name: key.name(), key, setup: sheet.setup.clone(), models, post: sheet.post.clone() }
}

/// The minds at a sheet's seats, for a play that nobody names.
pub fn minds(
    scenario: &Scenario,
    sheet: &Sheet,
    model: &Arc<dyn Model>,
    sampling: &Sampling,
) -> BTreeMap<String, Mind> {
    let mind = |seated: &Seated| {
        let (brief, model) = (seated.brief.clone(), sitter(scenario, seated, model));
        (seated.seat.clone(), Mind { brief, model, sampling: sampling.clone() })
    };
    sheet.seats.iter().map(mind).collect()
}

/// Who sits at a seat: the control that the scenario puts there, the second of a pair, or the model.
fn sitter(scenario: &Scenario, seated: &Seated, model: &Arc<dyn Model>) -> Arc<dyn Model> {
    let control = seated.control.as_ref().and_then(|name| control(scenario, name, 0).ok());
    let second = || model.partner().filter(|_| seated.is_partner);
    control.or_else(second).unwrap_or_else(|| model.clone())
}

impl Plan {
    /// The minds at the seats.
    pub fn minds(&self) -> BTreeMap<String, Mind> {
        let told = self.key.seats.iter().zip(&self.key.briefs).zip(&self.models);
        let mind = |((seat, brief), model): ((&SeatCard, &Brief), &Arc<dyn Model>)| {
            let (brief, model, sampling) = (Arc::new(brief.clone()), model.clone(), seat.sampling.clone());
            (seat.seat.clone(), Mind { brief, model, sampling })
        };
        told.map(mind).collect()
    }
}

/// Clusters of a scenario's units by (wording, state).
pub fn clusters(sheets: &[Sheet]) -> BTreeMap<Unit, String> {
    sheets.iter().map(|s| (s.unit, s.cluster.clone())).collect()
}
