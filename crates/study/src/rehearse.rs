//! Plays sheets with scripted agents in memory: what calibration and diagnosis have in common. Nothing is
//! named and nothing is kept.

use crate::plan::{Sheet, minds};
use crate::play::one;
use crate::scenario::Scenario;
use arena::Tape;
use futures_util::FutureExt;
use model::Model;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use trace::{Event, Sampling};

/// Plays each sheet with whoever `who` names, and hands on what happened and whether it came to its end.
pub fn rehearse<'s, 'm>(
    scenario: &Scenario,
    sheets: &'s [Sheet],
    who: impl Fn(&Sheet) -> &'m Arc<dyn Model>,
    mut hear: impl FnMut(&'s Sheet, &[Event], bool),
) {
    let sampling = Sampling::default();
    for sheet in sheets {
        let mut tape = Tape::default();
        let minds = minds(scenario, sheet, who(sheet), &sampling);
        // A control never waits: the play is over when it returns.
        let played = one(&sheet.setup, &minds, sheet.post.as_deref(), sheet.seed, &mut tape).now_or_never();
        hear(sheet, &tape.events, played.is_some_and(|played| played.is_ok()));
    }
}

/// Does `jobs` pieces of work on all cores; results in their order.
pub fn on_all_cores<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(jobs.max(1));
    let hand = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= jobs {
                return done;
            }
            done.push((at, work(at)));
        }
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(hand)).collect();
        let joined = hands.into_iter().map(|h| h.join().unwrap_or_else(|e| std::panic::resume_unwind(e)));
        joined.flatten().collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}
