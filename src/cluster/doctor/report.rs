//! What `doctor` answers: every check with its outcome, and what was found.

use serde::Serialize;

use crate::cluster::causes::one_line;
use crate::cluster::{Error, Obstacle};
use crate::diag::Severity;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// Nothing is wrong.
    Ok,
    /// Something is worth knowing.
    Noted,
    /// It could not be looked at.
    Unknown,
    /// A deploy would fail of it, or not be what was meant.
    Found,
}

impl std::fmt::Display for CheckState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Noted => "noted",
            Self::Unknown => "unknown",
            Self::Found => "found",
        })
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is looked at, for example `storage`.
    pub check: &'static str,
    /// Of what, for example a claim's name.
    pub of: String,
    /// What it came to.
    pub state: CheckState,
}

/// An obstacle, and of which appliance it was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The appliance that it stands in the way of; `None` for all.
    pub appliance: Option<String>,
    /// What it is.
    pub obstacle: Obstacle,
}

/// What `doctor` looked at and found, in the order of looking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoctorReport {
    /// Every check.
    pub checks: Vec<Check>,
    /// What was found; each once.
    pub findings: Vec<Raised>,
}

impl DoctorReport {
    /// Writes a check down with what it found.
    pub(super) fn enter(
        &mut self,
        check: &'static str,
        of: impl Into<String>,
        appliance: Option<&str>,
        obstacles: Vec<Obstacle>,
    ) {
        let state = obstacles.iter().map(state).max_by_key(|state| *state as u8).unwrap_or(CheckState::Ok);
        self.checks.push(Check { check, of: of.into(), state });
        for obstacle in obstacles {
            let raised = Raised { appliance: appliance.map(str::to_owned), obstacle };
            if !self.findings.iter().any(|known| known.obstacle == raised.obstacle) {
                self.findings.push(raised);
            }
        }
    }
}

fn state(obstacle: &Obstacle) -> CheckState {
    match obstacle {
        Obstacle::NotChecked { .. } => CheckState::Unknown,
        obstacle if obstacle.severity() == Severity::Note => CheckState::Noted,
        _ => CheckState::Found,
    }
}

/// What was looked at, or the obstacle to that.
pub(super) type Seen<T> = Result<T, Box<Obstacle>>;

/// Takes what the cluster refuses as an obstacle, with the right that looking takes where that is missing. An environment that
/// failed stays an error.
pub(super) fn seen<T>(result: Result<T, Error>, what: &str, right: &str) -> Result<Seen<T>, Error> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Obstacle(obstacle)) => Ok(Err(obstacle)),
        Err(Error::Refused { reason, status, .. }) => Ok(Err(Box::new(Obstacle::NotChecked {
            what: what.to_owned(),
            right: (status == 403).then(|| right.to_owned()),
            reason: one_line(&reason),
        }))),
        Err(error) => Err(error),
    }
}
