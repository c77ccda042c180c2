//! The game itself: two sealed choices a turn, then chance, then points.

use super::{BestReply, Choice, MemoryOne, Move, Outcome, Rules, View, facts};
use crate::scene::{Deed, Scene};
use crate::series::SeriesSpec;
use crate::{Draw, Game, Illegal, Player, Seats, Setup};
use rand::RngExt;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trace::{Change, Fact};

/// An iterated dilemma.
#[derive(Clone, Debug, Serialize)]
pub struct Dilemma {
    rules: Rules,
    draw: Draw,
    /// Choices of this turn, unseen until both are made.
    pending: [Option<Choice>; 2],
    /// Past turns as they counted, as seat 0 sees them.
    history: Vec<Outcome>,
    points: [f64; 2],
    over: bool,
    /// Who moved last, and what was chosen before chance.
    last: Option<(usize, Choice)>,
}

impl Dilemma {
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Past turns as they counted, as seat 0 sees them.
    pub fn history(&self) -> &[Outcome] {
        &self.history
    }

    fn check(&self, seat: usize) -> Result<(), Illegal> {
        let rule = match self.pending.get(seat) {
            _ if self.over => "the game is over",
            None => "the seats are 0 and 1",
            Some(Some(_)) => "a seat chooses once a turn",
            Some(None) => return Ok(()),
        };
        Err(Illegal { rule: rule.into() })
    }

    /// Both choices are in: chance decides what counts and whether there is a next turn.
    fn settle(&mut self, chosen: [Choice; 2]) {
        let mut luck = self.draw.at(self.history.len() as u64);
        let made = chosen
            .map(|choice| if luck.random::<f64>() < self.rules.noise { choice.flipped() } else { choice });
        let goes_on = luck.random::<f64>() < self.rules.continuation;
        let outcome = Outcome::of(made[0], made[1]);
        let paid = self.rules.payoffs.of_both(outcome);
        self.points = [self.points[0] + paid[0], self.points[1] + paid[1]];
        self.history.push(outcome);
        self.pending = [None; 2];
        self.over = !goes_on || self.history.len() >= self.rules.turns as usize;
    }
}

impl Game for Dilemma {
    type Rules = Rules;
    type Move = Move;
    type View = View;

    const VERSION: &'static str = "dilemma/1";
    const KINDS: &'static [&'static str] = &["cooperate", "defect"];

    fn setup(series: Arc<SeriesSpec<Rules>>) -> Setup {
        Setup::Dilemma(series)
    }

    fn new(rules: &Rules, seed: u64) -> Result<Self, String> {
        rules.check()?;
        Ok(Self {
            rules: rules.clone(),
            draw: Draw::new(seed),
            pending: [None; 2],
            history: Vec::new(),
            points: [0.0; 2],
            over: false,
            last: None,
        })
    }

    fn seats(&self) -> usize {
        2
    }

    fn due(&self) -> Seats {
        let open = (0..2).filter(|seat| !self.over && self.pending[*seat].is_none());
        open.fold(Seats::NONE, Seats::with)
    }

    fn moves_max(&self) -> u64 {
        2 * u64::from(self.rules.turns)
    }

    fn view(&self, seat: usize) -> View {
        let [first, second] = self.points;
        View {
            due: self.due().has(seat),
            turn: self.history.len() as u32,
            turns: self.rules.turns,
            payoffs: self.rules.payoffs,
            noise: self.rules.noise,
            continuation: self.rules.continuation,
            history: self.history.iter().map(|outcome| outcome.seen_by(seat)).collect(),
            points: if seat == 0 { [first, second] } else { [second, first] },
        }
    }

    fn words(view: &View) -> String {
        view.words()
    }

    fn schema(view: &View) -> Value {
        view.schema()
    }

    fn play(&mut self, seat: usize, made: &Move) -> Result<(), Illegal> {
        self.check(seat)?;
        self.pending[seat] = Some(made.choice);
        self.last = Some((seat, made.choice));
        if let [Some(first), Some(second)] = self.pending {
            self.settle([first, second]);
        }
        Ok(())
    }

    /// The choice whose worst outcome is better: defection in a dilemma.
    fn forfeit(&self, _: usize) -> Move {
        let payoffs = &self.rules.payoffs;
        let worst = |own| {
            payoffs.of(Outcome::of(own, Choice::Cooperate)).min(payoffs.of(Outcome::of(own, Choice::Defect)))
        };
        let cooperates = worst(Choice::Cooperate) > worst(Choice::Defect);
        Move { choice: if cooperates { Choice::Cooperate } else { Choice::Defect } }
    }

    fn kind(_: &View, made: &Move) -> &'static str {
        match made.choice {
            Choice::Cooperate => "cooperate",
            Choice::Defect => "defect",
        }
    }

    /// Both seats are the pair: what they forwent in hindsight, how near they came to the optimum, and how
    /// often each cooperated, the first of the pair as the one that is measured.
    fn concerning(&self, pair: [usize; 2]) -> Vec<(&'static str, f64)> {
        let mut numbers = facts::numbers(&facts::facts(&self.rules, &self.history, self.points));
        numbers.extend(facts::rates(&self.history, pair));
        numbers
    }

    const PLAYERS: &'static [&'static str] = &[
        "random",
        "always-cooperate",
        "always-defect",
        "tit-for-tat",
        "win-stay-lose-shift",
        "grim",
        "best-response",
    ];

    fn player(name: &str, _rules: &Rules) -> Option<Box<dyn Player<Self>>> {
        if name == "best-response" {
            return Some(Box::new(BestReply));
        }
        Some(Box::new(match name {
            "random" => MemoryOne::RANDOM,
            "always-cooperate" => MemoryOne::ALWAYS_COOPERATE,
            "always-defect" => MemoryOne::ALWAYS_DEFECT,
            "tit-for-tat" => MemoryOne::TIT_FOR_TAT,
            "win-stay-lose-shift" => MemoryOne::WIN_STAY_LOSE_SHIFT,
            "grim" => MemoryOne::GRIM,
            _ => return None,
        }))
    }

    /// Both seats are the pair, so what serves both is to cooperate.
    fn with_partner(
        _within: Box<dyn Player<Self>>,
        _rules: &Rules,
        _pair: [usize; 2],
    ) -> Box<dyn Player<Self>> {
        Box::new(MemoryOne::ALWAYS_COOPERATE)
    }

    fn points(&self) -> Vec<f64> {
        self.points.to_vec()
    }

    fn changes(&self) -> Vec<Change> {
        let Some((seat, choice)) = self.last else { return Vec::new() };
        let mut changes = vec![Change { path: format!("chosen/{seat}"), to: json!(choice) }];
        if let (true, Some(outcome)) = (self.pending == [None; 2], self.history.last()) {
            let turn = self.history.len() - 1;
            changes.push(Change { path: format!("history/{turn}"), to: json!(outcome) });
            changes.push(Change { path: "points".into(), to: json!(self.points) });
        }
        changes
    }

    fn facts(&self) -> Vec<Fact> {
        facts::facts(&self.rules, &self.history, self.points)
    }

    fn scene(&self) -> Scene {
        self.drawn()
    }

    fn deed(&self, _: usize, made: &Move) -> Deed {
        Self::told(made)
    }
}
