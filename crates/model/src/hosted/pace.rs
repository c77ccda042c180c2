//! How many requests may be in flight: as many as the user allows, and fewer while a server has too many.
//!
//! It begins at the ceiling, because the user named it and most servers bear it; a slow start would cost
//! every run its first minute to spare the few. A server that says that it has too many halves it. Whole
//! rounds of answers then bring it back, a tenth of the ceiling each: from half it takes five rounds,
//! whether the ceiling is 10 or 500.
//!
//! No clock is read. Requests that were under way when it was halved tell of the crowd before: their
//! complaints halve nothing again, and their success brings nothing back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// A number of places between 1 and a ceiling.
pub(super) struct Pace {
    ceiling: usize,
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    /// Places in use beyond the limit: taken away when they come back.
    owed: usize,
    /// Answers since the limit last changed.
    served: usize,
    /// How often it was halved.
    cuts: u64,
}

/// A place in use. Dropping it gives it back.
pub(super) struct Place<'a> {
    pace: &'a Pace,
    permit: Option<SemaphorePermit<'a>>,
    /// [`State::cuts`] when its request was sent.
    cuts: u64,
}

impl Pace {
    pub fn new(ceiling: usize) -> Self {
        let ceiling = ceiling.clamp(1, Semaphore::MAX_PERMITS);
        let state = State { limit: ceiling, owed: 0, served: 0, cuts: 0 };
        Self { ceiling, places: Semaphore::new(ceiling), state: Mutex::new(state) }
    }

    /// Waits for a place, in the order of asking.
    pub async fn enter(&self) -> Place<'_> {
        // `None` only for a closed semaphore, and nobody closes it.
        let permit = self.places.acquire().await.ok();
        Place { pace: self, permit, cuts: 0 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn halve(&self, state: &mut State) {
        let limit = (state.limit / 2).max(1);
        let surplus = state.limit - limit;
        state.owed += surplus - self.places.forget_permits(surplus);
        *state = State { limit, served: 0, cuts: state.cuts + 1, ..*state };
    }

    fn grow(&self, state: &mut State) {
        let more = self.ceiling.div_ceil(10).min(self.ceiling - state.limit);
        let kept = more.min(state.owed);
        self.places.add_permits(more - kept);
        *state = State { limit: state.limit + more, owed: state.owed - kept, served: 0, ..*state };
    }
}

impl Place<'_> {
    /// The request goes out now.
    pub fn sent(&mut self) {
        self.cuts = self.pace.state().cuts;
    }

    /// The server answered.
    pub fn served(&self) {
        let mut state = self.pace.state();
        if self.cuts == state.cuts {
            state.served += 1;
            if state.served >= state.limit {
                self.pace.grow(&mut state);
            }
        }
    }

    /// The server has too many requests.
    pub fn crowded(&self) {
        let mut state = self.pace.state();
        if self.cuts == state.cuts {
            self.pace.halve(&mut state);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}
