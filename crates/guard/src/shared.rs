//! One monitor for many who ask at once, while operators reload its policy.
//!
//! ```text
//! decide ──┐
//! decide ──┼─▶ lock ─▶ Monitor (policies and epoch, swapped together)
//! adopt  ──┘
//! ```
//!
//! Facts: a decision is made under one lock, so it names one epoch and is what that epoch's policy says; a
//! policy is read and compared before ([`crate::Ratchet`]), so whoever decides waits for a swap and not for a
//! parser. There is one ratchet, and so one reload at a time.

use crate::mutant::{Mutant, planted};
use crate::{Adopted, Decision, Memory, Monitor, Offer, Order, Standing};
use std::sync::{Arc, Mutex};

/// A lock around one value: the standard library's, or one whose interleavings a test explores.
pub trait Lock<T>: Sync {
    fn new(value: T) -> Self;

    /// Runs something with the value, alone; `None` where somebody has panicked with it.
    fn with<R: Send>(&self, run: impl FnOnce(&mut T) -> R + Send) -> Option<R>;
}

impl<T: Send> Lock<T> for Mutex<T> {
    fn new(value: T) -> Self {
        Mutex::new(value)
    }

    fn with<R: Send>(&self, run: impl FnOnce(&mut T) -> R + Send) -> Option<R> {
        self.lock().ok().map(|mut value| run(&mut value))
    }
}

/// The monitor of a process.
pub struct Shared<L: Lock<Monitor> = Mutex<Monitor>> {
    monitor: L,
}

/// A decision panicked: whatever the state is now, nothing passes any more.
const BROKEN: &str = "the guard is broken";

impl<L: Lock<Monitor>> Shared<L> {
    pub fn new(monitor: Monitor) -> Self {
        Self { monitor: L::new(monitor) }
    }

    /// Decides as [`Monitor::decide`] does.
    ///
    /// # Errors
    /// In words, where the guard is broken: that is a denial.
    pub fn decide(
        &self,
        principal: &str,
        offer: &Arc<Offer>,
        text: Option<&str>,
        now: u64,
    ) -> Result<Decision, String> {
        self.monitor.with(|monitor| monitor.decide(principal, offer, text, now)).ok_or(BROKEN.into())
    }

    /// Does what operators say, as [`Monitor::obey`] does.
    ///
    /// # Errors
    /// In words.
    pub fn obey(&self, order: &Order, now: u64) -> Result<(), String> {
        self.monitor.with(|monitor| monitor.obey(order, now)).ok_or(BROKEN)?
    }

    /// That something may begin now, as [`Monitor::standing`] says it.
    ///
    /// # Errors
    /// In words.
    pub fn standing(&self, decision: &Decision, now: u64) -> Result<Standing, String> {
        self.monitor.with(|monitor| monitor.standing(decision, now)).ok_or(BROKEN)?
    }

    /// What must not be forgotten, as [`Monitor::memory`] says it.
    ///
    /// # Errors
    /// Where the guard is broken.
    pub fn memory(&self) -> Result<Memory, String> {
        self.monitor.with(|monitor| monitor.memory()).ok_or_else(|| BROKEN.into())
    }

    /// Takes the next policy for every decision that has not begun.
    ///
    /// # Errors
    /// In words, where it is not the next epoch: everything stays as it was.
    pub fn adopt(&self, adopted: &Adopted) -> Result<(), String> {
        if planted(Mutant::TornSwap) {
            self.monitor.with(|monitor| monitor.swap(adopted)).ok_or(BROKEN)?;
        }
        self.monitor.with(|monitor| monitor.adopt(adopted)).ok_or(BROKEN)?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says so by failing")]

    use super::*;
    use crate::laws::{Office, charter};
    use crate::mutant::with;
    use crate::{Charter, Ratchet, Verdict};
    use shuttle::scheduler::RandomScheduler;
    use shuttle::{Config, FailurePersistence, Runner};

    /// Schedules that are tried, of the some thousands that there are.
    const SCHEDULES: usize = 300;
    const CALL: &str = r#"{"tool":"read_document","arguments":{"name":"plan"}}"#;
    /// What each epoch says of the call: each reload narrows.
    const SAYS: [Verdict; 3] = [Verdict::Allow, Verdict::StepUp, Verdict::Deny];

    /// Shuttle's lock. What is done under it runs on a thread of its own: Cedar measures its stack, and
    /// shuttle's tasks have stacks that it does not know.
    struct Explored<T>(shuttle::sync::Mutex<T>);

    impl<T: Send> Lock<T> for Explored<T> {
        fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        fn with<R: Send>(&self, run: impl FnOnce(&mut T) -> R + Send) -> Option<R> {
            let mut guard = self.0.lock().ok()?;
            let value: &mut T = &mut guard;
            std::thread::scope(|scope| scope.spawn(move || run(value)).join().ok())
        }
    }

    /// The policies of epochs 1 and 2, let through by a ratchet.
    fn reloads() -> [Adopted; 2] {
        let mut ratchet = Ratchet::new(charter()).unwrap();
        let first = format!(
            "{}@verdict(\"step-up\") forbid(principal, action == Action::\"read_document\", resource);\n",
            charter().policy
        );
        let second = format!("{first}forbid(principal, action == Action::\"read_document\", resource);\n");
        [first, second].map(|policy| {
            let proposal = ratchet.propose(&policy).unwrap();
            ratchet.adopt(&proposal, None).unwrap()
        })
    }

    /// Two ask, four times each, while the policy is reloaded twice.
    fn race(office: &Office, reloads: &[Adopted; 2]) {
        let shared = Arc::new(Shared::<Explored<Monitor>>::new(office.monitor.clone()));
        let asking = |_| {
            let (shared, offer) = (shared.clone(), office.offer.clone());
            shuttle::thread::spawn(move || {
                let mut last = 0;
                for _ in 0..4 {
                    let said = shared.decide("ann", &offer, Some(CALL), 1).unwrap();
                    assert_eq!(said.verdict, SAYS[said.epoch as usize], "in epoch {}", said.epoch);
                    assert!(said.epoch >= last, "epoch {} after {last}", said.epoch);
                    last = said.epoch;
                }
            })
        };
        let asked: Vec<_> = (0..2).map(asking).collect();
        reloads.iter().for_each(|adopted| shared.adopt(adopted).unwrap());
        asked.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(shared.decide("ann", &office.offer, Some(CALL), 1).unwrap().epoch, 2);
    }

    fn explore() {
        let (office, reloads) = (Office::open(charter()).unwrap(), reloads());
        let mut config = Config::new();
        config.stack_size = 1 << 18;
        config.failure_persistence = FailurePersistence::None;
        let scheduler = RandomScheduler::new_from_seed(2024, SCHEDULES);
        Runner::new(scheduler, config).run(move || race(&office, &reloads));
    }

    #[test]
    fn a_decision_names_one_epoch_and_says_what_it_says() {
        explore();
    }

    #[test]
    fn a_swap_in_two_steps_is_found() {
        let torn = std::panic::AssertUnwindSafe(|| with(Mutant::TornSwap, explore));
        let found = std::panic::catch_unwind(torn).unwrap_err();
        let words = found.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(words.contains("in epoch"), "another failure: {words}");
    }

    #[test]
    fn an_epoch_that_does_not_follow_changes_nothing() {
        let office = Office::open(Charter { quorum: 2, ..charter() }).unwrap();
        let shared = Shared::<Mutex<Monitor>>::new(office.monitor.clone());
        let [_, second] = reloads();
        assert!(shared.adopt(&second).is_err());
        let said = shared.decide("ann", &office.offer, Some(CALL), 1).unwrap();
        assert_eq!((said.epoch, said.verdict), (0, SAYS[0]));
    }
}
