//! A study's models, diagnosed: what each did in all instruments, and the plays that show it best.

use super::bench::Heard;
use super::matrix::MATRIX;
use super::vector::Did;
use super::verdict::Diagnosers;
use crate::plan::clusters;
use crate::results::Results;
use crate::scenario::Unit;
use crate::study::Part;
use report::{Diagnosis, DiagnosisContrast};
use std::collections::BTreeMap;

/// Most transcript pairs of one model.
const PAIRS: usize = 5;

/// Two plays of one unit that differ in one circumstance.
pub struct Telling {
    pub model: String,
    /// The contrast's id in the matrix, and what is changed.
    pub contrast: String,
    pub says: String,
    pub cast: usize,
    /// Places of the sheets: without and with what is changed.
    pub sheets: [usize; 2],
}

/// What one model did in one scenario.
struct Done<'a> {
    cast: usize,
    part: &'a Part,
    results: Results<'a>,
    clusters: BTreeMap<Unit, String>,
}

/// Gathers what models did, one scenario after the other.
pub struct Dossiers<'a> {
    rules: Option<&'a Diagnosers>,
    words: BTreeMap<String, Heard>,
    done: BTreeMap<String, Vec<Done<'a>>>,
}

impl<'a> Dossiers<'a> {
    /// Without rules nothing is diagnosed.
    pub fn new(rules: Option<&'a Diagnosers>, words: BTreeMap<String, Heard>) -> Self {
        Self { rules, words, done: BTreeMap::new() }
    }

    pub fn add(&mut self, model: &str, cast: usize, part: &'a Part, results: Results<'a>) {
        if self.rules.is_some() {
            let done = Done { cast, part, results, clusters: clusters(&part.sheets) };
            self.done.entry(model.into()).or_default().push(done);
        }
    }

    /// The diagnoses, and the plays to show.
    pub fn write(mut self) -> (Vec<Diagnosis>, Vec<Telling>) {
        let Some(rules) = self.rules else { return (Vec::new(), Vec::new()) };
        let (mut diagnoses, mut all) = (Vec::new(), Vec::new());
        for (model, done) in &self.done {
            let did: Vec<Did> =
                done.iter().map(|d| Did { results: &d.results, clusters: &d.clusters }).collect();
            let seen = self.words.remove(model).unwrap_or_default().seen(&did);
            let diagnosis = rules.diagnose(model, &seen);
            all.extend(telling(&diagnosis, done));
            diagnoses.push(diagnosis);
        }
        (diagnoses, all)
    }
}

/// The contrasts that weigh most, each in the unit that shows it best.
fn telling(diagnosis: &Diagnosis, done: &[Done]) -> Vec<Telling> {
    let mut read: Vec<&DiagnosisContrast> =
        diagnosis.contrasts.iter().filter(|c| c.estimate.is_some() && !c.scenario.is_empty()).collect();
    let weight = |c: &DiagnosisContrast| c.weight.unwrap_or(0.0).abs();
    read.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    read.into_iter().filter_map(|c| shown(diagnosis, c, done)).take(PAIRS).collect()
}

fn shown(diagnosis: &Diagnosis, contrast: &DiagnosisContrast, done: &[Done]) -> Option<Telling> {
    let row = MATRIX.contrast(&contrast.id)?;
    let (here, estimand) = done.iter().find_map(|d| Some((d, row.estimand(&d.part.scenario)?)))?;
    let (slot, cells) = here.results.example(estimand, contrast.estimate?.signum())?;
    let place = |cell: &crate::scenario::Cell| {
        here.part.sheets.iter().position(|s| s.cell == *cell && (s.unit, s.epoch) == slot)
    };
    let [without, with] = &cells;
    Some(Telling {
        model: diagnosis.model.clone(),
        contrast: contrast.id.clone(),
        says: contrast.says.clone(),
        cast: here.cast,
        sheets: [place(without)?, place(with)?],
    })
}
