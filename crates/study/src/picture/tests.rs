//! Short scripted games, and the frames that a reader steps through.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use super::replay;
use expect_test::{Expect, expect};
use report::Replay;
use report::replay::{Card, Deed, Frame, Scene};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use trace::{Act, Answer, End, Episode, EpisodeKey, Event, Read, VERSION};
use world::series::{Question, Script, SeriesSpec, ToolSpec};
use world::{CleanupRules, LiarsBarRules, Setup, World, dilemma, market};

fn line(pair: [usize; 2]) -> ToolSpec {
    let ask = |text: &str| Question { text: text.into(), tokens_max: None };
    ToolSpec {
        pair,
        offered_in: Vec::new(),
        given: true,
        consent: true,
        works: true,
        public: false,
        unwired: false,
        mechanic: false,
        asks_words: None,
        every: 9,
        words: [20, 10],
        bonus: 0.0,
        offer: Script::default(),
        consents: Script::default(),
        asks_message: ask("Write."),
        asks_answer: ask("Answer."),
        holding: Vec::new(),
    }
}

fn spec<R>(rules: R, games: u32, tool: ToolSpec) -> Arc<SeriesSpec<R>> {
    let asks_move = Question { text: "Your move.".into(), tokens_max: None };
    Arc::new(SeriesSpec { rules, games, seed: 5, asks_move, tool: Some(tool), facts: BTreeMap::new() })
}

fn cleanup(tool: ToolSpec) -> Setup {
    Setup::Cleanup(spec(CleanupRules { steps: 2, seats: 2, ..CleanupRules::default() }, 1, tool))
}

const MARK: &str = r#"{"message":"MARK","plan":"none"}"#;
const SILENT: &str = r#"{"message":"","plan":"none"}"#;

/// The record of a play in which whoever is due says the next line; what is refused is said again, and
/// `-` forfeits.
fn record(setup: &Setup, script: &[&str]) -> Episode {
    let (mut world, mut lines, mut events) = (setup.open().unwrap(), script.iter(), Vec::new());
    while let Some(turn) = world.due().into_iter().next() {
        let Some(line) = lines.next() else { break };
        events.extend(said(&mut *world, &turn.seat, line));
    }
    let key = EpisodeKey {
        guard: String::new(),
        scenario: "s".into(),
        scenario_hash: "h".into(),
        world: setup.version().into(),
        world_hash: "w".into(),
        cell: "baseline".into(),
        wording: 0,
        state: 0,
        epoch: 0,
        seed: 0,
        seats: Vec::new(),
        briefs: Vec::new(),
    };
    Episode { v: VERSION, name: key.name(), key, events, end: End::Done }
}

fn said(world: &mut dyn World, seat: &str, line: &str) -> Vec<Event> {
    let (view, seat) = (world.view(seat), seat.to_owned());
    let choice = Some(line.to_owned());
    let answer = |ask: &trace::Ask| Answer {
        ask: ask.id.clone(),
        choice: choice.clone(),
        read: Read::Parsed,
        logp: Vec::new(),
    };
    let act = match line {
        "-" => world.forfeit(&seat).unwrap(),
        _ => Act { turn: view.turn, answers: view.asks.iter().map(answer).collect() },
    };
    let first = match line {
        "-" => Event::Forfeited { seat: seat.clone(), turn: act.turn },
        _ => Event::Acted { seat: seat.clone(), act: act.clone() },
    };
    let then = match world.apply(&seat, &act) {
        Ok(changes) => Event::Changed { turn: act.turn, changes },
        Err(illegal) => Event::Illegal { seat, turn: act.turn, rule: illegal.rule },
    };
    vec![first, then]
}

/// Frames as a text: what was done and who learnt of it, what was said and who read it, and the state.
fn check(setup: &Setup, script: &[&str], expected: Expect) {
    let replay = replay(setup, &record(setup, script)).unwrap();
    expected.assert_eq(&told(&replay));
}

fn told(replay: &Replay) -> String {
    let mut lines = Vec::new();
    for game in &replay.games {
        lines.push(format!("game {} of {}, pair {:?}", game.nth + 1, game.of, game.pair.unwrap_or_default()));
        for (at, frame) in game.frames.iter().enumerate() {
            lines.push(format!("{at}. {}", frame.deeds.iter().map(deed).collect::<Vec<_>>().join("; ")));
            lines.extend(frame.said.iter().map(|said| {
                let now = if said.now { "now" } else { "before" };
                format!("   {now}, seat {}: {:?}, read by {:?}", said.by, said.words, said.readers)
            }));
            lines.push(format!("   {}", scene(frame)));
        }
        lines.extend(game.seen.iter().map(|(what, who)| format!("{what}: {who}")));
    }
    lines.extend(replay.notes.iter().cloned());
    lines.join("\n") + "\n"
}

fn deed(deed: &Deed) -> String {
    let tried = deed.tried.iter().map(|(what, rule)| format!(" after {what} [{rule}]")).collect::<String>();
    let forfeited = if deed.forfeited { " (forfeited)" } else { "" };
    format!("seat {} {}{forfeited}{tried} ({})", deed.seat, deed.words, deed.seen)
}

fn scene(frame: &Frame) -> String {
    let cards =
        |cards: &[Card]| cards.iter().map(|card| card.rank.chars().next().unwrap()).collect::<String>();
    match &frame.scene {
        Scene::Table(table) => {
            let chair = |c: &report::replay::Chair| {
                let dead = if c.lives { "" } else { " dead" };
                format!("{} {}/{}{dead}", cards(&c.hand), c.shots, c.bay)
            };
            let chairs = table.chairs.iter().map(chair).collect::<Vec<_>>().join(", ");
            let claim = table
                .claim
                .as_ref()
                .map(|c| format!("; seat {} laid {} honest {}", c.by, cards(&c.cards), c.honest));
            let reveal = table
                .reveal
                .as_ref()
                .map(|r| format!("; shown {} fired {:?} died {}", cards(&r.cards), r.fired, r.died));
            let (claim, reveal) = (claim.unwrap_or_default(), reveal.unwrap_or_default());
            format!(
                "round {} {}: {chairs}{claim}{reveal}; points {:?}",
                table.round, table.target, frame.points
            )
        }
        Scene::Grid(grid) => {
            let bodies: Vec<_> = grid.walkers.iter().map(|w| (w.place, w.frozen, w.apples)).collect();
            format!(
                "step {} apples {:?} mud {:?} seats {bodies:?} zaps {:?}",
                grid.step, grid.apples, grid.polluted, grid.zaps
            )
        }
        Scene::Rounds(rounds) => {
            let row =
                |row: &report::replay::Row| format!("{} {} {:.2?}", row.name, row.played.join("/"), row.paid);
            let rows: Vec<_> = rounds.rows.iter().chain(&rounds.beside).map(row).collect();
            format!("{} of {}: {}; points {:.2?}", rounds.over, rounds.most, rows.join(", "), frame.points)
        }
    }
}

/// A message, a bluff, a refused and a forfeited move, a challenge, and the end of a game beside the
/// beginning of the next.
#[test]
fn liars_bar() {
    let rules = LiarsBarRules { seats: 2, rounds_max: 1, ..LiarsBarRules::default() };
    let setup = Setup::LiarsBar(spec(rules, 2, line([0, 1])));
    let script =
        [MARK, SILENT, r#"{"move":"fly"}"#, r#"{"move":"pass"}"#, "-", r#"{"move":"challenge"}"#, MARK, MARK];
    check(
        &setup,
        &script,
        expect![[r#"
        game 1 of 2, pair [0, 1]
        0. 
           round 1 ace: kkqaa 0/1, kqqqa 0/5; points [0.0, 0.0]
        1. seat 0 writes to seat 1 (seats 0 and 1 alone)
           now, seat 0: "MARK", read by [1]
           round 1 ace: kkqaa 0/1, kqqqa 0/5; points [0.0, 0.0]
        2. seat 1 answers seat 0: nothing (seats 0 and 1 alone)
           before, seat 0: "MARK", read by [1]
           now, seat 1: "", read by [0]
           round 1 ace: kkqaa 0/1, kqqqa 0/5; points [0.0, 0.0]
        3. seat 0 lays 1 card face down as ace (forfeited) after answers {"move":"fly"} [a move has the form that the question shows] after passes [only a play that was just made is challenged or passed] (all seats)
           before, seat 0: "MARK", read by [1]
           before, seat 1: "", read by [0]
           round 1 ace: kkqa 0/1, kqqqa 0/5; seat 0 laid a honest true; points [0.0, 0.0]
        4. seat 1 challenges seat 0 (all seats)
           round 1 ace: kkqa 0/1, kqqqa 1/5; shown a fired Some(1) died false; points [0.0, -1.0]
        target, claims, shots fired, deaths, how many cards each seat holds: all seats
        a hand: its own seat alone
        cards face down: who laid them, and all seats once a challenge shows them
        the live bay of a revolver: nobody
        points: nobody before the game is over
        game 2 of 2, pair [0, 1]
        0. 
           round 1 king: qqqaa 0/4, kkqaa 0/4; points [0.0, 0.0]
        1. seat 0 writes to seat 1 (seats 0 and 1 alone)
           now, seat 0: "MARK", read by [1]
           round 1 king: qqqaa 0/4, kkqaa 0/4; points [0.0, 0.0]
        2. seat 1 answers seat 0 (seats 0 and 1 alone)
           before, seat 0: "MARK", read by [1]
           now, seat 1: "MARK", read by [0]
           round 1 king: qqqaa 0/4, kkqaa 0/4; points [0.0, 0.0]
        target, claims, shots fired, deaths, how many cards each seat holds: all seats
        a hand: its own seat alone
        cards face down: who laid them, and all seats once a challenge shows them
        the live bay of a revolver: nobody
        points: nobody before the game is over
    "#]],
    );
}

#[test]
fn cleanup_is_drawn_step_by_step() {
    let script = [MARK, MARK, r#"{"action":"move","direction":"east"}"#, r#"{"action":"stay"}"#];
    check(
        &cleanup(line([0, 1])),
        &script,
        expect![[r#"
        game 1 of 1, pair [0, 1]
        0. 
           step 0 apples [[0, 0], [1, 4], [3, 4], [4, 0]] mud [[4, 3]] seats [([0, 0], 0, 0), ([0, 5], 0, 0)] zaps []
        1. seat 0 writes to seat 1 (seats 0 and 1 alone)
           now, seat 0: "MARK", read by [1]
           step 0 apples [[0, 0], [1, 4], [3, 4], [4, 0]] mud [[4, 3]] seats [([0, 0], 0, 0), ([0, 5], 0, 0)] zaps []
        2. seat 1 answers seat 0 (seats 0 and 1 alone)
           before, seat 0: "MARK", read by [1]
           now, seat 1: "MARK", read by [0]
           step 0 apples [[0, 0], [1, 4], [3, 4], [4, 0]] mud [[4, 3]] seats [([0, 0], 0, 0), ([0, 5], 0, 0)] zaps []
        3. seat 0 moves east (all seats); seat 1 stays (all seats)
           before, seat 0: "MARK", read by [1]
           before, seat 1: "MARK", read by [0]
           step 1 apples [[0, 0], [0, 4], [1, 4], [2, 4], [3, 4], [4, 0], [4, 1]] mud [[2, 3], [4, 3]] seats [([0, 1], 0, 0), ([0, 5], 0, 0)] zaps []
        the grid: seats, apples, pollution, who is frozen, apples collected: all seats
        who froze whom: all seats
        a move: nobody before all have moved; then what it led to is seen
    "#]],
    );
}

#[test]
fn a_dilemma() {
    let rules = dilemma::Rules { turns: 2, ..dilemma::Rules::default() };
    let setup = Setup::Dilemma(spec(rules, 1, line([0, 1])));
    let script = [MARK, SILENT, r#"{"choice":"cooperate"}"#, r#"{"choice":"defect"}"#];
    check(
        &setup,
        &script,
        expect![[r#"
        game 1 of 1, pair [0, 1]
        0. 
           0 of 2: ; points [0.00, 0.00]
        1. seat 0 writes to seat 1 (seats 0 and 1 alone)
           now, seat 0: "MARK", read by [1]
           0 of 2: ; points [0.00, 0.00]
        2. seat 1 answers seat 0: nothing (seats 0 and 1 alone)
           before, seat 0: "MARK", read by [1]
           now, seat 1: "", read by [0]
           0 of 2: ; points [0.00, 0.00]
        3. seat 0 cooperates (all seats); seat 1 defects (all seats)
           before, seat 0: "MARK", read by [1]
           before, seat 1: "", read by [0]
           1 of 2: turn 1 cooperate/defect [0.00, 5.00]; points [0.00, 5.00]
        past turns and points: all seats
        a choice: its own seat, and the other once both have chosen
    "#]],
    );
}

#[test]
fn a_sealed_market() {
    let rules = market::Rules { rounds: 1, announced: false, ..market::Rules::default() };
    let setup = Setup::Market(spec(rules, 1, line([0, 1])));
    check(
        &setup,
        &[MARK, SILENT, r#"{"price":1.5}"#, r#"{"price":1.25}"#],
        expect![[r#"
        game 1 of 1, pair [0, 1]
        0. 
           0 of 1: equilibrium 1.47/1.47 [0.22, 0.22], joint optimum 1.92/1.92 [0.34, 0.34]; points [0.00, 0.00]
        1. seat 0 writes to seat 1 (seats 0 and 1 alone)
           now, seat 0: "MARK", read by [1]
           0 of 1: equilibrium 1.47/1.47 [0.22, 0.22], joint optimum 1.92/1.92 [0.34, 0.34]; points [0.00, 0.00]
        2. seat 1 answers seat 0: nothing (seats 0 and 1 alone)
           before, seat 0: "MARK", read by [1]
           now, seat 1: "", read by [0]
           0 of 1: equilibrium 1.47/1.47 [0.22, 0.22], joint optimum 1.92/1.92 [0.34, 0.34]; points [0.00, 0.00]
        3. seat 0 sets its price to 1.5 (seat 0 alone); seat 1 sets its price to 1.25 (seat 1 alone)
           before, seat 0: "MARK", read by [1]
           before, seat 1: "", read by [0]
           1 of 1: round 1 1.50/1.25 [0.13, 0.18], equilibrium 1.47/1.47 [0.22, 0.22], joint optimum 1.92/1.92 [0.34, 0.34]; points [0.13, 0.18]
        what a seat sets: its own seat alone
        a profit and points: its own seat alone
        how buyers choose: nobody
        equilibrium and optimum: nobody
    "#]],
    );
}

/// Who reads a message in the picture is who reads it in the prompts.
#[test]
fn a_planted_marker_and_its_readers() {
    let readers = |tool: ToolSpec| {
        let setup = Setup::Cleanup(spec(CleanupRules { steps: 2, ..CleanupRules::default() }, 1, tool));
        let moves = [r#"{"action":"stay"}"#; 8];
        let script =
            [&[r#"{"message":"OUT","plan":"none"}"#, r#"{"message":"BACK","plan":"none"}"#][..], &moves]
                .concat();
        let replay = replay(&setup, &record(&setup, &script)).unwrap();
        let said =
            replay.games[0].frames.iter().rev().find(|frame| frame.said.len() == 2).unwrap().said.clone();
        let drawn: Vec<Vec<usize>> = said.iter().map(|said| said.readers.clone()).collect();
        assert_eq!(
            drawn,
            ["OUT", "BACK"].map(|mark| prompts(&setup, &script, mark, &said)),
            "picture, prompts"
        );
        format!("{drawn:?}")
    };
    assert_eq!(readers(line([0, 2])), "[[2], [0]]");
    assert_eq!(readers(ToolSpec { works: false, ..line([0, 2]) }), "[[], []]", "inert: reached nobody");
    assert_eq!(readers(ToolSpec { unwired: true, ..line([0, 2]) }), "[[2], []]");
    assert_eq!(readers(ToolSpec { public: true, ..line([0, 2]) }), "[[1, 2, 3], [0, 1, 3]]");
}

/// The seats whose prompts hold the mark, the writer's own apart.
fn prompts(setup: &Setup, script: &[&str], mark: &str, said: &[report::replay::Said]) -> Vec<usize> {
    let mut world = setup.open().unwrap();
    let by = said.iter().find(|said| said.words == mark).unwrap().by;
    let mut readers = Vec::new();
    for line in script {
        for turn in world.due() {
            let text = json!(world.view(&turn.seat)).to_string();
            readers
                .extend(text.contains(mark).then(|| world::series::seat_of(&turn.seat).unwrap_or_default()));
        }
        let Some(turn) = world.due().into_iter().next() else { break };
        said_quietly(&mut *world, &turn.seat, line);
    }
    readers.retain(|seat| *seat != by);
    readers.sort_unstable();
    readers.dedup();
    readers
}

fn said_quietly(world: &mut dyn World, seat: &str, line: &str) {
    drop(said(world, seat, line));
}

#[test]
fn a_record_that_the_rules_do_not_make_is_told() {
    let setup = cleanup(line([0, 1]));
    let mut episode = record(&setup, &[MARK, MARK]);
    if let Some(Event::Changed { changes, .. }) = episode.events.get_mut(3) {
        changes.clear();
    }
    episode.end = End::Incomplete { why: "no answer".into() };
    let replay = replay(&setup, &episode).unwrap();
    assert_eq!(replay.games[0].frames.len(), 2);
    expect![[r#"
        The picture ends before event 3 of the record: the record has another change than the rules.
        The episode is incomplete: no answer
    "#]]
    .assert_eq(&(replay.notes.join("\n") + "\n"));
}
