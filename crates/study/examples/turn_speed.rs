//! What a turn of an agent costs in one shared game, early, with a full memory and late, as one JSON line:
//! `turn_speed FOLDER LOG_DIR`. The whole path: observation, prompt, a control's answer, reading, engine,
//! record, seal. Processor time.

use arena::{Receipt, Scroll, Sink, play};
use futures_util::FutureExt;
use std::error::Error;
use std::path::Path;
use store::RunFolder;
use study::{Cast, Changes, Plan, Study, control, plans};
use trace::{End, Episode, Event, VERSION};

const GAMES: usize = 3;
/// Turns of which the mean is taken: around the hundredth, the thousandth (what a seat remembers is at
/// its limit by then) and the hundred-thousandth.
const WINDOWS: [[usize; 2]; 3] = [[50, 150], [500, 1_500], [99_500, 100_500]];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A scroll that looks at the clock where a window begins or ends.
#[derive(Default)]
struct Clocked {
    scroll: Scroll,
    turns: usize,
    looks: [[f64; 2]; 3],
}

impl Sink for Clocked {
    fn append(&mut self, event: Event) -> std::result::Result<Receipt, String> {
        if matches!(event, Event::Changed { .. }) {
            self.turns += 1;
            for (window, looks) in WINDOWS.iter().zip(&mut self.looks) {
                if let Some(edge) = window.iter().position(|turn| *turn == self.turns) {
                    looks[edge] = cpu_ms().map_err(|e| e.to_string())?;
                }
            }
        }
        self.scroll.append(event)
    }
}

/// What one game took: milliseconds per turn in each window, then per turn for the seal.
struct Took {
    turns: usize,
    windows: [f64; 3],
    seal: f64,
}

#[allow(clippy::print_stdout, reason = "its output is what it is for")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, scenario, log_dir] = &arguments[..] else {
        return Err("usage: turn_speed FOLDER LOG_DIR".into());
    };
    let (mut short, mut long): (Vec<Took>, Vec<Took>) = (Vec::new(), Vec::new());
    for nth in 0..GAMES {
        let folder = RunFolder::create(Path::new(log_dir), &format!("turns-{nth}"))?;
        short.push(game(scenario, "length=short", &folder)?);
        long.push(game(scenario, "baseline", &folder)?);
    }
    let best = |of: &[Took], value: fn(&Took) -> f64| of.iter().map(value).fold(f64::INFINITY, f64::min);
    let line = serde_json::json!({
        "turns": long[0].turns,
        "early_ms": best(&long, |took| took.windows[0]),
        "full_ms": best(&long, |took| took.windows[1]),
        "late_ms": best(&long, |took| took.windows[2]),
        "seal_short_ms": best(&short, |took| took.seal),
        "seal_long_ms": best(&long, |took| took.seal),
    });
    println!("{line}");
    Ok(())
}

/// Plays a cell's game and seals it.
fn game(scenario: &str, cell: &str, folder: &RunFolder) -> Result<Took> {
    let plan = planned(scenario, cell)?;
    let minds = plan.minds();
    let Plan { name, key, setup, .. } = plan;
    let mut sink = Clocked::default();
    let mut world = setup.open()?;
    let played = play(&mut *world, &minds, &guard::Open, key.seed, &mut sink);
    played.now_or_never().ok_or("a control answers at once")??;
    let Clocked { scroll, turns, looks } = sink;
    let mean = |at: usize| (looks[at][1] - looks[at][0]) / (WINDOWS[at][1] - WINDOWS[at][0]) as f64;
    let mut writer = folder.writer()?;
    let before = cpu_ms()?;
    writer.append(vec![Episode { v: VERSION, name, key, events: scroll, end: End::Done }])?;
    Ok(Took { turns, windows: [mean(0), mean(1), mean(2)], seal: (cpu_ms()? - before) / turns as f64 })
}

fn planned(scenario: &str, cell: &str) -> Result<Plan> {
    let (models, cells) = (vec!["control/random".to_owned()], vec![cell.to_owned()]);
    let study = Study::resolve(&[scenario.to_owned()], &Changes { models, cells, ..Changes::default() })?;
    let model = control(&study.parts[0].scenario, "random", 0)?;
    let cast = Cast { part: 0, model };
    plans(&study, &cast).next().ok_or_else(|| "nothing is planned".into())
}

/// Processor time of this thread: the machine may be busy.
fn cpu_ms() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let ns: f64 = text.split_whitespace().next().ok_or("no time in schedstat")?.parse()?;
    Ok(ns / 1e6)
}
