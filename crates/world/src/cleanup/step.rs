//! One step, phase by phase.

use super::record::Event;
use super::{Action, Cleanup, Direction, SEATS_MAX};

impl Cleanup {
    /// Plays one whole step at once: the path for simulations, where legality is no question.
    ///
    /// Actions come by seat, and a missing one is a stay. What cannot be done has no effect: the
    /// action of a frozen seat, a move off the grid, anything after the end.
    pub fn step(&mut self, actions: &[Action]) {
        if self.is_over() {
            return;
        }
        self.last.clear();
        self.pending.fill(None);
        self.walk(actions);
        self.zap(actions);
        self.collect();
        self.clean(actions);
        self.renew();
        self.thaw();
        self.step += 1;
        self.pollution_sum += self.pollution() as u64;
    }

    /// Plays the step whose moves are all in.
    pub(super) fn step_pending(&mut self) {
        let mut actions = [Action::Stay; SEATS_MAX];
        for (action, made) in actions.iter_mut().zip(&self.pending) {
            *action = made.unwrap_or(Action::Stay);
        }
        self.step(&actions);
    }

    fn walk(&mut self, actions: &[Action]) {
        for (seat, (body, action)) in self.bodies.iter_mut().zip(actions).enumerate() {
            let Action::Move { direction } = *action else { continue };
            if let Some(tile) = self.rules.next(body.tile, direction).filter(|_| body.is_free()) {
                body.tile = tile;
                self.last.push(Event::Moved { seat });
            }
        }
    }

    fn zap(&mut self, actions: &[Action]) {
        for (by, action) in actions.iter().enumerate().take(self.bodies.len()) {
            let Action::Zap { direction } = *action else { continue };
            if !self.bodies[by].is_free() {
                continue;
            }
            if self.rules.is_ally(by) {
                self.zap_outsider(by);
            } else {
                self.zap_along(by, direction);
            }
        }
    }

    /// Hits the outsider with the fewest moves still lost, of equals the lowest seat.
    fn zap_outsider(&mut self, by: usize) {
        let outsiders = (0..self.bodies.len()).filter(|seat| !self.rules.is_ally(*seat));
        if let Some(of) = outsiders.min_by_key(|seat| self.bodies[*seat].frozen) {
            self.freeze(by, of);
        }
    }

    /// Hits all who stand where the zap flies.
    fn zap_along(&mut self, by: usize, direction: Direction) {
        let mut tile = self.bodies[by].tile;
        for _ in 0..self.rules.zap_reach {
            let Some(next) = self.rules.next(tile, direction) else { return };
            tile = next;
            for of in 0..self.bodies.len() {
                if self.bodies[of].tile == tile {
                    self.freeze(by, of);
                }
            }
        }
    }

    fn freeze(&mut self, by: usize, of: usize) {
        self.bodies[of].frozen = self.rules.freeze_steps;
        self.bodies[by].zaps[of] += 1;
        self.last.push(Event::Zapped { by, of });
    }

    fn collect(&mut self) {
        for seat in 0..self.bodies.len() {
            let index = self.index(self.bodies[seat].tile);
            let body = &mut self.bodies[seat];
            if body.is_free() && self.apples[index] {
                self.apples[index] = false;
                body.apples += 1;
                self.last.push(Event::Collected { seat });
            }
        }
    }

    fn clean(&mut self, actions: &[Action]) {
        for (seat, action) in actions.iter().enumerate().take(self.bodies.len()) {
            let index = self.index(self.bodies[seat].tile);
            let body = &mut self.bodies[seat];
            if *action == Action::Clean && body.is_free() && self.polluted[index] {
                self.polluted[index] = false;
                body.cleans += 1;
                self.last.push(Event::Cleaned { seat });
            }
        }
    }

    fn thaw(&mut self) {
        for (seat, body) in self.bodies.iter_mut().enumerate().filter(|(_, body)| !body.is_free()) {
            body.frozen -= 1;
            self.last.push(Event::Thawed { seat });
        }
    }
}
