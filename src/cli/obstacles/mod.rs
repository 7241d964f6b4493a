//! What a cluster has against an appliance, as findings with their places in the documents: each verb that meets an obstacle
//! shows the same.

mod places;

use super::error::CliError;
use super::load::Loaded;
use super::printer::Printer;
use crate::cluster::{Error, Gravity, Raised};
use crate::diag::{Diagnostics, Finding, Severity};

/// An obstacle as a finding, at the word of the documents that it is about.
pub fn diagnostic(raised: &Raised, loaded: &Loaded) -> Finding {
    let obstacle = &raised.obstacle;
    let severity = match obstacle.gravity() {
        Gravity::Note => Severity::Note,
        Gravity::Warning => Severity::Warning,
        Gravity::Error => Severity::Error,
    };
    Finding::new(severity, obstacle.code(), obstacle.claim())
        .at(places::of(raised, loaded))
        .help(obstacle.fix())
}

/// Says what was raised.
pub fn tell<'a>(raised: impl IntoIterator<Item = &'a Raised>, loaded: &Loaded, printer: Printer) {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(raised.into_iter().map(|raised| diagnostic(raised, loaded)));
    printer.diagnostics(&diagnostics, &loaded.sources);
}

/// How a verb ends of an error about an appliance: its obstacles are said here, the rest by whoever ends the run. `action` is what
/// failed, for example `deploy`.
pub fn ended(error: Error, action: &str, appliance: &str, loaded: &Loaded, printer: Printer) -> CliError {
    let (obstacles, rest) = error.obstacles();
    let raised =
        obstacles.into_iter().map(|obstacle| Raised { appliance: Some(appliance.to_owned()), obstacle });
    tell(&raised.collect::<Vec<_>>(), loaded, printer);
    rest.map_or_else(|| CliError::refused(format!("failed to {action} {appliance}"), None), CliError::from)
}
