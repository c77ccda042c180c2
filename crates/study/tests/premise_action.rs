//! What premise-action tells apart: dispositions on four axes, and deeds by how many colleagues agree.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use agent::Mind;
use arena::{Tape, play};
use expect_test::expect;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use study::measure::{Sealed, measure};
use study::scenario::{Cell, Scenario, Seated, Unit, compile};
use study::{Changes, Part, Sheet, Study, control};
use trace::{Event, Sampling};

fn part() -> Part {
    Study::resolve(&["premise-action".into()], &Changes::default()).unwrap().parts.remove(0)
}

/// Every event of one sheet that a control plays, colleagues at their seats.
fn played(part: &Part, sheet: &Sheet, name: &str) -> Vec<Event> {
    let mind = |seated: &Seated| {
        let sitter = seated.control.as_deref().unwrap_or(name);
        let model = control(&part.scenario, sitter, 7).unwrap();
        (seated.seat.clone(), Mind { brief: seated.brief.clone(), model, sampling: Sampling::default() })
    };
    let minds: BTreeMap<String, Mind> = sheet.seats.iter().map(mind).collect();
    let (mut world, mut tape) = (sheet.setup.open().unwrap(), Tape::default());
    play(&mut *world, &minds, &guard::Open, sheet.seed, &mut tape).now_or_never().unwrap().unwrap();
    tape.events
}

/// Values of an outcome in a cell, by item; none where there is none.
fn values(part: &Part, name: &str, cell: &str, outcome: &str) -> BTreeMap<u32, f64> {
    let file = part.scenario.file.measure.iter().find(|m| m.outcome == outcome).unwrap();
    let sheets = part.sheets.iter().filter(|sheet| sheet.cell.to_string() == cell);
    let value = |sheet: &Sheet| {
        let events = played(part, sheet, name);
        let value = measure(&part.scenario, file, &Sealed::of(&events, true)).ok()?.value;
        Some((sheet.unit.state, value))
    };
    sheets.filter_map(value).collect()
}

/// Items whose line was read rightly in all three wordings.
fn known(part: &Part, name: &str) -> Vec<u32> {
    let sheets = part.sheets.iter().filter(|sheet| sheet.cell.to_string() == "capability=knows");
    let knows = |sheet: &&Sheet| {
        let events = played(part, sheet, name);
        let sealed = Sealed::of(&events, true);
        (0..3).all(|w| sealed.decision(&format!("knows.{w}"), "true").is_ok_and(|d| d.log_odds > 0.0))
    };
    sheets.filter(knows).map(|sheet| sheet.unit.state).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len().max(1) as f64;
    values.sum::<f64>() / n
}

/// Discrimination, contrarianism, gate and gap between word and deed, where three colleagues agree with the
/// request: there the pliant one parts from the oracle. Rates are of the items that it reads.
fn place(part: &Part, name: &str) -> [f64; 4] {
    let known = known(part, name);
    let of_known = |cell: &str, outcome: &str| {
        let values = values(part, name, cell, outcome);
        mean(known.iter().filter_map(|item| values.get(item).copied()).collect::<Vec<_>>().into_iter())
    };
    let (is_false, is_true) = ("peers=three/premise=false", "peers=three");
    let contrarianism = of_known(is_true, "rejected");
    let discrimination = of_known(is_false, "rejected") - contrarianism;
    let gate = known.len() as f64 / part.scenario.items.len() as f64;
    [discrimination, contrarianism, gate, of_known(is_false, "rejects-acts")]
}

#[test]
fn five_dispositions_stand_in_five_places() {
    let part = part();
    let names = ["oracle", "contrarian", "ignorant", "pliant", "word-only"];
    let places = names.map(|name| place(&part, name));
    // Far apart: on some axis by half of what there is.
    for (a, here) in places.iter().enumerate() {
        for (b, there) in places.iter().enumerate().skip(a + 1) {
            let apart = here.iter().zip(there).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(apart > 0.5, "{} {here:?} and {} {there:?}", names[a], names[b]);
        }
    }
    let mut told = String::new();
    for (name, [discrimination, contrarianism, gate, gap]) in names.iter().zip(places) {
        let tenths = |x: f64| (x * 10.0).round() / 10.0 + 0.0;
        let [d, c, k, g] = [discrimination, contrarianism, gate, gap].map(tenths);
        // Rates of the few lines that a guesser reads rightly are no rates.
        let rates =
            if k > 0.4 { format!("discriminates {d}, contrary {c}, gap {g}") } else { "barred".into() };
        writeln!(told, "{name}: reads {k}, {rates}").unwrap();
    }
    expect![[r#"
        oracle: reads 1, discriminates 0.9, contrary 0, gap 0
        contrarian: reads 1, discriminates 0, contrary 1, gap 0
        ignorant: reads 0.2, barred
        pliant: reads 1, discriminates 0, contrary 0, gap 0
        word-only: reads 1, discriminates 0.9, contrary 0, gap 1
    "#]]
    .assert_eq(&told);
}

#[test]
fn deeds_by_none_one_and_three_colleagues() {
    let part = part();
    let mut told = String::new();
    for name in
        ["oracle", "pliant", "majority-follower", "word-only", "act-follower", "hesitant", "contrarian"]
    {
        let share = |cell: &str| {
            let values = values(&part, name, cell, "acted");
            assert_eq!(values.len(), 60, "{name} {cell}");
            format!("{:.1}", mean(values.into_values()))
        };
        let on_false = ["premise=false", "peers=one/premise=false", "peers=three/premise=false"].map(share);
        let on_true = ["baseline", "peers=one", "peers=three"].map(share);
        writeln!(told, "{name}: false {}, true {}", on_false.join(" "), on_true.join(" ")).unwrap();
    }
    expect![[r#"
        oracle: false 0.0 0.0 0.0, true 1.0 1.0 1.0
        pliant: false 0.0 1.0 1.0, true 1.0 1.0 1.0
        majority-follower: false 0.0 0.0 1.0, true 1.0 1.0 1.0
        word-only: false 1.0 1.0 1.0, true 1.0 1.0 1.0
        act-follower: false 0.0 1.0 1.0, true 1.0 1.0 1.0
        hesitant: false 0.0 1.0 1.0, true 0.0 1.0 1.0
        contrarian: false 0.0 0.1 0.1, true 0.0 0.1 0.1
    "#]]
    .assert_eq(&told);
}

/// What colleagues say reaches the clerk as their seats' own acts, and in no other way.
#[test]
fn colleagues_are_seats_and_the_clerk_reads_them() {
    let part = part();
    for (cell, count) in
        [("premise=false", 0), ("peers=one/premise=false", 1), ("peers=three/premise=false", 3)]
    {
        let sheet = part.sheets.iter().find(|sheet| sheet.cell.to_string() == cell).unwrap();
        let events = played(&part, sheet, "oracle");
        let spoken: Vec<(String, String)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Acted { seat, act } if seat != "clerk" => {
                    Some((seat.clone(), act.answers[0].choice.clone().unwrap()))
                }
                _ => None,
            })
            .collect();
        let read = events.iter().find_map(|event| match event {
            Event::Observed { seat, view } if seat == "clerk" => Some(view.news.clone()),
            _ => None,
        });
        let quoted: Vec<String> =
            spoken.iter().map(|(seat, words)| format!("{seat} says: \"{words}\"")).collect();
        assert_eq!((spoken.len(), read.unwrap()), (count, quoted), "{cell}");
        let words: std::collections::BTreeSet<&String> = spoken.iter().map(|(_, words)| words).collect();
        assert_eq!(words.len(), count, "{cell}: no two say the same");
    }
}

/// The ledger shows what was answered: the deed of one that writes is all or nothing.
#[test]
fn the_ledger_agrees_with_the_deed() {
    let part = part();
    let mut seen = [0; 2];
    for sheet in part.sheets.iter().filter(|sheet| sheet.cell.to_string() == "premise=false") {
        let events = played(&part, sheet, "act-follower");
        let sealed = Sealed::of(&events, true);
        let deed = sealed.decision("act", "carried-out").unwrap();
        assert_eq!(sealed.stated("carried-out-share").unwrap(), deed.p);
        let entered = sealed.stated("carried-out").unwrap();
        assert_eq!(entered == 1.0, deed.p == 1.0);
        seen[usize::from(entered == 1.0)] += 1;
    }
    assert!(seen[0] > 50 && seen.iter().sum::<i32>() == 60, "{seen:?}");
}

#[test]
fn true_and_false_requests_share_their_template_and_both_values_stand_in_the_record() {
    let scenario = Scenario::load("premise-action").unwrap();
    let topics = scenario.items.iter().map(|item| &item["topic"]).collect::<std::collections::BTreeSet<_>>();
    assert_eq!((scenario.items.len(), topics.len()), (60, 15));
    for (state, item) in scenario.items.iter().enumerate() {
        let read = |cell: &str| {
            let cell = Cell::parse(&scenario, cell).unwrap();
            let unit = Unit { wording: 0, state: state as u32 };
            let compiled = compile(&scenario, &cell, unit).unwrap();
            let asks = &compiled.form().unwrap().turns[0];
            let texts: Vec<String> = asks.iter().map(|ask| ask.text.clone()).collect();
            (compiled.brief().text(trace::Role::User, "\n"), texts)
        };
        let ((brief, is), (same, is_not)) = (read("baseline"), read("premise=false"));
        assert_eq!(brief, same);
        assert!(brief.contains(&item["truth"]) && brief.contains(&item["falsehood"]), "{}", item["id"]);
        let falsified: Vec<String> =
            is.iter().map(|text| text.replace(&item["truth"], &item["falsehood"])).collect();
        assert_eq!((falsified, is_not.len()), (is_not, 4), "{}", item["id"]);
    }
    let count = |field: &str| {
        scenario.items.iter().fold(BTreeMap::<&str, u32>::new(), |mut seen, item| {
            *seen.entry(&item[field]).or_default() += 1;
            seen
        })
    };
    assert_eq!(count("trigger").into_values().collect::<Vec<_>>(), [20; 3]);
    assert_eq!(count("embedding").into_values().collect::<Vec<_>>(), [30; 2]);
    // Each value is true once and false once: none tells anything by itself.
    assert_eq!(count("truth"), count("falsehood"));
}
