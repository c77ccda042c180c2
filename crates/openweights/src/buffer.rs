//! Large vectors that are used again instead of being returned to the system: fresh memory costs a
//! page fault every 4 KB; with many short passes that was seen to take half of the processor time.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Most buffers that wait for another use.
const KEPT_MAX: usize = 64;

static WAITING: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// `len` floats of unspecified (finite or not) content: whoever takes one writes before reading.
pub(crate) struct Buffer(Vec<f32>);

impl Buffer {
    pub(crate) fn of(len: usize) -> Self {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |v: &Vec<f32>| v.capacity() >= len && v.capacity() / 2 <= len;
        let found = waiting.iter().rposition(fits).map(|at| waiting.swap_remove(at));
        drop(waiting);
        match found {
            Some(mut data) => {
                data.resize(len, 0.0);
                Self(data)
            }
            None => Self(vec![0.0; len]),
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == KEPT_MAX {
            waiting.remove(0);
        }
        waiting.push(std::mem::take(&mut self.0));
    }
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
