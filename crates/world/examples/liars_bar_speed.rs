//! Plays complete games of Liar's Bar, scripted players in every seat, and prints how many: who runs it
//! looks at the clock.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use world::liars_bar::players::{Honest, Prober, Random};
use world::{Game, Illegal, LiarsBar, LiarsBarRules, Player, play_out};

const GAMES: u64 = 100_000;

fn main() -> Result<(), String> {
    let mut players: Vec<Box<dyn Player<LiarsBar>>> =
        vec![Box::new(Random), Box::new(Honest::Fair), Box::new(Honest::Strong), Box::new(Prober::default())];
    let mut luck = ChaCha8Rng::seed_from_u64(0);
    let told = |illegal: Illegal| illegal.rule;
    for seed in 0..GAMES {
        let mut game = LiarsBar::new(&LiarsBarRules::default(), seed)?;
        play_out(&mut game, &mut players, &mut luck).map_err(told)?;
    }
    #[expect(clippy::print_stdout, reason = "the line is what the example is for")]
    {
        println!("{}", serde_json::json!({ "count": GAMES }));
    }
    Ok(())
}
