//! How a run ends: the exit status and what is said about it.

use std::process::ExitCode;

use super::shell::quoted_for_shell;
use crate::diag::Finding;
use crate::{shown, temporary};

/// How a run that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done: exit code 0.
    Done,
    /// `diff` or a check found something, and said so: exit code 1.
    Found,
}

/// Why a run failed; each kind has its exit code.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The input has faults, and they have been printed: exit code 1.
    #[error("the documents have faults")]
    Input,
    /// Something is wrong, and no document has a place for it: exit code 1.
    #[error("{0}")]
    Finding(Box<Finding>),
    /// The input or the cluster said no: exit code 1.
    #[error("{message}")]
    Refused {
        /// What was refused.
        message: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// The command line is wrong: exit code 2.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
    /// The environment failed: network, registry, API server, file system: exit code 3.
    #[error("{message}")]
    Environment {
        /// What failed.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Several of these, none of which hangs on another: the exit code is that of the input where that has a fault.
    #[error("there are several faults")]
    Several(Vec<CliError>),
}

impl CliError {
    /// The input or the cluster said no.
    pub fn refused(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self::Refused { message: message.into(), hint: hint.into() }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// The value of a flag is none of its type.
    pub fn flag(flag: &str, invalid: crate::types::Invalid) -> Self {
        Self::usage(format!("{flag}: {}", invalid.problem), invalid.fix)
    }

    /// One or several, none of which hangs on another.
    pub fn several(mut errors: Vec<Self>) -> Self {
        if errors.len() == 1 { errors.remove(0) } else { Self::Several(errors) }
    }

    /// A file cannot be read or written.
    pub fn file(path: &std::path::Path, action: &str, error: &std::io::Error) -> Self {
        Self::Environment { message: format!("cannot {action} `{}`: {error}", shown::path(path)), hint: None }
    }

    /// A file cannot be written at the place that an option names.
    pub fn unwritable(path: &std::path::Path, option: &str, error: &std::io::Error) -> Self {
        let folder = temporary::folder_of(path);
        let hint = (!folder.exists()).then(|| {
            let make = format!("mkdir -p {}", quoted_for_shell(&shown::path(folder)));
            format!("make its folder, `{make}`, or name another place with {option}")
        });
        Self::Environment { message: format!("cannot write `{}`: {error}", shown::path(path)), hint }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Input | Self::Several(_) => None,
            Self::Finding(finding) => finding.help.as_deref(),
            Self::Refused { hint, .. } | Self::Usage { hint, .. } | Self::Environment { hint, .. } => {
                hint.as_deref()
            }
        }
    }

    /// Each by itself.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        match self {
            Self::Several(errors) => errors.as_slice(),
            one => std::slice::from_ref(one),
        }
        .iter()
    }

    /// Exit code of the kind.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Input | Self::Finding(_) | Self::Refused { .. } => 1,
            Self::Usage { .. } => 2,
            Self::Environment { .. } => 3,
            Self::Several(errors) => errors.iter().map(Self::code).min().unwrap_or(1),
        }
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::Environment { message: format!("cannot write to stdout: {error}"), hint: None }
    }
}
