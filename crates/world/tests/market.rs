//! Markets: a transcript, refusals, and optima against grids, textbooks and the published baseline.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::fmt::Write;
use world::market::*;
use world::{Game, Player, Seats, play_out};

fn cournot(intercept: f64, slope: f64, costs: &[f64]) -> Demand {
    Demand::Cournot(Cournot { intercept, slope, costs: costs.into() })
}

fn linear(sizes: &[f64], costs: &[f64], own: f64, cross: f64) -> Demand {
    Demand::BertrandLinear(Linear { sizes: sizes.into(), costs: costs.into(), own, cross })
}

fn range(max: f64, step: Option<f64>) -> Range {
    Range { min: 0.0, max, step }
}

fn quantities() -> Rules {
    let demand = cournot(100.0, 1.0, &[10.0, 10.0, 10.0]);
    Rules { demand, range: range(100.0, Some(1.0)), rounds: 2, coalition: vec![0, 1], ..Rules::default() }
}

fn market(rules: &Rules) -> Market {
    Market::new(rules, 0).unwrap()
}

fn play(market: &mut Market, values: &[f64]) {
    let lever = market.rules().demand.lever();
    for (seat, value) in values.iter().enumerate() {
        market.play(seat, &Move::new(lever, *value)).unwrap();
    }
}

fn transcript(mut market: Market, rounds: &[&[f64]], expected: &Expect) {
    let mut text = String::new();
    for values in rounds {
        text += &Market::words(&market.view(0));
        play(&mut market, values);
        market.changes().iter().for_each(|c| writeln!(text, "  {} = {}", c.path, c.to).unwrap());
    }
    market.facts().iter().for_each(|f| writeln!(text, "{}: {}", f.name, f.value).unwrap());
    expected.assert_eq(&text);
}

#[test]
fn a_market_reads_like_this() {
    let rules = Rules { demand_told: true, ..quantities() };
    transcript(
        market(&rules),
        &[&[20.0, 20.0, 30.0], &[15.0, 15.0, 15.0]],
        &expect![[r#"
            Round 1 of 2. You are seller 0 of 3 (counted from 0). All set their quantity at the same time.
            A unit costs you 10. Your quantity lies between 0 and 100, in steps of 1 from 0.
            Everything sells at 100 - 1 * (sum of all quantities), at least 0. Costs: [10.0, 10.0, 10.0].
              chosen/2 = 30.0
              rounds/0 = {"played":[20.0,20.0,30.0],"profits":[400.0,400.0,600.0],"regret":[0.0,0.0,25.0]}
              points = [400.0,400.0,600.0]
            Round 2 of 2. You are seller 0 of 3 (counted from 0). All set their quantity at the same time.
            A unit costs you 10. Your quantity lies between 0 and 100, in steps of 1 from 0.
            Everything sells at 100 - 1 * (sum of all quantities), at least 0. Costs: [10.0, 10.0, 10.0].
            Last round your quantity was 20 and your profit 400. All sellers' last moves: [20.0, 20.0, 30.0]. Your profit so far: 400.
              chosen/2 = 15.0
              rounds/1 = {"played":[15.0,15.0,15.0],"profits":[675.0,675.0,675.0],"regret":[225.0,225.0,225.0]}
              points = [1075.0,1075.0,1275.0]
            rounds_played: 2
            points: [1075.0,1075.0,1275.0]
            nash: {"played":[22.5,22.5,22.5],"profits":[506.25,506.25,506.25]}
            optimum: {"played":[15.0,15.0,15.0],"profits":[675.0,675.0,675.0]}
            regret_per_round: [112.5,112.5,125.0]
            collusion_index: 0.38271604938271603
            coalition: {"played":[15.0,15.0,30.0],"profits":[450.0,450.0,900.0]}
            coalition_gain: 62.5
            coalition_gain_at_optimum: -112.5
        "#]],
    );
}

#[test]
fn a_sealed_market_tells_the_own_profit_only() {
    let rules = Rules { announced: false, range: range(3.0, Some(0.05)), ..Rules::default() };
    let mut sealed = market(&rules);
    play(&mut sealed, &[1.5, 1.75]);
    expect![[r#"
        Round 2 of 10. You are seller 1 of 2 (counted from 0). All set their price at the same time.
        A unit costs you 1. Your price lies between 0 and 3, in steps of 0.05 from 0.
        Last round your price was 1.75 and your profit 0.183546. Your profit so far: 0.183546.
    "#]]
    .assert_eq(&Market::words(&sealed.view(1)));
    assert_eq!(serde_json::to_value(sealed.view(1)).unwrap()["past"]["all"], json!(null));
}

#[test]
fn what_is_refused_changes_nothing() {
    let check = |rules: &Rules, setup: &[f64], seat: usize, made: Move, rule: &str| {
        let mut market = market(rules);
        play(&mut market, setup);
        let before = trace::canonical(&market);
        assert_eq!(market.play(seat, &made).unwrap_err().rule, rule);
        assert_eq!(trace::canonical(&market), before);
    };
    let once = Rules { rounds: 1, ..Rules::default() };
    let grid = Rules { range: range(3.0, Some(0.25)), ..Rules::default() };
    check(&once, &[], 0, Move::Price(-0.01), "a price lies between 0 and 3");
    check(&once, &[], 0, Move::Price(3.01), "a price lies between 0 and 3");
    check(&once, &[], 0, Move::Price(f64::NAN), "a price is a finite number");
    check(&once, &[], 0, Move::Price(f64::INFINITY), "a price is a finite number");
    check(&once, &[], 0, Move::Quantity(1.0), "this market asks for a price");
    check(&quantities(), &[], 0, Move::Price(1.0), "this market asks for a quantity");
    check(&grid, &[], 0, Move::Price(1.3), "a price lies a whole number of steps of 0.25 above 0");
    check(&once, &[], 2, Move::Price(1.0), "the seats are 0 to 1");
    check(&once, &[1.0], 0, Move::Price(1.0), "a seller moves once a round");
    check(&once, &[1.0, 1.0], 0, Move::Price(1.0), "the game is over");
}

#[test]
fn a_move_is_one_number_under_its_name() {
    for text in [r#"{"price":null}"#, r#"{"price":"1"}"#, r#"{"cost":1}"#, r#"{"price":1,"quantity":1}"#, "1"]
    {
        assert!(serde_json::from_str::<Move>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::from_str::<Move>(r#"{"quantity":12}"#).unwrap(), Move::Quantity(12.0));
    assert_eq!(serde_json::to_value(Move::Price(1.35)).unwrap(), json!({"price": 1.35}));
}

#[test]
fn rules_say_what_they_accept() {
    let check = |rules: Rules, error: &str| {
        let found = Market::new(&rules, 0).unwrap_err();
        assert!(found.starts_with(error), "{found}");
    };
    let demand = |demand| Rules { demand, range: range(1e3, None), ..Rules::default() };
    let flat = Demand::BertrandLogit(Logit { mu: 0.0, ..Logit::default() });
    let short = Demand::BertrandLogit(Logit { qualities: vec![2.0], ..Logit::default() });
    check(demand(flat), "mu: a finite number above 0 is accepted, not 0");
    check(demand(short), "qualities: one finite number per seller");
    check(demand(cournot(5.0, 1.0, &[1.0])), "costs: 2 to 32 sellers are accepted, not 1");
    check(demand(cournot(5.0, 1.0, &[-1.0, 0.0])), "costs: finite numbers from 0 on");
    check(demand(cournot(5.0, 1.0, &[6.0, 5.0])), "intercept: more than the lowest cost (5) is accepted");
    check(demand(linear(&[9.0; 3], &[1.0; 3], 2.0, 1.0)), "own: more than cross times the number of rivals");
    check(demand(linear(&[9.0, 1.0], &[1.0, 9.0], 2.0, 1.0)), "costs: such are accepted at which every");
    check(Rules { range: range(1.6, None), ..Rules::default() }, "range: one that holds 1.4729");
    check(Rules { range: range(3.0, Some(0.0)), ..Rules::default() }, "range.step: a number above 0");
    check(Rules { rounds: 0, ..Rules::default() }, "rounds: 1 to 100000 is accepted, not 0");
    check(Rules { coalition: vec![0, 2], ..Rules::default() }, "coalition: sellers from 0 to 1 are accepted");
}

#[test]
fn a_pending_move_shows_nowhere() {
    let after = |announced, price| {
        let mut market = market(&Rules { announced, ..Rules::default() });
        play(&mut market, &[1.5, 1.6]);
        market.play(0, &Move::Price(price)).unwrap();
        (serde_json::to_value(market.view(1)).unwrap(), Market::words(&market.view(1)))
    };
    assert_eq!(after(true, 1.1), after(true, 1.9));
    assert_eq!(after(false, 1.1), after(false, 1.9));
}

#[test]
fn a_seller_that_has_moved_has_nothing_to_play() {
    let mut market = market(&quantities());
    market.play(1, &Move::Quantity(-0.0)).unwrap();
    assert_eq!(Market::schema(&market.view(1)), json!(false));
    assert_eq!(Market::schema(&market.view(0))["properties"]["quantity"]["maximum"], json!(100.0));
    assert_eq!(market.due().iter().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(market.forfeit(0), Move::Quantity(22.0));
    assert_eq!(market.moves_max(), 6);
}

fn finish(rules: &Rules, mut players: Vec<Box<dyn Player<Market>>>) -> Market {
    let mut market = market(rules);
    let mut luck = Xoshiro256PlusPlus::seed_from_u64(5);
    play_out(&mut market, &mut players, &mut luck).unwrap();
    market
}

fn fact(market: &Market, name: &str) -> serde_json::Value {
    market.facts().into_iter().find(|fact| fact.name == name).unwrap().value
}

#[test]
fn same_moves_same_bytes() {
    let state = || trace::canonical(&finish(&Rules::default(), vec![Box::new(Random), Box::new(Random)]));
    assert_eq!(state(), state());
}

#[test]
fn players_earn_what_their_names_promise() {
    let rules = Rules { rounds: 30, ..Rules::default() };
    let at = market(&rules);
    let index = |player: fn(&Market) -> Box<dyn Player<Market>>| {
        let played = finish(&rules, vec![player(&at), player(&at)]);
        (
            fact(&played, "collusion_index").as_f64().unwrap(),
            fact(&played, "regret_per_round")[0].as_f64().unwrap(),
        )
    };
    let (nash, nash_regret) = index(|m| Box::new(Fixed::nash(m)));
    let (cartel, cartel_regret) = index(|m| Box::new(Fixed::cartel(m, Seats::all(2))));
    let (best, best_regret) = index(|m| Box::new(BestResponse::new(m)));
    let (_, random_regret) = index(|_| Box::new(Random));
    assert!(nash.abs() < 1e-12 && nash_regret < 1e-12);
    assert!((cartel - 1.0).abs() < 1e-12 && cartel_regret > 0.02);
    assert!(best.abs() < 1e-12 && best_regret < 1e-12);
    assert!(random_regret > 0.02);
}

#[test]
fn best_responses_reach_equilibrium_from_elsewhere() {
    let rules = Rules { rounds: 40, ..Rules::default() };
    let mut market = market(&rules);
    let mut best = BestResponse::new(&market);
    let mut luck = Xoshiro256PlusPlus::seed_from_u64(0);
    play(&mut market, &[3.0, 1.0]);
    while !market.due().is_empty() {
        let moves = [0, 1].map(|seat| best.choose(&market.view(seat), &mut luck).value());
        play(&mut market, &moves);
    }
    let last = market.view(0).past.unwrap().own;
    assert!((last - market.benchmarks().nash.played[0]).abs() < 1e-12);
}

#[test]
fn the_published_baseline_is_met() {
    let market = market(&Rules::default());
    let Benchmarks { nash, optimum, .. } = market.benchmarks();
    assert!((nash.played[0] - 1.473).abs() < 5e-4, "{nash:?}");
    assert!((optimum.played[1] - 1.925).abs() < 5e-4, "{optimum:?}");
}

#[test]
fn cournot_is_the_textbooks() {
    let close = |found: &[f64], expected: &[f64]| {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12 * b.abs().max(1.0));
        assert!(near && found.len() == expected.len(), "{found:?} {expected:?}");
    };
    for n in 2..=32 {
        let demand = cournot(100.0, 2.0, &vec![10.0; n]);
        close(&demand.equilibrium(Seats::NONE), &vec![90.0 / (2.0 * (n as f64 + 1.0)); n]);
        close(&demand.equilibrium(Seats::all(n)), &vec![90.0 / (4.0 * n as f64); n]);
    }
    let duopoly = cournot(100.0, 1.0, &[10.0, 25.0]);
    close(&duopoly.equilibrium(Seats::NONE), &[35.0, 20.0]);
    close(&duopoly.equilibrium(Seats::all(2)), &[45.0, 0.0]);
    close(&cournot(100.0, 1.0, &[10.0, 60.0]).equilibrium(Seats::NONE), &[45.0, 0.0]);
}

#[test]
fn where_one_seller_rules_there_is_no_index() {
    let demand = cournot(100.0, 1.0, &[10.0, 60.0]);
    let rules = Rules { demand, range: range(100.0, None), rounds: 1, ..Rules::default() };
    let mut market = market(&rules);
    play(&mut market, &[45.0, 0.0]);
    assert!(market.facts().iter().all(|fact| fact.name != "collusion_index"));
}

/// Salant, Switzer and Reynolds (1983): two of three who merge earn less than before.
#[test]
fn a_small_coalition_can_lose() {
    let market = finish(&quantities(), vec![Box::new(Random), Box::new(Random), Box::new(Random)]);
    let Benchmarks { nash, coalition, .. } = market.benchmarks();
    assert_eq!(coalition.played, [15.0, 15.0, 30.0]);
    assert_eq!(coalition.profit_of(Seats(3)) - nash.profit_of(Seats(3)), 900.0 - 2.0 * 22.5 * 22.5);
    assert_eq!(fact(&market, "coalition_gain_at_optimum"), json!(-112.5));
}

#[test]
fn linear_bertrand_is_the_textbooks() {
    let (a, c, b, d) = (10.0, 2.0, 3.0, 1.0);
    let demand = linear(&[a; 3], &[c; 3], b, d);
    let nash = (a + b * c) / (2.0 * b - 2.0 * d);
    let monopoly = (a / (b - 2.0 * d) + c) / 2.0;
    assert!(demand.equilibrium(Seats::NONE).iter().all(|p| (p - nash).abs() < 1e-12));
    assert!(demand.equilibrium(Seats::all(3)).iter().all(|p| (p - monopoly).abs() < 1e-12));
}

/// Prices that count: lowered until none is above the lowest that nobody pays.
fn paid(linear: &Linear, prices: &[f64]) -> Vec<f64> {
    let mut paid = prices.to_vec();
    for _ in 0..120 {
        let sum: f64 = paid.iter().sum();
        let unpaid = |i: usize| (linear.sizes[i] + linear.cross * (sum - paid[i])) / linear.own;
        paid = (0..prices.len()).map(|i| prices[i].min(unpaid(i))).collect();
    }
    paid
}

/// Profits once more: the definitions, seller by seller.
fn profits(demand: &Demand, played: &[f64]) -> Vec<f64> {
    let of = |i: usize| match demand {
        Demand::BertrandLogit(l) => {
            let weight = |j: usize| ((l.qualities[j] - played[j]) / l.mu).exp();
            let all: f64 = (0..played.len()).map(weight).sum();
            (played[i] - l.costs[i]) * weight(i) / (all + (l.outside / l.mu).exp())
        }
        Demand::BertrandLinear(l) => {
            let sum: f64 = paid(l, played).iter().sum();
            let rivals = sum - paid(l, played)[i];
            (played[i] - l.costs[i]) * f64::max(0.0, l.sizes[i] - l.own * played[i] + l.cross * rivals)
        }
        Demand::Cournot(c) => {
            let price = c.intercept - c.slope * played.iter().sum::<f64>();
            played[i] * (if price > 0.0 { price } else { 0.0 } - c.costs[i])
        }
    };
    (0..played.len()).map(of).collect()
}

fn random_demand(dice: &mut Xoshiro256PlusPlus) -> Demand {
    let n = dice.random_range(2..5);
    let mut each =
        |low: f64, high: f64| -> Vec<f64> { (0..n).map(|_| dice.random_range(low..high)).collect() };
    let (costs, sizes) = (each(0.5, 1.5), each(8.0, 10.0));
    match dice.random_range(0..3) {
        0 => Demand::BertrandLogit(Logit {
            qualities: sizes.iter().map(|s| s - 7.0).collect(),
            costs,
            outside: dice.random_range(-0.5..0.5),
            mu: dice.random_range(0.1..1.0),
        }),
        1 => linear(&sizes, &costs, 3.0, dice.random_range(0.1..2.1) / (n as f64 - 1.0)),
        _ => cournot(dice.random_range(8.0..10.0), dice.random_range(0.5..2.0), &costs),
    }
}

/// An upper end that cuts off no benchmark.
fn roomy(demand: &Demand) -> Range {
    range(if matches!(demand, Demand::BertrandLinear(_)) { 12.0 } else { 20.0 }, None)
}

#[test]
fn ten_thousand_games_are_scored_alike() {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(3);
    for _ in 0..10_000 {
        let demand = random_demand(&mut dice);
        let rules = Rules { range: roomy(&demand), demand, rounds: 3, ..Rules::default() };
        let mut market = market(&rules);
        let mut sums = vec![0.0; market.seats()];
        for _ in 0..rules.rounds {
            let played: Vec<f64> = sums.iter().map(|_| dice.random_range(0.0..6.0)).collect();
            play(&mut market, &played);
            sums.iter_mut().zip(profits(&rules.demand, &played)).for_each(|(sum, profit)| *sum += profit);
        }
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-10 * b.abs().max(1.0);
        assert!(market.points().iter().zip(&sums).all(close), "{rules:?}");
    }
}

fn with(played: &[f64], seller: usize, own: f64) -> Vec<f64> {
    let mut played = played.to_vec();
    played[seller] = own;
    played
}

fn joint(demand: &Demand, members: Seats, played: &[f64]) -> f64 {
    let profits = profits(demand, played);
    members.iter().map(|seller| profits[seller]).sum()
}

/// Points around the optimum of a group, near and far, all members moved at random.
fn moved(played: &[f64], members: Seats, dice: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let width = 10f64.powf(dice.random_range(-4.0..1.0));
    members.iter().fold(played.to_vec(), |moved, seller| {
        let to = (played[seller] + width * dice.random_range(-1.0..1.0)).max(0.0);
        with(&moved, seller, to)
    })
}

fn demands() -> impl Strategy<Value = (Demand, u64)> {
    any::<u64>().prop_map(|seed| (random_demand(&mut Xoshiro256PlusPlus::seed_from_u64(seed)), seed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A grid over the whole range, for every seller: at Nash's equilibrium none gains.
    #[test]
    fn nobody_gains_by_leaving_equilibrium((demand, _) in demands()) {
        let nash = demand.equilibrium(Seats::NONE);
        let earned = profits(&demand, &nash);
        for (seller, most) in earned.iter().enumerate() {
            for own in (0..2_000).map(|step| f64::from(step) * 0.01) {
                let gained = profits(&demand, &with(&nash, seller, own))[seller] - most;
                prop_assert!(gained <= 1e-12, "{seller} {own}: {gained}");
            }
        }
    }

    /// Of every coalition: members together cannot do better, and outsiders cannot either.
    #[test]
    fn no_coalition_does_better_than_its_optimum((demand, seed) in demands()) {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let n = demand.sellers();
        for members in (1..1u32 << n).map(Seats) {
            let played = demand.equilibrium(members);
            let outsiders = (0..n).filter(|seller| !members.has(*seller)).map(Seats::one);
            for group in outsiders.chain([members]) {
                let most = joint(&demand, group, &played);
                for _ in 0..300 {
                    let other = moved(&played, group, &mut dice);
                    prop_assert!(joint(&demand, group, &other) <= most + 1e-11, "{group:?} {other:?}");
                }
            }
        }
    }

    /// To the last digits: every outsider answers the rest, and under logit demand every group has
    /// the margin that its share allows.
    #[test]
    fn equilibria_answer_themselves((demand, _) in demands()) {
        for members in (0..1u32 << demand.sellers()).map(Seats) {
            let played = demand.equilibrium(members);
            for seller in (0..played.len()).filter(|seller| !members.has(*seller)) {
                let reply = demand.best_reply(seller, &played);
                prop_assert!((played[seller] - reply).abs() < 1e-12 * reply.max(1.0));
            }
            let Demand::BertrandLogit(logit) = &demand else { continue };
            let margin = |seller: usize| played[seller] - logit.costs[seller];
            let profits = demand.profits(&played);
            let share: f64 = members.iter().map(|seller| profits[seller] / margin(seller)).sum();
            for seller in members.iter() {
                prop_assert!((margin(seller) - logit.mu / (1.0 - share)).abs() < 1e-12);
            }
        }
    }

    /// Against anything the others play, on a grid or not, nothing allowed earns more.
    #[test]
    fn the_best_reply_beats_the_range(
        (demand, seed) in demands(),
        step in prop_oneof![Just(None), Just(Some(0.07)), Just(Some(0.5))],
    ) {
        let range = Range { step, ..roomy(&demand) };
        let market = market(&Rules { demand: demand.clone(), range, ..Rules::default() });
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let played: Vec<_> = (0..demand.sellers()).map(|_| range.at(dice.random())).collect();
        for seller in 0..played.len() {
            let best = market.best_reply(seller, &played);
            let most = profits(&demand, &with(&played, seller, best))[seller];
            for point in 0..2_000 {
                let own = range.at(f64::from(point) / 2_000.0);
                let earned = profits(&demand, &with(&played, seller, own))[seller];
                prop_assert!(earned <= most + 1e-12, "{seller} {own} {best}: {earned} {most}");
            }
        }
    }
}

#[test]
fn a_grid_search_finds_the_joint_optimum() {
    let demand = Demand::default();
    let optimum = demand.equilibrium(Seats::all(2));
    let price = |step: u32| 1.0 + f64::from(step) * 0.002;
    let pairs = (0..1_000).flat_map(|p| (0..1_000).map(move |q| [price(p), price(q)]));
    let best =
        pairs.max_by(|a, b| joint(&demand, Seats(3), a).total_cmp(&joint(&demand, Seats(3), b))).unwrap();
    assert!(joint(&demand, Seats(3), &best) <= joint(&demand, Seats(3), &optimum));
    assert!(best.iter().zip(&optimum).all(|(found, exact)| (found - exact).abs() <= 0.002));
}
