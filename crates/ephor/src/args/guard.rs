//! What can be typed after `ephor guard`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct GuardArgs {
    #[command(subcommand)]
    pub command: GuardCommand,
}

#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// The charter that stands in an office of a scenario, as JSON: a beginning for your own
    #[command(after_help = "Example:\n  ephor guard charter kill-switch > charter.json")]
    Charter {
        /// A shipped scenario or a folder, of the world company
        scenario: String,
        /// `shadow`, `enforce` or `without-<room>`
        #[arg(long, default_value = "enforce")]
        regime: String,
    },
    /// Read a charter: policies against the schema, rules that can never match, patterns, keys, sealed things
    #[command(after_help = CHECK_HELP)]
    Check {
        /// JSON or TOML
        charter: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// What would be decided of one call, and which room says why
    #[command(
        after_help = "Example:\n  ephor guard explain charter.json --call '{\"tool\":\"finish\",\"arguments\":{\"note\":\"Done.\"}}'"
    )]
    Explain {
        charter: PathBuf,
        /// The call: {\"tool\": …, \"arguments\": {…}}
        #[arg(long)]
        call: String,
        /// Who calls [default: the only one there is]
        #[arg(long)]
        principal: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// What another policy would decide otherwise: which principal, which action, on which request
    Diff {
        charter: PathBuf,
        /// A file of Cedar policies
        policy: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Find every edit, deletion, truncation and fork of a log, given a checkpoint
    #[command(after_help = VERIFY_HELP)]
    VerifyLog(VerifyLog),
    /// How long a decision takes here, how long a line of the log, and how long a log takes to verify
    #[command(
        after_help = "Examples:\n  ephor guard bench                            a few seconds\n  ephor guard bench --decisions 50000 --json"
    )]
    Bench(Bench),
    /// Run the guard's laws here: exit code 1 if one does not hold
    Test {
        #[arg(long)]
        json: bool,
    },
}

const CHECK_HELP: &str = "Example:
  ephor guard check charter.json

Where cvc5 is installed (Debian: apt-get install cvc5; or the variable CVC5 names it), two theorems are
asked of it, for every request there is: no rule ever errs, and the policy permits no agent a call that
writes a sealed thing. Where it is not, a line says so, and nothing else changes.

Exit codes: 0 nothing is wrong; 1 a fault in the charter, or a theorem that fails and that no room holds;
2 no charter.";

const VERIFY_HELP: &str = "Examples:
  ephor guard verify-log ./log                 against the folder's own checkpoint and key
  ephor guard verify-log ./log --checkpoint kept.txt --key log.example+7a1c…+AR…
  ephor guard verify-log entries.bin --checkpoint kept.txt --key log.key --json
  ephor guard verify-log ./log --reader secret.key --show 17      opens every payload, and shows one

LOG is a folder of C2SP tiles (`tile/…`, `checkpoint`, `key`) or one file of entries (two bytes of
length, the leaf). A checkpoint that you kept finds what one from the folder cannot: whoever writes the
folder can put an older one there. Several checkpoints find a log that has shown two faces.

A leaf holds the hash of what was asked. Where the operator has it kept too, it lies sealed in `payload/`
(libsodium's sealed boxes, named by the hash), for whoever has the secret key: 64 hex digits in a file.

Exit codes: 0 the log is whole; 1 it is not, or a checkpoint is not the log's; 2 nothing to read.";

/// What is verified, and what is trusted.
#[derive(Debug, Args)]
pub struct VerifyLog {
    /// A folder of tiles, or a file of entries
    pub log: PathBuf,
    /// A checkpoint that you or a witness kept; repeatable [default: the folder's own]
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// The log's key, `name+id+key`, or a file with it; repeatable [default: the folder's `key`]
    #[arg(long)]
    pub key: Vec<String>,
    /// A file with the secret key that opens sealed payloads [default: they are not opened]
    #[arg(long, value_name = "FILE")]
    pub reader: Option<PathBuf>,
    /// A decision whose payload is shown, by the number of its leaf; repeatable
    #[arg(long, value_name = "LEAF", requires = "reader")]
    pub show: Vec<u64>,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
}

/// How much is measured.
#[derive(Debug, Args)]
pub struct Bench {
    /// Decisions of each kind
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub decisions: u32,
    /// Leaves of the log
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub leaves: u32,
    /// One JSON document on standard output
    #[arg(long)]
    pub json: bool,
}
