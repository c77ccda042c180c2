//! A world that can be opened again and again: what a scenario, a cell and a unit become.

use crate::cleanup::Cleanup;
use crate::company::{Company, CompanySpec};
use crate::dilemma::{self, Dilemma};
use crate::errand::{Errand, ErrandSpec};
use crate::liars_bar::LiarsBar;
use crate::market::{self, Market};
use crate::panel::{Panel, PanelSpec};
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
    Company(Arc<CompanySpec>),
    Panel(Arc<PanelSpec>),
    Errand(Arc<ErrandSpec>),
}

/// Work that is the same for every game, for whichever a name names.
pub trait ForGame {
    type Done;
    fn with<G: Game>(self) -> Self::Done;
}

/// Does the work for the game of that name. The one place that knows a game's type by its name.
pub fn for_game<W: ForGame>(name: &str, work: W) -> Result<W::Done, String> {
    Ok(match name {
        "liars-bar" => work.with::<LiarsBar>(),
        "cleanup" => work.with::<Cleanup>(),
        "dilemma" => work.with::<Dilemma>(),
        "market" => work.with::<Market>(),
        other => return Err(format!("`{other}` is no game")),
    })
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
            Self::Company(_) => Company::VERSION,
            Self::Panel(_) => Panel::VERSION,
            Self::Errand(_) => Errand::VERSION,
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
            Self::Company(spec) => Box::new(Company::new(spec.clone())?),
            Self::Panel(spec) => Box::new(Panel::new(spec.clone())?),
            Self::Errand(spec) => Box::new(Errand::new(spec.clone())?),
        })
    }
}
