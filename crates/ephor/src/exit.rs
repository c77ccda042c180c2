//! How a command ends when it does not end well. The numbers are API.

use std::fmt::Display;

/// Exit codes beside 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A gate failed, a law was broken, a replay differs.
    Failed,
    /// Bad usage or input.
    Usage,
    /// A provider or a machine failed; something is left to resume.
    Broken,
    /// Interrupted; resumable.
    Interrupted,
}

impl Code {
    pub fn number(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Broken => 3,
            Self::Interrupted => 130,
        }
    }
}

/// An end with a message for the user.
#[derive(Clone, Debug)]
pub struct Exit {
    pub code: Code,
    pub message: String,
    /// Whether the user has read the message already.
    pub told: bool,
}

impl Exit {
    pub fn with(code: Code, message: impl Display) -> Self {
        Self { code, message: message.to_string(), told: false }
    }

    pub fn failed(message: impl Display) -> Self {
        Self::with(Code::Failed, message)
    }

    pub fn usage(message: impl Display) -> Self {
        Self::with(Code::Usage, message)
    }

    pub fn broken(message: impl Display) -> Self {
        Self::with(Code::Broken, message)
    }
}

/// What cannot be written below the log folder: another one can be named.
pub fn in_log_dir(e: store::StoreError) -> Exit {
    let told = e.to_string();
    let hint = if told.contains("\nhint: ") { "" } else { "\nhint: choose another folder with --log-dir" };
    Exit::broken(format!("{told}{hint}"))
}

impl From<study::scenario::Fault> for Exit {
    fn from(fault: study::scenario::Fault) -> Self {
        Self::usage(fault)
    }
}

impl From<store::StoreError> for Exit {
    fn from(e: store::StoreError) -> Self {
        Self::broken(e)
    }
}
