//! What a cluster has against an appliance, as findings with their places in the documents: each verb that meets an obstacle
//! shows the same.

mod places;

use super::error::CliError;
use super::load::Loaded;
use super::printer::Printer;
use crate::cluster::{Error, Obstacle, Raised};
use crate::diag::{Diagnostics, Finding};

/// An obstacle as a finding, at the word of the documents that it is about.
pub fn finding(raised: &Raised, loaded: &Loaded) -> Finding {
    raised.obstacle.finding().at(places::of(raised, loaded)).appliance(raised.appliance.as_deref())
}

/// Says what was raised.
pub fn tell<'a>(raised: impl IntoIterator<Item = &'a Raised>, loaded: &Loaded, printer: Printer) {
    let mut found = Diagnostics::new();
    found.extend(raised.into_iter().map(|raised| finding(raised, loaded)));
    printer.diagnostics(&found, &loaded.sources);
}

/// How a verb ends of an error about an appliance: what there is of findings is said here, the rest by whoever ends the run.
/// `action` is what failed, for example `deploy`.
pub fn ended(error: &Error, action: &str, appliance: &str, loaded: &Loaded, printer: Printer) -> CliError {
    let mut found = Diagnostics::new();
    for error in error.each() {
        match error {
            Error::Obstacle(obstacle) => {
                let obstacle = Obstacle::clone(obstacle);
                found.push(finding(&Raised { appliance: Some(appliance.to_owned()), obstacle }, loaded));
            }
            other => found.extend(other.findings().into_iter().map(|one| one.appliance(Some(appliance)))),
        }
    }
    printer.diagnostics(&found, &loaded.sources);
    let rest = CliError::untold(error);
    if rest.is_empty() {
        CliError::refused(format!("failed to {action} {appliance}"), None)
    } else {
        CliError::several(rest)
    }
}
