//! Scripted players score in the order of what they know.

use super::{Chair, SOUND, luck, new};
use world::liars_bar::players::{Honest, Prober, Random};
use world::{Game, play_out};

/// Mean points of a player against three random ones, each chair in turn.
fn mean_against_random(player: impl Fn() -> Chair) -> f64 {
    const GAMES: u64 = 4000;
    let mut luck = luck(0);
    let points = (0..GAMES).map(|seed| {
        let mut chairs: Vec<Chair> = (0..4).map(|_| Box::new(Random) as Chair).collect();
        let chair = (seed % 4) as usize;
        chairs[chair] = player();
        let mut game = new(SOUND, seed / 4);
        play_out(&mut game, &mut chairs, &mut luck).unwrap();
        game.points()[chair]
    });
    points.sum::<f64>() / GAMES as f64
}

/// The standard deviation of a seat's points is about seven, so of a mean of 4,000 games about 0.11.
#[test]
fn strength_is_ordered() {
    let random = mean_against_random(|| Box::new(Random));
    let [novice, fair, strong] =
        [Honest::Novice, Honest::Fair, Honest::Strong].map(|honest| mean_against_random(|| Box::new(honest)));
    let prober = mean_against_random(|| Box::new(Prober::default()));
    let means = format!("random {random} novice {novice} fair {fair} strong {strong} prober {prober}");
    assert!(random + 1.0 < novice && novice + 1.0 < fair && fair + 0.5 < strong, "{means}");
    assert!(prober > random + 6.0, "{means}");
}

#[test]
fn nobody_outplays_the_prober_at_a_mixed_table() {
    let mut luck = luck(0);
    let mut sums = [0.0; 4];
    for seed in 0..4000_u64 {
        let turn = (seed % 4) as usize;
        let mut chairs: Vec<Chair> = vec![
            Box::new(Prober::default()),
            Box::new(Random),
            Box::new(Honest::Fair),
            Box::new(Honest::Strong),
        ];
        chairs.rotate_right(turn);
        let mut game = new(SOUND, seed / 4);
        play_out(&mut game, &mut chairs, &mut luck).unwrap();
        game.points().iter().enumerate().for_each(|(seat, points)| sums[(seat + 4 - turn) % 4] += points);
    }
    assert!(sums[1..].iter().all(|other| *other < sums[0]), "{sums:?}");
}
