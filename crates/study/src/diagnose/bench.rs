//! What the diagnosers are fitted on and held against: profiles that play every instrument in memory.

use super::matrix::MATRIX;
use super::profiles::{PROFILES, Profile};
use super::vector::{Did, Vector, vector};
use super::voice::Words;
use crate::judge::said;
use crate::measure::Sealed;
use crate::plan::{Sheet, Size, backgrounds, clusters, sheets};
use crate::rehearse::{on_all_cores, rehearse};
use crate::results::Results;
use crate::scenario::{Cell, Fault, Source};
use crate::study::{Part, Study};
use model::Model;
use model::control::uniform;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trace::{Event, name_of, seed_of};

/// Agents per profile: to fit, on the same items, and on new ones.
const FIT: u64 = 6;
const SAME: u64 = 2;
const NEW: u64 = 4;
/// The share of the units that the second agent of a blend plays.
pub const SHARE: f64 = 0.25;

/// One agent as the diagnosers see it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    pub vector: Vector,
    /// How often it used which word, over all that it wrote.
    pub words: BTreeMap<String, u32>,
    /// What it did where nothing was changed: mean of an outcome in the baseline, by `scenario/outcome`.
    pub plain: BTreeMap<String, f64>,
}

/// One agent of known disposition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    pub profile: String,
    /// By disposition, in the matrix's order: 1 for a pure one, ¾ and ¼ for a blend.
    pub label: Vec<f64>,
    /// It talks like somebody else.
    pub hard: bool,
    /// How many answers it gave.
    pub decisions: u64,
    pub seen: Seen,
}

/// All trials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bench {
    /// The first items, the first vocabulary. `hard` ones are in no fit.
    pub fit: Vec<Trial>,
    /// The same items and words, other agents.
    pub same: Vec<Trial>,
    /// New families of items, new words.
    pub new: Vec<Trial>,
}

/// The parts in which profiles play, each with the families of items that are fitted on and with the others:
/// every second family, as many units as the study plays or as many as there are.
///
/// # Errors
///
/// Where a scenario of the study cannot be rendered.
pub fn halls(study: &Study) -> Result<Vec<[Part; 2]>, Fault> {
    let wanted = |part: &&Part| {
        let name = &part.scenario.file.name;
        Profile::play(name) && MATRIX.contrasts.iter().any(|row| &row.scenario == name)
    };
    study.parts.iter().filter(wanted).map(halves).collect()
}

fn halves(part: &Part) -> Result<[Part; 2], Fault> {
    let of = |sheets: Vec<Sheet>| Part { sheets, ..part.clone() };
    let render = |size: &Size| {
        let backgrounds = backgrounds(&part.scenario, &part.cells, size);
        sheets(&part.scenario, &part.cells, &backgrounds, size)
    };
    if part.scenario.items.is_empty() {
        // Without items there are as many states as one likes.
        let beyond = Size { first: part.size.first + part.size.states, ..part.size.clone() };
        return Ok([of(part.sheets.clone()), of(render(&beyond)?)]);
    }
    let all = render(&Size { limit: None, ..part.size.clone() })?;
    let most = part.size.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut families: Vec<String> = Vec::new();
    let (mut halves, mut units) = ([Vec::new(), Vec::new()], [BTreeSet::new(), BTreeSet::new()]);
    for sheet in all {
        let known = families.iter().position(|family| family == &sheet.cluster);
        let at = known.unwrap_or_else(|| {
            families.push(sheet.cluster.clone());
            families.len() - 1
        });
        let (half, units) = (&mut halves[at % 2], &mut units[at % 2]);
        if units.contains(&sheet.unit) || units.len() < most {
            units.insert(sheet.unit);
            half.push(sheet);
        }
    }
    Ok(halves.map(of))
}

/// The key of a study's bench.
pub fn key(study: &Study) -> String {
    let parts: Vec<_> = study
        .parts
        .iter()
        .map(|p| (&p.scenario.hash, p.cells.names(), p.size.wordings, p.size.states, p.size.limit))
        .collect();
    name_of(&("bench/2", super::TEXTS, parts)).to_string()
}

/// One agent to be played.
struct Job {
    profile: Profile,
    /// Who plays a quarter of the units instead.
    second: Option<Profile>,
    words: Words,
    other: bool,
    salt: u64,
}

impl Bench {
    /// Plays all profiles. `tick` is called once for each of [`Self::agents`].
    ///
    /// # Errors
    ///
    /// Where a scenario of the study cannot be rendered, or has not the controls that profiles play.
    pub fn play(study: &Study, tick: &(dyn Fn() + Sync)) -> Result<Self, Fault> {
        let halls = halls(study)?;
        let [fit, same, new] = jobs();
        let play = |jobs: Vec<Job>| -> Result<Vec<Trial>, Fault> {
            on_all_cores(jobs.len(), |at| {
                let trial = trial(&halls, &jobs[at]);
                tick();
                trial
            })
            .into_iter()
            .collect()
        };
        Ok(Self { fit: play(fit)?, same: play(same)?, new: play(new)? })
    }

    /// How many agents there are.
    pub fn agents() -> usize {
        jobs().iter().map(Vec::len).sum()
    }
}

/// To fit, on the same items and words, on new ones.
fn jobs() -> [Vec<Job>; 3] {
    let pure = |count: u64, from: u64, words: Words, other: bool, hard: bool| {
        let profiles = PROFILES.profiles.iter().filter(move |p| hard || !p.hard);
        profiles.flat_map(move |profile| {
            (from..from + count).map(move |salt| Job {
                profile: profile.clone(),
                second: None,
                words,
                other,
                salt,
            })
        })
    };
    // One blend of every two dispositions, either way round: of the first profile of each.
    let first = |name: &str| PROFILES.profiles.iter().find(|p| p.disposition == name).cloned();
    let firsts: Vec<Profile> = MATRIX.dispositions.iter().filter_map(|d| first(&d.name)).collect();
    let blends = |salt: u64, words: Words, other: bool| {
        let firsts = firsts.clone();
        let pairs = firsts.clone().into_iter().flat_map(move |a| {
            let others =
                firsts.clone().into_iter().filter(|b| b.disposition != a.disposition).collect::<Vec<_>>();
            others.into_iter().map(move |b| (a.clone(), b))
        });
        pairs.map(move |(profile, second)| Job { profile, second: Some(second), words, other, salt })
    };
    [
        pure(FIT, 0, Words::Fit, false, false).chain(blends(100, Words::Fit, false)).collect(),
        pure(SAME, 10, Words::Fit, false, true).collect(),
        pure(NEW, 20, Words::Test, true, true).chain(blends(120, Words::Test, true)).collect(),
    ]
}

fn trial(halls: &[[Part; 2]], job: &Job) -> Result<Trial, Fault> {
    let mut heard = Heard::default();
    let mut did = Vec::new();
    for part in halls.iter().map(|halves| &halves[usize::from(job.other)]) {
        let salt = |who: &str| seed_of("profile", &[&job.profile.name, who, &job.salt.to_string()]);
        let seat = |profile: &Profile, who: &str| {
            let model = profile.seat(&part.scenario, job.words, salt(who));
            model.map_err(|why| Source { file: "profiles.toml".into(), text: String::new() }.whole("", why))
        };
        let first = seat(&job.profile, "first")?;
        let second = job.second.as_ref().map(|p| seat(p, "second")).transpose()?;
        let who = |sheet: &Sheet| second.as_ref().filter(|_| is_second(job, sheet)).unwrap_or(&first);
        let results = heard.listen(part, &part.sheets, who);
        did.push((results, clusters(&part.sheets)));
    }
    let did: Vec<Did> = did.iter().map(|(results, clusters)| Did { results, clusters }).collect();
    let label = MATRIX.dispositions.iter().map(|d| {
        let share = |p: &Profile, share: f64| if p.disposition == d.name { share } else { 0.0 };
        match &job.second {
            None => share(&job.profile, 1.0),
            Some(second) => share(&job.profile, 1.0 - SHARE) + share(second, SHARE),
        }
    });
    Ok(Trial {
        profile: match &job.second {
            None => job.profile.name.clone(),
            Some(second) => format!("{} with {}", job.profile.name, second.name),
        },
        label: label.collect(),
        hard: job.profile.hard,
        decisions: heard.decisions,
        seen: heard.seen(&did),
    })
}

/// Plays the first profile of each disposition on this thread, measures it, and counts the decisions: for the
/// benchmark.
pub fn rehearse_profiles(halls: &[[Part; 2]], salt: u64) -> u64 {
    let [mut jobs, ..] = jobs();
    jobs.retain(|job| job.second.is_none());
    jobs.dedup_by_key(|job| job.profile.disposition.clone());
    let play = |job| trial(halls, &Job { salt, ..job }).map_or(0, |trial| trial.decisions);
    jobs.into_iter().map(play).sum()
}

/// Whether the second agent of a blend plays this unit: in all of its cells alike.
fn is_second(job: &Job, sheet: &Sheet) -> bool {
    let draw = seed_of("blend", &[&job.profile.name, &job.salt.to_string(), &sheet.seed.to_string()]);
    uniform(draw) < SHARE
}

/// What is gathered beside the measures.
#[derive(Default)]
pub struct Heard {
    words: BTreeMap<String, u32>,
    decisions: u64,
}

impl Heard {
    fn listen<'a, 'm>(
        &mut self,
        part: &'a Part,
        sheets: &[Sheet],
        who: impl Fn(&Sheet) -> &'m Arc<dyn Model>,
    ) -> Results<'a> {
        let mut results = Results::new(&part.scenario, None);
        rehearse(&part.scenario, sheets, who, |sheet, events, complete| {
            results.add(&sheet.cell, (sheet.unit, sheet.epoch), &Sealed::of(events, complete));
            self.hear(events, &part.scenario.file.seat);
        });
        results
    }

    /// Counts the words that a seat wrote.
    pub fn hear(&mut self, events: &[Event], seat: &str) {
        self.decisions += events.iter().filter(|e| matches!(e, Event::Completed { .. })).count() as u64;
        for saying in said(events, seat) {
            for word in saying.says.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '-') {
                if !word.is_empty() && word.len() <= 40 {
                    *self.words.entry(word.to_owned()).or_default() += 1;
                }
            }
        }
    }

    /// All that a diagnoser sees.
    pub fn seen(self, did: &[Did]) -> Seen {
        Seen { vector: vector(did), words: self.words, plain: plain(did) }
    }
}

/// Means of the contrasts' outcomes in the baseline.
fn plain(did: &[Did]) -> BTreeMap<String, f64> {
    let mut means = BTreeMap::new();
    for row in &MATRIX.contrasts {
        let found = did.iter().find_map(|d| Some((d.results, &row.estimand(d.results.scenario)?.outcome)));
        let Some((results, outcome)) = found else { continue };
        let Some(values) = results.cell(outcome, &Cell::default()) else { continue };
        let sum: f64 = values.values().map(|v| v.value).sum();
        means.insert(format!("{}/{outcome}", row.scenario), (sum + 1.0) / (values.len() as f64 + 2.0));
    }
    means
}
