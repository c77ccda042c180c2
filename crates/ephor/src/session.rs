//! One study on one machine: models opened, folder made, casts seated.

use crate::args::{Place, Wire};
use crate::exit::{Exit, in_log_dir};
use crate::providers;
use crate::screen::Screen;
use model::cache::{Cached, ResponseCache, request_key};
use model::replay::Replay;
use model::{Answered, Model, ModelError, Pair};
use openweights::LocalModel;
use report::{Agreement, Calibration, Page, Size};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use store::{Responses, RunFolder, Writer};
use study::diagnose::Bench;
use study::{Cast, Known, Nulls, Part, RunFile, Study};
use trace::{Completion, ModelCard, Name, Purchase, Request};

/// A study with its models at their seats.
pub struct Session {
    pub study: Study,
    pub casts: Vec<Cast>,
    /// Who reads what the models said.
    pub judges: Vec<Arc<dyn Model>>,
    pub cards: Vec<ModelCard>,
    pub run: Name,
    /// The models on this machine, for their counters.
    pub local: Vec<Arc<LocalModel>>,
    /// Parameters of the models on this machine, counted when they are opened.
    pub sizes: BTreeMap<String, u64>,
}

/// The purchases of the log folder as the models' cache.
pub struct Till {
    responses: Responses,
    hits: AtomicU64,
    usd: std::sync::Mutex<Option<f64>>,
}

impl Till {
    pub fn new(responses: Responses) -> Self {
        Self { responses, hits: AtomicU64::new(0), usd: std::sync::Mutex::new(None) }
    }

    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// What this process spent, where a provider told a price.
    pub fn usd(&self) -> Option<f64> {
        *self.usd.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl ResponseCache for Till {
    fn get(&self, key: &Name) -> Option<Completion> {
        let found = self.responses.get(key);
        self.hits.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        found
    }

    async fn put(&self, purchase: &Purchase) -> Result<(), String> {
        if let Some(usd) = purchase.usd {
            *self.usd.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(0.0) += usd;
        }
        let (told, hears) = tokio::sync::oneshot::channel();
        self.responses.put(purchase.clone(), |written| drop(told.send(written)));
        let written = hears.await.map_err(|_| "the ledger was closed".to_owned())?;
        written.map_err(|e| e.to_string())
    }
}

/// Says for each purchase why the cache did not have it.
struct Explaining {
    inner: Arc<dyn Model>,
    till: Arc<Till>,
}

#[async_trait::async_trait]
impl Model for Explaining {
    fn card(&self) -> &ModelCard {
        self.inner.card()
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        if self.till.responses.get(&request_key(self.card(), request)).is_none() {
            let known = self.till.responses.requests();
            crate::screen::note(&format!("bought: {}", model::miss::explain_miss(request, known.iter())));
        }
        self.inner.answer(request).await
    }
}

/// A paid model behind the purchases.
fn behind(inner: Arc<dyn Model>, till: &Arc<Till>, connections: usize, explain: bool) -> Arc<dyn Model> {
    let till = till.clone();
    let inner = match explain {
        true => Arc::new(Explaining { inner, till: till.clone() }),
        false => inner,
    };
    Arc::new(Cached::new(inner, till, connections))
}

impl Session {
    /// Opens every model once and seats it in every part, the parts' controls beside; the judges too.
    /// From here on a model is called what its card says: a replay, what it replays.
    pub fn open(
        mut study: Study,
        judges: &[String],
        wire: &Wire,
        place: &Place,
        screen: &Screen,
    ) -> Result<Self, Exit> {
        let mut models: BTreeMap<String, Arc<dyn Model>> = BTreeMap::new();
        let mut local = Vec::new();
        let mut open = |name: &str| -> Result<Arc<dyn Model>, Exit> {
            if let Some(known) = models.get(name) {
                return Ok(known.clone());
            }
            let model: Arc<dyn Model> = match name.strip_prefix("local/") {
                Some(_) => {
                    let model = Arc::new(providers::local(name, screen)?);
                    local.push(model.clone());
                    model
                }
                None => providers::open(name, wire, &place.log_dir)?,
            };
            models.insert(model.card().name.clone(), model.clone());
            Ok(model)
        };
        for name in &mut study.models {
            let both = model::pair::halves(name).map(|(a, b)| [a.to_owned(), b.to_owned()]);
            let mut each = both.map_or_else(|| vec![name.clone()], Vec::from);
            for half in each.iter_mut().filter(|half| !trace::is_scripted(half)) {
                half.clone_from(&open(half)?.card().name);
            }
            *name = each.join("+");
        }
        let judge = |name: &String| match name.strip_prefix("control/") {
            Some(control) => study::judge::control(control).map_err(Exit::usage),
            None => open(name),
        };
        let judges = judges.iter().map(judge).collect::<Result<_, _>>()?;
        let sizes = local.iter().map(|m| (m.card().name.clone(), m.parameters())).collect();
        Ok(Self { local, sizes, judges, ..Self::seat(study, &models)? })
    }

    /// Seats models that are open already.
    pub fn seat(study: Study, models: &BTreeMap<String, Arc<dyn Model>>) -> Result<Self, Exit> {
        let mut casts = Vec::new();
        let games = study.parts.iter().any(|part| part.scenario.is_game());
        let pairs = study.parts.iter().any(|part| part.scenario.has_partner());
        for (at, part) in study.parts.iter().enumerate() {
            let named = part.controls.iter().map(|c| format!("control/{c}"));
            let mut names = study.models.clone();
            names.extend(named.filter(|n| !study.models.contains(n)));
            for name in names {
                let seated = |name: &str| seated(part, name, models);
                let model = match model::pair::halves(&name) {
                    // Pairs and players sit at some worlds alone; a study may hold forms beside them.
                    Some(_) if pairs && !part.scenario.has_partner() => continue,
                    Some(_) if !part.scenario.has_partner() => return Err(no_partner(part, &name)),
                    Some((first, second)) => Arc::new(Pair::of(seated(first)?, seated(second)?)),
                    None if name.starts_with("player/") && games && !part.scenario.is_game() => continue,
                    None => seated(&name)?,
                };
                casts.push(Cast { part: at, model });
            }
        }
        let named: Vec<&str> = study.models.iter().flat_map(|name| each(name)).collect();
        let played = models.values().filter(|m| named.contains(&m.card().name.as_str()));
        let cards: Vec<ModelCard> = played.map(|m| m.card().clone()).collect();
        let run = study.run_name(&casts.iter().map(|c| c.model.card().clone()).collect::<Vec<_>>());
        Ok(Self { study, casts, judges: Vec::new(), cards, run, local: Vec::new(), sizes: BTreeMap::new() })
    }

    /// A run on record, of whose models nothing is asked: their cards name the episodes.
    pub fn recorded(file: &RunFile, study: Study) -> Result<Self, Exit> {
        let card = |name: &String| {
            let known = file.card.iter().find(|card| &card.name == name).cloned();
            known.unwrap_or_else(|| ModelCard { name: name.clone(), ..ModelCard::default() })
        };
        let silent = |name: &String| -> (String, Arc<dyn Model>) {
            (name.clone(), Arc::new(Replay::new(card(name), HashMap::new())))
        };
        let each = |name: &String| each(name).map(str::to_owned).collect::<Vec<_>>();
        let models = file.models.iter().flat_map(each).map(|name| silent(&name)).collect();
        Ok(Self { sizes: file.sizes.clone(), ..Self::seat(study, &models)? })
    }

    /// `<study>-<first digits of the run's name>` in the log folder.
    pub fn folder(&self, log_dir: &Path) -> Result<RunFolder, Exit> {
        let short = &self.run.as_str()[..12];
        let study: String = self
            .study
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .collect();
        let name = format!("{}-{short}", &study[..study.len().min(48)]);
        RunFolder::create(log_dir, &name).map_err(in_log_dir)
    }

    /// Puts paid models behind the purchases of the log folder.
    pub fn behind_cache(
        &mut self,
        writer: &Writer,
        connections: usize,
        explain: bool,
    ) -> Result<Option<Arc<Till>>, Exit> {
        let seats = || self.casts.iter().map(|c| &c.model).chain(&self.judges);
        let is_paid = |model: &Arc<dyn Model>| halves_of(model).iter().any(|half| half.card().paid);
        if !seats().any(is_paid) {
            return Ok(None);
        }
        let responses = writer.responses()?;
        for unread in responses.unread() {
            crate::screen::note(&format!("a ledger that is not read to its end: {unread}"));
        }
        let till = Arc::new(Till::new(responses));
        // One for each model, not for each cast: what is being bought and the places to buy are shared.
        let mut cached: BTreeMap<String, Arc<dyn Model>> = BTreeMap::new();
        let seats = self.casts.iter_mut().map(|cast| &mut cast.model).chain(&mut self.judges);
        for seat in seats.filter(|model| is_paid(model)) {
            let mut half = |model: Arc<dyn Model>| {
                let fresh = || behind(model.clone(), &till, connections, explain);
                match model.card().paid {
                    true => cached.entry(model.card().name.clone()).or_insert_with(fresh).clone(),
                    false => model,
                }
            };
            let mut both = halves_of(seat).into_iter().map(&mut half);
            *seat = match (both.next(), both.next()) {
                (Some(first), Some(second)) => Arc::new(Pair::of(first, second)),
                (one, _) => one.unwrap_or_else(|| seat.clone()),
            };
        }
        Ok(Some(till))
    }

    /// Reads the record and says what was found.
    pub fn page(&self, folder: &RunFolder, calibrated: Calibrated) -> Result<Page, Exit> {
        let Calibrated { rows: calibration, nulls, bench } = calibrated;
        let run = folder.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let people = crate::log::person_labels(folder)?;
        let known = Known { calibration, nulls, bench, people };
        let mut page = study::page(&self.study, &self.casts, folder, known, &run)?;
        page.caveats.extend(provisional(&page.findings.agreements));
        page.findings.sizes = self.sizes();
        crate::commands::until::computed(folder, &mut page.findings.until);
        if let Some(half_width) = self.study.until {
            page.caveats.push(format!("Contrasts were played until their interval was ±{half_width} or all units were played. Their intervals hold wherever they stopped, for the units of this design; they say nothing of other items. Rates by cell are of the units played, as if their number had been fixed."));
        }
        page.bill = self.bill();
        page.reproduce = self.reproduce(&run);
        for file in self.study.parts.iter().map(|part| &part.scenario.file) {
            if let Some((items, licence)) = file.items.as_ref().and_then(|i| Some((i, i.licence.as_ref()?))) {
                page.caveats.push(format!("Items of {}: {}, licence {licence}.", file.name, items.file));
            }
        }
        for part in self.study.parts.iter().filter(|part| part.is_vast()) {
            let name = &part.scenario.file.name;
            page.caveats.push(format!("The instrument of {name} was calibrated on the cells of its design, not on all that were played."));
        }
        if self.casts.iter().any(|c| !c.model.card().scores && !trace::is_scripted(&c.model.card().name)) {
            page.caveats.push("Answers without log-probabilities were sampled and parsed; their units are votes, not scores.".into());
        }
        Ok(page)
    }

    /// Prompt tokens that the models on this machine computed in this process.
    pub fn computed_tokens(&self) -> u64 {
        self.local.iter().map(|m| m.engine().counters().computed_tokens).sum()
    }

    /// The models whose size is known: counted, or stated by the name.
    fn sizes(&self) -> Vec<Size> {
        let known = |model: &String| {
            let counted = self.sizes.get(model).copied();
            let parameters = counted.or_else(|| model::stated_parameters(model))?;
            Some(Size { model: model.clone(), parameters })
        };
        self.study.models.iter().filter(|m| !trace::is_scripted(m)).filter_map(known).collect()
    }

    fn bill(&self) -> Vec<(String, String)> {
        let mut bill = vec![("ephor".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        bill.extend(self.cards.iter().map(|c| (c.name.clone(), c.identity.clone())));
        for part in &self.study.parts {
            let file = &part.scenario.file;
            let size = format!(
                "{} wordings, {} states, {} epochs",
                part.size.wordings, part.size.states, part.size.epochs
            );
            bill.push((
                format!("scenario {}", file.name),
                format!("version {}, {}; {size}", file.version, part.scenario.hash),
            ));
        }
        bill.push(("sampling".into(), study::sampling_words(&self.study.sampling)));
        bill.push(("run".into(), self.run.to_string()));
        bill
    }

    fn reproduce(&self, run: &str) -> Vec<String> {
        let what = if self.study.arguments == ["first-look"] {
            String::new()
        } else {
            format!(" {}", self.study.arguments.join(" "))
        };
        let default = self.study.models == ["local/smollm2"];
        let models: String = if default {
            String::new()
        } else {
            self.study.models.iter().map(|m| format!(" --model {m}")).collect()
        };
        vec![format!("ephor run{what}{models}"), format!("ephor replay {run}"), format!("ephor report {run}")]
    }
}

/// What must stand beside the numbers of a judge that no person has checked.
fn provisional(agreements: &[Agreement]) -> Option<String> {
    agreements.iter().any(|a| a.provisional).then(|| {
        "What the judges read is provisional: they were held against the transcripts that ship with labels \
         alone. `ephor label` adds labels of your own."
            .into()
    })
}

/// The names that a model's name is made of: its own, or those of a pair.
fn each(name: &str) -> impl Iterator<Item = &str> {
    let pair = model::pair::halves(name);
    [pair.map_or(name, |(first, _)| first)].into_iter().chain(pair.map(|(_, second)| second))
}

/// The models that sit in the seats of one: itself, or the two of a pair.
fn halves_of(model: &Arc<dyn Model>) -> Vec<Arc<dyn Model>> {
    let first = model.first().unwrap_or_else(|| model.clone());
    [first].into_iter().chain(model.partner()).collect()
}

fn no_partner(part: &Part, name: &str) -> Exit {
    Exit::usage(format!("scenario `{}` has no partner's seat for the pair `{name}`", part.scenario.file.name))
}

/// Who is called so, in a part.
fn seated(
    part: &Part,
    name: &str,
    models: &BTreeMap<String, Arc<dyn Model>>,
) -> Result<Arc<dyn Model>, Exit> {
    match name.split_once('/') {
        Some(("control", control)) => self::control(part, control),
        Some(("player", player)) => study::player(&part.scenario, player).map_err(Exit::usage),
        _ => models.get(name).cloned().ok_or_else(|| Exit::usage(format!("there is no model `{name}`"))),
    }
}

/// A control of a part's scenario, with the salt that the findings show.
fn control(part: &Part, name: &str) -> Result<Arc<dyn Model>, Exit> {
    study::control(&part.scenario, name, 0)
        .map_err(|why| Exit::usage(format!("{why}\naccepted: {}", part.scenario.control_names().join(", "))))
}

/// What is known of a study's instruments: their controls, the nulls of each part, and the agents on which a
/// diagnosis rests.
#[derive(Default)]
pub struct Calibrated {
    pub rows: Vec<Calibration>,
    pub nulls: Vec<Nulls>,
    pub bench: Option<Bench>,
}

/// Calibrates every part, once per scenario and size; what was calibrated before is read.
pub fn calibrations(
    study: &Study,
    replicates: u32,
    log_dir: &Path,
    screen: &Screen,
) -> Result<Calibrated, Exit> {
    let mut all = Calibrated::default();
    for part in &study.parts {
        let replicates = part.replicates.unwrap_or(replicates);
        let part = &*part.calibrated().map_err(Exit::usage)?;
        let rows = kept(log_dir, &study::calibrate::key(part, replicates), || {
            let total = part.scenario.file.control.len() * replicates as usize;
            let done = AtomicUsize::new(0);
            let label = format!("calibrating {}", part.scenario.file.name);
            Ok(study::calibrate::calibrate(part, replicates, &|| {
                screen.at(&label, done.fetch_add(1, Ordering::Relaxed) + 1, total);
            }))
        })?;
        all.rows.extend(rows);
        let nulls = match Nulls::wanted(&part.scenario) {
            true => kept(log_dir, &study::nulls::key(&part.scenario), || {
                Nulls::of(&part.scenario).map_err(Exit::broken)
            })?,
            false => Nulls::default(),
        };
        all.rows.extend(nulls.rows.iter().cloned());
        all.nulls.push(nulls);
    }
    if study::diagnose::is_for(study) {
        all.bench = Some(bench(study, log_dir, screen)?);
    }
    screen.clear();
    Ok(all)
}

/// Agents of known disposition play the study's instruments, once.
fn bench(study: &Study, log_dir: &Path, screen: &Screen) -> Result<Bench, Exit> {
    kept(log_dir, &study::diagnose::key(study), || {
        let done = AtomicUsize::new(0);
        let tick = || screen.at("profiles", done.fetch_add(1, Ordering::Relaxed) + 1, Bench::agents());
        Bench::play(study, &tick).map_err(Exit::usage)
    })
}

/// What was worked out before under this key, or is now.
fn kept<T: Serialize + DeserializeOwned>(
    log_dir: &Path,
    key: &str,
    work: impl FnOnce() -> Result<T, Exit>,
) -> Result<T, Exit> {
    let path = log_dir.join("calibration").join(format!("{key}.json"));
    let known = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(known) = known {
        return Ok(known);
    }
    let fresh = work()?;
    let bytes = serde_json::to_vec_pretty(&fresh).map_err(Exit::broken)?;
    store::write_atomically(&path, &bytes).map_err(in_log_dir)?;
    Ok(fresh)
}
