//! A thread that owns the model; requests arrive over a channel and run together.

use crate::job::{Generate, Generated, Probe, Probed, RequestError, Score};
use crate::model_file::ModelFile;
use crate::runner::{Counters, Counts, Job, Reply, Runner};
use rayon::ThreadPool;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long an idle engine waits for companions of a first request, so that requests that are sent
/// together run together. A pass takes 20 ms at least.
const GATHER: Duration = Duration::from_millis(1);

/// What an engine may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of keys and values that the prefix cache keeps.
    pub cache_bytes_max: usize,
    /// Threads; 0 for all cores.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cache_bytes_max: 3 << 29, threads: 0 }
    }
}

/// The way to a running model. The thread ends when the last request is answered after the engine
/// was dropped.
pub struct Engine {
    model: Arc<ModelFile>,
    jobs: Sender<Job>,
    counters: Arc<Counters>,
}

impl Engine {
    /// Starts the thread on a pool of its own (see [`pool`]).
    pub fn start(model: Arc<ModelFile>, pool: ThreadPool, settings: Settings) -> std::io::Result<Self> {
        let counters = Arc::new(Counters::default());
        let (jobs, inbox) = channel();
        let runner = Runner::new(model.clone(), settings.cache_bytes_max, counters.clone());
        let body = move || pool.install(move || serve(runner, inbox));
        std::thread::Builder::new().name("openweights".into()).spawn(body)?;
        Ok(Self { model, jobs, counters })
    }

    /// The model that runs here.
    pub fn model(&self) -> &Arc<ModelFile> {
        &self.model
    }

    /// What was done so far.
    pub fn counters(&self) -> Counts {
        self.counters.read()
    }

    /// ln p(option, end of turn | context) of each option, summed over its ways of tokenisation.
    pub async fn score(&self, score: Score) -> Result<Vec<f64>, RequestError> {
        let longest = score.options.iter().flatten().map(Vec::len).max().unwrap_or(0);
        self.check(&score.context, longest)?;
        let all = score.options.iter().flatten().flatten();
        self.known(all.chain(std::iter::once(&score.end)))?;
        if score.options.is_empty() {
            return Ok(Vec::new());
        }
        self.ask(|reply| Job::Score(score, reply)).await
    }

    /// Goes on from a prompt until the model ends its turn, a stop string, the token limit or the
    /// end of the context window.
    pub async fn generate(&self, generate: Generate) -> Result<Generated, RequestError> {
        self.check(&generate.prompt, 0)?;
        self.ask(|reply| Job::Generate(generate, reply)).await
    }

    /// Distributions and hidden states at positions of a text.
    pub async fn probe(&self, mut probe: Probe) -> Result<Probed, RequestError> {
        self.check(&probe.tokens, 0)?;
        probe.positions.sort_unstable();
        probe.positions.dedup();
        let (tokens, blocks) = (probe.tokens.len(), self.model.shape().blocks);
        if let Some(position) = probe.positions.iter().copied().find(|p| *p >= tokens) {
            return Err(RequestError::NoSuchPosition { position, tokens });
        }
        if let Some(block) = probe.blocks.iter().copied().find(|b| *b >= blocks) {
            return Err(RequestError::NoSuchBlock { block, blocks });
        }
        self.ask(|reply| Job::Probe(probe, reply)).await
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, RequestError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(job(reply)).map_err(|_| RequestError::Stopped)?;
        answer.await.map_err(|_| RequestError::Stopped)?
    }

    fn check(&self, tokens: &[u32], more: usize) -> Result<(), RequestError> {
        let window = self.model.shape().context;
        let all = tokens.len() + more;
        if tokens.is_empty() {
            return Err(RequestError::Empty);
        }
        if all > window {
            return Err(RequestError::TooLong { tokens: all, window });
        }
        self.known(tokens.iter())
    }

    fn known<'a>(&self, mut tokens: impl Iterator<Item = &'a u32>) -> Result<(), RequestError> {
        let vocabulary = self.model.shape().vocabulary;
        match tokens.find(|t| **t as usize >= vocabulary) {
            Some(token) => Err(RequestError::NoSuchToken { token: *token, vocabulary }),
            None => Ok(()),
        }
    }
}

/// A pool for one engine; `threads` 0 means all cores.
pub fn pool(threads: usize) -> std::io::Result<ThreadPool> {
    let name = |i| format!("openweights-{i}");
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(name);
    builder.build().map_err(std::io::Error::other)
}

/// Runs until every sender is gone and all is answered.
fn serve(mut runner: Runner, inbox: Receiver<Job>) {
    loop {
        if runner.is_idle() {
            let Ok(job) = inbox.recv() else { return };
            runner.add(job);
            gather(&mut runner, &inbox);
        }
        inbox.try_iter().for_each(|job| runner.add(job));
        runner.turn();
    }
}

/// Takes in what arrives without a pause of [`GATHER`].
fn gather(runner: &mut Runner, inbox: &Receiver<Job>) {
    loop {
        match inbox.recv_timeout(GATHER) {
            Ok(job) => runner.add(job),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}
