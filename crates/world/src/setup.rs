//! A world that can be opened again and again: what a scenario, a cell and a unit become.

use crate::cleanup::Cleanup;
use crate::dilemma::{self, Dilemma};
use crate::liars_bar::LiarsBar;
use crate::market::{self, Market};
use crate::series::{Series, SeriesSpec};
use crate::{CleanupRules, Form, FormSpec, Game, LiarsBarRules, World};
use serde::Serialize;
use std::sync::Arc;

/// One of the worlds with all that it is made from.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Setup {
    Form(Arc<FormSpec>),
    LiarsBar(Arc<SeriesSpec<LiarsBarRules>>),
    Cleanup(Arc<SeriesSpec<CleanupRules>>),
    Dilemma(Arc<SeriesSpec<dilemma::Rules>>),
    Market(Arc<SeriesSpec<market::Rules>>),
}

impl Setup {
    /// Name and version of the rules.
    pub fn version(&self) -> &'static str {
        match self {
            Self::Form(_) => "form/1",
            Self::LiarsBar(_) => LiarsBar::VERSION,
            Self::Cleanup(_) => Cleanup::VERSION,
            Self::Dilemma(_) => Dilemma::VERSION,
            Self::Market(_) => Market::VERSION,
        }
    }

    /// A new world. `Err` names the parameter that is wrong and what would be accepted.
    pub fn open(&self) -> Result<Box<dyn World>, String> {
        Ok(match self {
            Self::Form(spec) => Box::new(Form::shared(spec.clone())),
            Self::LiarsBar(spec) => Box::new(Series::<LiarsBar>::new(spec.clone())?),
            Self::Cleanup(spec) => Box::new(Series::<Cleanup>::new(spec.clone())?),
            Self::Dilemma(spec) => Box::new(Series::<Dilemma>::new(spec.clone())?),
            Self::Market(spec) => Box::new(Series::<Market>::new(spec.clone())?),
        })
    }
}
