//! What must hold of every world. Each law returns its violations in words; one test runs all laws
//! over the whole shelf, and `ephor check` runs them over a user's own scenario.

use crate::{Stage, World};
use std::collections::BTreeMap;
use trace::{Act, Answer, Observation, Read};

/// A deterministic player for the laws: takes option `pick(turn, ask)` modulo the menu.
fn play_turn(view: &Observation, pick: usize) -> Act {
    let answer = |(at, ask): (usize, &trace::Ask)| {
        let index = (pick + at) % ask.menu.len().max(1);
        Answer {
            ask: ask.id.clone(),
            choice: ask.menu.get(index).map(|c| c.name.clone()),
            read: Read::Parsed,
            logp: Vec::new(),
        }
    };
    Act { turn: view.turn, answers: view.asks.iter().enumerate().map(answer).collect() }
}

/// Plays to the end and returns every state on the way, or where it got stuck.
fn trace_of(world: &mut dyn World, pick: usize) -> Result<Vec<Vec<u8>>, String> {
    let mut states = Vec::new();
    walk(world, pick, &mut |world| states.push(world.save()))?;
    Ok(states)
}

/// Plays to the end and looks at every state on the way.
fn walk(world: &mut dyn World, pick: usize, look: &mut dyn FnMut(&dyn World)) -> Result<(), String> {
    look(world);
    let limit = world.turns_max();
    for _ in 0..limit {
        let Some(turn) = world.due().into_iter().next() else { break };
        let act = play_turn(&world.view(&turn.seat), pick);
        // What the laws' player says need not be legal; what the world says for it must be.
        let act = match (world.apply(&turn.seat, &act), world.forfeit(&turn.seat)) {
            (Ok(_), _) => None,
            (Err(_), Some(own)) => Some(own),
            (Err(illegal), None) => return Err(format!("a legal act was refused: {}", illegal.rule)),
        };
        if let Some(own) = act {
            world.apply(&turn.seat, &own).map_err(|i| format!("its own act was refused: {}", i.rule))?;
        }
        look(world);
    }
    if !world.due().is_empty() {
        return Err(format!("did not end within its limit of {limit} turns"));
    }
    Ok(())
}

/// Same acts, same bytes.
pub fn same_acts_same_bytes(make: &dyn Fn() -> Box<dyn World>) -> Vec<String> {
    let both = |pick| (trace_of(&mut *make(), pick), trace_of(&mut *make(), pick));
    let run = |pick| match both(pick) {
        (Ok(a), Ok(b)) if a == b => None,
        (Ok(_), Ok(_)) => Some(format!("two plays of the same acts differ (pick {pick})")),
        (Err(why), _) | (_, Err(why)) => Some(why),
    };
    (0..4).filter_map(run).collect()
}

/// A refused act changes nothing, and these acts are refused: another seat's, a late one, one with
/// too few answers.
pub fn a_refused_act_changes_nothing(make: &dyn Fn() -> Box<dyn World>) -> Vec<String> {
    let mut world = make();
    let Some(turn) = world.due().into_iter().next() else { return Vec::new() };
    let good = play_turn(&world.view(&turn.seat), 0);
    let late = Act { turn: good.turn + 1, ..good.clone() };
    let short = Act { answers: Vec::new(), ..good.clone() };
    let before = world.save();
    let mut violations = Vec::new();
    for (what, seat, act) in [
        ("another seat's act", "nobody", &good),
        ("a late act", &*turn.seat, &late),
        ("an empty act", &*turn.seat, &short),
    ] {
        if world.apply(seat, act).is_ok() {
            violations.push(format!("{what} was accepted"));
        } else if world.save() != before {
            violations.push(format!("{what} was refused and changed the state"));
        }
    }
    violations
}

/// A seat that does not play sees no question.
pub fn strangers_see_nothing(make: &dyn Fn() -> Box<dyn World>) -> Vec<String> {
    let view = make().view("nobody");
    if view.asks.is_empty() { Vec::new() } else { vec!["a stranger was shown questions".into()] }
}

/// A picture is a function of the state: equal states, equal pictures, whatever led to them
/// and however often they are looked at.
pub fn a_picture_shows_the_state(make: &dyn Fn() -> Box<dyn World>) -> Vec<String> {
    let mut drawn: BTreeMap<Vec<u8>, Vec<Stage>> = BTreeMap::new();
    let mut differs = false;
    for pick in [0, 1, 0] {
        let mut look = |world: &dyn World| {
            let stages = world.stages();
            differs |= world.stages() != stages;
            differs |= drawn.entry(world.save()).or_insert_with(|| stages.clone()) != &stages;
        };
        // A world that does not come to its end breaks another law.
        let _ = walk(&mut *make(), pick, &mut look);
    }
    if differs { vec!["two pictures of one state differ".into()] } else { Vec::new() }
}

/// All laws.
pub fn all(make: &dyn Fn() -> Box<dyn World>) -> Vec<String> {
    [same_acts_same_bytes, a_refused_act_changes_nothing, strangers_see_nothing, a_picture_shows_the_state]
        .iter()
        .flat_map(|law| law(make))
        .collect()
}
