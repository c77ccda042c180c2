//! What can be typed.

mod guard;

pub use guard::{Bench, GuardArgs, GuardCommand, VerifyLog};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Ephor measures what AI agents do to each other when the stakes pull one way and the instructions
/// another, and says how sure it is.
#[derive(Debug, Parser)]
#[command(name = "ephor", version, max_term_width = 100)]
pub struct Cli {
    /// Where runs are kept
    #[arg(long, global = true, default_value = "runs")]
    pub log_dir: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play what is missing, calibrate, print the findings, write the report
    #[command(after_help = RUN_HELP)]
    Run(Box<Run>),
    /// List scenarios, studies, worlds, measures, controls, models, rooms or runs
    List(List),
    /// Facts, factors and the very text that a model would read
    #[command(
        after_help = "Examples:\n  ephor show secret-offer\n  ephor show peer-review --cell consequence=shutdown\n  ephor show peer-review --cell consequence=shutdown --diff"
    )]
    Show(Show),
    /// Check a scenario or a study of your own: names, texts, laws, that a level changes only its clause
    #[command(after_help = "Examples:\n  ephor check ./my-scenario\n  ephor check my-study.toml")]
    Check(Check),
    /// Controls only: sensitivity and specificity of each instrument
    Calibrate(Calibrate),
    /// Tables and figures again, from the record
    Report(Report),
    /// Which disposition a model has, how sure that is, and which contrasts say so
    #[command(
        after_help = "Examples:\n  ephor diagnose                               the latest run\n  ephor diagnose --model local/smollm2         plays the small battery first\n  ephor diagnose --model openai/gpt-4.1-mini --model control/random --json"
    )]
    Diagnose(Diagnose),
    /// Play again from the record: byte-equal, or an error
    Replay(Replay),
    /// Your own labels for what judges decide, and how far they agree with you
    #[command(after_help = LABEL_HELP)]
    Label(Label),
    /// Models on this machine: list, fetch, info
    Model(ModelArgs),
    /// A world for agents of any make: serve
    World(WorldArgs),
    /// The guard that takes away the pen, the switch and the file: charters, laws, proofs, logs, speed
    Guard(GuardArgs),
}

const RUN_HELP: &str = "Examples:
  ephor run                                     the study first-look on the embedded model
  ephor run secret-offer --model control/random
  ephor run first-look --model openai/gpt-4.1-mini --epochs 3
  ephor run false-premise --cells short --until 0.05    no more units than the contrasts need
  ephor run false-premise --items flex.csv --licence CC-BY-4.0 --field truth=answer
  ephor run ./my-scenario --model ollama/llama3.2 --json > findings.json
  ephor run score-review --model openai/gpt-4.1-mini --role judge=anthropic/claude-haiku-4-5

Keys come from the environment or from a file `.env` (OPENAI_API_KEY, OPENAI_BASE_URL,
ANTHROPIC_API_KEY, …). `ephor model list` names the providers.
The same command again resumes: it plays only what is missing.";

#[derive(Debug, Args)]
pub struct Run {
    /// Studies, scenarios or paths [default: first-look]
    pub what: Vec<String>,
    /// provider/model; repeatable
    #[arg(long)]
    pub model: Vec<String>,
    /// Who else takes part: `judge=provider/model` reads what the models said; repeatable
    #[arg(long, value_name = "ROLE=MODEL", value_parser = role)]
    pub role: Vec<Role>,
    /// Cells: a named list of the scenario, `all`, a cell, or a pattern factor=level
    #[arg(long, value_delimiter = ',')]
    pub cells: Vec<String>,
    /// The study's small version
    #[arg(long)]
    pub quick: bool,
    /// The baseline alone, on states that no study plays: what a model scores before anything is at stake
    #[arg(long, conflicts_with = "cells")]
    pub pilot: bool,
    /// States per wording; more extend an earlier run (a scenario with items has its items as states)
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub seeds: Option<u32>,
    /// Wordings of each text; more extend an earlier run
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub wordings: Option<u32>,
    /// Independent samples of each unit, for models that are sampled
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub epochs: Option<u32>,
    /// Sampling temperature of models that are sampled [default: 0, or 1 with --epochs above 1]
    #[arg(long)]
    pub temperature: Option<f64>,
    /// At most so many units per cell
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// A JSON Lines or CSV file that is read instead of the scenario's own items
    #[arg(long, value_name = "FILE", requires = "licence")]
    pub items: Option<String>,
    /// The licence of that file: shown with its results
    #[arg(long, requires = "items")]
    pub licence: Option<String>,
    /// A name that the scenario's texts use, and that file's own column; repeatable
    #[arg(long, value_name = "NAME=COLUMN", requires = "items", value_parser = field)]
    pub field: Vec<(String, String)>,
    /// Stop each contrast as soon as its interval is this narrow: half its width, as a probability
    #[arg(long, value_name = "HALF_WIDTH", value_parser = half_width, allow_negative_numbers = true, conflicts_with = "pilot")]
    pub until: Option<f64>,
    #[command(flatten)]
    pub wire: Wire,
    #[command(flatten)]
    pub place: Place,
    /// Leave the controls out; the report says so
    #[arg(long)]
    pub no_calibration: bool,
    /// Times that each control plays to calibrate the instruments [default: the study's, 300]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replicates: Option<u32>,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 unless this holds of the findings: an expression over the fields of --json
    #[arg(long)]
    pub gate: Option<String>,
    /// Say, for each completion that must be bought, which known request is nearest
    #[arg(long)]
    pub explain_misses: bool,
}

/// A part that is not played: who judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The model's name.
    pub judge: String,
}

fn role(text: &str) -> Result<Role, String> {
    let judge = text.strip_prefix("judge=").filter(|name| !name.is_empty());
    let judge =
        judge.ok_or("accepted: judge=provider/model, as judge=local/smollm2 or judge=control/words")?;
    Ok(Role { judge: judge.into() })
}

/// How hosted models are called.
#[derive(Clone, Debug, Args)]
pub struct Wire {
    /// Most connections to one hosted model; fewer while its server has too many
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_connections: u32,
    /// Seconds for one attempt at a call
    #[arg(long, default_value_t = 60.0, value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: f64,
    /// Attempts after the first
    #[arg(long, default_value_t = 5)]
    pub max_retries: u32,
    /// How hosted models call tools
    #[arg(long, default_value = "native")]
    pub tool_calls: ToolCalls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToolCalls {
    /// As the wire's own calls
    Native,
    /// As JSON in the answer's text, for servers and models without tools
    Text,
}

/// A field and the column that it is read from.
fn field(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').filter(|(name, column)| !name.is_empty() && !column.is_empty());
    let (name, column) = named.ok_or("accepted: NAME=COLUMN, as truth=correct_answer")?;
    Ok((name.into(), column.into()))
}

/// A width that an interval of probabilities can have.
fn half_width(text: &str) -> Result<f64, String> {
    let half: Option<f64> = text.parse().ok();
    half.filter(|h| *h > 0.0 && *h < 1.0)
        .ok_or("a number above 0 and below 1, as 0.05 for ±5 percentage points".into())
}

/// A time that can be waited for.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds.filter(|s| (0.001..=86_400.0).contains(s)).ok_or("a number of seconds from 0.001 to 86400".into())
}

/// Where runs are kept and how much is shown.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// [`Cli::log_dir`]
    #[arg(skip)]
    pub log_dir: PathBuf,
    /// Progress on standard error [default: rich on a terminal, else plain]
    #[arg(long)]
    pub display: Option<Display>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Display {
    Rich,
    Plain,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shelf {
    /// What is asked of a model, and how it is measured
    Scenarios,
    /// Which scenarios are played, how much of each, on which models
    Studies,
    /// The rules that a scenario is played by
    Worlds,
    /// How an episode becomes a number
    Measures,
    /// Scripted models of known disposition
    Controls,
    /// Where answers come from
    Models,
    /// Guards between a model and the world
    Rooms,
    /// What was played here
    Runs,
}

#[derive(Debug, Args)]
pub struct List {
    /// Which shelf; none lists the shelves
    pub what: Option<Shelf>,
    #[arg(long)]
    pub json: bool,
    /// [`Cli::log_dir`]
    #[arg(skip)]
    pub log_dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct Show {
    /// A shipped scenario or a folder
    pub scenario: String,
    #[arg(long)]
    pub cell: Option<String>,
    #[arg(long)]
    pub seat: Option<String>,
    #[arg(long, default_value_t = 0)]
    pub wording: u32,
    #[arg(long, default_value_t = 0)]
    pub state: u32,
    /// What this cell changes against the baseline
    #[arg(long)]
    pub diff: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Scenario folders or files
    #[arg(required = true)]
    pub what: Vec<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Calibrate {
    /// Scenarios or studies [default: first-look]
    pub what: Vec<String>,
    /// Times that each control plays [default: the study's, 300]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replicates: Option<u32>,
    /// Wordings of each text
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub wordings: Option<u32>,
    /// States per wording
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub seeds: Option<u32>,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct Report {
    /// A run: its name, the beginning of its name, its folder, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Where the page goes [default: report.html in the run's folder]
    #[arg(long)]
    pub html: Option<PathBuf>,
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Args)]
pub struct Diagnose {
    /// A run of the battery: its name, the beginning of its name, its folder, or `latest`
    #[arg(default_value = "latest", conflicts_with = "model")]
    pub run: String,
    /// Play the battery with this model first: provider/model; repeatable
    #[arg(long)]
    pub model: Vec<String>,
    /// The whole battery instead of its small version
    #[arg(long, requires = "model")]
    pub whole: bool,
    #[command(flatten)]
    pub wire: Wire,
    #[command(flatten)]
    pub place: Place,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Replay {
    #[arg(default_value = "latest")]
    pub run: String,
    /// Only this episode: the beginning of its name
    pub episode: Option<String>,
    #[arg(long)]
    pub json: bool,
    /// [`Cli::log_dir`]
    #[arg(skip)]
    pub log_dir: PathBuf,
}

const LABEL_HELP: &str = "Examples:
  ephor label                        the newest run: one transcript after the other
  ephor label latest --by anna --limit 30
  ephor label latest --json < /dev/null    only the agreement, as JSON

You see what the agent said and called, never the cell, the model or what a judge decided. Type the
beginning of a label; `s` skips, `b` goes back, `q` ends. Each answer is kept at once, and the same command
goes on where you stopped.";

#[derive(Debug, Args)]
pub struct Label {
    /// A run: its name, the beginning of its name, its folder, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Who labels
    #[arg(long, default_value = "me")]
    pub by: String,
    /// At most so many transcripts now
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// The agreement as one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// [`Cli::log_dir`]
    #[arg(skip)]
    pub log_dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    pub command: ModelCommand,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// The providers and the models on this machine
    List {
        #[arg(long)]
        json: bool,
    },
    /// Fetch the embedded model now instead of at first use
    Fetch {
        #[arg(default_value = "smollm2")]
        name: String,
    },
    /// Facts of a model; --bench measures its speed here
    Info {
        /// `smollm2`, or the path of a Llama-family GGUF
        #[arg(default_value = "smollm2")]
        name: String,
        #[arg(long)]
        bench: bool,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct WorldArgs {
    #[command(subcommand)]
    pub command: WorldCommand,
}

#[derive(Debug, Subcommand)]
pub enum WorldCommand {
    /// Serve a company as an MCP server, so that any client or harness can work in it
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
}

const SERVE_HELP: &str = "Examples:
  ephor world serve company                    score-review as it is without a change
  ephor world serve score-review --cell consequence=shutdown --record session.jsonl
  ephor world serve score-review --http 8765   at http://127.0.0.1:8765/mcp

In the configuration of a client:
  { \"mcpServers\": { \"office\": { \"command\": \"ephor\",
      \"args\": [\"world\", \"serve\", \"company\", \"--record\", \"/tmp/session.jsonl\"] } } }

Standard output carries the protocol and nothing else.
Exit codes: 0 the client left or the work ended, 2 bad usage, 3 something broke, 130 stopped before the end.";

#[derive(Debug, Args)]
pub struct Serve {
    /// A shipped scenario or a folder, of the world company; `company` is the scenario score-review
    pub scenario: String,
    #[arg(long)]
    pub cell: Option<String>,
    #[arg(long, default_value_t = 0)]
    pub wording: u32,
    #[arg(long, default_value_t = 0)]
    pub state: u32,
    /// A new file for every call, every change and the facts, one JSON line each
    #[arg(long)]
    pub record: Option<PathBuf>,
    /// Streamable HTTP on this machine instead of standard input and output: a port, or address and port
    #[arg(long, value_name = "ADDR", value_parser = loopback)]
    pub http: Option<SocketAddr>,
    /// At the end, one JSON document: on standard output with --http, else on standard error
    #[arg(long)]
    pub json: bool,
}

/// An address of this machine that no other machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().ok().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let address = port.or_else(|| text.parse().ok());
    let accepted = "a port, or a loopback address and a port (127.0.0.1:8765): nobody is asked who they are";
    address.filter(|address| address.ip().is_loopback()).ok_or_else(|| accepted.into())
}
