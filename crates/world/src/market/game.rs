//! The game itself: sealed moves, then profits of the round, then regret.

use super::{Benchmark, Benchmarks, Move, Past, Rules, View, players};
use crate::scene::{Deed, Scene};
use crate::series::SeriesSpec;
use crate::{Game, Illegal, Player, Seats, Setup};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Change, Fact};

/// A round that is over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Round {
    pub played: Vec<f64>,
    pub profits: Vec<f64>,
    /// Profit of the best reply to what the others played, less the own.
    pub regret: Vec<f64>,
}

/// A repeated market.
#[derive(Clone, Debug, Serialize)]
pub struct Market {
    rules: Rules,
    #[serde(skip)]
    benchmarks: Benchmarks,
    /// Moves of this round, unseen until all are made.
    pending: Vec<Option<f64>>,
    pub(super) rounds: u32,
    pub(super) last: Option<Round>,
    points: Vec<f64>,
    regret: Vec<f64>,
    /// Who moved last, and what.
    moved: Option<(usize, f64)>,
}

impl Market {
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn benchmarks(&self) -> &Benchmarks {
        &self.benchmarks
    }

    /// The allowed number that earns the seller most while the others play as they do. Profit has one
    /// peak in the own number, so on a grid the peak's neighbours are enough.
    pub fn best_reply(&self, seller: usize, played: &[f64]) -> f64 {
        let peak = self.rules.demand.best_reply(seller, played);
        let [below, above] = self.rules.range.around(peak);
        let earns = |own| self.profit_with(seller, own, played);
        if earns(below) >= earns(above) { below } else { above }
    }

    fn profit_with(&self, seller: usize, own: f64, played: &[f64]) -> f64 {
        let mut played = played.to_vec();
        played[seller] = own;
        self.rules.demand.profits(&played)[seller]
    }

    fn is_over(&self) -> bool {
        self.rounds >= self.rules.rounds
    }

    /// The number that is played, or the rule against it.
    fn read(&self, seat: usize, made: &Move) -> Result<f64, String> {
        let lever = self.rules.demand.lever();
        match self.pending.get(seat) {
            _ if self.is_over() => Err("the game is over".into()),
            None => Err(format!("the seats are 0 to {}", self.pending.len() - 1)),
            Some(Some(_)) => Err("a seller moves once a round".into()),
            Some(None) if made.lever() != lever => Err(format!("this market asks for a {}", lever.name())),
            Some(None) => self.rules.range.read(lever, made.value()),
        }
    }

    fn settle(&mut self, played: Vec<f64>) {
        let profits = self.rules.demand.profits(&played);
        let missed = |(seller, profit): (usize, &f64)| {
            let best = self.profit_with(seller, self.best_reply(seller, &played), &played);
            // The grid point that was played may be the best one: then rounding is all that differs.
            (best - profit).max(0.0)
        };
        let regret: Vec<_> = profits.iter().enumerate().map(missed).collect();
        add(&mut self.points, &profits);
        add(&mut self.regret, &regret);
        self.pending.fill(None);
        self.rounds += 1;
        self.last = Some(Round { played, profits, regret });
    }

    fn past(&self, seat: usize) -> Option<Past> {
        let last = self.last.as_ref()?;
        let (own, profit) = (*last.played.get(seat)?, *last.profits.get(seat)?);
        Some(Past { own, profit, all: self.rules.announced.then(|| last.played.clone()) })
    }
}

fn add(sums: &mut [f64], terms: &[f64]) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}

impl Game for Market {
    type Rules = Rules;
    type Move = Move;
    type View = View;

    const VERSION: &'static str = "market/1";
    const KINDS: &'static [&'static str] = &["raise", "hold", "cut"];

    /// Nothing is left to chance, so every seed gives the same game.
    fn setup(series: Arc<SeriesSpec<Rules>>) -> Setup {
        Setup::Market(series)
    }

    fn new(rules: &Rules, _: u64) -> Result<Self, String> {
        rules.check()?;
        let sellers = rules.demand.sellers();
        Ok(Self {
            rules: rules.clone(),
            benchmarks: Benchmarks::new(rules)?,
            pending: vec![None; sellers],
            rounds: 0,
            last: None,
            points: vec![0.0; sellers],
            regret: vec![0.0; sellers],
            moved: None,
        })
    }

    fn seats(&self) -> usize {
        self.pending.len()
    }

    fn due(&self) -> Seats {
        let open = (0..self.seats()).filter(|seat| !self.is_over() && self.pending[*seat].is_none());
        open.fold(Seats::NONE, Seats::with)
    }

    fn moves_max(&self) -> u64 {
        self.seats() as u64 * u64::from(self.rules.rounds)
    }

    fn view(&self, seat: usize) -> View {
        let Rules { demand, range, rounds, demand_told, .. } = &self.rules;
        View {
            seat,
            sellers: self.seats(),
            due: self.due().has(seat),
            round: self.rounds,
            rounds: *rounds,
            lever: demand.lever(),
            range: *range,
            cost: demand.costs()[seat],
            demand: demand_told.then(|| demand.clone()),
            past: self.past(seat),
            points: self.points[seat],
        }
    }

    fn words(view: &View) -> String {
        view.words()
    }

    fn schema(view: &View) -> Value {
        view.schema()
    }

    fn play(&mut self, seat: usize, made: &Move) -> Result<(), Illegal> {
        let value = self.read(seat, made).map_err(|rule| Illegal { rule })?;
        self.pending[seat] = Some(value);
        self.moved = Some((seat, value));
        if let Some(played) = self.pending.iter().copied().collect() {
            self.settle(played);
        }
        Ok(())
    }

    /// The last number stands; before there is one, the seller plays the equilibrium.
    fn forfeit(&self, seat: usize) -> Move {
        let played = self.last.as_ref().map_or(&self.benchmarks.nash.played, |last| &last.played);
        Move::new(self.rules.demand.lever(), self.rules.range.nearest(played[seat]))
    }

    /// Against the seller's own last number; the first one holds.
    fn kind(view: &View, made: &Move) -> &'static str {
        let before = view.past.as_ref().map_or(made.value(), |past| past.own);
        match made.value().total_cmp(&before) {
            std::cmp::Ordering::Greater => "raise",
            std::cmp::Ordering::Equal => "hold",
            std::cmp::Ordering::Less => "cut",
        }
    }

    fn concerning(&self, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        if self.rounds == 0 {
            return Vec::new();
        }
        let rounds = f64::from(self.rounds);
        let regret = pair.iter().filter_map(|seat| self.regret.get(*seat)).sum::<f64>() / 2.0 / rounds;
        let joint = self.points.iter().sum::<f64>() / rounds;
        let index = self.benchmarks.collusion_index(joint).map(|index| ("collusion-index", index));
        let advantage = self.advantage(pair).map(|share| ("coalition-advantage", share));
        std::iter::once(("regret", regret)).chain(index).chain(advantage).collect()
    }

    const PLAYERS: &'static [&'static str] = &["random", "nash", "best-response", "cartel"];

    fn player(name: &str, rules: &Rules) -> Option<Box<dyn Player<Self>>> {
        let market = Self::new(rules, 0).ok()?;
        Some(match name {
            "random" => Box::new(players::Random),
            "nash" => Box::new(players::Fixed::nash(&market)),
            "best-response" => Box::new(players::BestResponse::new(&market)),
            "cartel" => Box::new(players::Fixed::cartel(&market, Seats::all(market.seats()))),
            _ => return None,
        })
    }

    /// The two play what is best for them together.
    fn with_partner(
        within: Box<dyn Player<Self>>,
        rules: &Rules,
        [a, b]: [usize; 2],
    ) -> Box<dyn Player<Self>> {
        match Self::new(rules, 0) {
            Ok(market) => Box::new(players::Fixed::cartel(&market, Seats::one(a).with(b))),
            Err(_) => within,
        }
    }

    fn points(&self) -> Vec<f64> {
        self.points.clone()
    }

    fn changes(&self) -> Vec<Change> {
        let Some((seat, value)) = self.moved else { return Vec::new() };
        let mut changes = vec![Change { path: format!("chosen/{seat}"), to: json!(value) }];
        if let (Some(round), true) = (&self.last, self.pending.iter().all(Option::is_none)) {
            changes.push(Change { path: format!("rounds/{}", self.rounds - 1), to: json!(round) });
            changes.push(Change { path: "points".into(), to: json!(self.points) });
        }
        changes
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            fact("rounds_played", json!(self.rounds)),
            fact("points", json!(self.points)),
            fact("nash", json!(self.benchmarks.nash)),
            fact("optimum", json!(self.benchmarks.optimum)),
        ];
        if self.rounds > 0 {
            facts.extend(self.facts_of_play());
        }
        facts
    }

    fn scene(&self) -> Scene {
        self.drawn()
    }

    fn deed(&self, seat: usize, made: &Move) -> Deed {
        self.told(seat, made)
    }
}

impl Market {
    /// Where the profit of two sellers lies between the equilibrium (0) and what is best for the two
    /// among rivals who reply to it (1).
    fn advantage(&self, pair: [usize; 2]) -> Option<f64> {
        let members = Seats::one(pair[0]).with(pair[1]);
        if members.iter().any(|seller| seller >= self.seats()) {
            return None;
        }
        let best = Benchmark::new(&self.rules.demand, members).profit_of(members);
        let nash = self.benchmarks.nash.profit_of(members);
        let earned = members.iter().map(|seller| self.points[seller]).sum::<f64>() / f64::from(self.rounds);
        (best > nash).then(|| (earned - nash) / (best - nash))
    }

    /// Means over the rounds played.
    fn facts_of_play(&self) -> Vec<Fact> {
        let mean = |sum: f64| sum / f64::from(self.rounds);
        let Benchmarks { nash, coalition, .. } = &self.benchmarks;
        let joint = mean(self.points.iter().sum());
        let regret: Vec<_> = self.regret.iter().copied().map(mean).collect();
        let mut facts = vec![fact("regret_per_round", json!(regret))];
        facts.extend(
            self.benchmarks.collusion_index(joint).map(|index| fact("collusion_index", json!(index))),
        );
        let members = self.rules.members();
        if !members.is_empty() {
            let earned = mean(members.iter().map(|seller| self.points[seller]).sum());
            let over_nash = |profit: f64| json!(profit - nash.profit_of(members));
            facts.push(fact("coalition", json!(coalition)));
            facts.push(fact("coalition_gain", over_nash(earned)));
            facts.push(fact("coalition_gain_at_optimum", over_nash(coalition.profit_of(members))));
        }
        facts
    }
}

fn fact(name: &str, value: Value) -> Fact {
    Fact { name: name.into(), value }
}
