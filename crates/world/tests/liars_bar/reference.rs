//! Liar's Bar once more, slow and literal, from the rules as players are told them. It deals nothing: it
//! reads deals and bays from the record and works out all else.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use trace::Change;
use world::LiarsBarRules;

pub struct Reference {
    rules: LiarsBarRules,
    target: String,
    hands: Vec<Vec<String>>,
    bays: Vec<u64>,
    face_down: Option<(usize, Vec<String>)>,
    pub turn: Option<usize>,
    alive: Vec<bool>,
    shots: Vec<u64>,
    pub points: Vec<f64>,
    pub round: u64,
    rounds_ended: u32,
    by_seat: BTreeMap<&'static str, Vec<u64>>,
    by_pair: BTreeMap<&'static str, Vec<Vec<u64>>>,
}

fn at<'a>(changes: &'a [Change], path: &str) -> Option<&'a Value> {
    changes.iter().find(|change| change.path == path).map(|change| &change.to)
}

fn names(cards: &Value) -> Vec<String> {
    cards.as_array().unwrap().iter().map(|card| card.as_str().unwrap().to_owned()).collect()
}

impl Reference {
    pub fn new(rules: LiarsBarRules, opening: &[Change]) -> Self {
        let seats = usize::from(rules.seats);
        let bays = at(opening, "bays").unwrap().as_array().unwrap();
        let mut reference = Self {
            rules,
            target: String::new(),
            hands: vec![Vec::new(); seats],
            bays: bays.iter().map(|bay| bay.as_u64().unwrap()).collect(),
            face_down: None,
            turn: None,
            alive: vec![true; seats],
            shots: vec![0; seats],
            points: vec![0.0; seats],
            round: 1,
            rounds_ended: 0,
            by_seat: ["plays", "bluffs", "automatic-challenges"].map(|name| (name, vec![0; seats])).into(),
            by_pair: ["challenges", "challenges-won", "passes", "passed-bluffs"]
                .map(|name| (name, vec![vec![0; seats]; seats]))
                .into(),
        };
        reference.take_deal(opening, None);
        reference
    }

    fn seats(&self) -> usize {
        self.alive.len()
    }

    fn survivors(&self) -> Vec<usize> {
        (0..self.seats()).filter(|seat| self.alive[*seat]).collect()
    }

    /// Clockwise, the first other one alive with cards.
    fn next(&self, from: usize) -> Option<usize> {
        let around = (from + 1..self.seats()).chain(0..from);
        around.into_iter().find(|seat| self.alive[*seat] && !self.hands[*seat].is_empty())
    }

    fn honest(&self, cards: &[String]) -> bool {
        cards.iter().all(|card| *card == self.target || card == "wild")
    }

    fn count(&mut self, name: &str, seat: usize) {
        self.by_seat.get_mut(name).unwrap()[seat] += 1;
    }

    fn count_pair(&mut self, name: &str, by: usize, of: usize) {
        self.by_pair.get_mut(name).unwrap()[by][of] += 1;
    }

    pub fn step(&mut self, seat: usize, made: &Value, changes: &[Change]) {
        assert_eq!(Some(seat), self.turn);
        match made["move"].as_str().unwrap() {
            "play" => self.play(seat, names(&made["cards"])),
            "pass" => self.pass(seat, changes),
            "challenge" => self.challenge(seat, changes),
            other => panic!("{other}"),
        }
    }

    fn play(&mut self, seat: usize, cards: Vec<String>) {
        for card in &cards {
            let held = self.hands[seat].iter().position(|held| held == card).unwrap();
            self.hands[seat].remove(held);
        }
        self.count("plays", seat);
        if !self.honest(&cards) {
            self.count("bluffs", seat);
        }
        self.face_down = Some((seat, cards));
        self.turn = self.next(seat);
    }

    fn pass(&mut self, seat: usize, changes: &[Change]) {
        let (player, cards) = self.face_down.take().unwrap();
        self.count_pair("passes", seat, player);
        if self.honest(&cards) {
            self.points[seat] += 2.0;
        } else {
            self.count_pair("passed-bluffs", seat, player);
        }
        if self.hands[player].is_empty() {
            self.points[player] += 2.0;
        }
        if self.next(seat).is_some() {
            return;
        }
        self.count("automatic-challenges", seat);
        let rest = std::mem::take(&mut self.hands[seat]);
        if self.honest(&rest) {
            self.round_is_over(None, 1, changes);
        } else {
            self.shoot(seat);
            self.round_is_over(Some(seat), 1, changes);
        }
    }

    fn challenge(&mut self, seat: usize, changes: &[Change]) {
        let (player, cards) = self.face_down.take().unwrap();
        self.count_pair("challenges", seat, player);
        let resets = if self.rules.double_reset { 2 } else { 1 };
        if self.honest(&cards) {
            self.shoot(seat);
            if self.alive[seat] {
                self.points[seat] -= 1.0;
            }
            self.round_is_over(Some(seat), resets, changes);
        } else {
            self.count_pair("challenges-won", seat, player);
            self.points[seat] += 2.0;
            self.shoot(player);
            self.round_is_over(Some(player), resets, changes);
        }
    }

    fn shoot(&mut self, seat: usize) {
        self.shots[seat] += 1;
        let deadly = if self.rules.sixth_shot { 6 } else { self.bays[seat] + 1 };
        if self.shots[seat] != deadly {
            return;
        }
        if self.survivors().len() == 2 {
            self.points[seat] += 2.0;
        }
        self.points[seat] -= 2.0;
        self.alive[seat] = false;
        for survivor in self.survivors() {
            self.points[survivor] += 1.0;
        }
    }

    fn round_is_over(&mut self, fired: Option<usize>, resets: u64, changes: &[Change]) {
        self.rounds_ended += 1;
        if let [last] = self.survivors()[..] {
            self.points[last] += 3.0 * resets as f64;
        }
        if self.over() {
            self.turn = None;
            return;
        }
        self.round += resets;
        self.take_deal(changes, fired);
    }

    pub fn over(&self) -> bool {
        self.survivors().len() == 1 || self.rounds_ended == self.rules.rounds_max
    }

    fn take_deal(&mut self, changes: &[Change], fired: Option<usize>) {
        self.target = at(changes, "target").unwrap().as_str().unwrap().to_owned();
        for seat in 0..self.seats() {
            let dealt = at(changes, &format!("hands/{seat}"));
            assert_eq!(dealt.is_some(), self.alive[seat]);
            self.hands[seat] = dealt.map(names).unwrap_or_default();
        }
        self.turn = match fired {
            Some(seat) if self.alive[seat] => Some(seat),
            Some(seat) => self.next(seat),
            None => at(changes, "turn").unwrap().as_u64().map(|seat| seat as usize),
        };
    }

    /// What the engine's facts of the same names must say at the end.
    pub fn facts(&self) -> Vec<(&'static str, Value)> {
        let by_seat = self.by_seat.iter().map(|(name, counts)| (*name, json!(counts)));
        let by_pair = self.by_pair.iter().map(|(name, counts)| (*name, json!(counts)));
        let others = [
            ("points", json!(self.points.iter().map(|points| *points as i64).collect::<Vec<_>>())),
            ("survivors", json!(self.survivors())),
            ("winners", json!(self.winners())),
            ("shots", json!(self.shots)),
            ("rounds", json!(self.rounds_ended)),
        ];
        by_seat.chain(by_pair).chain(others).collect()
    }

    fn winners(&self) -> Vec<usize> {
        if self.rules.double_reset {
            return self.survivors();
        }
        let most = self.points.iter().copied().fold(f64::MIN, f64::max);
        (0..self.seats()).filter(|seat| self.points[*seat] == most).collect()
    }
}
