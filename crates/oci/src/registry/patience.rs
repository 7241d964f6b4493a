//! How long a registry is waited for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::retry::Failure;
use super::session::Session;
use super::{Error, Limits};

impl Session {
    /// How long an exchange may stand still: less for a registry that has never answered.
    pub(super) fn patience(&self) -> Duration {
        let Limits { stall, total, .. } = self.limits;
        if self.is_reached() { stall } else { stall.min(total) }
    }

    pub(super) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// It has answered.
    pub(super) fn reach(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }

    /// Nothing moves. One that has never answered is not asked again.
    pub(super) fn stalled(&self) -> Failure {
        let registry = self.place.registry.clone();
        if !self.is_reached() {
            return Failure::last(Error::Slow { registry, seconds: self.patience().as_secs() });
        }
        Failure::passing(Error::Stalled { registry, seconds: self.limits.stall.as_secs() })
    }
}
