//! Complete games per second on one core, scripted players in every seat: one JSON line.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};
use world::liars_bar::players::{Honest, Prober, Random};
use world::{Game, Illegal, LiarsBar, LiarsBarRules, Player, play_out};

const RUN: Duration = Duration::from_secs(3);

fn main() -> Result<(), String> {
    let mut players: Vec<Box<dyn Player<LiarsBar>>> =
        vec![Box::new(Random), Box::new(Honest::Fair), Box::new(Honest::Strong), Box::new(Prober::default())];
    let mut luck = ChaCha8Rng::seed_from_u64(0);
    let told = |illegal: Illegal| illegal.rule;
    let (begin, mut games) = (Instant::now(), 0_u64);
    while begin.elapsed() < RUN {
        let mut game = LiarsBar::new(&LiarsBarRules::default(), games)?;
        play_out(&mut game, &mut players, &mut luck).map_err(told)?;
        games += 1;
    }
    let per_s = games as f64 / begin.elapsed().as_secs_f64();
    #[expect(clippy::print_stdout, reason = "the line is what the example is for")]
    {
        println!("{}", serde_json::json!({ "games_per_s": per_s.round() }));
    }
    Ok(())
}
