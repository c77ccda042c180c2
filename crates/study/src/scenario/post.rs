//! The guard that stands by in a cell.

use super::compile::{Compiler, Seated};
use super::fault::Fault;
use crate::structure::Post;
use std::collections::BTreeSet;
use std::sync::Arc;
use world::series::MOVE;
use world::{FormSpec, Setup};

impl Compiler<'_> {
    /// The guard that a level of this cell posts.
    pub(super) fn post(&self, seats: &[Seated], setup: &Setup) -> Result<Option<Arc<Post>>, Fault> {
        let levels = self.scenario.file.factor.iter().map(|factor| self.level(&factor.name));
        let Some((level, regime)) = levels.filter_map(|l| Some((l, l.guard.as_ref()?))).next() else {
            return Ok(None);
        };
        let told =
            |why: String| self.scenario.source.about(&level.name, "[[factor", "factor.level.guard", why);
        let names: Vec<String> = seats.iter().map(|seated| seated.seat.clone()).collect();
        let post = match setup {
            Setup::Company(spec) => Post::new(spec, regime),
            Setup::Form(spec) => self.open_to_all(spec).and_then(|open| Post::at_table(&names, open, regime)),
            Setup::Panel(_) | Setup::Errand(_) => {
                Err("this world has no guard yet; a company, a form and a game have one".into())
            }
            Setup::LiarsBar(_) | Setup::Cleanup(_) | Setup::Dilemma(_) | Setup::Market(_) => {
                Post::at_table(&names, [MOVE.to_owned()].into(), regime)
            }
        };
        Ok(Some(Arc::new(post.map_err(told)?)))
    }

    /// The questions of a form that every seat would be asked, as a register names them. `Err` where it has no
    /// other name for a secret one.
    fn open_to_all(&self, spec: &FormSpec) -> Result<BTreeSet<String>, String> {
        let levels = self.scenario.file.factor.iter().map(|factor| self.level(&factor.name));
        let secret: BTreeSet<&str> = levels.flat_map(|level| &level.secret).map(String::as_str).collect();
        let is_secret = |id: &str| id.split('/').next().is_some_and(|ask| secret.contains(ask));
        let (closed, open): (Vec<_>, Vec<_>) =
            spec.turns.iter().flatten().partition(|ask| is_secret(&ask.id));
        let names = |asks: Vec<&trace::Ask>| -> BTreeSet<String> {
            asks.into_iter().map(|ask| guard::question_of(&ask.id)).collect()
        };
        let (closed, open) = (names(closed), names(open));
        match closed.intersection(&open).next() {
            Some(name) => {
                Err(format!("`{name}` is a secret question and an open one: a register tells numbers alike"))
            }
            None => Ok(open),
        }
    }
}
