//! Tries and pauses.

use std::time::Duration;

use tokio::time::sleep;

use super::{Error, Limits};

/// A failure, and whether to ask again.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: Error,
    /// Whether the next try may fare better.
    pub again: bool,
    /// The pause that the registry asks for.
    pub after: Option<Duration>,
    /// Whether this try brought a transfer forward: then the tries are counted anew.
    pub gained: bool,
}

impl Failure {
    /// A failure for good.
    pub(super) fn last(error: Error) -> Self {
        Self { error, again: false, after: None, gained: false }
    }

    /// A failure that may pass.
    pub(super) fn passing(error: Error) -> Self {
        Self { again: true, ..Self::last(error) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::last(error)
    }
}

/// Does it until it works, fails for good, or the tries are used up. `before` hears of each failure that is tried again,
/// and of the pause.
pub(super) async fn retried<T>(
    limits: &Limits,
    mut before: impl FnMut(&Error, Duration),
    mut once: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T, Error> {
    let (mut left, mut pause) = (limits.tries, limits.pause);
    loop {
        let failure = match once().await {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        if failure.gained {
            (left, pause) = (limits.tries, limits.pause);
        }
        left = left.saturating_sub(1);
        if !failure.again || left == 0 {
            return Err(failure.error);
        }
        let wait = failure.after.unwrap_or(pause).min(limits.longest_pause);
        before(&failure.error, wait);
        sleep(wait).await;
        pause = pause.saturating_mul(2);
    }
}
