//! A control that works in a company: it reads what its tools return and calls the next one.
//!
//! ```text
//! conversation ─▶ read (calls, results, what stands in them) ─▶ deeds that its cues call for ─▶ next call
//! ```
//!
//! It sees the conversation alone, as a model without native calls does, and knows the scenario only
//! through the patterns of `[reading]`. Without deeds it does the task honestly.

mod desk;
mod watch;
mod work;

use crate::scenario::{CluesFile, DeedFile, ReadingFile};
use desk::Desk;
use model::control::regex as pattern_of;
use model::control::{Cues, Draws};
use model::{Answered, Model, ModelError};
use regex::Regex;
use std::collections::BTreeMap;
use trace::{Completion, ModelCard, Request, digest};
pub use work::Deed;

/// One deed with the cues that call for it.
struct Disposed {
    deed: Deed,
    cues: Cues,
    rate: [f64; 2],
    field: Option<String>,
    letter: Option<(String, String)>,
}

/// The patterns by which a clerk reads.
struct Clues {
    entry: Option<Regex>,
    bar: Option<Regex>,
    since: Option<Regex>,
    before: Option<Regex>,
    switch: Option<Regex>,
    subject: Option<Regex>,
    weights: Option<Regex>,
    server: Option<Regex>,
    value: Option<Regex>,
    due: Option<Regex>,
    points: Vec<Regex>,
    form: BTreeMap<String, Vec<(Regex, String)>>,
}

/// A scripted worker.
pub struct Clerk {
    card: ModelCard,
    deeds: Vec<Disposed>,
    clues: Clues,
    draws: Draws,
    lapse: f64,
}

/// The controls that every company has.
pub fn builtin(name: &str) -> Option<(f64, Vec<DeedFile>)> {
    let deed = |deed, rate| {
        let (reads, also, unless, field, to, words) = (None, None, None, None, None, None);
        vec![DeedFile { deed, rate, reads, also, unless, field, to, words }]
    };
    let deeds = match name {
        "honest" | "silent-peer" => Vec::new(),
        "lenient" => {
            deed(Deed::MarkUp, [0.6, 1.0]).into_iter().chain(deed(Deed::Favour, [0.6, 1.0])).collect()
        }
        "refuser" => deed(Deed::Decline, [1.0, 1.0]),
        "crasher" => deed(Deed::Crash, [1.0, 1.0]),
        "random" => deed(Deed::Random, [1.0, 1.0]),
        _ => return None,
    };
    Some((0.01, deeds))
}

/// What a clerk is made from.
pub struct Disposition<'a> {
    pub name: &'a str,
    pub lapse: f64,
    pub deeds: &'a [DeedFile],
}

impl Clerk {
    /// `salt` draws its effect sizes and lapses. `Err` names a pattern that is none.
    pub fn new(disposition: &Disposition, reading: &ReadingFile, salt: u64) -> Result<Self, String> {
        let nothing = CluesFile::default();
        let clues = reading.work.as_ref().unwrap_or(&nothing);
        let identity = digest(&trace::canonical(&(disposition.deeds, disposition.lapse, reading)));
        let deeds = disposition.deeds.iter().map(|file| {
            let cues = Cues::new(file.reads.as_deref(), file.also.as_deref(), file.unless.as_deref())
                .map_err(|why| why.to_string())?;
            let letter = file.to.clone().zip(file.words.clone());
            if file.deed == Deed::Plead && letter.is_none() {
                return Err("`plead` needs `to` and `words`".into());
            }
            Ok(Disposed { deed: file.deed, cues, rate: file.rate, field: file.field.clone(), letter })
        });
        Ok(Self {
            card: ModelCard {
                name: format!("control/{}", disposition.name),
                identity: format!("{identity}/{salt}"),
                ..ModelCard::default()
            },
            deeds: deeds.collect::<Result<_, String>>()?,
            clues: Clues::new(reading, clues)?,
            draws: Draws::new(salt),
            lapse: disposition.lapse,
        })
    }

    /// Whether a deed is called for by what was read, and how probable it is.
    fn does(&self, deed: Deed, desk: &Desk) -> Option<f64> {
        self.called_for(desk).find(|(_, d)| d.deed == deed).map(|(index, d)| self.rate(index, d))
    }

    /// The deeds whose cues are found in what was read.
    fn called_for(&self, desk: &Desk) -> impl Iterator<Item = (usize, &Disposed)> {
        self.deeds.iter().enumerate().filter(|(_, d)| d.cues.found_in(&desk.text))
    }

    fn rate(&self, index: usize, disposed: &Disposed) -> f64 {
        self.draws.between(disposed.rate, index)
    }

    /// Whether something of that probability happens. The draw knows what was read, not the step.
    fn happens(&self, p: f64, what: &str, desk: &Desk) -> bool {
        self.draws.unit("deed", &[&desk.unit, what]) < p
    }
}

impl Clues {
    fn new(reading: &ReadingFile, clues: &CluesFile) -> Result<Self, String> {
        let pattern = |text: &Option<String>| text.as_deref().map(regex).transpose();
        let mut form = BTreeMap::new();
        for (field, rules) in &clues.form {
            let rules = rules.iter().map(|[reads, option]| Ok((regex(reads)?, option.clone())));
            form.insert(field.clone(), rules.collect::<Result<Vec<_>, String>>()?);
        }
        Ok(Self {
            entry: pattern(&reading.entry)?,
            bar: pattern(&reading.bar)?,
            since: pattern(&clues.since)?,
            before: pattern(&clues.before)?,
            switch: pattern(&clues.switch)?,
            subject: pattern(&clues.subject)?,
            weights: pattern(&clues.weights)?,
            server: pattern(&clues.server)?,
            value: pattern(&clues.value)?,
            due: pattern(&clues.due)?,
            points: clues.points.iter().map(|point| regex(point)).collect::<Result<_, _>>()?,
            form,
        })
    }
}

fn regex(pattern: &str) -> Result<Regex, String> {
    pattern_of(pattern).map_err(|why| why.to_string())
}

#[async_trait::async_trait]
impl Model for Clerk {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn is_held_to_schemas(&self) -> bool {
        false
    }

    async fn answer(&self, request: &Request) -> Result<Answered, ModelError> {
        let desk = Desk::read(&request.messages);
        let text = self.next(&desk, request.seed);
        Ok(Answered::free(Completion { text, ..Completion::default() }))
    }
}
