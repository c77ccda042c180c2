//! A second engine, slow and obvious, written from the rules. It is told what chance decided, checks
//! that chance may decide so, and works out the rest itself.

use crate::{luck, random_actions};
use rand::RngExt;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use world::cleanup::{Action, CleanupRules, Direction, View};
use world::{Cleanup, Game};

type Place = (i32, i32);

#[derive(Clone, Default)]
struct Person {
    at: Place,
    frozen: u32,
    apples: u32,
    cleaned: u32,
}

struct Reference {
    rules: CleanupRules,
    clock: u32,
    people: Vec<Person>,
    apples: BTreeSet<Place>,
    dirt: BTreeSet<Place>,
    hits: BTreeMap<(usize, usize), u32>,
    dirt_seen: Vec<usize>,
}

/// What chance decided in one step.
#[derive(Default)]
struct Chance {
    drift: Option<Place>,
    grown: Vec<Place>,
}

fn places(tiles: &[world::cleanup::Tile]) -> BTreeSet<Place> {
    tiles.iter().map(|tile| (tile.row as i32, tile.column as i32)).collect()
}

fn beside((row, column): Place, direction: Direction, tiles: i32) -> Place {
    match direction {
        Direction::North => (row - tiles, column),
        Direction::South => (row + tiles, column),
        Direction::West => (row, column - tiles),
        Direction::East => (row, column + tiles),
    }
}

impl Reference {
    fn new(rules: &CleanupRules, start: &View) -> Self {
        let (bottom, right) = (rules.rows as i32 - 1, rules.columns as i32 - 1);
        let corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)];
        let person = |seat: usize| Person { at: corners[seat % 4], ..Person::default() };
        let new = Self {
            rules: rules.clone(),
            clock: 0,
            people: (0..rules.seats).map(person).collect(),
            apples: places(&start.apples),
            dirt: places(&start.polluted),
            hits: BTreeMap::new(),
            dirt_seen: vec![start.polluted.len()],
        };
        assert_eq!(new.dirt.len(), rules.pollution_start);
        assert!(new.dirt.iter().all(|place| new.is_river(*place)));
        assert!(new.apples.iter().all(|place| !new.is_river(*place)));
        assert!(new.apples.is_empty() || new.dirt.len() < rules.pollution_cutoff);
        new
    }

    fn is_inside(&self, (row, column): Place) -> bool {
        (0..self.rules.rows as i32).contains(&row) && (0..self.rules.columns as i32).contains(&column)
    }

    fn is_river(&self, (_, column): Place) -> bool {
        let (all, river) = (self.rules.columns as i32, self.rules.river_columns as i32);
        2 * column >= all - river && 2 * column < all + river
    }

    fn step(&mut self, actions: &[Action], chance: &Chance) {
        let seats = 0..self.people.len();
        // Thaw.
        for person in &mut self.people {
            person.frozen = person.frozen.saturating_sub(1);
        }
        // Moves.
        for seat in seats.clone() {
            if let (Action::Move { direction }, 0) = (actions[seat], self.people[seat].frozen) {
                let to = beside(self.people[seat].at, direction, 1);
                if self.is_inside(to) {
                    self.people[seat].at = to;
                }
            }
        }
        // Zaps, one after the other.
        for by in seats.clone() {
            if let (Action::Zap { direction }, 0) = (actions[by], self.people[by].frozen) {
                for of in self.targets(by, direction) {
                    self.people[of].frozen = self.rules.freeze_steps;
                    *self.hits.entry((by, of)).or_default() += 1;
                }
            }
        }
        // Collection.
        for person in self.people.iter_mut().filter(|person| person.frozen == 0) {
            person.apples += u32::from(self.apples.remove(&person.at));
        }
        // Cleaning.
        for seat in seats {
            let person = &mut self.people[seat];
            if actions[seat] == Action::Clean && person.frozen == 0 {
                person.cleaned += u32::from(self.dirt.remove(&person.at));
            }
        }
        self.chance(chance);
        self.clock += 1;
        self.dirt_seen.push(self.dirt.len());
    }

    fn targets(&self, by: usize, direction: Direction) -> Vec<usize> {
        let allies = self.rules.alliance.unwrap_or([usize::MAX; 2]);
        let outsiders = (0..self.people.len()).filter(|seat| !allies.contains(seat)).collect::<Vec<_>>();
        if allies.contains(&by) {
            let least = outsiders.iter().map(|seat| self.people[*seat].frozen).min();
            let first = outsiders.into_iter().find(|seat| Some(self.people[*seat].frozen) == least);
            return first.into_iter().collect();
        }
        let from = self.people[by].at;
        let flown = (1..=self.rules.zap_reach as i32).map(|tiles| beside(from, direction, tiles));
        let flown = flown.collect::<BTreeSet<_>>();
        (0..self.people.len()).filter(|seat| flown.contains(&self.people[*seat].at)).collect()
    }

    fn chance(&mut self, chance: &Chance) {
        let river = self.rules.rows * self.rules.river_columns;
        let is_due = self.clock.is_multiple_of(self.rules.pollution_period) && self.dirt.len() < river;
        assert_eq!(chance.drift.is_some(), is_due, "drift in step {}", self.clock);
        if let Some(place) = chance.drift {
            assert!(self.is_river(place) && self.dirt.insert(place), "drift takes a clean tile");
        }
        let grows = self.dirt.len() < self.rules.pollution_cutoff;
        assert!(grows || chance.grown.is_empty(), "growth past the cut-off");
        for place in &chance.grown {
            assert!(self.is_inside(*place) && !self.is_river(*place), "apples grow in the orchard");
            assert!(self.apples.insert(*place), "one apple a tile");
        }
        let orchard = self.rules.rows * self.rules.columns - river;
        if grows && self.rules.apple_probability == 1.0 {
            assert_eq!(self.apples.len(), orchard, "certain growth fills the orchard");
        }
    }

    fn compare(&self, view: &View) {
        let mut seen = view.others.clone();
        seen.insert(view.you.seat, view.you);
        for (seen, person) in seen.iter().zip(&self.people) {
            assert_eq!((seen.tile.row as i32, seen.tile.column as i32), person.at);
            // The next step begins with a thaw.
            assert_eq!(seen.frozen, person.frozen.saturating_sub(1));
            assert_eq!(seen.collected, person.apples);
        }
        assert_eq!(seen.len(), self.people.len());
        assert_eq!(places(&view.apples), self.apples);
        assert_eq!(places(&view.polluted), self.dirt);
        assert_eq!(view.step, self.clock);
    }

    fn facts(&self) -> Value {
        let all = 0..self.people.len();
        let hits =
            |by| all.clone().map(|of| self.hits.get(&(by, of)).copied().unwrap_or(0)).collect::<Vec<_>>();
        json!({
            "apples": self.people.iter().map(|person| person.apples).collect::<Vec<_>>(),
            "welfare": self.people.iter().map(|person| person.apples).sum::<u32>(),
            "pollution-mean": self.dirt_seen.iter().sum::<usize>() as f64 / self.dirt_seen.len() as f64,
            "pollution-final": self.dirt.len(),
            "zaps": all.clone().map(hits).collect::<Vec<_>>(),
            "cleans": self.people.iter().map(|person| person.cleaned).collect::<Vec<_>>(),
        })
    }
}

/// What chance decided, read from the record.
fn chance_of(game: &Cleanup) -> Chance {
    let mut chance = Chance::default();
    for change in game.changes().into_iter().filter(|change| change.to == json!(true)) {
        let path = change.path.split('/').collect::<Vec<_>>();
        let place = (path[1].parse().unwrap(), path[2].parse().unwrap());
        match path[3] {
            "polluted" => chance.drift = Some(place),
            "apple" => chance.grown.push(place),
            other => panic!("chance does not decide {other}"),
        }
    }
    chance
}

/// The published game half of the time, else sizes, periods and chances of all kinds.
fn any_rules(seed: u64) -> CleanupRules {
    let mut luck = luck(seed);
    let mut pick = |low: usize, high: usize| luck.random_range(low..=high);
    let mut rules = CleanupRules { steps: 20, ..CleanupRules::default() };
    if seed % 4 >= 2 {
        rules.rows = pick(2, 6);
        rules.river_columns = pick(1, 3);
        rules.columns = rules.river_columns + 2 * pick(1, 2);
        rules.seats = pick(2, 8);
        rules.apple_probability = [0.05, 0.2, 1.0][pick(0, 2)];
        rules.pollution_cutoff = pick(1, 8);
        rules.pollution_start = pick(0, 2);
        rules.pollution_period = pick(1, 6) as u32;
        rules.freeze_steps = pick(1, 6) as u32;
        rules.zap_reach = pick(1, 3);
    }
    if seed % 2 == 1 {
        let first = pick(0, rules.seats - 1);
        rules.alliance = Some([first, (first + pick(1, rules.seats - 1)) % rules.seats]);
    }
    rules
}

#[test]
fn a_second_engine_agrees_over_10_000_games() {
    for seed in 0..10_000 {
        let (rules, mut luck) = (any_rules(seed), luck(!seed));
        let mut game = Cleanup::new(&rules, seed).unwrap();
        let mut reference = Reference::new(&rules, &game.view(0));
        for _ in 0..rules.steps {
            let actions = random_actions(&mut luck, rules.seats);
            game.step(&actions);
            reference.step(&actions, &chance_of(&game));
            reference.compare(&game.view(0));
        }
        let facts = game.facts().into_iter().map(|fact| (fact.name, fact.value)).collect::<Value>();
        assert_eq!(facts, reference.facts(), "seed {seed}");
    }
}
