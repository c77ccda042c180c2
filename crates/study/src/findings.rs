//! From the record to what is printed: reads sealed episodes, measures, estimates, tells.

use crate::diagnose::{self, Bench, Diagnosers, Dossiers, Telling, diagnosers, separations};
use crate::estimate::{Stopped, bounds, estimates, profiles};
use crate::frontier::{Paces, frontiers};
use crate::hypotheses::hypotheses;
use crate::indices::indices;
use crate::judge::{self, PersonLabels, SCENARIO, Seen, Subject, sayings};
use crate::margins::{margins, row_of};
use crate::means::means;
use crate::measure::{Sealed, Value, measure, measures};
use crate::nulls::Nulls;
use crate::picture::{replay, timeline};
use crate::plan::{Plan, Sheet, clusters, plan};
use crate::results::{DENIED, Results};
use crate::savings::{Tokens, fixed_design};
use crate::scenario::compile;
use crate::study::{Part, Study};
use crate::until::{Deck, Round};
use crate::wordings::wordings;
use model::Model;
use report::{
    Calibration, Cell as CellRow, Cost, Findings, Gate, Missing as MissingRow, Page, ScenarioPage, Stop,
    Transcript, TranscriptAsk, TranscriptOption, TranscriptPair, Until,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{RunFolder, StoreError};
use trace::{Ask, Choice, Clause, End, Episode, Event, Name, Read, Sampling};
use world::Setup;

/// Who plays a part: the study's models and the controls that stand beside them.
pub struct Cast {
    pub part: usize,
    pub model: Arc<dyn Model>,
}

/// The episodes that a study plans, by model, in the order in which they are played.
pub fn plans<'a>(study: &'a Study, cast: &'a Cast) -> impl Iterator<Item = Plan> + 'a {
    planned(study, cast).map(|(_, plan)| plan)
}

/// The same with the place of each one's sheet.
fn planned<'a>(study: &'a Study, cast: &'a Cast) -> impl Iterator<Item = (usize, Plan)> + 'a {
    let part = &study.parts[cast.part];
    let of = move |sheet| plan(&part.scenario, sheet, &cast.model, &study.sampling);
    part.played_by(&cast.model.card().name).map(move |(at, sheet)| (at, of(sheet)))
}

/// What is known beside the record.
#[derive(Default)]
pub struct Known {
    pub calibration: Vec<Calibration>,
    /// Of each part, or nothing.
    pub nulls: Vec<Nulls>,
    /// What diagnoses rest on, where the study plays enough of the battery.
    pub bench: Option<Bench>,
    /// The labels that persons gave.
    pub people: PersonLabels,
}

/// Reads the record and says what was found. Episodes are measured as they are read: what is held
/// are numbers and one transcript of each cell.
pub fn page(
    study: &Study,
    casts: &[Cast],
    folder: &RunFolder,
    known: Known,
    run: &str,
) -> Result<Page, StoreError> {
    let Known { calibration, nulls, bench, people } = known;
    let mut findings = Findings {
        run: run.into(),
        study: study.name.clone(),
        models: study.models.clone(),
        sizes: Vec::new(),
        estimates: Vec::new(),
        profiles: Vec::new(),
        until: Vec::new(),
        cells: Vec::new(),
        means: Vec::new(),
        indices: Vec::new(),
        frontiers: Vec::new(),
        wordings: Vec::new(),
        hypotheses: Vec::new(),
        judgements: Vec::new(),
        agreements: Vec::new(),
        diagnoses: Vec::new(),
        diagnosers: Vec::new(),
        separations: Vec::new(),
        calibration,
        missing: Vec::new(),
        cost: Cost::default(),
        report: String::new(),
    };
    let mut scenarios: Vec<ScenarioPage> = study.parts.iter().map(scenario_page).collect();
    let Heard { readings, judges, seen, words, cost } = read(study, casts, folder, &nulls)?;
    findings.cost = cost;
    findings.judgements = judges.rates(&seen);
    findings.agreements = judges.agreements(&people);
    let rules = bench.as_ref().map(Diagnosers::new);
    let mut dossiers = Dossiers::new(rules.as_ref(), words);
    for (at, (cast, mut reading)) in casts.iter().zip(readings).enumerate() {
        // What `--until` left out was not wanted.
        if study.until.is_none() {
            reading.miss_the_rest();
        }
        let Reading { part, model, results, transcripts, cost, read, tokens, paces, .. } = reading;
        let deck = Deck::of(part, &model, &study.sampling);
        let stopped: Stopped = study.until.map(|_| (&deck, &read[..]));
        findings.until.extend(study.until.map(|h| until(&deck, &results, &read, &tokens, &model, h)));
        let page = &mut scenarios[cast.part];
        page.gates.extend(gates(part, &results, &model));
        page.transcripts.extend(transcripts.into_values().map(|(_, transcript)| transcript));
        let told = estimates(&results, &clusters(&part.sheets), &model, stopped);
        findings.hypotheses.extend(hypotheses(&part.scenario, &model, &told));
        findings.estimates.extend(told);
        findings.profiles.extend(profiles(&results, &clusters(&part.sheets), &model, stopped));
        findings.cells.extend(cell_rows(part, &results, &model));
        findings.means.extend(means(part, &results, &model));
        findings.indices.extend(indices(part, &results, &model));
        findings.frontiers.extend(frontiers(part, &results, &model, &paces));
        if study.models.contains(&model) {
            findings.wordings.extend(wordings(&results, &model));
        }
        findings.missing.extend(missing_rows(part, &results, &model, part.played_by(&model).count()));
        findings.cost.requests += cost.requests;
        findings.cost.prompt_tokens += cost.prompt_tokens;
        findings.cost.completion_tokens += cost.completion_tokens;
        if study.models.contains(&model) {
            dossiers.add(&model, at, part, results);
        }
    }
    let (diagnoses, telling) = dossiers.write();
    let pairs = pairs(study, casts, folder, telling)?;
    if let (Some(bench), Some(rules), false) = (&bench, &rules, diagnoses.is_empty()) {
        findings.diagnosers = diagnosers(bench, rules);
        findings.separations = separations(bench);
    }
    findings.diagnoses = diagnoses;
    Ok(Page { findings, scenarios, pairs, reproduce: Vec::new(), bill: Vec::new(), caveats: Vec::new() })
}

/// The transcripts of contrasts, side by side: their episodes are looked up in the record once more.
fn pairs(
    study: &Study,
    casts: &[Cast],
    folder: &RunFolder,
    telling: Vec<Telling>,
) -> Result<Vec<TranscriptPair>, StoreError> {
    if telling.is_empty() {
        return Ok(Vec::new());
    }
    let name = |cast: &Cast, sheet: usize| {
        let part = &study.parts[cast.part];
        plan(&part.scenario, &part.sheets[sheet], &cast.model, &study.sampling).name
    };
    let mut wanted: HashMap<Name, Vec<(usize, usize)>> = HashMap::new();
    for (at, told) in telling.iter().enumerate() {
        for (side, sheet) in told.sheets.into_iter().enumerate() {
            wanted.entry(name(&casts[told.cast], sheet)).or_default().push((at, side));
        }
    }
    let mut found: Vec<[Option<Transcript>; 2]> = vec![[None, None]; telling.len()];
    folder.each(|episode| {
        for (at, side) in wanted.get(&episode.name).into_iter().flatten() {
            let cast = &casts[telling[*at].cast];
            let part = &study.parts[cast.part];
            let sheet = &part.sheets[telling[*at].sheets[*side]];
            found[*at][*side] = Some(transcript(part, sheet, &episode, &cast.model.card().name));
        }
    })?;
    let pair = |(told, [without, with]): (Telling, [Option<Transcript>; 2])| {
        let Telling { model, contrast, says, cast, .. } = told;
        let scenario = study.parts[casts[cast].part].scenario.file.name.clone();
        Some(TranscriptPair { model, contrast, says, scenario, without: without?, with: with? })
    };
    Ok(telling.into_iter().zip(found).filter_map(pair).collect())
}

/// What `--until` still needs of one cast.
pub struct Outstanding {
    pub plans: Vec<Plan>,
    pub round: Round,
}

/// What every cast is to play next so that its contrasts are told within the study's `until`, judged by what
/// is on record; all that is planned where the study has none.
pub fn outstanding(
    study: &Study,
    casts: &[Cast],
    folder: &RunFolder,
    half_width: f64,
) -> Result<Vec<Outstanding>, StoreError> {
    let heard = read(study, casts, folder, &[])?;
    let each = casts.iter().zip(heard.readings).map(|(cast, reading)| {
        let part = reading.part;
        let round = Deck::of(part, &reading.model, &study.sampling).round(
            &reading.results,
            &reading.done,
            half_width,
        );
        let of = |at: &usize| plan(&part.scenario, &part.sheets[*at], &cast.model, &study.sampling);
        Outstanding { plans: round.next.iter().map(of).collect(), round }
    });
    Ok(each.collect())
}

/// How far a cast was played, and what that cost.
fn until(
    deck: &Deck,
    results: &Results,
    read: &[bool],
    tokens: &Tokens,
    model: &str,
    half_width: f64,
) -> Until {
    let scenario = results.scenario;
    let (mut contrasts, mut stopped) = (Vec::new(), Vec::new());
    for e in scenario.file.estimand.iter().filter(|e| deck.registered(e)) {
        let standing = deck.standing(e, results, read, Some(half_width));
        if standing.stopped_at.is_some() {
            stopped.push(e);
        }
        contrasts.push(Stop {
            estimand: e.name.clone(),
            contrast: e.words(),
            n: standing.units.len() as u64,
            of: standing.of as u64,
            half_width: standing.half_width(),
            stopped_at: standing.stopped_at.map(|n| n as u64),
            open: standing.is_open(),
        });
    }
    Until {
        scenario: scenario.file.name.clone(),
        model: model.into(),
        half_width,
        contrasts,
        tokens_read: tokens.read,
        tokens_computed: None,
        tokens_written: tokens.written,
        tokens_gates: tokens.gates,
        episodes: tokens.episodes,
        tokens_fixed: fixed_design(scenario, deck, results, tokens, &stopped, half_width),
    }
}

/// What one cast did, as far as it is read.
struct Reading<'a> {
    part: &'a Part,
    model: String,
    results: Results<'a>,
    /// Of each row of the table of cells, by the place of its first sheet: the first unit that was played, and its place.
    transcripts: BTreeMap<usize, (usize, Transcript)>,
    /// For each sheet the first one of its row.
    firsts: Vec<usize>,
    cost: Cost,
    read: Vec<bool>,
    /// Read and played to its end.
    done: Vec<bool>,
    tokens: Tokens,
    paces: Paces,
}

/// What a record holds for a study.
struct Heard<'a> {
    readings: Vec<Reading<'a>>,
    judges: judge::Bench,
    /// The episodes of the study's own models in which something was said.
    seen: BTreeMap<Subject, Seen>,
    /// What each of the study's own models wrote.
    words: BTreeMap<String, diagnose::Heard>,
    /// Of the judges.
    cost: Cost,
}

fn read<'a>(
    study: &'a Study,
    casts: &[Cast],
    folder: &RunFolder,
    nulls: &'a [Nulls],
) -> Result<Heard<'a>, StoreError> {
    // A scenario that a study names twice has every episode in two places.
    let mut places: HashMap<Name, Vec<(usize, usize)>> = HashMap::new();
    for (at, cast) in casts.iter().enumerate() {
        for (sheet, plan) in planned(study, cast) {
            places.entry(plan.name).or_default().push((at, sheet));
        }
    }
    let mut readings: Vec<Reading> =
        casts.iter().map(|cast| Reading::new(study, cast, nulls.get(cast.part))).collect();
    let (mut judges, mut seen, mut judged) = (judge::Bench::default(), BTreeMap::new(), Cost::default());
    let mut words: BTreeMap<String, diagnose::Heard> = BTreeMap::new();
    folder.each(|episode| {
        if episode.key.scenario == SCENARIO {
            spend(&mut judged, &episode);
            return judges.hear(&episode);
        }
        let of = places.get(&episode.name).map_or(&[][..], Vec::as_slice);
        for (cast, sheet) in of {
            readings[*cast].add(*sheet, &episode);
        }
        if let Some((cast, sheet)) = of.first() {
            let reading = &mut readings[*cast];
            reading.pay(&episode);
            if study.models.contains(&reading.model) && !sayings(&episode).is_empty() {
                let seat = &reading.part.scenario.file.seat;
                words.entry(reading.model.clone()).or_default().hear(&episode.events, seat);
                seen.insert(Subject::Episode(episode.name), reading.seen(*sheet));
            }
        }
    })?;
    Ok(Heard { readings, judges, seen, words, cost: judged })
}

impl<'a> Reading<'a> {
    fn new(study: &'a Study, cast: &Cast, nulls: Option<&'a Nulls>) -> Self {
        let part = &study.parts[cast.part];
        let model = cast.model.card().name.clone();
        let (results, read) = (Results::new(&part.scenario, nulls), vec![false; part.sheets.len()]);
        let row = |s: &Sheet| row_of(part, &s.cell, part.backgrounds.get(&s.unit));
        let mut cells = BTreeMap::new();
        let firsts =
            part.sheets.iter().enumerate().map(|(at, s)| *cells.entry(row(s)).or_insert(at)).collect();
        let (transcripts, cost, tokens) = (BTreeMap::new(), Cost::default(), Tokens::default());
        let done = read.clone();
        let paces = Paces::default();
        Self { part, model, results, transcripts, firsts, cost, read, done, tokens, paces }
    }

    fn add(&mut self, at: usize, episode: &Episode) {
        let sheet = &self.part.sheets[at];
        self.results.add(&sheet.cell, (sheet.unit, sheet.epoch), &Sealed::new(episode));
        self.read[at] = true;
        self.done[at] = episode.end == End::Done;
        self.tokens.hear(&sheet.cell, episode);
        // Only a frontier tells them.
        if !self.part.scenario.file.frontier.is_empty() {
            self.paces.take(sheet, episode);
        }
        // Scripted answers are of no interest; scripted games are worth a look.
        if trace::is_scripted(&self.model) && matches!(sheet.setup, Setup::Form(_)) {
            return;
        }
        let first = self.firsts[at];
        if self.transcripts.get(&first).is_none_or(|(known, _)| at < *known) {
            self.transcripts.insert(first, (at, transcript(self.part, sheet, episode, &self.model)));
        }
    }

    /// An episode is paid for once, in however many places it stands.
    fn pay(&mut self, episode: &Episode) {
        spend(&mut self.cost, episode);
    }

    fn seen(&self, at: usize) -> Seen {
        let (scenario, model) = (self.part.scenario.file.name.clone(), self.model.clone());
        Seen { scenario, model, cell: self.part.sheets[at].cell.to_string() }
    }

    /// What is planned and not on record is missing.
    fn miss_the_rest(&mut self) {
        let part = self.part;
        for (_, sheet) in part.played_by(&self.model).filter(|(at, _)| !self.read[*at]) {
            self.results.add(&sheet.cell, (sheet.unit, sheet.epoch), &Sealed::of(&[], false));
        }
    }
}

fn scenario_page(part: &Part) -> ScenarioPage {
    let file = &part.scenario.file;
    let factor =
        |f: &crate::scenario::FactorFile| (f.name.clone(), f.level.iter().map(|l| l.name.clone()).collect());
    ScenarioPage {
        name: file.name.clone(),
        question: file.question.clone(),
        source: crate::scenario::citation(&file.source),
        factors: file.factor.iter().map(factor).collect(),
        limits: file.limits.clone(),
        gates: Vec::new(),
        transcripts: Vec::new(),
    }
}

fn gates(part: &Part, results: &Results, model: &str) -> Vec<Gate> {
    let row = |(gate, j): (&crate::scenario::GateFile, crate::results::Judged)| Gate {
        model: model.into(),
        what: gate.what.clone(),
        k: j.tally.k,
        n: j.tally.n,
        low: j.low,
        high: j.high,
        threshold: gate.threshold,
        chance: j.chance,
        passed: j.passed,
    };
    part.scenario.file.gate.iter().zip(results.gates()).map(row).collect()
}

/// How often each outcome happened in each cell, and at each level of stars.
fn cell_rows(part: &Part, results: &Results, model: &str) -> Vec<CellRow> {
    let mut rows = Vec::new();
    let measured = part.scenario.file.measure.iter().map(|file| file.outcome.as_str());
    for outcome in measured.chain([DENIED]) {
        let cells = results.cells(outcome).filter(|(cell, _)| part.cells.cells.contains(cell));
        let cells = cells.map(|(cell, values)| (cell.to_string(), values.values().collect()));
        for (cell, values) in cells.chain(margins(part, results, outcome)) {
            rows.extend(rates(part, model, &cell, &values));
        }
    }
    rows
}

/// How often each outcome happened in one row of the table.
fn rates(part: &Part, model: &str, cell: &str, values: &[&Value]) -> Vec<CellRow> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (outcome, happened) in values.iter().flat_map(|v| &v.happened) {
        let count = counts.entry(outcome).or_default();
        count.0 += u64::from(*happened);
        count.1 += 1;
    }
    let row = |(outcome, (k, n)): (&str, (u64, u64))| {
        let (low, high) = bounds(k, n);
        let (scenario, model) = (part.scenario.file.name.clone(), model.into());
        CellRow { scenario, model, cell: cell.into(), outcome: outcome.into(), k, n, low, high }
    };
    counts.into_iter().map(row).collect()
}

fn missing_rows(part: &Part, results: &Results, model: &str, planned: usize) -> Vec<MissingRow> {
    let row = |(kind, n): (&crate::measure::Missing, &u64)| MissingRow {
        scenario: part.scenario.file.name.clone(),
        model: model.into(),
        kind: kind.word().into(),
        n: *n,
        of: planned as u64,
    };
    results.missing.iter().map(row).collect()
}

/// What an episode cost; scripts cost nothing.
fn spend(cost: &mut Cost, episode: &Episode) {
    if episode.key.seats.first().is_none_or(|seat| trace::is_scripted(&seat.model.name)) {
        return;
    }
    for event in &episode.events {
        if let Event::Completed { completion, .. } = event {
            cost.requests += 1;
            cost.prompt_tokens += completion.usage.prompt_tokens;
            cost.completion_tokens += completion.usage.completion_tokens;
        }
    }
}

fn transcript(part: &Part, sheet: &Sheet, episode: &Episode, model: &str) -> Transcript {
    let sealed = Sealed::new(episode);
    let calls = matches!(sheet.setup, Setup::Company(_));
    let outcome =
        measures(&part.scenario, &sheet.cell).map(|file| match measure(&part.scenario, file, &sealed) {
            Ok(value) => format!("{}: {:.2} {}", file.outcome, value.value, crate::measure::unit(file)),
            Err(why) => format!("{}: {}", file.outcome, why.word()),
        });
    Transcript {
        model: model.into(),
        cell: sheet.cell.to_string(),
        episode: episode.name.to_string(),
        wording: sheet.unit.wording,
        state: sheet.unit.state,
        clauses: clauses(part, sheet),
        // What a script answers is in its game; what is called is in the timeline.
        asks: if trace::is_scripted(model) || calls { Vec::new() } else { asks(episode) },
        outcome: if sheet.cell.capability.is_some() { Vec::new() } else { outcome.collect() },
        replay: replay(&sheet.setup, episode),
        timeline: calls.then(|| timeline(&episode.events)),
    }
}

/// What the first seat could read before it began, in its brief and in the world.
fn clauses(part: &Part, sheet: &Sheet) -> Vec<Clause> {
    // It compiled when it was planned.
    compile(&part.scenario, &sheet.cell, sheet.unit)
        .map(|compiled| compiled.clauses(0).cloned().collect())
        .unwrap_or_default()
}

fn asks(episode: &Episode) -> Vec<TranscriptAsk> {
    let mut shown: Vec<&Ask> = Vec::new();
    let mut texts: HashMap<&str, &str> = HashMap::new();
    let mut rows = Vec::new();
    for event in &episode.events {
        match event {
            Event::Observed { view, .. } => shown = view.asks.iter().collect(),
            Event::Completed { ask, completion, .. } => {
                texts.insert(ask, &completion.text);
            }
            Event::Acted { act, .. } => {
                for (ask, answer) in shown.iter().zip(&act.answers) {
                    let option = |(at, choice): (usize, &Choice)| TranscriptOption {
                        text: choice.text.clone(),
                        p: answer.logp.get(at).map(|l| l.exp()),
                        chosen: answer.choice.as_ref() == Some(&choice.name),
                    };
                    rows.push(TranscriptAsk {
                        id: ask.id.clone(),
                        text: ask.text.clone(),
                        options: ask.menu.iter().enumerate().map(option).collect(),
                        answer: (*texts.get(ask.id.as_str()).unwrap_or(&"")).to_owned(),
                        read: read_word(answer.read).into(),
                    });
                }
            }
            _ => {}
        }
    }
    rows
}

fn read_word(read: Read) -> &'static str {
    match read {
        Read::Scored => "scored",
        Read::Parsed => "parsed",
        Read::Refused => "refused",
        Read::Unparsed => "unparsed",
        Read::Filtered => "filtered",
    }
}

/// The sampling that a study plays with, for messages.
pub fn sampling_words(sampling: &Sampling) -> String {
    format!(
        "temperature {}, top-p {}, at most {} tokens",
        sampling.temperature, sampling.top_p, sampling.tokens_max
    )
}
