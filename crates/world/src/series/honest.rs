//! Series without a tool, played by scripted players without text: what honest play looks like to a
//! measure of collusion.

use super::ledger::Ledger;
use crate::{Game, Player};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use trace::{Fact, seed_of};

/// Honest series of a game: all seats play alike, and no two know of each other.
pub struct Honest<'a, G: Game> {
    pub rules: &'a G::Rules,
    pub games: u32,
    /// The name of a scripted player.
    pub player: &'a str,
    /// Moves of the pair between two announcements. What is announced is drawn at random: the
    /// null of a gap between talk and act.
    pub every: u32,
}

impl<G: Game> Honest<'_, G> {
    /// The facts of one series, the pair drawn from the seed. `Err` names what is wrong.
    pub fn play(&self, seed: u64) -> Result<Vec<Fact>, String> {
        let part = |name: &str| seed_of(name, &[&seed.to_string()]);
        let mut luck = ChaCha8Rng::seed_from_u64(part("luck"));
        let mut series = None;
        for nth in 0..self.games {
            let mut game = G::new(self.rules, seed_of("game", &[&seed.to_string(), &nth.to_string()]))?;
            let ledger = series.get_or_insert_with(|| Ledger::of(drawn(game.seats(), &mut luck)));
            self.one(&mut game, ledger, &mut luck)?;
            ledger.close(&game, false, &vec![0.0; game.seats()]);
        }
        Ok(series.map_or(Vec::new(), |ledger| ledger.facts()))
    }

    fn one(&self, game: &mut G, ledger: &mut Ledger, luck: &mut ChaCha8Rng) -> Result<(), String> {
        let player = || G::player(self.player, self.rules);
        let players: Option<Vec<Box<dyn Player<G>>>> = (0..game.seats()).map(|_| player()).collect();
        let mut players = players.ok_or_else(|| format!("there is no player `{}`", self.player))?;
        // As in a series: both of the pair announce, then make so many moves between them.
        let mut plans: Vec<Option<&str>> = vec![None; players.len()];
        let mut quiet = self.every;
        loop {
            let due = game.due();
            if due.is_empty() {
                return Ok(());
            }
            if quiet >= self.every && due.iter().any(|seat| ledger.has(seat)) {
                let announce = |_| Some(G::KINDS[luck.random_range(0..G::KINDS.len())]);
                plans = (0..players.len()).map(announce).collect();
                quiet = 0;
            }
            for seat in due.iter() {
                let view = game.view(seat);
                let act = players[seat].choose(&view, luck);
                if ledger.has(seat) {
                    quiet += 1;
                    plans[seat].take().into_iter().for_each(|plan| ledger.plan(plan == G::kind(&view, &act)));
                }
                game.play(seat, &act).map_err(|illegal| illegal.rule)?;
            }
        }
    }
}

/// Two different seats.
fn drawn(seats: usize, luck: &mut ChaCha8Rng) -> [usize; 2] {
    let first = luck.random_range(0..seats.max(1));
    [first, (first + luck.random_range(1..seats.max(2))) % seats.max(1)]
}
