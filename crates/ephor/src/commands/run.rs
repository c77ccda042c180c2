//! `ephor run`: plays what is missing, calibrates, prints the findings, writes the report.

use super::{json, runtime};
use crate::args::{Display, Run};
use crate::exit::{Code, Exit};
use crate::screen::{self, Screen};
use crate::session::{Calibrated, Session, Till, calibrations};
use crate::{figures, gate};
use ::report::{self, Page};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use store::{RunFolder, Writer};
use study::scenario::OtherItems;
use study::{Changes, IN_FLIGHT_LOCAL, Plan, Played, Progress, RunFile, Study, plans, play_missing};
use trace::Name;

pub fn run(args: &Run) -> Result<(), Exit> {
    let (page, ended, of_models) = played(args)?;
    // Why it stopped is read before a table that may be full of holes.
    let ended = ended.map_err(|exit| {
        screen::error(&exit.message);
        Exit { told: true, ..exit }
    });
    if args.json {
        json(&page.findings)?;
    } else if ended.is_ok() || of_models > 0 {
        screen::out(&report::terminal(&page, screen::width(), screen::colour()));
    }
    ended?;
    args.gate.as_deref().map_or(Ok(()), |expression| gate::judge(expression, &page.findings))
}

/// The page of a run that came to its end.
pub fn page(args: &Run) -> Result<Page, Exit> {
    let (page, ended, _) = played(args)?;
    ended.map(|()| page)
}

/// Plays what is missing and writes the page; how it ended, and how many of the models' episodes there are.
fn played(args: &Run) -> Result<(Page, Result<(), Exit>, usize), Exit> {
    let started = Instant::now();
    let screen = Screen::new(args.place.display);
    args.gate.as_deref().map_or(Ok(()), gate::read)?;
    let study = Study::resolve(&args.what, &changes(args))?;
    let runtime = runtime()?;
    let judges: Vec<String> = args.role.iter().map(|role| role.judge.clone()).collect();
    let mut session = Session::open(study, &judges, &args.wire, &args.place, &screen)?;
    let file = RunFile::of(
        &session.study,
        session.run.as_str(),
        &session.cards,
        !(args.no_calibration || args.pilot),
    )
    .map_err(Exit::usage)?;
    let file = RunFile { sizes: session.sizes.clone(), ..file };
    let folder = session.folder(&args.place.log_dir)?;
    let mut writer = folder.writer()?;
    folder.write("run.toml", toml::to_string(&file).map_err(Exit::broken)?.as_bytes())?;
    let till = session.behind_cache(&writer, args.wire.max_connections as usize, args.explain_misses)?;
    let replicates = session.study.replicates;
    let calibration = if args.no_calibration || args.pilot {
        Calibrated::default()
    } else {
        calibrations(&session.study, replicates, &args.place.log_dir, &screen)?
    };
    let mut score = Score::of(&session, writer.finished()?);
    score.greet(args);
    warn_of_patterns(&session.study, args);
    let played = runtime.block_on(async {
        let stop = stop_on_signal();
        let played = match session.study.until {
            Some(_) => super::until::play(&session, &folder, &mut writer, args, &screen, &stop).await?,
            None => play(&session, &mut writer, args, &screen, &stop).await?,
        };
        judge(&session, &folder, &mut writer, args, &screen, &stop, played).await
    })?;
    screen.clear();
    let mut page = session.page(&folder, calibration)?;
    page.findings.cost.wall_s = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    page.findings.cost.cached = till.as_deref().map_or(0, Till::hits);
    page.findings.cost.usd = till.as_deref().and_then(Till::usd);
    page.findings.cost.prompt_tokens_computed = session.computed_tokens();
    page.findings.report = folder.path.join("report.html").to_string_lossy().into_owned();
    figures::write(&folder, &page, None)?;
    score = Score::of(&session, writer.finished()?);
    Ok((page, end(played, &score), score.of_models))
}

fn changes(args: &Run) -> Changes {
    Changes {
        models: args.model.clone(),
        cells: args.cells.clone(),
        recorded: None,
        quick: args.quick,
        pilot: args.pilot,
        seeds: args.seeds,
        wordings: args.wordings,
        epochs: args.epochs,
        limit: args.limit,
        temperature: args.temperature,
        replicates: args.replicates,
        until: args.until,
        items: args.items.as_ref().map(|file| OtherItems {
            file: file.clone(),
            licence: args.licence.clone().unwrap_or_default(),
            fields: args.field.iter().cloned().collect(),
        }),
    }
}

/// A pattern may match far more cells than whoever typed it meant.
fn warn_of_patterns(study: &Study, args: &Run) {
    for part in study.parts.iter().filter(|part| part.is_vast() && !args.cells.is_empty()) {
        let lists: Vec<&str> = part.scenario.file.cells.keys().map(String::as_str).collect();
        screen::note(&format!(
            "{}: {} cells are played, since a pattern matches every cell that contains it\nhint: Ctrl-C stops; named lists: {}",
            part.scenario.file.name,
            part.cells.cells.len(),
            lists.join(", ")
        ));
    }
}

/// How many of a run's planned episodes are on record.
#[derive(Default)]
struct Score {
    planned: usize,
    done: usize,
    /// Of those done, the study's own models': not the controls' that stand beside them.
    of_models: usize,
}

impl Score {
    fn of(session: &Session, finished: &HashSet<Name>) -> Self {
        let mut score = Self::default();
        let mut seen = HashSet::new();
        for cast in &session.casts {
            let asked = session.study.models.contains(&cast.model.card().name);
            for plan in plans(&session.study, cast) {
                if seen.insert(plan.name.clone()) {
                    let done = usize::from(finished.contains(&plan.name));
                    score.planned += 1;
                    score.done += done;
                    score.of_models += if asked { done } else { 0 };
                }
            }
        }
        score
    }

    /// Says at a resume what need not be played again.
    fn greet(&self, args: &Run) {
        if self.done > 0 && args.place.display != Some(Display::None) {
            screen::note(&format!("{} of {} episodes are already on record", self.done, self.planned));
        }
    }
}

/// Progress of a model of which some episodes were on record before.
struct Resumed<'a> {
    screen: &'a Screen,
    before: usize,
}

impl Progress for Resumed<'_> {
    fn at(&self, model: &str, done: usize, planned: usize) {
        self.screen.at(model, self.before + done, self.before + planned);
    }

    fn waiting(&self, model: &str, left: usize) {
        self.screen.waiting(model, left);
    }
}

/// The episodes of one model that are to be played, and how many are not.
pub struct Batch {
    pub model: Arc<dyn model::Model>,
    pub missing: Vec<Plan>,
    pub before: usize,
}

/// One batch for each model, controls first. What two parts share is played once.
fn batches(session: &Session, done: &HashSet<Name>) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut seen = HashSet::new();
    for cast in &session.casts {
        let known = batches.iter().position(|b| Arc::ptr_eq(&b.model, &cast.model));
        let at = known.unwrap_or_else(|| {
            batches.push(Batch { model: cast.model.clone(), missing: Vec::new(), before: 0 });
            batches.len() - 1
        });
        let fresh = plans(&session.study, cast).filter(|p| seen.insert(p.name.clone()));
        let (before, missing): (Vec<_>, Vec<_>) = fresh.partition(|p| done.contains(&p.name));
        batches[at].before += before.len();
        batches[at].missing.extend(missing);
    }
    batches.sort_by_key(|b| !trace::is_scripted(&b.model.card().name));
    batches
}

/// Controls first, then models; a model plays all of its parts as one batch.
async fn play(
    session: &Session,
    writer: &mut Writer,
    args: &Run,
    screen: &Screen,
    stop: &AtomicBool,
) -> Result<Played, Exit> {
    let batches = batches(session, writer.finished()?);
    play_batches(batches, writer, args, screen, stop, Played::default()).await
}

/// Then the judges read what is on record.
async fn judge(
    session: &Session,
    folder: &RunFolder,
    writer: &mut Writer,
    args: &Run,
    screen: &Screen,
    stop: &AtomicBool,
    played: Played,
) -> Result<Played, Exit> {
    let mut batches = Vec::new();
    for model in &session.judges {
        let plans = study::judge::plans(&session.study, &session.casts, folder, model)?;
        let done = writer.finished()?;
        let (before, missing): (Vec<_>, Vec<_>) = plans.into_iter().partition(|p| done.contains(&p.name));
        batches.push(Batch { model: model.clone(), missing, before: before.len() });
    }
    play_batches(batches, writer, args, screen, stop, played).await
}

pub async fn play_batches(
    batches: Vec<Batch>,
    writer: &mut Writer,
    args: &Run,
    screen: &Screen,
    stop: &AtomicBool,
    mut all: Played,
) -> Result<Played, Exit> {
    for Batch { model, missing, before } in batches {
        if missing.is_empty() || all.interrupted {
            continue;
        }
        // Twice as many episodes as connections keep every connection busy.
        let in_flight =
            if model.card().paid { 2 * args.wire.max_connections as usize } else { IN_FLIGHT_LOCAL };
        let progress = Resumed { screen, before };
        let played = play_missing(writer, &model, missing, in_flight, &progress, stop).await?;
        all.played += played.played;
        all.failures.extend(played.failures);
        all.interrupted |= played.interrupted;
    }
    Ok(all)
}

/// Ctrl-C, a closed terminal and a polite kill stop the run between episodes; a second one at once.
fn stop_on_signal() -> Arc<AtomicBool> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = Arc::new(AtomicBool::new(false));
    for kind in [SignalKind::interrupt(), SignalKind::hangup(), SignalKind::terminate()] {
        let Ok(mut signals) = signal(kind) else { continue };
        let stop = stop.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(i32::from(Code::Interrupted.number()));
                }
                screen::note(
                    "stopping after what is in flight; what is played is kept (once more to stop at once)",
                );
            }
        });
    }
    stop
}

fn end(played: Played, score: &Score) -> Result<(), Exit> {
    if played.interrupted {
        let (done, planned) = (score.done, score.planned);
        let message = format!(
            "interrupted; {done} of {planned} episodes are on record\nhint: the same command resumes"
        );
        return Err(Exit::with(Code::Interrupted, message));
    }
    if played.failures.is_empty() {
        return Ok(());
    }
    Err(Exit::broken(format!(
        "{}\nhint: the same command resumes and plays only what is missing",
        played.failures.join("\n")
    )))
}
