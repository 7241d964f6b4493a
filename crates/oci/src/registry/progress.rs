//! What happens to blobs, for whoever shows it.

use std::time::Duration;

use super::Error;
use crate::types::Digest;

/// What happens to one blob. The first event of a blob is `Begin` or `Skipped`, the last `Skipped`, `Mounted` or `Done`;
/// after a failure there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// It will be transferred: bytes in all.
    Begin(u64),
    /// So many of its bytes are through. Fewer than before when a transfer begins anew.
    Bytes(u64),
    /// The registry has it already.
    Skipped,
    /// The registry took it from another of its repositories.
    Mounted,
    /// It failed, and is tried again after a pause.
    Retried(&'a Error, Duration),
    /// It is through, and is what its digest says.
    Done,
}

/// Hears of transfers. Several blobs go at the same time.
pub trait Progress {
    /// Something happened to this blob.
    fn report(&self, blob: &Digest, event: Event<'_>);
}

/// Nobody looks.
impl Progress for () {
    fn report(&self, _: &Digest, _: Event<'_>) {}
}
