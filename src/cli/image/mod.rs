//! `wrtpod image`: recipes to images, and what is in them.

pub mod args;
mod build;
mod deploy;
mod diff;
mod lock;
mod recipe;
mod show;
mod supply;
mod verify;
mod why;

use args::{ImageArgs, ImageVerb};
pub use deploy::build_all;

use super::error::{CliError, Outcome};
use super::printer::Printer;
use crate::build::Error;

/// Runs the verb.
pub fn run(args: &ImageArgs, printer: Printer) -> Result<Outcome, CliError> {
    match &args.verb {
        ImageVerb::Build(args) => build::run(args, printer),
        ImageVerb::Lock(args) => lock::run(args, printer),
        ImageVerb::Why(args) => why::run(args, printer),
        ImageVerb::Diff(args) => diff::run(args, printer),
        ImageVerb::Verify(args) => verify::run(args, printer),
    }
}

/// What a failure of the library means for the exit code.
fn failed(error: impl Into<Error>) -> CliError {
    CliError::several(error.into().each().iter().map(one_failed).collect())
}

fn one_failed(error: &Error) -> CliError {
    let hint = match error {
        Error::Stale { .. } => Some("make it again with `wrtpod image lock`".to_owned()),
        Error::Fetch(crate::fetch::Error::Offline { .. }) => {
            Some("run it once without `--offline`".to_owned())
        }
        Error::Fetch(crate::fetch::Error::NotFound { place }) if place.contains("://") => Some(
            "releases and feeds are sometimes missing or moved: `wrtpod explain bases` has what to do"
                .to_owned(),
        ),
        _ => None,
    };
    let message = error.to_string();
    if error.is_environment() {
        CliError::Environment { message, hint }
    } else {
        CliError::Refused { message, hint }
    }
}
