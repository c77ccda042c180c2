//! Turns waiting requests and generations under way into one pass after another.
//!
//! Each turn admits what fits, runs all of it with one step of every generation as a single batch,
//! and answers what is complete. A generation that ends leaves the batch; one that waits joins it.

use crate::batch::{Ran, Sequence, run};
use crate::cache::Tree;
use crate::decoder::Span;
use crate::job::{Generate, Generated, Ongoing, Probe, Probed, RequestError, Score};
use crate::model_file::ModelFile;
use crate::pages::{Page, SLOTS, View, held};
use crate::sample::Choice;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::oneshot;

/// New tokens after which a pass admits no further request.
const ROWS_MAX: usize = 1536;
/// Generations under way at the same time.
const GENERATIONS_MAX: usize = 64;

pub(crate) type Reply<T> = oneshot::Sender<Result<T, RequestError>>;

/// A request with the way back.
pub(crate) enum Job {
    Score(Score, Reply<Vec<f64>>),
    Generate(Generate, Reply<Generated>),
    Probe(Probe, Reply<Probed>),
}

impl Job {
    fn tokens(&self) -> &[u32] {
        match self {
            Self::Score(score, _) => &score.context,
            Self::Generate(generate, _) => &generate.prompt,
            Self::Probe(probe, _) => &probe.tokens,
        }
    }

    fn is_abandoned(&self) -> bool {
        match self {
            Self::Score(_, reply) => reply.is_closed(),
            Self::Generate(_, reply) => reply.is_closed(),
            Self::Probe(_, reply) => reply.is_closed(),
        }
    }
}

/// What the engine has done so far.
#[derive(Debug, Default)]
pub struct Counters {
    prompt: AtomicU64,
    computed: AtomicU64,
    completion: AtomicU64,
}

/// A reading of [`Counters`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens of all prompts, contexts and probed texts.
    pub prompt_tokens: u64,
    /// Tokens that went through the model because no cached prefix held them, those of options
    /// included, generated ones not.
    pub computed_tokens: u64,
    /// Tokens generated.
    pub completion_tokens: u64,
}

impl Counters {
    pub(crate) fn read(&self) -> Counts {
        Counts {
            prompt_tokens: self.prompt.load(Ordering::Relaxed),
            computed_tokens: self.computed.load(Ordering::Relaxed),
            completion_tokens: self.completion.load(Ordering::Relaxed),
        }
    }
}

/// What is to be read off a row's distribution.
enum Use {
    Logp(u32),
    Choose(Choice),
    All,
}

enum Made {
    Logp(f64),
    Token(u32),
    All(Vec<f32>),
}

/// A generation in the batch.
struct Active {
    ongoing: Ongoing,
    past: Vec<View>,
    tail: Vec<Page>,
    filled: usize,
    next: u32,
    reply: Reply<Generated>,
}

pub(crate) struct Runner {
    model: Arc<ModelFile>,
    tree: Tree,
    counters: Arc<Counters>,
    active: Vec<Active>,
    waiting: VecDeque<Job>,
}

impl Runner {
    pub(crate) fn new(model: Arc<ModelFile>, cache_bytes_max: usize, counters: Arc<Counters>) -> Self {
        let tree = Tree::new(cache_bytes_max);
        Self { model, tree, counters, active: Vec::new(), waiting: VecDeque::new() }
    }

    pub(crate) fn add(&mut self, job: Job) {
        self.waiting.push_back(job);
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.active.is_empty() && self.waiting.is_empty()
    }

    /// One pass.
    pub(crate) fn turn(&mut self) {
        self.active.retain(|a| !a.reply.is_closed());
        let jobs = self.admit();
        // Whoever asked has gone: a pass over no rows has nothing to pack.
        if jobs.is_empty() && self.active.is_empty() {
            return;
        }
        let mut sequences = Vec::new();
        let mut counts = Vec::new();
        let mut taps: Vec<usize> = Vec::new();
        for job in &jobs {
            let before = sequences.len();
            sequences_of(job, &mut sequences);
            counts.push(sequences.len() - before);
            if let Job::Probe(probe, _) = job {
                taps.extend(&probe.blocks);
            }
            self.counters.prompt.fetch_add(job.tokens().len() as u64, Ordering::Relaxed);
        }
        taps.sort_unstable();
        taps.dedup();
        let mut steps: Vec<Span> = self.active.iter_mut().map(Active::step).collect();
        let step_rows = steps.len();
        let ran = run(&self.model.decoder, &mut self.tree, &sequences, &mut steps, &taps);
        for (active, step) in self.active.iter_mut().zip(steps) {
            active.take_back(step);
        }
        let computed = (ran.computed - step_rows) as u64;
        self.counters.computed.fetch_add(computed, Ordering::Relaxed);
        self.answer(jobs, &counts, &taps, ran);
    }

    /// Takes the requests of this turn from the queue, the oldest first.
    fn admit(&mut self) -> Vec<Job> {
        let mut jobs: Vec<Job> = Vec::new();
        let mut rows = 0;
        let mut generations = self.active.len();
        while let Some(job) = self.waiting.front() {
            let is_generation = matches!(job, Job::Generate(..));
            if rows >= ROWS_MAX || (is_generation && generations >= GENERATIONS_MAX) {
                break;
            }
            let new = job.tokens().len() - held(&self.tree.find(job.tokens()));
            if !jobs.is_empty() && rows + new > ROWS_MAX {
                break;
            }
            let Some(job) = self.waiting.pop_front() else { break };
            if job.is_abandoned() {
                continue;
            }
            rows += new + extra_rows(&job);
            generations += usize::from(is_generation);
            jobs.push(job);
        }
        jobs
    }

    fn answer(&mut self, jobs: Vec<Job>, counts: &[usize], taps: &[usize], ran: Ran) {
        let h = self.model.decoder.shape().hidden;
        let mut uses: Vec<Vec<Use>> = Vec::new();
        uses.resize_with(ran.passed.last.len() / h, Vec::new);
        for (row, active) in self.active.iter_mut().enumerate() {
            uses[row].push(Use::Choose(active.ongoing.next_choice()));
        }
        let window = self.model.decoder.shape().context;
        let mut tickets = Vec::new();
        let mut first = 0;
        for (job, count) in jobs.into_iter().zip(counts) {
            let rows = &ran.rows[first..first + count];
            let past = ran.views[first].clone();
            tickets.push(Ticket::new(job, rows, past, window, &mut uses));
            first += count;
        }
        let made = self.model.decoder.logits(&ran.passed.last, |row, logits, total| {
            uses[row].iter().map(|u| make(u, logits, total)).collect::<Vec<_>>()
        });
        self.advance(&made);
        for ticket in tickets {
            self.settle(ticket, &made, taps, &ran.passed.taps);
        }
    }

    /// Hands each generation under way its next token.
    fn advance(&mut self, made: &[Vec<Made>]) {
        for (row, mut active) in std::mem::take(&mut self.active).into_iter().enumerate() {
            if let Some(Made::Token(token)) = made[row].first() {
                active.next = *token;
                self.go_on(active);
            }
        }
    }

    /// Keeps a generation in the batch, or answers it where its new token ends it.
    fn go_on(&mut self, mut active: Active) {
        self.counters.completion.fetch_add(1, Ordering::Relaxed);
        match active.ongoing.take(active.next, &self.model.tokenizer).transpose() {
            // Nobody waits for an abandoned answer.
            Some(done) => drop(active.reply.send(done)),
            None => self.active.push(active),
        }
    }

    fn settle(&mut self, ticket: Ticket, made: &[Vec<Made>], taps: &[usize], tapped: &[Vec<f32>]) {
        let logp = |at: &At| match &made[at.row][at.nth] {
            Made::Logp(logp) => *logp,
            _ => f64::NAN,
        };
        match ticket {
            Ticket::Score { options, reply } => {
                let way = |way: &Vec<At>| way.iter().map(logp).sum::<f64>();
                let option = |ways: &Vec<Vec<At>>| log_sum(ways.iter().map(way));
                drop(reply.send(Ok(options.iter().map(option).collect())));
            }
            Ticket::Generate { ongoing, past, at, reply } => {
                let ongoing = *ongoing;
                if let Made::Token(next) = made[at.row][at.nth] {
                    self.go_on(Active { ongoing, past, tail: Vec::new(), filled: 0, next, reply });
                }
            }
            Ticket::Probe { blocks, rows, reply } => {
                let all = |at: &At| match &made[at.row][at.nth] {
                    Made::All(logp) => logp.clone(),
                    _ => Vec::new(),
                };
                let h = self.model.decoder.shape().hidden;
                let state = |tap: usize, at: &At| tapped[tap][at.row * h..][..h].to_vec();
                let block = |block: &usize| {
                    let tap = taps.iter().position(|t| t == block).unwrap_or_default();
                    rows.iter().map(|at| state(tap, at)).collect()
                };
                let hidden = blocks.iter().map(block).collect();
                let logp = rows.iter().map(all).collect();
                drop(reply.send(Ok(Probed { logp, hidden })));
            }
        }
    }
}

impl Active {
    /// The span of the next token.
    fn step(&mut self) -> Span {
        Span {
            tokens: vec![self.next],
            parent: None,
            past: std::mem::take(&mut self.past),
            own: std::mem::take(&mut self.tail),
            filled: self.filled,
            wanted: vec![0],
        }
    }

    fn take_back(&mut self, span: Span) {
        (self.past, self.tail) = (span.past, span.own);
        self.filled = span.filled + 1;
        if self.filled == SLOTS {
            let full = self.tail.drain(..).map(Arc::new);
            self.past.extend(full.map(|page| View { page, start: 0, len: SLOTS }));
            self.filled = 0;
        }
    }
}

/// Where a wanted quantity stands: a row, and which of its uses.
struct At {
    row: usize,
    nth: usize,
}

/// A request in the pass, with where its answer will stand.
enum Ticket {
    Score { options: Vec<Vec<Vec<At>>>, reply: Reply<Vec<f64>> },
    Generate { ongoing: Box<Ongoing>, past: Vec<View>, at: At, reply: Reply<Generated> },
    Probe { blocks: Vec<usize>, rows: Vec<At>, reply: Reply<Probed> },
}

impl Ticket {
    /// `rows` are the wanted rows of the job's sequences, `past` the pages of its prompt.
    fn new(job: Job, rows: &[Vec<usize>], past: Vec<View>, window: usize, uses: &mut [Vec<Use>]) -> Self {
        let mut note = |row: usize, what: Use| {
            uses[row].push(what);
            At { row, nth: uses[row].len() - 1 }
        };
        match job {
            Job::Score(score, reply) => {
                let end = score.end;
                let mut rows = rows.iter();
                let mut way = |way: &Vec<u32>| -> Vec<At> {
                    let Some(rows) = rows.next() else { return Vec::new() };
                    let tokens = way.iter().chain(std::iter::once(&end));
                    rows.iter().zip(tokens).map(|(row, t)| note(*row, Use::Logp(*t))).collect()
                };
                let mut option = |ways: &Vec<Vec<u32>>| ways.iter().map(&mut way).collect();
                let options = score.options.iter().map(&mut option).collect();
                Self::Score { options, reply }
            }
            Job::Generate(generate, reply) => {
                let mut ongoing = Ongoing::new(generate, window);
                let at = note(rows[0][0], Use::Choose(ongoing.next_choice()));
                Self::Generate { ongoing: Box::new(ongoing), past, at, reply }
            }
            Job::Probe(probe, reply) => {
                let rows = rows[0].iter().map(|row| note(*row, Use::All)).collect();
                Self::Probe { blocks: probe.blocks, rows, reply }
            }
        }
    }
}

fn make(what: &Use, logits: &[f32], total: f64) -> Made {
    match what {
        Use::Logp(token) => Made::Logp(f64::from(logits[*token as usize]) - total),
        Use::Choose(choice) => Made::Token(choice.token(logits)),
        Use::All => Made::All(logits.iter().map(|l| (f64::from(*l) - total) as f32).collect()),
    }
}

/// The sequences that a job needs.
fn sequences_of(job: &Job, out: &mut Vec<Sequence>) {
    match job {
        Job::Score(score, _) => {
            let keep = score.context.len();
            for way in score.options.iter().flatten() {
                let tokens: Vec<u32> = score.context.iter().chain(way).copied().collect();
                let wanted = (keep - 1..tokens.len()).collect();
                out.push(Sequence { tokens, wanted, keep });
            }
        }
        Job::Generate(generate, _) => {
            let (tokens, keep) = (generate.prompt.clone(), generate.prompt.len());
            out.push(Sequence { tokens, wanted: vec![keep - 1], keep });
        }
        Job::Probe(probe, _) => {
            let (tokens, keep) = (probe.tokens.clone(), probe.tokens.len());
            out.push(Sequence { tokens, wanted: probe.positions.clone(), keep });
        }
    }
}

/// Rows beyond the prompt, at most.
fn extra_rows(job: &Job) -> usize {
    match job {
        Job::Score(score, _) => score.options.iter().flatten().map(Vec::len).sum(),
        _ => 1,
    }
}

/// ln Σ e^x, in the order given.
fn log_sum(xs: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = xs.clone().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + xs.map(|x| (x - max).exp()).sum::<f64>().ln()
}
