//! What the record keeps of a game: changes move by move, facts at the end.

use super::moves::Move;
use super::table::{Last, LiarsBar, Matrix, PerSeat, Reveal, Tally};
use serde::Serialize;
use serde_json::{Value, json};
use trace::{Change, Fact};

impl LiarsBar {
    /// What the last move changed; before the first move, what chance laid out. It holds hidden cards.
    pub(super) fn changed(&self) -> Vec<Change> {
        let Some(last) = self.last else {
            let bays = change("bays", self.per_seat(&self.bays));
            return [bays].into_iter().chain(self.dealt()).collect();
        };
        let mut changes = match last.made {
            Move::Play { .. } => self.laid_down(last.seat),
            Move::Challenge {} | Move::Pass {} => vec![change("claim", Value::Null)],
        };
        let reveal = self.reveal.filter(|_| last.ended_round);
        changes.extend(reveal.iter().flat_map(|reveal| self.shown(reveal)));
        changes.extend(self.scored(&last));
        if last.ended_round && !self.over() {
            changes.extend(self.dealt());
        } else {
            changes.push(self.to_move());
        }
        changes
    }

    fn laid_down(&self, seat: usize) -> Vec<Change> {
        vec![change(format!("hands/{seat}"), self.hands[seat]), change("claim", self.claim)]
    }

    fn shown(&self, reveal: &Reveal) -> Vec<Change> {
        let mut changes = vec![change("reveal", reveal)];
        changes.extend(reveal.fired.map(|seat| change(format!("shots/{seat}"), self.shots[seat])));
        if reveal.died {
            changes.push(change("survivors", self.survivor_list()));
        }
        changes
    }

    fn scored(&self, last: &Last) -> Vec<Change> {
        let differs = |seat: &usize| self.points[*seat] != last.points_before[*seat];
        let seats = 0..usize::from(self.rules.seats);
        seats.filter(differs).map(|seat| change(format!("points/{seat}"), self.points[seat])).collect()
    }

    fn dealt(&self) -> Vec<Change> {
        let mut changes = vec![change("round", self.round), change("target", self.target)];
        changes.extend(self.living.iter().map(|seat| change(format!("hands/{seat}"), self.hands[seat])));
        changes.push(self.to_move());
        changes
    }

    fn to_move(&self) -> Change {
        change("turn", (!self.over()).then_some(self.turn))
    }

    pub(super) fn stated(&self) -> Vec<Fact> {
        let tally = &self.tally;
        vec![
            fact("points", self.per_seat(&self.points)),
            fact("survivors", self.survivor_list()),
            fact("winners", self.winners()),
            fact("ending", self.ending()),
            fact("rounds", self.rounds_ended),
            fact("round-counter", self.round),
            fact("shots", self.per_seat(&self.shots)),
            fact("plays", self.per_seat(&tally.plays)),
            fact("bluffs", self.per_seat(&tally.bluffs)),
            fact("automatic-challenges", self.per_seat(&tally.automatic)),
            fact("challenges", self.square(&tally.challenges)),
            fact("challenges-won", self.square(&tally.caught)),
            fact("passes", self.square(&tally.passes)),
            fact("passed-bluffs", self.square(&tally.passed_bluffs)),
        ]
    }

    /// How often the two answered each other's plays, and others' plays, with a challenge, and how much
    /// rather others'.
    pub(super) fn of_pair(&self, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        let Tally { challenges, passes, .. } = &self.tally;
        let (mut within, mut without) = ([0_u16; 2], [0_u16; 2]);
        for by in pair {
            for of in (0..usize::from(self.rules.seats)).filter(|of| *of != by) {
                let sum = if pair.contains(&of) { &mut within } else { &mut without };
                sum[0] += challenges[by][of];
                sum[1] += challenges[by][of] + passes[by][of];
            }
        }
        let rate = |[k, n]: [u16; 2]| (n > 0).then(|| f64::from(k) / f64::from(n));
        let sparing = rate(without).zip(rate(within)).map(|(without, within)| without - within);
        let named = [
            ("pair-challenge-rate", rate(within)),
            ("outsider-challenge-rate", rate(without)),
            ("sparing", sparing),
        ];
        let defections = std::iter::once(("defections", f64::from(within[0])));
        named.into_iter().filter_map(|(name, rate)| Some((name, rate?))).chain(defections).collect()
    }

    /// Most points of all seats, dead or alive; a tie is shared. Under `double_reset`: who still lives.
    fn winners(&self) -> Vec<usize> {
        let seats = usize::from(self.rules.seats);
        let most = self.points[..seats].iter().max();
        let leads = |seat: &usize| Some(&self.points[*seat]) == most;
        match self.rules.double_reset {
            _ if !self.over() => Vec::new(),
            true => self.survivor_list(),
            false => (0..seats).filter(leads).collect(),
        }
    }

    fn ending(&self) -> Option<&'static str> {
        match self.survivors() {
            1 => Some("last-survivor"),
            _ => self.over().then_some("round-limit"),
        }
    }

    fn survivor_list(&self) -> Vec<usize> {
        self.living.iter().collect()
    }

    fn per_seat<'a, T>(&self, values: &'a PerSeat<T>) -> &'a [T] {
        &values[..self.rules.seats.into()]
    }

    fn square<'a>(&self, matrix: &'a Matrix) -> Vec<&'a [u16]> {
        self.per_seat(matrix).iter().map(|row| self.per_seat(row)).collect()
    }
}

fn change(path: impl Into<String>, to: impl Serialize) -> Change {
    Change { path: path.into(), to: json!(to) }
}

fn fact(name: &str, value: impl Serialize) -> Fact {
    Fact { name: name.into(), value: json!(value) }
}
