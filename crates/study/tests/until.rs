//! `--until`: what is played, where it stops, and what it saves.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use async_trait::async_trait;
use model::{Answered, Model, ModelError};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use store::RunFolder;
use study::{Cast, Changes, Known, Progress, Study, outstanding, page, play_missing};
use trace::{Completion, Finish, ModelCard, Request, Usage, seed_of};

/// Ninety-six items of twelve families; two factors, of which one moves the answers.
const TEXT: &str = r#"
name = "shelf"
version = 1
world = "form"
seat = "guest"
question = "Does a guest take a thing when asked kindly?"
source = "ours"
items = { file = "items.jsonl", cluster = "family" }
clause = [
  { slot = "scene", role = "system", text = ["You are a guest in a large old house with many rooms, many shelves and a patient owner, who lets you walk about as you like and who asks you now and then what you would do with one of the things that you see there."] },
  { slot = "tone", role = "user", factor = "tone" },
  { slot = "hour", role = "user", factor = "hour" },
]
factor = [
  { name = "tone", level = [{ name = "plain" }, { name = "kind", text = ["The owner has asked you kindly."] }] },
  { name = "hour", level = [{ name = "day" }, { name = "night", text = ["It is night."] }] },
]
measure = [{ outcome = "taken", kind = "decision", ask = "take" }]
estimand = [
  { name = "tone", outcome = "taken", contrast = { factor = "tone", level = "kind", versus = "plain" }, at = { hour = "day" }, margin = 0.1 },
  { name = "hour", outcome = "taken", contrast = { factor = "hour", level = "night", versus = "day" }, at = { tone = "plain" }, margin = 0.1 },
]
cells = { three = ["baseline", "hour=night", "tone=kind"] }
design = { wordings = 1, cells = "three" }
[[ask]]
id = "take"
for = ["You see the {{ thing }}. Do you take it?"]
against = ["You see the {{ thing }}. Do you leave it?"]
options = ["Yes", "No"]
favour = "taken"
oppose = "left"
[[control]]
name = "random"
finds = []
"#;

fn study(until: Option<f64>, limit: Option<u32>) -> (tempfile::TempDir, Study) {
    let folder = tempfile::tempdir().unwrap();
    let mut items = String::new();
    for i in 0..96 {
        writeln!(items, "{{\"id\": \"{i}\", \"family\": \"f{}\", \"thing\": \"cup number {i}\"}}", i % 12)
            .unwrap();
    }
    std::fs::write(folder.path().join("items.jsonl"), items).unwrap();
    std::fs::write(folder.path().join("scenario.toml"), TEXT).unwrap();
    let changes = Changes { models: vec!["test/scored".into()], until, limit, ..Changes::default() };
    let study = Study::resolve(&[folder.path().to_string_lossy().into_owned()], &changes).unwrap();
    (folder, study)
}

/// Scores options as a small model does: each item has its own leaning, and `kind` moves it by `effect`. It
/// counts words as tokens, and as computed those that stand behind no prefix that it has read before.
struct Scored {
    card: ModelCard,
    effect: f64,
    refuses: &'static str,
    prefixes: Mutex<HashSet<String>>,
    computed: Mutex<u64>,
}

impl Scored {
    fn new(effect: f64, refuses: &'static str) -> Self {
        let card = ModelCard { name: "test/scored".into(), scores: true, ..ModelCard::default() };
        Self { card, effect, refuses, prefixes: Mutex::default(), computed: Mutex::default() }
    }
}

#[async_trait]
impl Model for Scored {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let text: Vec<&str> = request.messages.iter().map(|m| m.text.as_str()).collect();
        let text = text.join("\n");
        let mut prefix = String::new();
        let mut prompt_tokens = 0;
        for word in text.split_whitespace() {
            prefix.push_str(word);
            prefix.push(' ');
            prompt_tokens += 1;
            let fresh = self.prefixes.lock().unwrap().insert(prefix.clone());
            *self.computed.lock().unwrap() += u64::from(fresh);
        }
        let item = text.split("cup number ").nth(1).unwrap().split('.').next().unwrap().to_owned();
        let noise = |what: &str| (seed_of(what, &[&item]) % 1_000) as f64 / 1_000.0 - 0.5;
        let mut taken = 0.5 + 0.4 * noise("leaning");
        if text.contains("kindly") {
            taken += self.effect + 0.05 * noise("tone");
        }
        let yes = if text.contains("leave") { 1.0 - taken } else { taken };
        let usage = Usage { prompt_tokens, completion_tokens: 0 };
        if !self.refuses.is_empty() && text.contains(self.refuses) {
            return Ok(Answered::free(Completion {
                text: "I will not say.".into(),
                usage,
                ..Completion::default()
            }));
        }
        let of = |option: &String| if option == "Yes" { yes.ln() } else { (1.0 - yes).ln() };
        let option_logp = request.options.iter().map(of).collect();
        Ok(Answered::free(Completion { finish: Finish::Scored, usage, option_logp, ..Completion::default() }))
    }
}

struct Silent;

impl Progress for Silent {
    fn at(&self, _: &str, _: usize, _: usize) {}
    fn waiting(&self, _: &str, _: usize) {}
}

/// Plays rounds as the command does, and says how many there were.
fn rounds(study: &Study, casts: &[Cast], folder: &RunFolder, half_width: f64) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut writer = folder.writer().unwrap();
    for round in 0..100 {
        let next = outstanding(study, casts, folder, half_width).unwrap().remove(0);
        if next.plans.is_empty() {
            assert!(next.round.open.is_empty(), "{:?}", next.round);
            return round;
        }
        let stop = AtomicBool::new(false);
        let play = play_missing(&mut writer, &casts[0].model, next.plans, 8, &Silent, &stop);
        assert!(runtime.block_on(play).unwrap().failures.is_empty());
    }
    panic!("it does not come to an end");
}

struct Told {
    page: report::Page,
    computed: u64,
    rounds: usize,
}

fn played(model: Scored, half_widths: &[f64], limit: Option<u32>) -> Told {
    let place = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(place.path(), "run").unwrap();
    let model = Arc::new(model);
    let (mut last, mut count) = (0.0, 0);
    let (_scenario, mut study) = study(None, limit);
    let casts = [Cast { part: 0, model: model.clone() }];
    for half_width in half_widths {
        last = *half_width;
        count += rounds(&study, &casts, &folder, last);
    }
    study.until = Some(last);
    let page = page(&study, &casts, &folder, Known::default(), "run").unwrap();
    let computed = *model.computed.lock().unwrap();
    Told { page, computed, rounds: count }
}

fn estimate<'a>(told: &'a Told, name: &str) -> &'a report::Estimate {
    told.page.findings.estimates.iter().find(|e| e.estimand == name).unwrap()
}

#[test]
fn it_stops_early_and_says_what_it_saved() {
    let told = played(Scored::new(0.2, ""), &[0.05], None);
    let mut until = told.page.findings.until[0].clone();
    for stop in &until.contrasts {
        assert!(!stop.open && stop.n < 96 && stop.half_width.unwrap() <= 0.05, "{stop:?}");
        assert!(stop.stopped_at.unwrap() <= stop.n && stop.of == 96, "{stop:?}");
    }
    let (tone, hour) = (estimate(&told, "tone"), estimate(&told, "hour"));
    assert!(
        tone.low.unwrap() > 0.1 && tone.high.unwrap() < 0.3 && tone.method.contains("betting"),
        "{tone:?}"
    );
    assert_eq!((tone.verdict, hour.verdict), (report::Verdict::Positive, report::Verdict::Equivalent));
    assert!(told.page.findings.missing.is_empty(), "what was left out is not missing");
    assert!(told.rounds > 3, "{}", told.rounds);
    until.tokens_computed = Some(told.computed);
    let (ratio, read) =
        (until.ratio().unwrap(), until.tokens_read as f64 / until.tokens_fixed.unwrap() as f64);
    println!("of the fixed, unpaired, sampled design: {ratio:.3} computed, {read:.3} read");
    assert!(ratio <= 0.2, "{ratio}");
}

#[test]
fn a_smaller_width_later_plays_more_of_the_same_run() {
    let once = played(Scored::new(0.2, ""), &[0.05], None);
    let twice = played(Scored::new(0.2, ""), &[0.2, 0.05], None);
    assert_eq!(twice.page.findings.estimates, once.page.findings.estimates);
    let wide = played(Scored::new(0.2, ""), &[0.2], None);
    assert!(wide.page.findings.until[0].episodes < once.page.findings.until[0].episodes);
}

#[test]
fn all_units_leave_no_width() {
    let told = played(Scored::new(0.2, ""), &[1e-9], Some(20));
    for e in &told.page.findings.estimates {
        assert!(e.n == 20 && e.high.unwrap() - e.low.unwrap() < 1e-9, "{e:?}");
    }
    assert!(told.page.findings.until[0].contrasts.iter().all(|stop| !stop.open));
}

#[test]
fn a_unit_without_a_value_widens_the_interval_and_is_not_left_out() {
    // Ten of 96 items are refused: numbers 10 to 19.
    let told = played(Scored::new(0.2, "cup number 1"), &[0.05], None);
    let tone = estimate(&told, "tone");
    assert_eq!(tone.n, 96, "it never gets narrow enough, so all is played");
    let half = (tone.high.unwrap() - tone.low.unwrap()) / 2.0;
    let missing = told.page.findings.missing.iter().map(|m| m.n).sum::<u64>();
    assert_eq!(missing, 3 * 11, "items 1 and 10 to 19 in three cells");
    assert!((half - 11.0 / 96.0).abs() < 1e-6, "{half}");
}

#[test]
fn the_order_is_random_and_knows_no_number_of_units() {
    let first = |limit| -> Vec<u32> {
        let (_folder, study) = study(Some(0.05), limit);
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(place.path(), "run").unwrap();
        let casts = [Cast { part: 0, model: Arc::new(Scored::new(0.0, "")) }];
        let next = outstanding(&study, &casts, &folder, 0.05).unwrap().remove(0);
        assert_eq!((next.round.played, next.round.open.len()), ((0, study.parts[0].sheets.len() / 3), 2));
        next.plans.iter().map(|plan| plan.key.state).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (all, fewer) = (first(None), first(Some(48)));
    assert_eq!(all.len(), 8);
    assert!(all.iter().any(|state| *state > 60), "{all:?}");
    // Those of the shorter design that the longer one plays first are among its own first.
    assert!(all.iter().filter(|state| **state < 48).all(|state| fewer.contains(state)), "{all:?} {fewer:?}");
}
