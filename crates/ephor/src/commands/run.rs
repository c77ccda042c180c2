//! `ephor run`: plays what is missing, calibrates, prints the findings, writes the report.

use super::{json, runtime};
use crate::args::Run;
use crate::exit::{Code, Exit};
use crate::screen::{self, Screen};
use crate::session::{Session, Till, calibrations};
use crate::{figures, gate};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use store::{RunFolder, Writer};
use study::{Changes, IN_FLIGHT_LOCAL, Plan, Played, RunFile, Study, plans, play_missing};

pub fn run(args: &Run) -> Result<(), Exit> {
    let started = Instant::now();
    let screen = Screen::new(args.place.display);
    args.gate.as_deref().map_or(Ok(()), gate::read)?;
    let study = Study::resolve(&args.what, &changes(args))?;
    let runtime = runtime()?;
    let mut session = Session::open(study, &args.wire, &args.place, &screen)?;
    let folder = session.folder(&args.place.log_dir)?;
    let mut writer = folder.writer()?;
    record(&session, &folder, !args.no_calibration)?;
    let till = session.behind_cache(&writer, args.wire.max_connections as usize, args.explain_misses)?;
    let replicates = session.study.replicates;
    let calibration = if args.no_calibration {
        Vec::new()
    } else {
        calibrations(&session.study, replicates, &args.place.log_dir, &screen)?
    };
    let before = writer.finished()?.len();
    let played = runtime.block_on(play(&session, &mut writer, args, &screen))?;
    screen.clear();
    let mut page = session.page(&folder, calibration, !args.no_calibration)?;
    page.findings.cost.wall_s = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    page.findings.cost.cached = till.as_deref().map_or(0, Till::hits);
    page.findings.cost.usd = till.as_deref().and_then(Till::usd);
    page.findings.cost.prompt_tokens_computed = session.computed_tokens();
    page.findings.report = folder.path.join("report.html").to_string_lossy().into_owned();
    figures::write(&folder, &page, None)?;
    if args.json {
        json(&page.findings)?;
    } else {
        screen::out(&report::terminal(&page, screen::width(), screen::colour()));
    }
    end(played, before)?;
    args.gate.as_deref().map_or(Ok(()), |expression| gate::judge(expression, &page.findings))
}

fn changes(args: &Run) -> Changes {
    Changes {
        models: args.model.clone(),
        cells: args.cells.clone(),
        recorded: None,
        quick: args.quick,
        seeds: args.seeds,
        wordings: args.wordings,
        epochs: args.epochs,
        limit: args.limit,
        temperature: args.temperature,
        replicates: args.replicates,
    }
}

fn record(session: &Session, folder: &RunFolder, calibrated: bool) -> Result<(), Exit> {
    let file = RunFile::of(&session.study, session.run.as_str(), &session.cards, calibrated);
    folder.write("run.toml", toml::to_string(&file).map_err(Exit::broken)?.as_bytes())?;
    Ok(())
}

/// Controls first, then models; a model plays all of its parts as one batch.
async fn play(session: &Session, writer: &mut Writer, args: &Run, screen: &Screen) -> Result<Played, Exit> {
    let stop = stop_on_signal();
    let done = writer.finished()?;
    let mut all = Played::default();
    let mut batches: Vec<(Arc<dyn model::Model>, Vec<Plan>)> = Vec::new();
    for cast in &session.casts {
        let missing = plans(&session.study, cast).filter(|p| !done.contains(&p.name));
        match batches.iter_mut().find(|(model, _)| Arc::ptr_eq(model, &cast.model)) {
            Some((_, batch)) => batch.extend(missing),
            None => batches.push((cast.model.clone(), missing.collect())),
        }
    }
    batches.sort_by_key(|(model, _)| !model.card().name.starts_with("control/"));
    for (model, batch) in batches {
        if batch.is_empty() || all.interrupted {
            continue;
        }
        // Twice as many episodes as connections keep every connection busy.
        let in_flight =
            if model.card().paid { 2 * args.wire.max_connections as usize } else { IN_FLIGHT_LOCAL };
        let played = play_missing(writer, &model, batch, in_flight, screen, &stop).await?;
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

fn end(played: Played, before: usize) -> Result<(), Exit> {
    if played.interrupted {
        let message = format!(
            "interrupted; {} episodes are on record\nhint: the same command resumes",
            before + played.played
        );
        return Err(Exit { code: Code::Interrupted, message });
    }
    if played.failures.is_empty() {
        return Ok(());
    }
    Err(Exit::broken(format!(
        "{}\nhint: the same command resumes and plays only what is missing",
        played.failures.join("\n")
    )))
}
